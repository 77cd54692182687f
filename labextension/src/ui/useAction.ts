import { useCallback, useEffect, useRef, useState } from 'react';

export interface Action {
  /** Do it; false when it failed, and then `error` says why. Does nothing while one is under way. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
  busy: boolean;
  error: unknown;
  clear: () => void;
}

/** Something a person asked to be done: under way, done, or failed. */
export function useAction(): Action {
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({
    busy: false,
    error: undefined,
  });
  const busy = useRef(false);
  const shown = useRef(true);
  useEffect(() => {
    shown.current = true;
    return () => {
      shown.current = false;
    };
  }, []);
  const run = useCallback(async (work: () => Promise<unknown>): Promise<boolean> => {
    if (busy.current) {
      return false;
    }
    busy.current = true;
    setState({ busy: true, error: undefined });
    let error: unknown;
    let good = true;
    try {
      await work();
    } catch (found) {
      error = found;
      good = false;
    }
    busy.current = false;
    if (shown.current) {
      setState({ busy: false, error });
    }
    return good;
  }, []);
  const clear = useCallback(() => setState({ busy: false, error: undefined }), []);
  return { run, busy: state.busy, error: state.error, clear };
}
