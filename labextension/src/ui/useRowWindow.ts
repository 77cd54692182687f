/**
 * Which rows are in sight, on the belt of `treadmill.ts`.
 *
 * Every row has the same height, so where a row stands is a multiplication; that is all a general
 * virtualiser would compute here, in a twentieth of its size.
 */

import { useLayoutEffect, useState } from 'react';
import type { RefObject } from 'react';
import { flushSync } from 'react-dom';

import { baseFor, lastBase, onBelt } from './treadmill';

export interface RowWindow {
  /** Rows to draw, by their number in the whole list; `start` is in pixels from the belt's. */
  items: { index: number; start: number }[];
  /** First and last row in sight. */
  first: number;
  last: number;
  /** Height of the belt in pixels. */
  total: number;
  /** Rows that fit in sight. */
  page: number;
  /** Moves a row into sight, wherever it is. */
  reveal: (index: number) => void;
}

interface Wanted {
  scroller: RefObject<HTMLDivElement>;
  length: number;
  /** Pixels of a row, and of the head that covers the first line in sight. */
  height: number;
  head: number;
}

/** Height that is assumed where nothing is measured: a hidden sidebar, or a test. */
const UNSEEN = 480;
/** Rows that are drawn above and below those in sight. */
const SPARE = 12;
const AT_TOP = { base: 0, top: null };

/** Height and scroll position of an element, as they are when the next frame is drawn. */
function useScrolled(scroller: RefObject<HTMLDivElement>): {
  height: number;
  offset: number;
  setOffset: (offset: number) => void;
} {
  const [height, setHeight] = useState(UNSEEN);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) {
      return;
    }
    const measure = () => setHeight(element.clientHeight || UNSEEN);
    // Rendered at once: a frame later the place would be blank.
    const moved = () => flushSync(() => setOffset(element.scrollTop));
    measure();
    setOffset(element.scrollTop);
    const observer = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(measure);
    observer?.observe(element);
    element.addEventListener('scroll', moved, { passive: true });
    return () => {
      observer?.disconnect();
      element.removeEventListener('scroll', moved);
    };
  }, [scroller]);
  return { height, offset, setOffset };
}

export function useRowWindow({ scroller, length, height, head }: Wanted): RowWindow {
  // `top` is a scroll position that the element does not have yet.
  const [belt, setBelt] = useState<{ base: number; top: number | null }>(AT_TOP);
  const base = Math.min(belt.base, lastBase(length));
  const scrolled = useScrolled(scroller);
  const { setOffset } = scrolled;

  const seen = Math.max(height, scrolled.height - head);
  const top = belt.top ?? scrolled.offset;
  const page = Math.max(1, Math.floor(seen / height));
  const first = Math.max(0, Math.min(length - 1, base + Math.floor(top / height)));
  const last = Math.max(0, Math.min(length - 1, base + Math.ceil((top + seen) / height) - 1));

  const place = (newBase: number, newTop: number): void => setBelt({ base: newBase, top: newTop });
  // Before the browser paints: the belt that was just rendered is scrolled to where it belongs.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (belt.top === null || element === null) {
      return;
    }
    element.scrollTop = belt.top;
    // The scroll event comes a frame later; until then the old place would be drawn.
    setOffset(element.scrollTop);
    setBelt({ base: belt.base, top: null });
  }, [belt, scroller, setOffset]);

  const wanted = baseFor(Math.floor((first + last) / 2), base, length);
  useLayoutEffect(() => {
    if (wanted !== base) {
      place(wanted, top + (base - wanted) * height);
    }
  }, [wanted, base, top, height]);

  const reveal = (index: number): void => {
    const target = baseFor(index, base, length);
    const upper = (index - target) * height;
    const now = (base - target) * height + top;
    if (upper < now) {
      place(target, upper);
    } else if (upper + height > now + seen) {
      place(target, upper + height - seen);
    }
  };

  const count = onBelt(base, length);
  const from = Math.max(0, Math.floor(top / height) - SPARE);
  const to = Math.min(count, Math.ceil((top + seen) / height) + SPARE);
  const items = Array.from({ length: Math.max(0, to - from) }, (_, at) => ({
    index: base + from + at,
    start: (from + at) * height,
  }));
  return { items, first, last, total: count * height, page, reveal };
}
