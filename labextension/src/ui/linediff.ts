/**
 * Two texts line by line: the shortest edit (Myers' O(ND) search), and two ways to lay it out.
 *
 * Equal ends are cut off first. When what is left differs in more than `LIMIT` lines, the search
 * stops and the rest counts as replaced: a diff that nobody can read need not be the shortest.
 */

export interface Line {
  kind: 'same' | 'old' | 'new';
  /** Line numbers from 1; null on the side where the line does not stand. */
  old: number | null;
  new: number | null;
  text: string;
}

/** One row of the side-by-side layout; a side is null where the other has more lines. */
export interface Pair {
  left: Line | null;
  right: Line | null;
}

/** A stretch of rows; `folded` stretches hold unchanged lines that a reader need not see. */
export interface Stretch<T> {
  folded: boolean;
  rows: T[];
}

const LIMIT = 1500;
const NONE = '\u0000';

/** Lines as Python ends them: line feed and carriage return, nothing else. */
export function linesOf(text: string): string[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  if (lines.length > 0 && lines[lines.length - 1] === '') lines.pop();
  return lines;
}

export function diffLines(old: string, now: string): Line[] {
  const a = linesOf(old);
  const b = linesOf(now);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (
    end < a.length - start &&
    end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  ) {
    end++;
  }
  const found: Line[] = [];
  for (let i = 0; i < start; i++) found.push(same(i, i, a[i] ?? ''));
  found.push(...search(a, b, start, a.length - end, b.length - end));
  for (let i = end; i > 0; i--) {
    const at = a.length - i;
    found.push(same(at, b.length - i, a[at] ?? ''));
  }
  return found;
}

/** Deletions beside the insertions that follow them. */
export function sideBySide(lines: readonly Line[]): Pair[] {
  const pairs: Pair[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] as Line;
    if (line.kind === 'same') {
      pairs.push({ left: line, right: line });
      at++;
      continue;
    }
    const gone: Line[] = [];
    const come: Line[] = [];
    for (; at < lines.length && lines[at]?.kind === 'old'; at++) gone.push(lines[at] as Line);
    for (; at < lines.length && lines[at]?.kind === 'new'; at++) come.push(lines[at] as Line);
    for (let i = 0; i < Math.max(gone.length, come.length); i++) {
      pairs.push({ left: gone[i] ?? null, right: come[i] ?? null });
    }
  }
  return pairs;
}

/** Splits rows so that unchanged ones farther than `context` from a change are folded. */
export function fold<T>(
  rows: readonly T[],
  changed: (row: T) => boolean,
  context = 3,
): Stretch<T>[] {
  const near = new Uint8Array(rows.length);
  rows.forEach((row, at) => {
    if (!changed(row)) return;
    near.fill(1, Math.max(0, at - context), Math.min(rows.length, at + context + 1));
  });
  const found: Stretch<T>[] = [];
  rows.forEach((row, at) => {
    const folded = near[at] === 0;
    const last = found[found.length - 1];
    if (last && last.folded === folded) last.rows.push(row);
    else found.push({ folded, rows: [row] });
  });
  // A fold that hides one or two lines takes more room than the lines.
  return found.map((each) =>
    each.folded && each.rows.length < 3 ? { ...each, folded: false } : each,
  );
}

/** The part between what two lines begin and end with alike: `[start, end]` in each. */
export function changedPart(
  old: string,
  now: string,
): { old: [number, number]; new: [number, number] } {
  const most = Math.min(old.length, now.length);
  let start = 0;
  while (start < most && old[start] === now[start]) start++;
  let end = 0;
  while (end < most - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  return { old: [start, old.length - end], new: [start, now.length - end] };
}

/** How many lines went and came. */
export function counts(lines: readonly Line[]): { old: number; new: number } {
  let old = 0;
  let now = 0;
  for (const each of lines) {
    if (each.kind === 'old') old++;
    else if (each.kind === 'new') now++;
  }
  return { old, new: now };
}

function same(old: number, now: number, text: string): Line {
  return { kind: 'same', old: old + 1, new: now + 1, text };
}

function gone(at: number, text: string): Line {
  return { kind: 'old', old: at + 1, new: null, text };
}

function come(at: number, text: string): Line {
  return { kind: 'new', old: null, new: at + 1, text };
}

/** Myers' greedy search over `a[start:aEnd]` and `b[start:bEnd]`. */
function search(a: string[], b: string[], start: number, aEnd: number, bEnd: number): Line[] {
  const n = aEnd - start;
  const m = bEnd - start;
  const most = Math.min(n + m, LIMIT);
  const reach = new Int32Array(2 * most + 3);
  const middle = most + 1;
  const trail: Int32Array[] = [];
  for (let d = 0; d <= most; d++) {
    trail.push(reach.slice(middle - d - 1, middle + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && at(reach, middle + k - 1) < at(reach, middle + k + 1));
      let x = down ? at(reach, middle + k + 1) : at(reach, middle + k - 1) + 1;
      let y = x - k;
      while (x < n && y < m && (a[start + x] ?? NONE) === (b[start + y] ?? NONE)) {
        x++;
        y++;
      }
      reach[middle + k] = x;
      if (x >= n && y >= m) return walkBack(a, b, start, n, m, trail);
    }
  }
  const found: Line[] = [];
  for (let i = start; i < aEnd; i++) found.push(gone(i, a[i] ?? ''));
  for (let i = start; i < bEnd; i++) found.push(come(i, b[i] ?? ''));
  return found;
}

function walkBack(
  a: string[],
  b: string[],
  start: number,
  n: number,
  m: number,
  trail: Int32Array[],
): Line[] {
  const found: Line[] = [];
  let x = n;
  let y = m;
  for (let d = trail.length - 1; d >= 0; d--) {
    // `reach` as it was before step d, seen from its middle at offset d + 1.
    const reach = trail[d] as Int32Array;
    const k = x - y;
    const down = k === -d || (k !== d && at(reach, d + k) < at(reach, d + k + 2));
    const before = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : at(reach, d + 1 + before);
    const fromY = d === 0 ? 0 : fromX - before;
    while (x > fromX && y > fromY) {
      x--;
      y--;
      found.push(same(start + x, start + y, a[start + x] ?? ''));
    }
    if (d === 0) break;
    if (down) found.push(come(start + fromY, b[start + fromY] ?? ''));
    else found.push(gone(start + fromX, a[start + fromX] ?? ''));
    x = fromX;
    y = fromY;
  }
  return found.reverse();
}

function at(values: Int32Array, index: number): number {
  return values[index] ?? 0;
}
