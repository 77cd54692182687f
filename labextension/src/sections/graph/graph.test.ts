import { describe, expect, test } from 'vitest';
import type { Graph, GraphEdge, GraphNode } from '../../protocol';
import { run } from '../../testing/runs';
import { centre, fit, pan, reveal, start, zoom } from './camera';
import { forPaper } from './exporting';
import { busiest, neighbours, search, towards } from './finding';
import { after, doing, QUIET } from './live';
import { goesDown, wayOf } from './paths';

const node = (id: string, x: number, y: number, part: Partial<GraphNode> = {}): GraphNode => ({
  id, kind: 'function', label: id, x, y, width: 80, height: 30, marks: [], ...part,
}); // prettier-ignore
const edge = (source: string, target: string, points: [number, number][] = []): GraphEdge => ({
  source, target, kind: 'dependency', points,
}); // prettier-ignore
const graph: Graph = {
  nodes: [node('a', 0, 0), node('b', 200, 0), node('c', 200, 100)],
  edges: [
    edge('a', 'b', [[80, 15], [80, 15], [200, 15], [200, 15]]),
    edge('a', 'c', [[80, 20], [80, 20], [200, 115], [200, 115]]),
  ],
  width: 280,
  height: 130,
  hidden: 0,
}; // prettier-ignore
const byId = new Map(graph.nodes.map((each) => [each.id, each]));
const room = { width: 600, height: 400 };

describe('the camera', () => {
  test('shows the whole drawing in the middle', () => {
    const camera = fit({ width: 6000, height: 100 }, room);
    expect(6000 * camera.scale).toBeLessThanOrEqual(600);
    expect(camera.x).toBeCloseTo(600 - camera.x - 6000 * camera.scale);
  });

  test('keeps what is under the pointer under it while zooming', () => {
    const camera = { x: 10, y: 20, scale: 0.5 };
    const at = { x: 123, y: 77 };
    const near = zoom(camera, 1.7, at);
    expect((at.x - near.x) / near.scale).toBeCloseTo((at.x - camera.x) / camera.scale);
    expect((at.y - near.y) / near.scale).toBeCloseTo((at.y - camera.y) / camera.scale);
  });

  test('has a nearest and a farthest', () => {
    let camera = fit(graph, room);
    for (let turn = 0; turn < 100; turn += 1) {
      camera = zoom(camera, 2, { x: 0, y: 0 });
    }
    expect(camera.scale).toBe(4);
    for (let turn = 0; turn < 100; turn += 1) {
      camera = zoom(camera, 0.5, { x: 0, y: 0 });
    }
    expect(camera.scale).toBeGreaterThan(0);
  });

  test('moves only as far as needed to show a box', () => {
    const still = { x: 0, y: 0, scale: 1 };
    expect(reveal(still, { x: 100, y: 100, width: 10, height: 10 }, room)).toEqual(still);
    const moved = reveal(still, { x: 900, y: 100, width: 50, height: 10 }, room);
    expect(moved.x).toBeLessThan(-300);
    expect(moved.y).toBe(0);
    expect(pan(moved, 1, 2)).toMatchObject({ x: moved.x + 1, y: 2 });
  });

  test('begins near enough to read in a narrow place', () => {
    const large = { width: 3000, height: 2000 };
    const narrow = { width: 250, height: 500 };
    expect(start(large, narrow, node('a', 10, 10)).scale).toBeGreaterThan(0.5);
    expect(start(large, room, node('a', 10, 10))).toEqual(fit(large, room));
    expect(centre(fit(large, narrow), node('a', 0, 0), narrow).scale).toBeGreaterThan(0.5);
  });
});

describe('the way of an edge', () => {
  test('tells from its corners whether ranks go down or to the right', () => {
    expect(goesDown(graph, byId)).toBe(false);
    const down = { ...graph, edges: [edge('a', 'c', [[40, 30], [40, 30], [240, 100], [240, 100]])] }; // prettier-ignore
    expect(goesDown(down, byId)).toBe(true);
  });

  test('runs from corner to corner and ends with an arrow', () => {
    const { way, tip } = wayOf(graph.edges[1] as GraphEdge, false, byId.get('a'));
    expect(way).toBe('M80 20L80 20C140 20 140 115 200 115L200 115');
    expect(tip).toMatch(/^M200 115/);
  });

  test('bows above the box of a function that calls itself', () => {
    expect(wayOf(edge('a', 'a'), true, byId.get('a')).way).toContain('C');
    expect(wayOf(edge('?', '?'), true, undefined).way).toBe('');
  });
});

describe('finding', () => {
  test('searches every word, names that begin with it first', () => {
    const nodes = [node('read_page', 0, 0), node('page', 0, 0), node('other', 0, 0)];
    expect(search(nodes, 'PAGE').map(({ id }) => id)).toEqual(['page', 'read_page']);
    expect(search(nodes, 'page read')).toHaveLength(1);
    expect(search(nodes, '  ')).toEqual([]);
  });

  test('goes to the nearest node in a direction', () => {
    const [a, b] = graph.nodes as [GraphNode, GraphNode];
    expect(towards(graph.nodes, a, 'ArrowRight')?.id).toBe('b');
    expect(towards(graph.nodes, b, 'ArrowDown')?.id).toBe('c');
    expect(towards(graph.nodes, a, 'ArrowLeft')).toBeNull();
  });

  test('knows the busiest function and what is tied to it', () => {
    expect(busiest(graph)?.id).toBe('a');
    expect(neighbours(graph, 'b')).toEqual([{ id: 'a', kind: 'dependency', onward: false }]);
    expect(busiest({ ...graph, nodes: [] })).toBeUndefined();
  });
});

describe('what functions do', () => {
  test('ends with a run that leaves no record', () => {
    const live = after(QUIET, [run({ id: 'a', function: 'f', status: 'started' })]);
    expect(doing(live, 'f', [])).toBe('running');
    expect(doing(after(live, [], ['a']), 'f', [])).toBeNull();
  });

  test('runs until every open run ended', () => {
    const one = run({ id: '1', status: 'started' });
    const two = run({ id: '2', status: 'started' });
    let live = after(QUIET, [one, two]);
    live = after(live, [{ ...one, status: 'success' }]);
    expect(doing(live, 'hello', [])).toBe('running');
    live = after(live, [{ ...two, status: 'error' }]);
    expect(doing(live, 'hello', [])).toBe('failing');
  });

  test('is told by the newest run, whichever ended last', () => {
    let live = after(QUIET, [run({ id: 'new', started: 20, status: 'success' })]);
    live = after(live, [run({ id: 'old', started: 10, status: 'error' })]);
    expect(doing(live, 'hello', ['failing'])).toBe('fine');
  });

  test('is what the kernel said as long as nothing happened', () => {
    expect(doing(QUIET, 'hello', ['failing', 'missing'])).toBe('failing');
    expect(doing(QUIET, 'hello', [])).toBeNull();
    expect(after(QUIET, [])).toBe(QUIET);
    const refused = after(QUIET, [run({ id: 'r', status: 'refused' })]);
    expect(doing(refused, 'hello', [])).toBeNull();
  });
});

test('a drawing for paper has its own text colour and its size', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><text>a</text></svg>';
  const paper = forPaper(svg);
  expect(paper).toMatchObject({ width: 30, height: 20 });
  expect(paper.text).toContain('color:#24292f');
});
