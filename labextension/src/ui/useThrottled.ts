import { useCallback, useEffect, useRef } from 'react';

/** Calls `work` at most once in `ms`: at once when it was quiet, else when the time is over. */
export function useThrottled(work: () => void, ms: number): () => void {
  const latest = useRef(work);
  latest.current = work;
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const last = useRef(-Infinity);
  useEffect(
    () => () => {
      if (timer.current !== null) {
        clearTimeout(timer.current);
        timer.current = null;
      }
    },
    [],
  );
  return useCallback(() => {
    if (timer.current !== null) {
      return;
    }
    const rest = last.current + ms - Date.now();
    const go = (): void => {
      timer.current = null;
      last.current = Date.now();
      latest.current();
    };
    if (rest <= 0) {
      go();
    } else {
      timer.current = setTimeout(go, rest);
    }
  }, [ms]);
}
