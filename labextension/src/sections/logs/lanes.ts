/** Where the bars of a waterfall lie, and how one moves along its time axis. Milliseconds. */

import type { RunRow } from '../../protocol';

/** The part of the axis that is in sight. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Bar {
  /** Percent of the width in sight; parts that stick out are cut. */
  left: number;
  width: number;
  /** Whether it has no end yet, or none that is known. */
  open: boolean;
  /** Whether nothing of it is in sight, and on which side it lies. */
  beyond: 'before' | 'after' | null;
}

/** The narrowest part of the axis that can be looked at. */
const LEAST = 1e-3;

/** From the first start to the last end; an open run reaches `now`. */
export function whole(runs: readonly RunRow[], now: number): Span {
  let from = Infinity;
  let to = -Infinity;
  for (const run of runs) {
    from = Math.min(from, run.started);
    to = Math.max(to, endOf(run, now));
  }
  return Number.isFinite(from) && to > from
    ? { from, to }
    : { from: finite(from), to: finite(from) + 1 };
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/** When a run ended. A running one goes on; of a lost one nothing is known but its start. */
export function endOf(run: RunRow, now: number): number {
  if (run.duration !== null) {
    return run.started + run.duration;
  }
  return run.status === 'started' ? Math.max(now, run.started) : run.started;
}

export function bar(run: RunRow, span: Span, now: number): Bar {
  const room = span.to - span.from;
  const open = run.duration === null;
  const begin = (run.started - span.from) / room;
  const end = (endOf(run, now) - span.from) / room;
  const left = Math.min(1, Math.max(0, begin));
  const right = Math.min(1, Math.max(left, end));
  return {
    left: 100 * left,
    width: 100 * (right - left),
    open,
    beyond: end < 0 ? 'before' : begin > 1 ? 'after' : null,
  };
}

/** Zooms by `factor` (above 1 is nearer) around a place between 0 and 1; stays within `all`. */
export function zoomed(span: Span, all: Span, factor: number, around = 0.5): Span {
  const room = Math.max(LEAST, (span.to - span.from) / factor);
  const fixed = span.from + (span.to - span.from) * around;
  return within({ from: fixed - room * around, to: fixed + room * (1 - around) }, all);
}

/** Moves by a part of what is in sight. */
export function moved(span: Span, all: Span, part: number): Span {
  const by = (span.to - span.from) * part;
  return within({ from: span.from + by, to: span.to + by }, all);
}

/** One run with a little room around it. */
export function around(run: RunRow, all: Span, now: number): Span {
  const room = Math.max(LEAST, (endOf(run, now) - run.started) * 0.05);
  return within({ from: run.started - room, to: endOf(run, now) + room }, all);
}

function within(span: Span, all: Span): Span {
  const room = span.to - span.from;
  if (room >= all.to - all.from) {
    return all;
  }
  const from = Math.min(Math.max(span.from, all.from), all.to - room);
  return { from, to: from + room };
}

/** Round marks, as milliseconds after `origin`, with their place in percent. */
export function ticks(span: Span, origin: number, most = 5): { at: number; left: number }[] {
  const room = span.to - span.from;
  if (!(room > 0)) {
    return [];
  }
  const step = round(room / most);
  const marks: { at: number; left: number }[] = [];
  const first = Math.ceil((span.from - origin) / step - 1e-9) + 0;
  for (let count = first; marks.length < 2 * most; count += 1) {
    const at = count * step;
    const left = (100 * (origin + at - span.from)) / room;
    if (left > 92) {
      break;
    }
    marks.push({ at, left: Math.max(0, left) });
  }
  return marks;
}

/** The next of 1, 2, 5, 10, 20, … at or above `value`. */
function round(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
}
