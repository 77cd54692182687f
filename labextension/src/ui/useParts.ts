import { useCallback, useMemo, useState } from 'react';

interface Numbered {
  n: number;
}

/**
 * Parts that the kernel numbers: all of them as it answered, and those that it has pushed since.
 * What was pushed before the answer was made is older than it, and does not count.
 */
export function useParts<P extends Numbered>(
  full: { revision: number; parts: P[] } | undefined,
): [P[], (revision: number, parts: P[]) => void] {
  const [late, setLate] = useState<ReadonlyMap<number, [number, P]>>(new Map());
  const take = useCallback(
    (revision: number, parts: P[]) =>
      setLate((old) => {
        const next = new Map(old);
        for (const each of parts) {
          next.set(each.n, [revision, each]);
        }
        return next;
      }),
    [],
  );
  const parts = useMemo(() => {
    const found = [...(full?.parts ?? [])];
    for (const [n, [revision, part]] of late) {
      if (revision >= (full?.revision ?? 0)) {
        found[n] = part;
      }
    }
    return found.filter(Boolean);
  }, [full, late]);
  return [parts, take];
}
