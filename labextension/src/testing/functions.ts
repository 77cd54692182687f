/** Functions and runs as the kernel tells them, with what a test wants otherwise. */

import type { FunctionDetail, RunDetail } from '../protocol';
import { goldenAnswer } from './golden';

/** What must stay text wherever it is shown. */
export const HOSTILE = '<img src=x onerror=alert(1)>\u202e';

export function detail(more: Partial<FunctionDetail> = {}): FunctionDetail {
  const golden = goldenAnswer('functions.detail');
  if (golden === undefined) {
    throw new Error('there is no golden detail');
  }
  return { ...golden, ...more };
}

export function run(more: Partial<RunDetail> = {}): RunDetail {
  const golden = goldenAnswer('functions.run')?.run;
  if (!golden) {
    throw new Error('there is no golden run');
  }
  return { ...golden, ...more };
}
