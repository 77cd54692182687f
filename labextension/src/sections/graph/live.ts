/** What the functions are doing, as far as the pushes told since the graph was drawn. */

import type { RunRow } from '../../protocol';
import { failed } from '../../ui/status';

export type Doing = 'running' | 'failing' | 'fine';

export interface Live {
  /** Ids of open runs, by function. */
  readonly open: ReadonlyMap<string, ReadonlySet<string>>;
  /** How the newest ended run went, with its start. */
  readonly ended: ReadonlyMap<string, { at: number; doing: Doing }>;
}

export const QUIET: Live = { open: new Map(), ended: new Map() };

/** Takes news in; the same object when nothing changed. */
export function after(live: Live, runs: readonly RunRow[], gone: readonly string[] = []): Live {
  if (runs.length === 0 && gone.length === 0) {
    return live;
  }
  const open = new Map(live.open);
  for (const [name, ids] of live.open) {
    const left = new Set([...ids].filter((id) => !gone.includes(id)));
    if (left.size > 0) {
      open.set(name, left);
    } else {
      open.delete(name);
    }
  }
  const ended = new Map(live.ended);
  for (const run of runs) {
    const ids = new Set(open.get(run.function));
    if (run.status === 'started') {
      ids.add(run.id);
    } else {
      ids.delete(run.id);
      // A trigger that a guard stopped never ran: it says nothing about the function.
      const before = ended.get(run.function)?.at ?? -Infinity;
      if (run.status !== 'refused' && run.started >= before) {
        ended.set(run.function, {
          at: run.started,
          doing: failed(run.status) ? 'failing' : 'fine',
        });
      }
    }
    if (ids.size > 0) {
      open.set(run.function, ids);
    } else {
      open.delete(run.function);
    }
  }
  return { open, ended };
}

/** What a function is doing; `marks` are what the kernel said when it laid the graph out. */
export function doing(live: Live, name: string, marks: readonly string[]): Doing | null {
  if (live.open.has(name)) {
    return 'running';
  }
  const last = live.ended.get(name);
  if (last) {
    return last.doing;
  }
  return marks.includes('running') ? 'running' : marks.includes('failing') ? 'failing' : null;
}
