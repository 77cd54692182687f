import { Dispatch, SetStateAction, useCallback, useMemo, useState } from 'react';
import type { Client } from '../store';

const memories = new WeakMap<Client, Map<string, unknown>>();

/** State that outlives its component for as long as the client lives; for searches and sorting. */
export function useRemembered<T>(
  client: Client,
  key: string,
  initial: T | (() => T),
): [T, Dispatch<SetStateAction<T>>] {
  const memory = useMemo(() => memoryOf(client), [client]);
  const [value, setValue] = useState<T>(memory.has(key) ? () => memory.get(key) as T : initial);
  const set = useCallback(
    (next: SetStateAction<T>) =>
      setValue((old) => {
        const found = typeof next === 'function' ? (next as (old: T) => T)(old) : next;
        memory.set(key, found);
        return found;
      }),
    [memory, key],
  );
  return [value, set];
}

function memoryOf(client: Client): Map<string, unknown> {
  const memory = memories.get(client) ?? new Map<string, unknown>();
  memories.set(client, memory);
  return memory;
}
