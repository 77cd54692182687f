/**
 * All functions of a store, ready to be searched while a person types.
 *
 * Lower-case texts are prepared once per list, so a key stroke is one pass of `includes` over 10,000
 * of them. Everything here is pure, and items never change in place.
 */

import type { FunctionRow, FunctionStats, RunRow, Status } from '../../protocol';
import { failed } from '../../ui/status';

export interface Item {
  row: FunctionRow;
  stats: FunctionStats | null;
  /** Lower case. */
  name: string;
  /** Lower case: name, description, tags, origin. */
  text: string;
}

export const MARKS = ['drafts', 'failing', 'sandbox', 'keys'] as const;
/** What a list can be narrowed to. */
export type Mark = (typeof MARKS)[number];

export interface Wanted {
  text: string;
  marks: readonly Mark[];
  tag: string;
}

export interface Order {
  column: string;
  descending: boolean;
}

/** Once for each list; `withStats` is for what changes more often. */
export function prepare(rows: readonly FunctionRow[]): Item[] {
  return rows.map((row) => ({
    row,
    stats: null,
    name: row.name.toLowerCase(),
    text: [row.name, row.description, ...row.tags, row.origin].join('\n').toLowerCase(),
  }));
}

export function withStats(items: readonly Item[], stats: readonly FunctionStats[]): Item[] {
  const known = new Map(stats.map((each) => [each.name, each]));
  return items.map((item) => {
    const found = known.get(item.row.name);
    return found === undefined ? item : { ...item, stats: found };
  });
}

/** Runs that were heard of after the statistics were taken; only last run and its status. */
export function freshen(
  stats: readonly FunctionStats[] | undefined,
  runs: ReadonlyMap<string, RunRow>,
): FunctionStats[] {
  const found = new Map(stats?.map((each) => [each.name, each]));
  for (const [name, run] of runs) {
    const old = found.get(name);
    if (old !== undefined && old.last > run.started) {
      continue;
    }
    const none = { name, runs: 0, errors: 0, p50: run.duration ?? 0, p95: run.duration ?? 0 };
    found.set(name, { ...(old ?? none), last: run.started, last_status: run.status });
  }
  return [...found.values()];
}

export function narrow(items: readonly Item[], { text, marks, tag }: Wanted): Item[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter(
    (item) =>
      words.every((word) => item.text.includes(word)) &&
      marks.every((mark) => bears(item, mark)) &&
      (tag === '' || item.row.tags.includes(tag)),
  );
}

export function bears({ row, stats }: Item, mark: Mark): boolean {
  switch (mark) {
    case 'drafts':
      return row.state === 'draft';
    case 'failing':
      return stats !== null && isFailing(stats.last_status);
    case 'sandbox':
      return row.trust === 'sandbox';
    case 'keys':
      return row.missing;
  }
}

/** By a column; what is alike by its name. */
export function order(items: readonly Item[], { column, descending }: Order): Item[] {
  const key = KEYS[column] ?? byName;
  const sign = descending ? -1 : 1;
  return [...items].sort((one, other) => {
    const a = key(one);
    const b = key(other);
    if (a === b) {
      return compare(one.name, other.name);
    }
    // What has no value stands last, whichever way round.
    if (a === null || b === null) {
      return a === null ? 1 : -1;
    }
    return sign * compare(a, b);
  });
}

/** The same items; those first whose names are, begin with, or contain what is searched for. */
export function nearest(items: Item[], text: string): Item[] {
  const start = text.trim().toLowerCase();
  if (start === '') {
    return items;
  }
  const found: [Item[], Item[], Item[], Item[]] = [[], [], [], []];
  for (const item of items) {
    found[nearness(item, start)].push(item);
  }
  return found.flat();
}

/** Tags with how many functions bear them, most first. */
export function tagsOf(items: readonly Item[]): [string, number][] {
  const found = new Map<string, number>();
  for (const { row } of items) {
    for (const tag of row.tags) {
      found.set(tag, (found.get(tag) ?? 0) + 1);
    }
  }
  return [...found].sort((one, other) => other[1] - one[1] || compare(one[0], other[0]));
}

function nearness({ name }: Item, start: string): 0 | 1 | 2 | 3 {
  return name === start ? 0 : name.startsWith(start) ? 1 : name.includes(start) ? 2 : 3;
}

type Key = (item: Item) => string | number | null;

const byName: Key = ({ name }) => name;
const KEYS: Readonly<Record<string, Key>> = {
  name: byName,
  state: ({ row }) => row.state,
  last: ({ stats }) => stats?.last ?? null,
  p50: ({ stats }) => (stats && stats.runs > 0 ? stats.p50 : null),
  runs: ({ stats }) => stats?.runs ?? null,
  errors: ({ stats }) => stats?.errors ?? null,
};

function isFailing(status: Status | null): boolean {
  return status !== null && failed(status);
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
