/**
 * How news from the kernel gets into the book, and which news the reader has to wait for.
 *
 * A push names runs that began or changed. One that the book has is replaced where it stands; one
 * that is newer than all of them goes to the front when the reader follows, and is counted when
 * not, so that nothing moves under the eyes of somebody who reads.
 */

import type { RunFilter, RunRow } from '../../protocol';
import { cursorOf, make, order, PAGE } from './book';
import type { Book, Page } from './book';

/** Whether a row is what `filter` asks for. Its text is not judged: see `judged`. */
export function fits(filter: RunFilter, row: RunRow): boolean {
  return (
    (filter.function === undefined || row.function === filter.function) &&
    (!filter.status?.length || filter.status.includes(row.status)) &&
    (filter.since === undefined || row.started >= filter.since) &&
    (filter.until === undefined || row.started <= filter.until) &&
    (filter.version === undefined || row.version === filter.version) &&
    (filter.slower_than === undefined || (row.duration ?? 0) > filter.slower_than) &&
    (!filter.roots_only || row.id === row.root)
  );
}

/** Whether a page can tell that a row fits; whole texts are only known to the store. */
export function judged(filter: RunFilter): boolean {
  return !filter.text;
}

export interface Merged {
  book: Book;
  /** Rows that were new and fit, but were not taken in. */
  held: RunRow[];
}

/** Takes `runs` into `book`; those newer than its first row only when `follow`. */
export function merge(
  book: Book,
  filter: RunFilter,
  runs: readonly RunRow[],
  follow: boolean,
): Merged {
  let pages: readonly Page[] = book.pages;
  let changed = false;
  const held: RunRow[] = [];
  for (const run of runs) {
    const first = pages[0]?.rows?.[0];
    const newer = first === undefined || order(cursorOf(run), cursorOf(first)) < 0;
    const wanted = judged(filter) && fits(filter, run);
    if (newer && wanted && !follow && first !== undefined) {
      held.push(run);
      continue;
    }
    const next = put(pages, run, { wanted, judged: judged(filter), more: book.more });
    changed ||= next !== pages;
    pages = next;
  }
  return { book: changed ? make(split(pages), book.more) : book, held };
}

/** Takes runs away that ended and left no record; a log that is read anew has them not either. */
export function without(book: Book, gone: readonly string[]): Book {
  const ids = new Set(gone);
  if (!book.pages.some(({ rows }) => rows?.some(({ id }) => ids.has(id)))) {
    return book;
  }
  const pages = book.pages.map((page) => {
    const rows = page.rows?.filter(({ id }) => !ids.has(id)) ?? null;
    return rows === null || rows.length === page.rows?.length
      ? page
      : { before: page.before, length: rows.length, rows };
  });
  return make(pages, book.more);
}

interface Judgement {
  wanted: boolean;
  judged: boolean;
  more: boolean;
}

function put(pages: readonly Page[], run: RunRow, is: Judgement): readonly Page[] {
  const key = cursorOf(run);
  // A page ends where the next one begins.
  let at = pages.findIndex((_, each) => {
    const end = pages[each + 1]?.before;
    return !end || order(key, end) <= 0;
  });
  if (at < 0) {
    if (!is.wanted) {
      return pages;
    }
    at = 0;
  }
  const page = pages[at] ?? { before: null, length: 0, rows: [] };
  if (page.rows === null) {
    return pages;
  }
  const place = placeOf(page.rows, run);
  const known = page.rows[place]?.id === run.id;
  const stays = known ? is.wanted || !is.judged : is.wanted;
  if (!stays && !known) {
    return pages;
  }
  // Behind the last row that was read, rows come with their page.
  if (!known && at >= pages.length - 1 && place === page.rows.length && is.more && place > 0) {
    return pages;
  }
  const rows = [...page.rows];
  rows.splice(place, known ? 1 : 0, ...(stays ? [run] : []));
  const changed = [...pages];
  changed[at] = { before: page.before, length: rows.length, rows };
  return changed;
}

/** Where `run` stands among `rows`, or where it would. */
function placeOf(rows: readonly RunRow[], run: RunRow): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = rows[middle];
    if (other !== undefined && order(cursorOf(other), cursorOf(run)) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Cuts a first page that grew long, so that a live log is forgotten like any other. */
function split(pages: readonly Page[]): readonly Page[] {
  const [first, ...rest] = pages;
  if (first?.rows == null || first.rows.length < 3 * PAGE) {
    return pages;
  }
  const cut: Page[] = [];
  let rows = first.rows;
  while (rows.length >= 2 * PAGE) {
    const at = rows.length - PAGE;
    const last = rows[at - 1];
    cut.unshift({
      before: last ? cursorOf(last) : null,
      length: PAGE,
      rows: rows.slice(at),
    });
    rows = rows.slice(0, at);
  }
  return [{ before: null, length: rows.length, rows }, ...cut, ...rest];
}

/** Adds news to what already waits; a run that is named again replaces its older word. */
export function wait(
  waiting: readonly RunRow[],
  filter: RunFilter,
  held: readonly RunRow[],
  news: readonly RunRow[],
): RunRow[] {
  if (waiting.length === 0) {
    return [...held];
  }
  const changed = new Map(news.map((run) => [run.id, run]));
  const rows = new Map(waiting.map((run) => [run.id, changed.get(run.id) ?? run]));
  for (const run of held) {
    rows.set(run.id, run);
  }
  return [...rows.values()].filter((run) => fits(filter, run));
}
