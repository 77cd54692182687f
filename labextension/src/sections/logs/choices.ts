/** What the reader chose to see, as the form has it; and what that asks of the store. */

import type { RunFilter, Status } from '../../protocol';

export interface Choices {
  text: string;
  /** Name of a function; empty for all. */
  fn: string;
  version: string;
  status: readonly Status[];
  /** One of `SINCE`, or a local date and time as the browser's field writes it. */
  since: string;
  /** Milliseconds, as typed. */
  slower: string;
  roots: boolean;
}

export const ALL: Choices = {
  text: '',
  fn: '',
  version: '',
  status: [],
  since: '',
  slower: '',
  roots: false,
};

/** Names of spans of time, with their milliseconds. */
export const SINCE: readonly [string, string, number][] = [
  ['5m', 'last 5 minutes', 300_000],
  ['1h', 'last hour', 3_600_000],
  ['24h', 'last 24 hours', 86_400_000],
  ['7d', 'last 7 days', 604_800_000],
];

/** What `choices` asks of the store at the moment `now`; what cannot be understood asks nothing. */
export function asked(choices: Choices, now: number): RunFilter {
  const filter: RunFilter = {};
  const text = choices.text.trim();
  const fn = choices.fn.trim();
  const version = whole(choices.version);
  const slower = choices.slower.trim() === '' ? NaN : Number(choices.slower);
  const since = begin(choices.since, now);
  if (text) {
    filter.text = text;
  }
  if (fn) {
    filter.function = fn;
  }
  if (version !== null) {
    filter.version = version;
  }
  if (choices.status.length > 0) {
    filter.status = [...choices.status];
  }
  if (since !== null) {
    filter.since = since;
  }
  if (Number.isFinite(slower) && slower >= 0) {
    filter.slower_than = slower;
  }
  if (choices.roots) {
    filter.roots_only = true;
  }
  return filter;
}

function begin(since: string, now: number): number | null {
  const span = SINCE.find(([name]) => name === since);
  if (span) {
    return now - span[2];
  }
  const at = since ? new Date(since).getTime() : NaN;
  return Number.isNaN(at) ? null : at;
}

function whole(text: string): number | null {
  return /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null;
}

/** How many of the parts, the text aside, narrow what is shown. */
export function narrowed(choices: Choices): number {
  const { fn, version, status, since, slower, roots } = choices;
  return [fn.trim(), version.trim(), status.length, since, slower.trim(), roots].filter(Boolean)
    .length;
}

export function toggled(status: readonly Status[], one: Status): Status[] {
  return status.includes(one) ? status.filter((each) => each !== one) : [...status, one];
}
