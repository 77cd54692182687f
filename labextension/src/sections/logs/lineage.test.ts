import { describe, expect, test } from 'vitest';
import { foldedAtFirst, lineage, unfolded } from './lineage';
import { run } from '../../testing/runs';

const tree = [
  run({ id: 'r', started: 1 }),
  run({ id: 'b', root: 'r', parent: 'r', started: 3 }),
  run({ id: 'a', root: 'r', parent: 'r', started: 2 }),
  run({ id: 'a1', root: 'r', parent: 'a', started: 2.5 }),
  run({ id: 't', root: 'r', parent: 'r', trigger: 'a', started: 2.7 }),
];
const told = (steps: ReturnType<typeof lineage>): string[] =>
  steps.map(
    ({ run: { id }, depth, triggered }) => `${' '.repeat(depth)}${triggered ? '↳' : ''}${id}`,
  );

describe('a call tree', () => {
  test('is told parents first, oldest first, what was triggered under what ended', () => {
    expect(told(lineage(tree))).toEqual(['r', ' a', '  a1', '  ↳t', ' b']);
  });

  test('counts what stands directly under a run', () => {
    expect(lineage(tree).map(({ children }) => children)).toEqual([2, 2, 0, 0, 0]);
  });

  test('makes a root of a run whose parent is not known', () => {
    expect(told(lineage([run({ id: 'x', parent: 'gone' })]))).toEqual(['x']);
  });

  test('tells runs that point at each other once each', () => {
    const circle = [run({ id: 'a', parent: 'b' }), run({ id: 'b', parent: 'a' })];
    expect(lineage(circle)).toHaveLength(2);
    expect(lineage([run({ id: 'a', parent: 'a' })])).toHaveLength(1);
  });

  test('takes a chain of 20,000 calls without running out of stack', () => {
    const chain = Array.from({ length: 20_000 }, (_, at) =>
      run({ id: `c${at}`, root: 'c0', parent: at ? `c${at - 1}` : null, started: at }),
    );
    expect(lineage(chain).at(-1)?.depth).toBe(19_999);
  });

  test('hides everything under a folded run', () => {
    expect(told(unfolded(lineage(tree), new Set(['a'])))).toEqual(['r', ' a', ' b']);
    expect(unfolded(lineage(tree), new Set(['r']))).toHaveLength(1);
    expect(unfolded(lineage(tree), new Set())).toHaveLength(5);
  });

  test('begins folded when it is large, except on the way to the chosen run', () => {
    const steps = lineage(tree);
    expect(foldedAtFirst(steps, 'r')).toEqual(new Set());
    expect(foldedAtFirst(steps, 'r', 3)).toEqual(new Set(['a']));
    expect(foldedAtFirst(steps, 'a1', 3)).toEqual(new Set());
  });
});
