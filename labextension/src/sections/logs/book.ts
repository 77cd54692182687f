/**
 * The log as far as it has been read: pages, newest first, that can be forgotten and fetched again.
 *
 * Everything here is a pure function of a `Book`. A page remembers the cursor it was asked for with,
 * so a reader who went down a million rows holds some thousands of them and may come back. Rows are
 * ordered by start and id, and one run stands in the book once.
 */

import type { RunRow } from '../../protocol';

/** [started, id] of the last row before a page; null for the newest. */
export type Cursor = [number, string];

export interface Page {
  readonly before: Cursor | null;
  readonly length: number;
  /** Null when the rows were forgotten. */
  readonly rows: readonly RunRow[] | null;
}

export interface Book {
  readonly pages: readonly Page[];
  /** Index of the first row of each page, and the number of rows at the end. */
  readonly starts: readonly number[];
  /** Pages whose rows are there. */
  readonly held: number;
  /** Whether the store has older rows than the last page. */
  readonly more: boolean;
}

/** Rows that are asked for at once. */
export const PAGE = 200;

export const EMPTY: Book = { pages: [], starts: [0], held: 0, more: true };

/** Below zero when `one` stands before (is newer than) `two`. */
export function order(one: Cursor, two: Cursor): number {
  return two[0] - one[0] || (one[1] === two[1] ? 0 : one[1] > two[1] ? -1 : 1);
}

export function cursorOf(row: RunRow): Cursor {
  return [row.started, row.id];
}

export function make(pages: readonly Page[], more: boolean): Book {
  const starts = [0];
  let end = 0;
  let held = 0;
  for (const page of pages) {
    end += page.length;
    starts.push(end);
    held += page.rows === null ? 0 : 1;
  }
  return { pages, starts, held, more };
}

export function size(book: Book): number {
  return book.starts[book.starts.length - 1] ?? 0;
}

/** Which page the row at `index` is on. */
export function pageAt(book: Book, index: number): number {
  let low = 0;
  let high = book.pages.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((book.starts[middle] ?? 0) <= index) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

/** The row at `index`, or undefined where there is none or it was forgotten. */
export function rowAt(book: Book, index: number): RunRow | undefined {
  if (index < 0 || index >= size(book)) {
    return undefined;
  }
  const at = pageAt(book, index);
  return book.pages[at]?.rows?.[index - (book.starts[at] ?? 0)];
}

/** The cursor behind the last row; null when nothing was read. */
export function endOf(book: Book): Cursor | null {
  const last = book.pages[book.pages.length - 1];
  const row = last?.rows?.[last.rows.length - 1];
  return row ? cursorOf(row) : (last?.before ?? null);
}

/** Adds the page that follows the last one; rows that are known already fall away. */
export function append(book: Book, rows: readonly RunRow[], more: boolean): Book {
  const end = endOf(book);
  const known = new Set(book.pages[book.pages.length - 1]?.rows?.map((row) => row.id));
  const fresh = rows.filter((row) => !known.has(row.id));
  if (fresh.length === 0) {
    return { ...book, more: more && rows.length > 0 };
  }
  const page: Page = { before: end, length: fresh.length, rows: fresh };
  return {
    pages: [...book.pages, page],
    starts: [...book.starts, size(book) + fresh.length],
    held: book.held + 1,
    more,
  };
}

/** Puts the rows of a forgotten page back; those that belong to the next page fall away. */
export function refill(book: Book, at: number, rows: readonly RunRow[]): Book {
  const page = book.pages[at];
  if (page === undefined || page.rows !== null) {
    return book;
  }
  const next = book.pages[at + 1]?.before;
  const kept = next ? rows.filter((row) => order(cursorOf(row), next) <= 0) : [...rows];
  const pages = [...book.pages];
  pages[at] = { before: page.before, length: kept.length, rows: kept };
  return make(pages, book.more);
}

/**
 * Forgets the rows of pages that are more than `keep` pages away from those in sight; not at once,
 * but when they have become half as many again.
 */
export function forget(book: Book, first: number, last: number, keep = 20): Book {
  const low = pageAt(book, first) - keep;
  const high = pageAt(book, last) + keep;
  const final = book.pages.length - 1;
  if (book.held <= 3 * keep + (high - low - 2 * keep)) {
    return book;
  }
  // The first page takes in what is new, the last one says where to go on.
  const gone = (at: number): boolean => at !== 0 && at !== final && (at < low || at > high);
  const pages = book.pages.map((page, at) =>
    page.rows !== null && gone(at) ? { ...page, rows: null } : page,
  );
  return make(pages, book.more);
}

/** Pages among the rows `first` to `last` whose rows were forgotten. */
export function missing(book: Book, first: number, last: number): number[] {
  const found: number[] = [];
  for (let at = pageAt(book, first); at <= pageAt(book, last); at += 1) {
    if (book.pages[at]?.rows === null) {
      found.push(at);
    }
  }
  return found;
}
