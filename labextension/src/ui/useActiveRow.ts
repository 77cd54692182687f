/** The row that the keyboard is on. It is remembered by key, so it stays when rows come before it. */

import { useCallback, useState } from 'react';

interface Rows<R> {
  readonly length: number;
  at(index: number): R | undefined;
}

export interface ActiveRow {
  index: number | null;
  set: (index: number) => void;
}

/** How far a row is looked for from where it was last. */
const NEAR = 400;

export function useActiveRow<R>(rows: Rows<R>, rowKey: (row: R) => string): ActiveRow {
  const [at, setAt] = useState<{ index: number; key: string | null } | null>(null);
  const index = at === null ? null : find(rows, rowKey, at.index, at.key);
  const set = useCallback(
    (wanted: number) => {
      const row = rows.at(wanted);
      setAt({ index: wanted, key: row === undefined ? null : rowKey(row) });
    },
    [rows, rowKey],
  );
  return { index, set };
}

function find<R>(
  rows: Rows<R>,
  rowKey: (row: R) => string,
  index: number,
  key: string | null,
): number | null {
  if (rows.length === 0) {
    return null;
  }
  const is = (at: number): boolean => {
    const row = at >= 0 && at < rows.length ? rows.at(at) : undefined;
    return row !== undefined && rowKey(row) === key;
  };
  if (key !== null) {
    for (let off = 0; off < NEAR; off += 1) {
      if (is(index + off)) {
        return index + off;
      }
      if (is(index - off)) {
        return index - off;
      }
    }
  }
  return Math.min(index, rows.length - 1);
}
