import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fakeKernel, failure, pending } from '../../testing/fake';
import type { FakeKernel, Handlers } from '../../testing/fake';
import { PAGE, rowAt, size } from './book';
import { LogReader } from './reader';
import { idOf, longLog, nth } from '../../testing/runs';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

async function reading(handlers: Handlers): Promise<{ fake: FakeKernel; reader: LogReader }> {
  const fake = fakeKernel(handlers);
  const reader = new LogReader(fake.client, () => undefined);
  reader.ask({});
  await settle();
  return { fake, reader };
}

describe('the reader of the log', () => {
  test('walks a million rows down and finds every one of them at its place', async () => {
    const length = 1_000_000;
    const { reader } = await reading({ 'logs.page': longLog(length).page });
    let most = 0;
    while (reader.state.book.more) {
      reader.more();
      await settle();
      const last = size(reader.state.book) - 1;
      reader.look(last - 30, last);
      most = Math.max(most, reader.state.book.pages.filter(({ rows }) => rows !== null).length);
    }
    expect(size(reader.state.book)).toBe(length);
    expect(most).toBeLessThan(80);
    // Back up, far from what is held: the rows are fetched again.
    for (const place of [750_000, 40_123, 199, 0]) {
      reader.look(place, place + 30);
      await settle();
      expect(rowAt(reader.state.book, place)?.id).toBe(idOf(place));
      expect(rowAt(reader.state.book, place + 30)?.id).toBe(idOf(place + 30));
    }
  }, 60_000);

  test('lets go of runs that left no record, also while it reads', async () => {
    const open = { ...nth(0), status: 'started' as const };
    const { reader } = await reading({
      'logs.page': () => ({ rows: [open, nth(1)], more: false }),
    });
    reader.news([], 0, [open.id]);
    expect(rowAt(reader.state.book, 0)?.id).toBe(nth(1).id);
    reader.reload();
    reader.news([], 0, [open.id]);
    await settle();
    expect(size(reader.state.book)).toBe(1);
  });

  test('lets go of those that wait to be shown', async () => {
    const { reader } = await reading({ 'logs.page': () => ({ rows: [nth(1)], more: false }) });
    reader.setFollow(false);
    reader.news([{ ...nth(0), status: 'started' }], 0);
    expect(reader.state.waiting).toBe(1);
    reader.news([], 0, [nth(0).id]);
    expect(reader.state.waiting).toBe(0);
  });

  test('asks for one page at a time', async () => {
    const log = longLog(10_000);
    const { reader } = await reading({ 'logs.page': log.page });
    reader.more();
    reader.more();
    reader.more();
    await settle();
    expect(log.asked).toHaveLength(2);
    expect(size(reader.state.book)).toBe(2 * PAGE);
  });

  test('drops the answer to a question that was replaced', async () => {
    const answers: (() => void)[] = [];
    const fake = fakeKernel({
      'logs.page': ({ filter }) =>
        new Promise((done) => {
          const rows = [filter.function === 'new' ? nth(1) : nth(0)];
          answers.push(() => done({ rows, more: false }));
        }),
    });
    const reader = new LogReader(fake.client, () => undefined);
    reader.ask({ function: 'old' });
    reader.ask({ function: 'new' });
    answers[1]?.();
    await settle();
    answers[0]?.();
    await settle();
    expect(rowAt(reader.state.book, 0)?.id).toBe(idOf(1));
  });

  test('keeps the rows that were there when reading fails, and says why', async () => {
    let broken = false;
    const { reader } = await reading({
      'logs.page': () => {
        if (broken) {
          throw failure('StoreError', 'the store is locked');
        }
        return { rows: [nth(0)], more: true };
      },
    });
    broken = true;
    reader.reload();
    await settle();
    expect(size(reader.state.book)).toBe(1);
    expect(String(reader.state.error)).toContain('the store is locked');
    broken = false;
    reader.reload();
    await settle();
    expect(reader.state.error).toBeNull();
  });

  test('does not lose runs that come while the first page is under way', async () => {
    let answer: () => void = () => undefined;
    const fake = fakeKernel({
      'logs.page': () =>
        new Promise((done) => {
          answer = () => done({ rows: [nth(0)], more: false });
        }),
    });
    const reader = new LogReader(fake.client, () => undefined);
    reader.ask({});
    reader.news([nth(-1)], 0);
    answer();
    await settle();
    expect(size(reader.state.book)).toBe(2);
    expect(rowAt(reader.state.book, 0)?.id).toBe(idOf(-1));
  });

  test('counts what waits, and shows it when the reader follows again', async () => {
    const { reader } = await reading({ 'logs.page': longLog(50).page });
    reader.setFollow(false);
    reader.news([nth(-1)], 0);
    reader.news([nth(-2), nth(-1)], 0);
    expect(reader.state).toMatchObject({ waiting: 2, atLeast: false });
    expect(size(reader.state.book)).toBe(50);
    reader.setFollow(true);
    expect(reader.state.waiting).toBe(0);
    expect(rowAt(reader.state.book, 0)?.id).toBe(idOf(-2));
  });

  test('reads the first page again when pushes did not fit, at most every so often', async () => {
    const log = longLog(500);
    const { reader } = await reading({ 'logs.page': log.page });
    for (let push = 0; push < 10; push += 1) {
      reader.news([nth(-1 - push)], 1000);
    }
    expect(log.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(log.asked).toHaveLength(2);
  });

  test('reads nothing behind the back of somebody who reads', async () => {
    const log = longLog(500);
    const { reader } = await reading({ 'logs.page': log.page });
    reader.setFollow(false);
    reader.news([nth(-1)], 1000);
    await vi.advanceTimersByTimeAsync(5000);
    expect(log.asked).toHaveLength(1);
    expect(reader.state).toMatchObject({ waiting: 1001, atLeast: true });
    reader.setFollow(true);
    await settle();
    expect(log.asked).toHaveLength(2);
  });

  test('asks the store about new runs when there is a text only it can judge', async () => {
    const log = longLog(5);
    const { reader } = await reading({ 'logs.page': log.page });
    reader.ask({ text: 'Ada' });
    await settle();
    reader.news([nth(-1)], 0);
    expect(size(reader.state.book)).toBe(5);
    await vi.advanceTimersByTimeAsync(1000);
    expect(log.asked).toHaveLength(3);
  });

  test('forgets the answer after it was closed', async () => {
    const fake = fakeKernel({ 'logs.page': () => pending });
    const reader = new LogReader(fake.client, () => undefined);
    reader.ask({});
    reader.close();
    await settle();
    expect(reader.state.error).toBeNull();
  });
});
