/**
 * Reads the log for one table: the newest page, older ones on the way down, news from the kernel.
 *
 * A state machine without a page. Each method may change `state`, which is replaced as a whole, and
 * `changed` is called after that. A new question drops the answers to the one before; an error
 * leaves the rows that were there.
 */

import type { RunFilter, RunRow } from '../../protocol';
import type { Client } from '../../store';
import { append, EMPTY, endOf, forget, missing, PAGE, refill, size } from './book';
import type { Book } from './book';
import { judged, merge, wait, without } from './merge';

export interface LogState {
  readonly book: Book;
  /** New runs that the reader does not see yet. */
  readonly waiting: number;
  /** Whether `waiting` is only a lower bound. */
  readonly atLeast: boolean;
  /** Whether the first page is under way. */
  readonly loading: boolean;
  readonly error: unknown;
}

/** The least time between two readings of the first page when pushes did not fit, in ms. */
const AGAIN = 400;
/** More than this is read from the store instead of being kept. */
const MOST_WAITING = 2_000;

export class LogReader {
  state: LogState = { book: EMPTY, waiting: 0, atLeast: false, loading: true, error: null };
  private filter: RunFilter = {};
  private follow = true;
  private held: RunRow[] = [];
  /** Runs that the kernel counted but did not send, or whose text only the store can judge. */
  private untold = 0;
  private asking: AbortController | null = null;
  private paging = false;
  private fetching = new Set<string>();
  private meanwhile: RunRow[] = [];
  private goneMeanwhile: string[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly client: Client,
    private readonly changed: () => void,
  ) {}

  /** Reads from the newest run on. Rows of another question stay until the answer is there. */
  ask(filter: RunFilter): void {
    this.asking?.abort();
    this.calm();
    const asking = new AbortController();
    this.asking = asking;
    this.filter = filter;
    this.paging = false;
    this.fetching.clear();
    this.meanwhile = [];
    this.goneMeanwhile = [];
    this.become({ loading: true });
    this.client.request('logs.page', { filter, limit: PAGE }, { signal: asking.signal }).then(
      ({ rows, more }) => {
        if (this.asking !== asking) {
          return;
        }
        this.asking = null;
        this.held = [];
        this.untold = 0;
        const page = without(append(EMPTY, rows, more), this.goneMeanwhile);
        const { book } = merge(page, filter, this.meanwhile, true);
        this.become({ book, waiting: 0, atLeast: false, loading: false, error: null });
      },
      (error: unknown) => {
        if (this.asking === asking) {
          this.asking = null;
          this.become({ loading: false, error });
        }
      },
    );
  }

  reload(): void {
    this.ask(this.filter);
  }

  /** Reads the page behind the last one; does nothing while one is under way. */
  more(): void {
    const { book, error } = this.state;
    const before = endOf(book);
    if (this.paging || this.asking || !book.more || before === null || error) {
      return;
    }
    this.paging = true;
    const filter = this.filter;
    this.client.request('logs.page', { filter, before, limit: PAGE }).then(
      ({ rows, more }) => {
        if (this.filter === filter && this.paging) {
          this.paging = false;
          this.become({ book: append(this.state.book, rows, more) });
        }
      },
      (error: unknown) => {
        if (this.filter === filter && this.paging) {
          this.paging = false;
          this.become({ error });
        }
      },
    );
  }

  /** Tells which rows are in sight: what was forgotten is read again, what is far is forgotten. */
  look(first: number, last: number): void {
    const near = forget(this.state.book, first, last);
    if (near !== this.state.book) {
      this.become({ book: near });
    }
    for (const at of missing(near, Math.max(0, first - PAGE / 2), last + PAGE / 2)) {
      this.fetch(near, at);
    }
  }

  private fetch(book: Book, at: number): void {
    const page = book.pages[at];
    const key = JSON.stringify(page?.before);
    if (!page?.before || this.fetching.has(key)) {
      return;
    }
    this.fetching.add(key);
    const { before, length } = page;
    const filter = this.filter;
    this.client.request('logs.page', { filter, before, limit: length + 20 }).then(
      ({ rows }) => {
        this.fetching.delete(key);
        const now = this.state.book;
        const where = now.pages.findIndex((each) => JSON.stringify(each.before) === key);
        if (this.filter === filter && where >= 0) {
          this.become({ book: refill(now, where, rows) });
        }
      },
      () => this.fetching.delete(key),
    );
  }

  /** News from the kernel. */
  news(runs: readonly RunRow[], dropped: number, gone: readonly string[] = []): void {
    if (this.asking) {
      this.meanwhile.push(...runs);
      this.goneMeanwhile.push(...gone);
    }
    const left = without(this.state.book, gone);
    const { book, held } = merge(left, this.filter, runs, this.follow);
    this.held = wait(this.held, this.filter, held, runs).filter(({ id }) => !gone.includes(id));
    if (dropped > 0 || (!judged(this.filter) && runs.length > 0)) {
      this.untold += dropped || 1;
    }
    if (this.held.length > MOST_WAITING) {
      this.untold += this.held.length;
      this.held = [];
    }
    if (this.follow && this.untold > 0) {
      this.again();
    }
    this.become({ book, ...this.count() });
  }

  /** Whether new rows go to the table at once. Turning it on shows those that waited. */
  setFollow(follow: boolean): void {
    if (this.follow === follow) {
      return;
    }
    this.follow = follow;
    if (!follow) {
      this.calm();
      return;
    }
    if (this.untold > 0) {
      this.reload();
      return;
    }
    const { book } = merge(this.state.book, this.filter, this.held, true);
    this.held = [];
    this.become({ book, ...this.count() });
  }

  /** Ends everything that is under way. */
  close(): void {
    this.calm();
    this.asking?.abort();
    this.asking = null;
    this.filter = {};
    this.paging = false;
  }

  private again(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      // One answer at a time; what came meanwhile asks again.
      if (this.asking) {
        this.again();
      } else {
        this.reload();
      }
    }, AGAIN);
  }

  private calm(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
  }

  private count(): { waiting: number; atLeast: boolean } {
    return this.follow
      ? { waiting: 0, atLeast: false }
      : { waiting: this.held.length + this.untold, atLeast: this.untold > 0 };
  }

  private become(part: Partial<LogState>): void {
    const next = { ...this.state, ...part };
    const same = (Object.keys(next) as (keyof LogState)[]).every(
      (key) => next[key] === this.state[key],
    );
    if (!same) {
      this.state = next;
      this.changed();
    }
  }
}

export function lengthOf(state: LogState): number {
  return size(state.book);
}
