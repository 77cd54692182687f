/**
 * A kernel made of handlers, for tests of components.
 *
 *     const fake = fakeKernel({ 'keys.list': () => [{ name: 'a', … }] });
 *     fake.show(<Keys client={fake.client} />);
 *     fake.push({ v: 1, event: 'definitions', generation: 2, names: ['a'] });
 *
 * What no handler answers is answered by the golden messages; `pending` never is.
 */

import { render, RenderResult } from '@testing-library/react';
import { ReactElement } from 'react';
import { ClientContext, NavigateContext, Place, PlaceContext } from '../hooks';
import { Failure, Hello, Op, Ops, Push, Request, VERSION } from '../protocol';
import { Client } from '../store';
import { Wire } from '../transport';
import { goldenAnswer } from './golden';

export const pending = Symbol('never answered');
type Answer<O extends Op> = Ops[O]['ok'] | typeof pending;
export type Handlers = {
  [O in Op]?: (args: Ops[O]['args']) => Answer<O> | Promise<Answer<O>>;
};

/** Throw it in a handler to answer with a failure. */
export function failure(code: string, message: string, fix = ''): Failure {
  return { code, message, fix };
}

export const HELLO: Hello = {
  v: VERSION,
  package: '0.1.0',
  kernel: 'k1',
  store: '/tmp/store',
  python: '3.11',
  tier: 'strong',
  generation: 1,
  concurrent: true,
};

export class FakeWire implements Wire {
  readonly sent: { message: Request; main: boolean }[] = [];
  closed = false;
  silent?: (times: number) => void;
  interrupt?: () => Promise<void>;
  private hear: (message: unknown) => void = () => undefined;

  constructor(readonly handlers: Handlers) {}

  send(message: Request, { main }: { main: boolean }): void {
    this.sent.push({ message, main });
    void this.answer(message);
  }

  receive(handler: (message: unknown) => void): () => void {
    this.hear = handler;
    return () => {
      this.hear = () => undefined;
    };
  }

  close(): void {
    this.closed = true;
  }

  /** Let the page hear *message*, as if the kernel had sent it. */
  deliver(message: unknown): void {
    this.hear(message);
  }

  private async answer({ id, op, args }: Request): Promise<void> {
    const handler = this.handlers[op] as ((args: unknown) => unknown) | undefined;
    try {
      const ok = await (handler ? handler(args) : standard(op));
      if (ok !== pending) {
        this.deliver({ v: VERSION, id, ok });
      }
    } catch (error) {
      const words = error as Partial<Failure>;
      this.deliver({
        v: VERSION,
        id,
        error: failure(words.code ?? 'Error', words.message ?? String(error), words.fix),
      });
    }
  }
}

function standard(op: Op): unknown {
  if (op === 'hello') {
    return HELLO;
  }
  if (op === 'subscribe' || op === 'alive') {
    return null;
  }
  const answer = goldenAnswer(op);
  if (answer === undefined) {
    throw failure('NoAnswer', `the fake kernel has no answer to ${op}`);
  }
  return answer;
}

export interface FakeKernel {
  client: Client;
  wire: FakeWire;
  /** Where components navigated to, oldest first. */
  places: Place[];
  /** Arguments of the requests of one operation, oldest first. */
  asked<O extends Op>(op: O): Ops[O]['args'][];
  push(message: Push): void;
  /** Render *element* with everything around it that the shell gives; it knows the kernel at once. */
  show(element: ReactElement, place?: Place): RenderResult;
}

/** A live client whose kernel answers by *handlers*. */
export function fakeKernel(handlers: Handlers = {}): FakeKernel {
  const client = new Client('test');
  const wire = new FakeWire(handlers);
  client.attach(wire);
  // The greeting of a real kernel takes a turn; tests of sections begin after it.
  const hello = wire.sent[0];
  if (hello !== undefined && handlers.hello === undefined) {
    wire.deliver({ v: VERSION, id: hello.message.id, ok: HELLO });
    client.hello = HELLO;
    client.phase = 'live';
  }
  const places: Place[] = [];
  return {
    client,
    wire,
    places,
    asked: (op) =>
      wire.sent
        .filter(({ message }) => message.op === op)
        .map(({ message }) => message.args as never),
    push: (message) => wire.deliver(message),
    show: (element, place = { section: 'functions' }) =>
      render(
        <ClientContext.Provider value={client}>
          <NavigateContext.Provider value={(to) => places.push(to)}>
            <PlaceContext.Provider value={place}>{element}</PlaceContext.Provider>
          </NavigateContext.Provider>
        </ClientContext.Provider>,
      ),
  };
}
