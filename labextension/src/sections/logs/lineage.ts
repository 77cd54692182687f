/** The runs of a call tree in the order they are told: each after the one it came from. */

import type { RunRow } from '../../protocol';

export interface Step {
  readonly run: RunRow;
  /** Counts from 0. */
  readonly depth: number;
  /** Whether the end of another run caused it, rather than a call. */
  readonly triggered: boolean;
  /** How many steps stand directly under it. */
  readonly children: number;
}

/**
 * All runs, parents before children, oldest first among siblings. A run whose cause is not among
 * them is a root. Broken records that point at each other come last, each told once.
 */
export function lineage(runs: readonly RunRow[]): Step[] {
  const ordered = [...new Map(runs.map((run) => [run.id, run])).values()].sort(
    (one, two) => one.started - two.started || (one.id < two.id ? -1 : 1),
  );
  const known = new Map(ordered.map((run) => [run.id, run]));
  const below = new Map<string, RunRow[]>();
  const roots: RunRow[] = [];
  for (const run of ordered) {
    const cause = run.trigger !== null && known.has(run.trigger) ? run.trigger : run.parent;
    if (cause === null || cause === run.id || !known.has(cause)) {
      roots.push(run);
    } else {
      const siblings = below.get(cause);
      if (siblings) {
        siblings.push(run);
      } else {
        below.set(cause, [run]);
      }
    }
  }
  const told = new Set<string>();
  const steps: Step[] = [];
  for (const root of [...roots, ...ordered]) {
    const stack: [RunRow, number][] = [[root, 0]];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const [run, depth] = top;
      if (told.has(run.id)) {
        continue;
      }
      told.add(run.id);
      const children = below.get(run.id) ?? [];
      steps.push({ run, depth, triggered: run.trigger !== null, children: children.length });
      for (let at = children.length - 1; at >= 0; at -= 1) {
        const child = children[at];
        if (child) {
          stack.push([child, depth + 1]);
        }
      }
    }
  }
  return steps;
}

/** The steps that are seen when those in `folded` hide what is under them. */
export function unfolded(steps: readonly Step[], folded: ReadonlySet<string>): Step[] {
  const seen: Step[] = [];
  let hiding = Infinity;
  for (const step of steps) {
    if (step.depth > hiding) {
      continue;
    }
    hiding = folded.has(step.run.id) ? step.depth : Infinity;
    seen.push(step);
  }
  return seen;
}

/** Runs to fold at first, so that a large tree begins with its upper levels. */
export function foldedAtFirst(steps: readonly Step[], keep: string, most = 300): Set<string> {
  if (steps.length <= most) {
    return new Set();
  }
  const parents = new Map<string, string>();
  const path: string[] = [];
  for (const { run, depth } of steps) {
    path.length = depth;
    const above = path[depth - 1];
    if (above !== undefined) {
      parents.set(run.id, above);
    }
    path.push(run.id);
  }
  const open = new Set<string>();
  for (let at = parents.get(keep); at !== undefined && !open.has(at); at = parents.get(at)) {
    open.add(at);
  }
  return new Set(
    steps
      .filter(({ run, depth, children }) => children > 0 && depth > 0 && !open.has(run.id))
      .map(({ run }) => run.id),
  );
}
