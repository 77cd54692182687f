/** Runs for tests: a log of any length whose rows can be computed from their place. */

import type { RunFilter, RunRow } from '../protocol';

/** Start of the newest run. */
export const NEWEST = 1_760_000_000_000;

/** A run; whatever is not told is plain. */
export function run(part: Partial<RunRow> & { id: string }): RunRow {
  return {
    root: part.root ?? part.id,
    parent: null,
    trigger: null,
    function: 'hello',
    version: 1,
    kernel: 'k1',
    cell: 'In[1]',
    started: NEWEST,
    duration: 1,
    status: 'success',
    params_line: 'name="Ada"',
    result_line: '"Hello, Ada"',
    error: null,
    ...part,
  };
}

/** The run at `place` of a long log, 0 being the newest. */
export function nth(place: number): RunRow {
  return run({ id: idOf(place), started: NEWEST - place * 10, duration: place % 7 });
}

export function idOf(place: number): string {
  return `k1.${String(9_999_999 - place).padStart(7, '0')}`;
}

/** Answers `logs.page` from a log of `length` runs; `asked` keeps the cursors. */
export function longLog(length: number): {
  page: (args: { filter: RunFilter; before?: [number, string]; limit: number }) => {
    rows: RunRow[];
    more: boolean;
  };
  asked: ([number, string] | undefined)[];
} {
  const asked: ([number, string] | undefined)[] = [];
  return {
    asked,
    page: ({ before, limit }) => {
      asked.push(before);
      const first = before === undefined ? 0 : (NEWEST - before[0]) / 10 + 1;
      const count = Math.max(0, Math.min(limit, length - first));
      return {
        rows: Array.from({ length: count }, (_, at) => nth(first + at)),
        more: first + count < length,
      };
    },
  };
}
