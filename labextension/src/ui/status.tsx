/** How a run went: a sign, a colour and a word, so that no one of them is needed to read it. */

import type { Status } from '../protocol';

interface Said {
  sign: string;
  word: string;
  /** What it means, as a sentence. */
  meaning: string;
}

export const STATUSES: readonly Status[] = [
  'started',
  'success',
  'error',
  'interrupted',
  'timeout',
  'cancelled',
  'lost',
  'refused',
];

const SAID: Record<Status, Said> = {
  started: { sign: '▶', word: 'running', meaning: 'It is still running.' },
  success: { sign: '✓', word: 'success', meaning: 'It returned.' },
  error: { sign: '✗', word: 'error', meaning: 'It raised an exception.' },
  interrupted: { sign: '■', word: 'interrupted', meaning: 'Somebody interrupted the kernel.' },
  timeout: { sign: '◷', word: 'timeout', meaning: 'It took longer than its time limit.' },
  cancelled: { sign: '⊘', word: 'cancelled', meaning: 'Its task was cancelled.' },
  lost: { sign: '?', word: 'lost', meaning: 'Its kernel ended while it ran.' },
  refused: { sign: '⊗', word: 'refused', meaning: 'A guard of triggers did not let it run.' },
};

/** What is said of a status; of one that this page does not know, its own name. */
export function said(status: string): Said {
  return Object.hasOwn(SAID, status)
    ? SAID[status as Status]
    : { sign: '·', word: status, meaning: '' };
}

/** Whether it ended in another way than the function meant. */
export function failed(status: string): boolean {
  return status !== 'success' && status !== 'started';
}

/** A class name for a status; unknown ones have none. */
export function statusClass(status: string): string {
  return Object.hasOwn(SAID, status) ? `bnb-is-${status}` : '';
}

/** The sign of a status, spoken as its word; with `word` the word stands beside it. */
export function StatusMark({ status, word }: { status: string; word?: boolean }): JSX.Element {
  const { sign, word: name, meaning } = said(status);
  return word ? (
    <span className={`bnb-sign ${statusClass(status)}`} title={meaning}>
      <span aria-hidden="true">{sign}</span> {name}
    </span>
  ) : (
    <span
      className={`bnb-sign ${statusClass(status)}`}
      role="img"
      aria-label={name}
      title={`${name}. ${meaning}`}
    >
      {sign}
    </span>
  );
}
