import { useState } from 'react';

/** Chance, so that two panels of one notebook, each with a bundle of its own, never meet. */
const SALT = Math.random().toString(36).slice(2, 8);
let last = 0;

/**
 * An id for elements that refer to one another. `useId` is unique within one root only, and a
 * notebook can hold several.
 */
export function useUid(): string {
  const [id] = useState(() => `bnb-${SALT}-${++last}`);
  return id;
}
