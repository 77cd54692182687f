/**
 * One conversation with one kernel, whichever wire it goes over.
 *
 * A client outlives its kernels: the host attaches a wire when there is one and detaches it when it
 * is gone. `epoch` counts the greetings that were answered, so whoever shows data of a kernel knows
 * when to ask again. Nothing is cached here; a section asks for the page it shows.
 */

import { Audience, View } from './audience';
import { Heartbeat } from './heartbeat';
import { Failure, Hello, MAIN_OPS, Op, Ops, Push, Request, VERSION } from './protocol';
import { Requests } from './requests';
import { Phase, Situation } from './situation';
import { RequestError, Wire, disagreement, gone, read, tooSlow } from './transport';

export type { Phase, Situation } from './situation';

type Event = Push['event'];
type Handler<E extends Event> = (push: Extract<Push, { event: E }>) => void;

/** How long an unanswered greeting waits before the next; the kernel takes each of them once. */
const GREET_AGAIN_MS = 2000;
/** The same for a kernel that was live and fell silent; it may be busy with something long. */
const GREET_SILENT_MS = 10_000;
const ASK_AGAIN_BEATS = 4;
/** Beats of silence after which a host that cannot look for itself says so. */
const PATIENT_BEATS = 5;
/** How long a reading request may take when the kernel answers beside a busy cell. */
const TIMEOUT_MS = 30_000;

export class Client {
  phase: Phase = 'connecting';
  hello: Hello | null = null;
  /** Why `phase` is `mismatch` or the greeting was refused. */
  problem: Failure | null = null;
  /** Grows with every answered greeting, and when a view that was out of sight is seen again. */
  epoch = 0;
  /** Grows whenever anything here changed. */
  changes = 0;
  situation: Situation = { place: '', reason: '', language: '', silent: false };

  private wire: Wire | null = null;
  private unhook: () => void = () => undefined;
  private readonly requests = new Requests();
  private handlers = new Map<Event, Set<(push: Push) => void>>();
  private listeners = new Set<() => void>();
  private greeting: ReturnType<typeof setTimeout> | undefined;
  private wants = { runs: 0, definitions: 0 };
  private readonly audience = new Audience(() => this.audienceChanged());
  private readonly heartbeat = new Heartbeat({
    ask: () => this.askForSign(),
    isWatched: () => this.audience.isWatching,
    silent: (times) => this.fellSilent(times),
  });

  constructor(private readonly name: string) {}

  /** Talk over *wire* from now on, beginning with a greeting. */
  attach(wire: Wire): void {
    this.detach('connecting');
    this.wire = wire;
    this.unhook = wire.receive((message) => this.take(message));
    this.greet();
  }

  /** The kernel is gone, for the reason *phase*; what was asked fails with it. */
  detach(phase: Exclude<Phase, 'live' | 'mismatch'>): void {
    clearTimeout(this.greeting);
    this.heartbeat.stop();
    this.situation = { ...this.situation, silent: false };
    this.unhook();
    this.unhook = () => undefined;
    this.wire?.close();
    this.wire = null;
    this.hello = null;
    this.problem = null;
    this.requests.fail(gone());
    this.become(phase);
  }

  /** The host found out something about where this client stands. */
  explain(situation: Partial<Situation>): void {
    this.situation = { ...this.situation, ...situation };
    this.become(this.phase);
  }

  /** Greet again, for a kernel that loaded us only now. */
  greet(): void {
    clearTimeout(this.greeting);
    const wire = this.wire;
    if (wire === null) {
      return;
    }
    const pause = this.situation.reason === 'silent' ? GREET_SILENT_MS : GREET_AGAIN_MS;
    this.greeting = setTimeout(() => this.greet(), pause);
    this.ask('hello', { client: this.name, v: VERSION }, { patient: true }).then(
      (hello) => this.wire === wire && this.greeted(hello),
      (error) => this.wire === wire && this.refused(error),
    );
  }

  /** Ends what the kernel runs, whoever began it; null where the host cannot. */
  get interrupt(): (() => Promise<void>) | null {
    const { wire } = this;
    return wire?.interrupt ? () => wire.interrupt?.() ?? Promise.resolve() : null;
  }

  /** Ask the kernel; rejects with `RequestError`, or with an `AbortError` when aborted. */
  request<O extends Op>(
    op: O,
    args: Ops[O]['args'],
    options: { signal?: AbortSignal; main?: boolean } = {},
  ): Promise<Ops[O]['ok']> {
    if (this.phase !== 'live') {
      return Promise.reject(
        new RequestError({
          code: 'NotConnected',
          message: 'There is no kernel with babyagi_nb to ask.',
          fix: this.problem?.fix ?? 'Open a notebook, and load babyagi_nb in it.',
        }),
      );
    }
    return this.ask(op, args, options);
  }

