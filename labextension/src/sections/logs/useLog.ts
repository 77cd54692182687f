/** A `LogReader` for a component: it asks again when the question or the kernel changes. */

import { useEffect, useMemo, useReducer, useRef } from 'react';
import { usePhase, usePush } from '../../hooks';
import type { RunFilter } from '../../protocol';
import type { Client } from '../../store';
import { LogReader } from './reader';

export function useLog(client: Client, filter: RunFilter): LogReader {
  const [, changed] = useReducer((count: number) => count + 1, 0);
  const reader = useMemo(() => new LogReader(client, changed), [client]);
  const { phase, epoch } = usePhase(client);
  const latest = useRef(reader);
  latest.current = reader;
  useEffect(() => {
    if (phase === 'live') {
      reader.ask(filter);
    }
  }, [reader, filter, phase, epoch]);
  useEffect(() => () => reader.close(), [reader]);
  usePush('runs', ({ runs, dropped, gone }) => latest.current.news(runs, dropped, gone));
  return reader;
}
