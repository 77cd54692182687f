import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import type { Graph, GraphNode } from '../../protocol';
import { fakeKernel, failure, pending } from '../../testing/fake';
import type { FakeKernel, Handlers } from '../../testing/fake';
import * as clipboard from '../../ui/clipboard';
import { run } from '../../testing/runs';
import { GraphSection, LARGE } from './GraphSection';

const HOSTILE = '<img src=x onerror=alert(1)>';
const node = (id: string, part: Partial<GraphNode> = {}): GraphNode => ({
  id, kind: 'function', label: id, x: 0, y: 0, width: 120, height: 30, marks: [], ...part,
}); // prettier-ignore
const SMALL: Graph = {
  nodes: [
    node('report', { marks: ['failing'] }),
    node('clean', { x: 200, marks: ['draft', 'sandbox'] }),
    node('key:api', { kind: 'key', label: 'api', x: 200, y: 60, marks: ['missing'] }),
  ],
  edges: [
    { source: 'report', target: 'clean', kind: 'dependency', points: [[120, 15], [120, 15], [200, 15], [200, 15]] }, // prettier-ignore
    { source: 'report', target: 'key:api', kind: 'key', points: [] },
  ],
  width: 320,
  height: 90,
  hidden: 0,
};

function shown(handlers: Handlers = {}, place = {}): FakeKernel {
  const fake = fakeKernel({ graph: () => SMALL, ...handlers });
  fake.show(<GraphSection client={fake.client} />, { section: 'graph', ...place });
  return fake;
}
const box = (): Promise<HTMLElement> => screen.findByRole('application');
const chosen = (): HTMLElement => screen.getByRole('region', { name: 'Chosen in the graph' });
function click(name: RegExp): void {
  const target = screen.getByRole('img', { name });
  fireEvent.pointerDown(target, { button: 0, clientX: 5, clientY: 5 });
  fireEvent.pointerUp(target, { clientX: 5, clientY: 5 });
}

