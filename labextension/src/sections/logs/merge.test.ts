import { describe, expect, test } from 'vitest';
import type { RunFilter, RunRow } from '../../protocol';
import { append, EMPTY, PAGE, rowAt, size } from './book';
import type { Book } from './book';
import { fits, merge, wait, without } from './merge';
import { nth, run } from '../../testing/runs';

const bookOf = (rows: RunRow[], more = false): Book => append(EMPTY, rows, more);
const ids = (book: Book): string[] =>
  Array.from({ length: size(book) }, (_, at) => rowAt(book, at)?.id ?? '?');

/** The run that is newer than `nth(0)` by `steps`. */
const newer = (steps: number, part: Partial<RunRow> = {}): RunRow => ({
  ...nth(-steps),
  ...part,
});

describe('runs that left no record', () => {
  test('leave the book as well, wherever they stand', () => {
    const book = bookOf([nth(0), nth(1), nth(2)]);
    const left = without(book, [nth(1).id, 'of another page']);
    expect(ids(left)).toEqual([nth(0).id, nth(2).id]);
    expect(left.starts).toEqual([0, 2]);
  });

  test('change nothing when the book has none of them', () => {
    const book = bookOf([nth(0)]);
    expect(without(book, ['x'])).toBe(book);
  });
});

describe('news that meets the book', () => {
  test('goes to the front when the reader follows, newest first', () => {
    const { book, held } = merge(bookOf([nth(0)]), {}, [newer(1), newer(2)], true);
    expect(ids(book)).toEqual([newer(2).id, newer(1).id, nth(0).id]);
    expect(held).toEqual([]);
  });

  test('waits when the reader does not follow', () => {
    const before = bookOf([nth(0)]);
    const { book, held } = merge(before, {}, [newer(1)], false);
    expect(book).toBe(before);
    expect(held.map(({ id }) => id)).toEqual([newer(1).id]);
  });

  test('changes a run where it stands, whether the reader follows or not', () => {
    const ended = { ...nth(1), status: 'error' as const, duration: 5 };
    const { book } = merge(bookOf([nth(0), nth(1), nth(2)]), {}, [ended], false);
    expect(rowAt(book, 1)).toEqual(ended);
    expect(size(book)).toBe(3);
  });

  test('never holds one run twice, however often it is named', () => {
    let book = bookOf([nth(0)]);
    for (let round = 0; round < 3; round += 1) {
      book = merge(book, {}, [newer(1), newer(1, { duration: round })], true).book;
    }
    expect(ids(book)).toEqual([newer(1).id, nth(0).id]);
    expect(rowAt(book, 0)?.duration).toBe(2);
  });

  test('leaves out what does not fit, and takes out what no longer fits', () => {
    const filter: RunFilter = { status: ['started'] };
    const open = newer(1, { status: 'started', duration: null });
    let { book } = merge(bookOf([nth(5)]), filter, [open, newer(2)], true);
    expect(ids(book)).toEqual([open.id, nth(5).id]);
    ({ book } = merge(book, filter, [{ ...open, status: 'success' }], true));
    expect(ids(book)).toEqual([nth(5).id]);
  });

  test('takes in a run that fits only since it ended, at its place', () => {
    const filter: RunFilter = { status: ['error'] };
    const rows = [nth(0), nth(2)].map((each) => ({ ...each, status: 'error' as const }));
    const { book } = merge(bookOf(rows), filter, [{ ...nth(1), status: 'error' }], true);
    expect(ids(book)).toEqual([nth(0).id, nth(1).id, nth(2).id]);
  });

  test('leaves what lies behind the last page to its page', () => {
    const rows = [nth(0), nth(1)];
    expect(size(merge(bookOf(rows, true), {}, [nth(7)], true).book)).toBe(2);
    expect(size(merge(bookOf(rows, false), {}, [nth(7)], true).book)).toBe(3);
  });

  test('changes known rows but adds none when only the store can judge the text', () => {
    const filter: RunFilter = { text: 'Ada' };
    const changed = { ...nth(0), status: 'error' as const };
    const { book, held } = merge(bookOf([nth(0)]), filter, [changed, newer(1)], false);
    expect(ids(book)).toEqual([nth(0).id]);
    expect(rowAt(book, 0)?.status).toBe('error');
    expect(held).toEqual([]);
  });

  test('fills an empty log at once', () => {
    const { book } = merge(bookOf([]), {}, [nth(0)], false);
    expect(ids(book)).toEqual([nth(0).id]);
  });

  test('cuts a long live front into pages without losing a row', () => {
    const many = Array.from({ length: 5 * PAGE }, (_, at) => newer(at + 1));
    const { book } = merge(bookOf([nth(0)]), {}, many, true);
    expect(size(book)).toBe(5 * PAGE + 1);
    expect(book.pages.length).toBeGreaterThan(3);
    expect(ids(book)).toEqual([...many.map(({ id }) => id).reverse(), nth(0).id]);
  });
});

describe('what waits', () => {
  test('is counted once and keeps the newest word', () => {
    const open = newer(1, { status: 'started' });
    const ended = newer(1, { status: 'success' });
    const waiting = wait(wait([], {}, [open], [open]), {}, [ended], [ended]);
    expect(waiting).toEqual([ended]);
  });

  test('falls away when it no longer fits', () => {
    const filter: RunFilter = { status: ['started'] };
    const open = newer(1, { status: 'started' });
    expect(wait([open], filter, [], [{ ...open, status: 'success' }])).toEqual([]);
  });
});

describe('a filter', () => {
  const one = run({ id: 'a', root: 'r', started: 100, duration: 5, version: 2 });
  test.each<[RunFilter, boolean]>([
    [{}, true],
    [{ function: 'hello' }, true],
    [{ function: 'hell' }, false],
    [{ version: 2, since: 100, until: 100, slower_than: 4.9 }, true],
    [{ slower_than: 5 }, false],
    [{ since: 101 }, false],
    [{ until: 99 }, false],
    [{ roots_only: true }, false],
    [{ status: [] }, true],
    [{ status: ['error', 'lost'] }, false],
  ])('%j fits: %s', (filter, expected) => {
    expect(fits(filter, one)).toBe(expected);
  });
});
