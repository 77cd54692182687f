/** What a draft asks for as single grants, in words, and what of it was ticked. */

import type { Review } from '../../protocol';

type Asked = Review['asked'];
const LISTS = ['keys', 'hosts', 'reads', 'calls'] as const;
type ListKind = (typeof LISTS)[number];
export type Kind = ListKind | 'memory' | 'seconds' | 'kernel';

export interface Grant {
  kind: Kind;
  /** The key, host, path or function; the number as text; empty for the kernel. */
  which: string;
  words: string;
  /** Whether the policy of the machine forbids it. */
  forbidden: boolean;
  /** Whether the draft asks for it; the kernel can be granted unasked. */
  asked: boolean;
}

const WORDS: Record<ListKind, string> = {
  keys: 'read the key',
  hosts: 'connect to',
  reads: 'read files in',
  calls: 'have run in the kernel',
};
/** How the kernel names what a policy forbids. */
const FORBIDDEN: Readonly<Record<string, Kind>> = {
  key: 'keys',
  host: 'hosts',
  path: 'reads',
  call: 'calls',
  'run in the kernel': 'kernel',
};

export function grantsOf({ asked, forbidden }: Review): Grant[] {
  const barred = new Set(forbidden.map(([what, which]) => `${FORBIDDEN[what] ?? what} ${which}`));
  const grant = (kind: Kind, which: string, words: string, wanted = true): Grant => ({
    kind,
    which,
    words,
    forbidden: barred.has(`${kind} ${which}`),
    asked: wanted,
  });
  const found: Grant[] = [];
  if (asked.kernel) {
    found.push(grant('kernel', '', 'run in the kernel, with all that you may do'));
  }
  for (const kind of LISTS) {
    found.push(...asked[kind].map((which) => grant(kind, which, WORDS[kind])));
  }
  if (asked.memory !== null) {
    found.push(grant('memory', String(asked.memory), `use memory up to ${bytes(asked.memory)}`));
  }
  if (asked.seconds !== null) {
    found.push(grant('seconds', String(asked.seconds), `run for up to ${asked.seconds} s`));
  }
  if (!asked.kernel) {
    found.push(grant('kernel', '', 'run in the kernel, with all that you may do', false));
  }
  return found;
}

/** What is ticked at first: all that is asked for and may be granted. */
export function firstTicks(grants: readonly Grant[]): Grant[] {
  return grants.filter((each) => each.asked && !each.forbidden);
}

/** Exactly the ticked ones, as the request carries them. */
export function ticked(grants: readonly Grant[]): Partial<Asked> {
  const found: Partial<Asked> = {};
  for (const { kind, which } of grants) {
    if (kind === 'kernel') {
      found.kernel = true;
    } else if (kind === 'memory' || kind === 'seconds') {
      found[kind] = Number(which);
    } else {
      found[kind] = [...(found[kind] ?? []), which];
    }
  }
  return found;
}

function bytes(size: number): string {
  for (const [unit, power] of [
    ['GB', 2 ** 30],
    ['MB', 2 ** 20],
    ['KB', 2 ** 10],
  ] as const) {
    if (size >= power) {
      return `${Number((size / power).toPrecision(3))} ${unit}`;
    }
  }
  return `${size} bytes`;
}

/** `name@3` in its parts. */
export function parseLabel(label: string): { name: string; version: number } | null {
  const at = label.lastIndexOf('@');
  const version = Number(label.slice(at + 1));
  return at > 0 && Number.isInteger(version) ? { name: label.slice(0, at), version } : null;
}
