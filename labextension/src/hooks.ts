/** What components ask the conversation with the kernel for. */

import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { Op, Ops, Push } from './protocol';
import { Client, Phase } from './store';

/** Where to go: a section, and what of it. */
export interface Place {
  section: string;
  name?: string;
  version?: number;
  run?: string;
}
export type Navigate = (to: Place) => void;

export const ClientContext = createContext<Client | null>(null);
export const NavigateContext = createContext<Navigate>(() => undefined);
export const PlaceContext = createContext<Place>({ section: 'functions' });
/** Puts a section into a view of its own with more room; null where the host has none. */
export const WidenContext = createContext<((place: Place) => void) | null>(null);

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === null) {
    throw new Error('useClient needs a ClientContext above it.');
  }
  return client;
}

export function useNavigate(): Navigate {
  return useContext(NavigateContext);
}

/** Where the shell is; a section reads what to open from here (`name`, `version`, `run`). */
export function usePlace(): Place {
  return useContext(PlaceContext);
}

/** Open a place in a wide view, where the host has one. */
export function useWiden(): ((place: Place) => void) | null {
  return useContext(WidenContext);
}

/** Phase and epoch of the conversation; draws again whenever anything about it changed. */
export function usePhase(client: Client): { phase: Phase; epoch: number } {
  const subscribe = useCallback((changed: () => void) => client.subscribe(changed), [client]);
  const phase = useSyncExternalStore(subscribe, () => client.phase);
  const epoch = useSyncExternalStore(subscribe, () => client.epoch);
  useSyncExternalStore(subscribe, () => client.changes);
  return { phase, epoch };
}

export interface Query<O extends Op> {
  data: Ops[O]['ok'] | undefined;
  error: unknown;
  /** Whether an answer is under way; what was known before stays in `data`. */
  loading: boolean;
  reload: () => void;
}

/**
 * The answer to one question, asked again when *args* or *deps* change, when the kernel is another,
 * and on `reload()`. With *args* null nothing is asked. Data of other arguments is not shown.
 */
export function useQuery<O extends Op>(
  op: O,
  args: Ops[O]['args'] | null,
  deps: readonly unknown[] = [],
): Query<O> {
  const client = useClient();
  const { phase, epoch } = usePhase(client);
  const [again, setAgain] = useState(0);
  const key = args === null ? null : JSON.stringify([op, args]);
  const [state, setState] = useState<{
    key: string | null;
    data?: Ops[O]['ok'];
    error?: unknown;
    loading: boolean;
  }>({ key, loading: key !== null });
  const latest = useRef(args);
  latest.current = args;
  useEffect(() => {
    const wanted = latest.current;
    if (wanted === null || phase !== 'live') {
      return;
    }
    const abort = new AbortController();
    setState((old) => ({
      key,
      data: old.key === key ? old.data : undefined,
      error: undefined,
      loading: true,
    }));
    client.request(op, wanted, { signal: abort.signal }).then(
      (data) => !abort.signal.aborted && setState({ key, data, loading: false }),
      (error: unknown) =>
        !abort.signal.aborted &&
        setState((old) => ({
          key,
          data: old.key === key ? old.data : undefined,
          error,
          loading: false,
        })),
    );
    return () => abort.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, op, key, phase, epoch, again, ...deps]);
  const reload = useCallback(() => setAgain((count) => count + 1), []);
  const current = state.key === key;
  return {
    data: current ? state.data : undefined,
    error: current ? state.error : undefined,
    loading: key !== null && (state.loading || !current),
    reload,
  };
}

/** Call *handler* (the newest one given) for every push of one kind while the component is shown. */
export function usePush<E extends Push['event']>(
  event: E,
  handler: (push: Extract<Push, { event: E }>) => void,
): void {
  const client = useClient();
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(() => client.on(event, (push) => latest.current(push)), [client, event]);
}
