/** Edges as SVG paths, from the corners that the kernel laid out. */

import type { Graph, GraphEdge, GraphNode } from '../../protocol';

/**
 * Whether ranks go down the page; else they go to the right. The kernel does not say, but an edge
 * leaves its box along the ranks.
 */
export function goesDown(graph: Graph, nodes: ReadonlyMap<string, GraphNode>): boolean {
  let down = 0;
  for (const { source, points } of graph.edges) {
    const box = nodes.get(source);
    const first = points[0];
    if (box && first) {
      const across = Math.min(Math.abs(first[0] - box.x), Math.abs(first[0] - box.x - box.width));
      const along = Math.min(Math.abs(first[1] - box.y), Math.abs(first[1] - box.y - box.height));
      down += along < across ? 1 : -1;
    }
  }
  return down > 0;
}

/** The way of an edge and the head of its arrow. Segments alternate: straight, curve, straight. */
export function wayOf(
  edge: GraphEdge,
  down: boolean,
  source: GraphNode | undefined,
): { way: string; tip: string } {
  const { points } = edge;
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last || points.length < 2) {
    return source ? loop(source) : { way: '', tip: '' };
  }
  const parts = [`M${n(first[0])} ${n(first[1])}`];
  for (let at = 1; at < points.length; at += 1) {
    const [x0, y0] = points[at - 1] ?? first;
    const [x1, y1] = points[at] ?? last;
    if (at % 2 === 1) {
      parts.push(`L${n(x1)} ${n(y1)}`);
    } else if (down) {
      const bend = (y1 - y0) / 2;
      parts.push(`C${n(x0)} ${n(y0 + bend)} ${n(x1)} ${n(y1 - bend)} ${n(x1)} ${n(y1)}`);
    } else {
      const bend = (x1 - x0) / 2;
      parts.push(`C${n(x0 + bend)} ${n(y0)} ${n(x1 - bend)} ${n(y1)} ${n(x1)} ${n(y1)}`);
    }
  }
  const onward = down ? last[1] > first[1] : last[0] > first[0];
  return { way: parts.join(''), tip: tip(last[0], last[1], down, onward ? 1 : -1) };
}

/** A function that calls itself: a bow above its box. */
function loop(box: GraphNode): { way: string; tip: string } {
  const right = box.x + box.width;
  const { y } = box;
  return {
    way: `M${n(right - 26)} ${n(y)}C${n(right - 28)} ${n(y - 17)} ${n(right - 8)} ${n(y - 17)} ${n(right - 10)} ${n(y)}`,
    tip: tip(right - 10, y, true, 1),
  };
}

function tip(x: number, y: number, down: boolean, sign: number): string {
  const back = -8 * sign;
  return down ? `M${n(x)} ${n(y)}l-3.6 ${back}h7.2z` : `M${n(x)} ${n(y)}l${back} -3.6v7.2z`;
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
