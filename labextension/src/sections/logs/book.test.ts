import { describe, expect, test } from 'vitest';
import type { RunRow } from '../../protocol';
import { append, cursorOf, EMPTY, endOf, forget, missing, PAGE, refill, rowAt, size } from './book';
import type { Book } from './book';
import { longLog, nth } from '../../testing/runs';

/** Reads a whole log as the table does: page after page, forgetting what is far away. */
function readTo(length: number): { book: Book; held: number } {
  const log = longLog(length);
  let book = EMPTY;
  let held = 0;
  while (book.more) {
    const before = endOf(book) ?? undefined;
    const { rows, more } = log.page({ filter: {}, before, limit: PAGE });
    book = append(book, rows, more);
    book = forget(book, size(book) - 1, size(book) - 1);
    held = Math.max(held, rowsHeld(book));
  }
  return { book, held };
}

function rowsHeld(book: Book): number {
  return book.pages.reduce((sum, page) => sum + (page.rows?.length ?? 0), 0);
}

describe('a book of pages', () => {
  test('reads a million rows in order and holds few of them', () => {
    const { book, held } = readTo(1_000_000);
    expect(size(book)).toBe(1_000_000);
    expect(held).toBeLessThan(15_000);
    expect(rowAt(book, 0)).toEqual(nth(0));
    expect(rowAt(book, 999_999)).toEqual(nth(999_999));
    expect(rowAt(book, 500_000)).toBeUndefined();
  }, 60_000);

  test('fetches forgotten pages again with the cursor they were asked for with', () => {
    const length = 100_000;
    const log = longLog(length);
    let { book } = readTo(length);
    const gone = missing(book, 50_000, 50_010);
    expect(gone.length).toBeGreaterThan(0);
    for (const at of gone) {
      const before = book.pages[at]?.before ?? undefined;
      const limit = (book.pages[at]?.length ?? 0) + 20;
      book = refill(book, at, log.page({ filter: {}, before, limit }).rows);
    }
    expect(rowAt(book, 50_005)).toEqual(nth(50_005));
    expect(size(book)).toBe(length);
  });

  test('takes a row that comes twice only once', () => {
    let book = append(EMPTY, [nth(0), nth(1)], true);
    book = append(book, [nth(1), nth(2)], false);
    expect(size(book)).toBe(3);
    expect(rowAt(book, 2)).toEqual(nth(2));
  });

  test('ends when a page brings nothing new', () => {
    const book = append(append(EMPTY, [nth(0)], true), [], true);
    expect(book.more).toBe(false);
  });

  test('tells the cursor behind the last row', () => {
    expect(endOf(EMPTY)).toBeNull();
    expect(endOf(append(EMPTY, [nth(0), nth(1)], true))).toEqual(cursorOf(nth(1)));
  });

  test('keeps the first page, whatever is looked at', () => {
    const { book } = readTo(50_000);
    const first = book.pages[0]?.rows as RunRow[];
    expect(first[0]).toEqual(nth(0));
  });
});