  /** Call *handler* for every push of one kind. Returns how to stop. */
  on<E extends Event>(event: E, handler: Handler<E>): () => void {
    const known = this.handlers.get(event) ?? new Set();
    this.handlers.set(event, known);
    known.add(handler as (push: Push) => void);
    this.want(event, 1);
    let stopped = false;
    return () => {
      if (!stopped) {
        stopped = true;
        known.delete(handler as (push: Push) => void);
        this.want(event, -1);
      }
    };
  }

  /** Call *listener* whenever phase, hello or epoch changed. Returns how to stop. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A view of this client is shown. */
  view(): View {
    return this.audience.enter();
  }

  private audienceChanged(): void {
    this.tell();
    if (!this.audience.isAsleep && this.phase === 'live') {
      this.epoch += 1;
      this.become('live');
    }
  }

  private ask<O extends Op>(
    op: O,
    args: Ops[O]['args'],
    options: { signal?: AbortSignal; main?: boolean; patient?: boolean } = {},
  ): Promise<Ops[O]['ok']> {
    const { signal, main = MAIN_OPS.has(op) } = options;
    // What waits for the main shell, or for a kernel without subshells, may wait for hours.
    const patient = options.patient || main || !this.hello?.concurrent;
    const limit = patient ? undefined : { ms: TIMEOUT_MS, error: () => tooSlow(op, TIMEOUT_MS) };
    const send = (id: number) => {
      const message: Request<O> = { v: VERSION, id, op, args };
      this.wire?.send(message as Request, { main });
    };
    return this.requests.open(send, { signal, limit }) as Promise<Ops[O]['ok']>;
  }

  private take(message: unknown): void {
    const found = read(message);
    if (found !== null) {
      this.heard();
    }
    if (found?.kind === 'response') {
      this.requests.settle(found.value);
    } else if (found?.kind === 'push') {
      if (found.value.event === 'ping') {
        // A page that was closed cannot say so: silence is how the kernel notices.
        this.ask('alive', {}).catch(() => undefined);
      }
      for (const handler of [...(this.handlers.get(found.value.event) ?? [])]) {
        handler(found.value);
      }
    }
  }

  private greeted(hello: Hello): void {
    clearTimeout(this.greeting);
    const problem = disagreement(hello.v, hello.package);
    if (problem !== null) {
      this.problem = problem;
      this.become('mismatch');
      return;
    }
    this.hello = hello;
    this.problem = null;
    if (this.situation.reason === 'silent') {
      this.situation = { ...this.situation, reason: '' };
    }
    this.epoch += 1;
    this.heartbeat.start();
    this.become('live');
    this.tell();
  }

  private async askForSign(): Promise<void> {
    const { wire } = this;
    await (wire?.alive?.() ?? this.ask('alive', {}, { patient: true }));
    if (wire === this.wire) {
      this.heard();
    }
  }

  private heard(): void {
    if (this.heartbeat.heard()) {
      this.explain({ silent: false });
    }
  }

  /** The kernel did not answer in time. A host that can looks why; another can only say so. */
  private fellSilent(times: number): void {
    if (!this.situation.silent) {
      this.explain({ silent: true });
    }
    const { wire } = this;
    if (wire?.alive && times % ASK_AGAIN_BEATS === 0) {
      // The question may have died with the process that it was for.
      this.askForSign().catch(() => undefined);
    }
    if (wire?.silent) {
      wire.silent(times);
    } else if (this.hello?.concurrent && times >= PATIENT_BEATS) {
      this.heartbeat.stop();
      this.situation = { ...this.situation, reason: 'silent', silent: false };
      this.become('missing');
      this.greet();
    }
  }

  private refused(error: unknown): void {
    if (error instanceof RequestError && error.code !== 'Gone') {
      clearTimeout(this.greeting);
      this.problem = { code: error.code, message: error.message, fix: error.fix };
      this.become('mismatch');
    }
  }

  /** Keep count of who wants pushes, and tell the kernel when that changes. */
  private want(event: Event, by: 1 | -1): void {
    if (event === 'runs' || event === 'definitions') {
      const before = this.wants[event] > 0;
      this.wants[event] += by;
      if (before !== this.wants[event] > 0) {
        this.tell();
      }
    }
  }

  private tell(): void {
    if (this.phase === 'live') {
      const awake = !this.audience.isAsleep;
      const { runs, definitions } = this.wants;
      const wanted = { runs: awake && runs > 0, definitions: awake && definitions > 0 };
      this.ask('subscribe', wanted).catch(() => undefined);
    }
  }

  private become(phase: Phase): void {
    this.phase = phase;
    this.changes += 1;
    for (const listener of [...this.listeners]) {
      listener();
    }
  }
}