describe('the graph', () => {
  test('says what each node is and what is marked on it', async () => {
    shown();
    await box();
    expect(screen.getByRole('img', { name: 'report, function, last run failed' })).toBeTruthy();
    expect(
      screen.getByRole('img', {
        name: 'clean, function, draft, not approved, runs in the sandbox',
      }),
    ).toBeTruthy();
    const legend = screen.getByRole('list', { name: 'Legend' });
    expect(within(legend).getByText('depends on')).toBeTruthy();
    expect(within(legend).queryByText('triggers')).toBeNull();
  });

  test('shows what runs and how it ended as it happens', async () => {
    const fake = shown();
    await box();
    const push = (status: 'started' | 'success'): void =>
      act(() =>
        fake.push({
          v: 1,
          event: 'runs',
          gone: [],
          runs: [run({ id: '1', function: 'report', status })],
          dropped: 0,
        }),
      );
    push('started');
    expect(screen.getByRole('img', { name: 'report, function, running' })).toBeTruthy();
    push('success');
    expect(screen.getByRole('img', { name: 'report, function, last run fine' })).toBeTruthy();
  });

  test('is laid out anew when definitions change, and keeps the old one until then', async () => {
    let slow = false;
    const fake = shown({ graph: () => (slow ? pending : SMALL) });
    await box();
    slow = true;
    const before = fake.asked('graph').length;
    act(() => fake.push({ v: 1, event: 'definitions', generation: 2, names: ['new'] }));
    await waitFor(() => expect(fake.asked('graph')).toHaveLength(before + 1));
    expect(screen.getByRole('img', { name: /^clean/ })).toBeTruthy();
  });

  test('tells about a clicked node, and leads on from it', async () => {
    const fake = shown();
    await box();
    click(/^clean/);
    expect(within(chosen()).getByText('is needed by')).toBeTruthy();
    fireEvent.click(within(chosen()).getByRole('button', { name: 'report' }));
    expect(within(chosen()).getByText('uses key')).toBeTruthy();
    fireEvent.click(await within(chosen()).findByRole('button', { name: 'Open' }));
    expect(fake.places.at(-1)).toEqual({ section: 'functions', name: 'report' });
    fireEvent.click(within(chosen()).getByRole('button', { name: 'Only around it' }));
    await waitFor(() =>
      expect(fake.asked('graph').at(-1)).toMatchObject({ name: 'report', hops: 2 }),
    );
    fireEvent.change(screen.getByLabelText('Steps from it'), { target: { value: '4' } });
    await waitFor(() => expect(fake.asked('graph').at(-1)).toMatchObject({ hops: 4 }));
    fireEvent.click(screen.getByRole('button', { name: 'Draw all' }));
    await waitFor(() => expect(fake.asked('graph').at(-1)?.name).toBeUndefined());
  });

  test('is walked through with the keyboard', async () => {
    const fake = shown();
    const view = await box();
    fireEvent.keyDown(view, { key: 'ArrowRight' });
    expect(view.getAttribute('aria-activedescendant')).toBe(
      screen.getByRole('img', { name: /^report/ }).id,
    );
    fireEvent.keyDown(view, { key: 'ArrowRight' });
    fireEvent.keyDown(view, { key: 'Enter' });
    expect(fake.places.at(-1)).toEqual({ section: 'functions', name: 'clean' });
    fireEvent.keyDown(view, { key: 'Escape' });
    expect(screen.queryByRole('region', { name: 'Chosen in the graph' })).toBeNull();
  });

  test('moves when it is dragged and zooms with keys, without drawing anew', async () => {
    shown();
    const view = await box();
    const moved = (): string | null =>
      view.querySelector('svg > g')?.getAttribute('transform') ?? null;
    const drawn = screen.getByRole('img', { name: /^report/ });
    const first = moved();
    fireEvent.pointerDown(drawn, { button: 0, clientX: 5, clientY: 5 });
    fireEvent.pointerMove(drawn, { clientX: 45, clientY: 25 });
    fireEvent.pointerUp(drawn, { clientX: 45, clientY: 25 });
    const second = moved();
    expect(second).not.toBe(first);
    // A drag is no click.
    expect(screen.queryByRole('region', { name: 'Chosen in the graph' })).toBeNull();
    fireEvent.keyDown(view, { key: '+' });
    expect(moved()).not.toBe(second);
    expect(screen.getByRole('img', { name: /^report/ })).toBe(drawn);
  });

  test('finds nodes, dims the others, and asks for what is not drawn', async () => {
    const fake = shown();
    await box();
    const field = screen.getByRole('searchbox');
    fireEvent.change(field, { target: { value: 'cle' } });
    expect(screen.getByRole('img', { name: /^report/ }).getAttribute('class')).toContain('dim');
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(within(chosen()).getByText(/clean/)).toBeTruthy();
    fireEvent.change(field, { target: { value: 'elsewhere' } });
    expect(screen.getByText('not drawn')).toBeTruthy();
    fireEvent.keyDown(field, { key: 'Enter' });
    await waitFor(() => expect(fake.asked('graph').at(-1)).toMatchObject({ name: 'elsewhere' }));
  });

  test('asks for what the switches say', async () => {
    const fake = shown();
    await box();
    fireEvent.click(screen.getByRole('button', { name: 'keys' }));
    fireEvent.click(screen.getByRole('button', { name: 'triggers' }));
    await waitFor(() =>
      expect(fake.asked('graph').at(-1)).toEqual({
        dependencies: true,
        triggers: false,
        keys: true,
        imports: false,
      }),
    );
  });

  test('shows the surroundings of the busiest function of a large graph first', async () => {
    const nodes = Array.from({ length: LARGE + 1 }, (_, at) => node(`f${at}`));
    const edges = [1, 2, 3].map((at) => ({
      source: `f${at}`,
      target: 'f0',
      kind: 'dependency' as const,
      points: [],
    }));
    const large = { ...SMALL, nodes, edges };
    const fake = shown({ graph: ({ name }) => (name ? { ...SMALL, hidden: 998 } : large) });
    await screen.findByText(/busiest part comes first/);
    expect(fake.asked('graph').at(-1)).toMatchObject({ name: 'f0', hops: 2 });
    expect((await screen.findAllByRole('img', { name: /function/ })).length).toBeLessThan(10);
    fireEvent.click(screen.getByRole('button', { name: 'Draw all' }));
    await waitFor(() => expect(document.querySelectorAll('.bnb-node')).toHaveLength(LARGE + 1));
  });

  test('saves the text that the kernel writes', async () => {
    const download = vi.spyOn(clipboard, 'download').mockImplementation(() => undefined);
    const fake = shown({ 'graph.export': ({ format }) => `text of ${format}` });
    await box();
    const menu = screen.getByLabelText('Save the graph as a file');
    fireEvent.change(menu, { target: { value: 'mermaid' } });
    await waitFor(() => expect(download).toHaveBeenCalledWith('functions.mmd', expect.any(Blob)));
    expect(fake.asked('graph.export')).toEqual([
      { dependencies: true, triggers: true, keys: false, imports: false, format: 'mermaid' },
    ]);
  });

  test('says what to do when there is nothing, something is wrong, or it takes time', async () => {
    shown({ graph: () => ({ nodes: [], edges: [], width: 0, height: 0, hidden: 0 }) });
    await screen.findByText('No functions yet');
    shown({
      graph: () => {
        throw failure('NotFound', 'the graph has no x', 'did you mean y');
      },
    });
    await screen.findByText('did you mean y');
    shown({ graph: () => pending });
    await screen.findByText('Laying out the graph…');
  });

  test('keeps hostile names text', async () => {
    const nodes = [node(HOSTILE, { marks: [HOSTILE, 'missing'] }), node('"><script>')];
    const edges = [{ source: HOSTILE, target: '"><script>', kind: 'trigger' as const, points: [] }];
    shown({ graph: () => ({ ...SMALL, nodes, edges }) }, { name: HOSTILE });
    await box();
    expect(document.querySelector('img, script')).toBeNull();
    expect(within(chosen()).getByText(HOSTILE)).toBeTruthy();
  });
});
