/**
 * Scrolling through more rows than a page can be high.
 *
 * Browsers stop at some ten million pixels, so of a long list only a *belt* of rows is laid out:
 * those from `base` on, at most `BELT`. When the reader comes near an end of it the belt moves by
 * half its length and the scroll position with it, in the same frame, so nobody sees it.
 */

export const BELT = 16_000;
const STEP = BELT / 2;
const EDGE = BELT / 5;

/** Where the last belt of a list of `length` rows begins. */
export function lastBase(length: number): number {
  return Math.max(0, Math.ceil((length - BELT) / STEP) * STEP);
}

/** How many rows of `length` lie on the belt that begins at `base`. */
export function onBelt(base: number, length: number): number {
  return Math.max(0, Math.min(BELT, length - base));
}

/**
 * Where the belt should begin so that `row` is well inside. It is the same base while that will do,
 * so a list that fits on one belt never moves.
 */
export function baseFor(row: number, base: number, length: number): number {
  const last = lastBase(length);
  const low = base > 0 && row < base + EDGE;
  const high = base < last && row > base + BELT - EDGE;
  if (base <= last && !low && !high) {
    return base;
  }
  const wanted = Math.floor((row - STEP / 2) / STEP) * STEP;
  return Math.min(last, Math.max(0, wanted));
}
