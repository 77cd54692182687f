/**
 * How messages get to the kernel and back.
 *
 * A `Wire` is the one thing the two hosts do differently: the sidebar has a comm of its own, the
 * panel in a cell has the comm of its widget. Everything above it is shared.
 */

import { Failure, Push, Request, Response, VERSION } from './protocol';

export interface Wire {
  /**
   * Send one request. With *main* it must reach the kernel's main shell, where user code runs and
   * can be interrupted; otherwise the host picks the way that answers while a cell is busy.
   */
  send(message: Request, options: { main: boolean }): void;
  /** Call *handler* with everything that comes from the kernel. Returns how to stop. */
  receive(handler: (message: unknown) => void): () => void;
  /**
   * Resolves when the kernel shows that it lives, in a way that neither waits for a cell nor counts
   * as its being used. Where a host has none, a request over the wire does.
   */
  alive?(): Promise<unknown>;
  /** The kernel has not answered for a while; called again, counting, while that lasts. */
  silent?(times: number): void;
  /** Interrupt whatever the kernel runs; absent where the host cannot. */
  interrupt?(): Promise<void>;
  /** The wire is not used any more. */
  close(): void;
}

/** What a request fails with: the kernel's own words, and how to mend it. */
export class RequestError extends Error {
  readonly code: string;
  readonly fix: string;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = 'RequestError';
    this.code = failure.code;
    this.fix = failure.fix;
  }
}

/** What came from the kernel, told apart; `null` for what is none of ours. */
export function read(
  message: unknown,
): { kind: 'response'; value: Response } | { kind: 'push'; value: Push } | null {
  if (typeof message !== 'object' || message === null) {
    return null;
  }
  const fields = message as Record<string, unknown>;
  if (typeof fields['id'] === 'number' && ('ok' in fields || isFailure(fields['error']))) {
    return { kind: 'response', value: message as Response };
  }
  if (typeof fields['event'] === 'string') {
    return { kind: 'push', value: message as Push };
  }
  return null;
}

function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

/** Why the two sides cannot talk, when *theirs* is not our version of the protocol. */
export function disagreement(theirs: number, installed: string): Failure | null {
  if (theirs === VERSION) {
    return null;
  }
  const older = theirs < VERSION ? 'kernel' : 'page';
  return {
    code: 'Version',
    message:
      `This page speaks version ${VERSION} of the protocol, and babyagi_nb ${installed} in the ` +
      `kernel speaks version ${theirs}.`,
    fix:
      older === 'kernel'
        ? 'Update babyagi_nb in the environment of the kernel, then restart the kernel.'
        : 'Reload this page. If that does not help, update babyagi_nb where JupyterLab runs.',
  };
}

/** What a request fails with that was aborted; the same as `fetch` does. */
export function aborted(): DOMException {
  return new DOMException('The request is not wanted any more.', 'AbortError');
}

export function tooSlow(op: string, milliseconds: number): RequestError {
  return new RequestError({
    code: 'Timeout',
    message: `The kernel did not answer "${op}" within ${milliseconds / 1000} seconds.`,
    fix: 'Try again; if the kernel hangs, restart it.',
  });
}

/** What a request fails with whose kernel went away. */
export function gone(): RequestError {
  return new RequestError({
    code: 'Gone',
    message: 'The kernel went away before it answered.',
    fix: 'Try again when the kernel is back.',
  });
}
