/** One line about everything the filter finds, not only what is in sight. */

import { useState } from 'react';
import { usePush, useQuery } from '../../hooks';
import { counted, t } from '../../i18n';
import type { RunFilter, Status } from '../../protocol';
import { duration } from '../../ui/moment';
import { STATUSES } from '../../ui/status';
import { useThrottled } from '../../ui/useThrottled';

/** Outcomes that count as failed. */
const FAILED: readonly Status[] = STATUSES.filter(
  (status) => status !== 'success' && status !== 'started',
);
/** The least time between two countings while runs come in, in ms. */
const AGAIN = 3_000;

export function Statistics({ filter }: { filter: RunFilter }): JSX.Element {
  const tick = useNewsTick();
  const all = useQuery('logs.count', { filter }, [tick]);
  const failing = filter.status?.length
    ? filter.status.filter((status) => FAILED.includes(status))
    : FAILED;
  const bad = useQuery(
    'logs.count',
    failing.length > 0 ? { filter: { ...filter, status: [...failing] } } : null,
    [tick],
  );
  const stats = useQuery('functions.stats', filter.function ? {} : null, [tick]);
  const one = stats.data?.find(({ name }) => name === filter.function);
  if (all.error) {
    return <div className="bnb-log-stats bnb-soft">{t('These runs could not be counted.')}</div>;
  }
  const parts = all.data === undefined ? [] : [counted(all.data, 'run', 'runs')];
  if (all.data && bad.data !== undefined) {
    parts.push(
      bad.data > 0
        ? t('%1 failed (%2 %)', bad.data.toLocaleString(), percent(bad.data, all.data))
        : t('none failed'),
    );
  }
  if (one && one.runs > 0) {
    parts.push(t('median %1', duration(one.p50)), t('95th percentile %1', duration(one.p95)));
  }
  return (
    <div className="bnb-log-stats bnb-soft" role="status" aria-live="off">
      {parts.join(' · ') || t('counting…')}
    </div>
  );
}

function percent(part: number, all: number): string {
  const value = (100 * part) / Math.max(all, part);
  return value >= 10 || value === 0 ? value.toFixed(0) : String(Number(value.toPrecision(1)));
}

/** Counts up when runs came in, at most every few seconds. */
function useNewsTick(): number {
  const [tick, setTick] = useState(0);
  const news = useThrottled(() => setTick((count) => count + 1), AGAIN);
  usePush('runs', news);
  return tick;
}
