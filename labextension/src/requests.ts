/**
 * Requests that wait for their answers: numbered, and each settled once.
 *
 * The numbers begin anywhere. Two pages that show one widget hear all that the kernel sends to it,
 * and must not take the answers of the other for their own.
 */

import { Response } from './protocol';
import { RequestError, aborted } from './transport';

interface Waiting {
  resolve(ok: unknown): void;
  reject(error: unknown): void;
  done(): void;
}

export interface Terms {
  signal?: AbortSignal | undefined;
  /** Fails with `error` after so many milliseconds; without it, an answer may take for ever. */
  limit?: { ms: number; error: () => RequestError } | undefined;
}

export class Requests {
  private nextId = 1 + Math.floor(Math.random() * 2 ** 30) * 2 ** 18;
  private readonly waiting = new Map<number, Waiting>();

  /** Number a request, give it to *send*, and wait for its answer on these *terms*. */
  open(send: (id: number) => void, { signal, limit }: Terms): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(aborted());
        return;
      }
      const id = this.nextId++;
      const done = () => {
        this.waiting.delete(id);
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const abort = () => {
        done();
        reject(aborted());
      };
      const late = () => {
        done();
        reject(limit?.error());
      };
      const timer = limit && setTimeout(late, limit.ms);
      signal?.addEventListener('abort', abort);
      this.waiting.set(id, { resolve, reject, done });
      try {
        send(id);
      } catch (error) {
        done();
        reject(error);
      }
    });
  }

  settle(response: Response): void {
    const waiting = this.waiting.get(response.id);
    waiting?.done();
    if ('ok' in response) {
      waiting?.resolve(response.ok);
    } else {
      waiting?.reject(new RequestError(response.error));
    }
  }

  /** Nothing of what waits will be answered. */
  fail(error: RequestError): void {
    for (const each of [...this.waiting.values()]) {
      each.done();
      each.reject(error);
    }
  }
}
