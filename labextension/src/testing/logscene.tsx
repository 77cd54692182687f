/** The log section over a fake kernel, for its tests. */

import { act, screen } from '@testing-library/react';
import type { RunDetail, RunRow, Tree } from '../protocol';
import { Logs } from '../sections/logs/Logs';
import { fakeKernel } from './fake';
import type { FakeKernel, Handlers } from './fake';
import { longLog, run } from './runs';

export const HOSTILE = '<img src=x onerror=alert(1)>';

export function kernel(handlers: Handlers = {}): FakeKernel {
  return fakeKernel({
    'logs.page': longLog(1000).page,
    'logs.count': ({ filter }) => (filter.status ? 7 : 1000),
    'logs.detail': ({ id }) => detailOf(run({ id })),
    'logs.tree': ({ id }) => wholeTree([run({ id })]),
    'functions.stats': () => [],
    ...handlers,
  });
}

export function wholeTree(rows: RunRow[]): Tree {
  return { rows, more: false, total: rows.length };
}

export function detailOf(row: RunRow, part: Partial<RunDetail> = {}): RunDetail {
  return {
    ...row,
    params: { name: 'Ada' },
    output: 'Hello, Ada',
    stdout: null,
    message: null,
    traceback: null,
    call: "hello(name='Ada')",
    ...part,
  };
}

/** The section once its first page is there. */
export async function shown(handlers?: Handlers, place = {}): Promise<FakeKernel> {
  const fake = kernel(handlers);
  fake.show(<Logs client={fake.client} />, { section: 'logs', ...place });
  await screen.findByRole('grid');
  return fake;
}

export function push(fake: FakeKernel, runs: RunRow[], dropped = 0, gone: string[] = []): void {
  act(() => fake.push({ v: 1, event: 'runs', runs, dropped, gone }));
}
