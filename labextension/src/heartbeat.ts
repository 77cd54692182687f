/**
 * Notices a kernel that has fallen silent: dead, hung, or replaced behind this page's back.
 *
 * While somebody looks, a small request goes out whenever nothing was heard for a beat, by a way on
 * which a kernel answers beside a busy cell where it can. An answer that does not come is no proof, because a
 * cell can hold everything up; so the host is told, and looks for itself. One request is out at a
 * time: where it waits for a cell, others behind it would only pile up.
 */

/** Between two looks, and how long an answer may take. */
export const BEAT_MS = 5000;
export const LIMIT_MS = 6000;

export interface Heart {
  /** Ask for a sign of life. Fails when the conversation ends, and has no time limit. */
  ask(): Promise<unknown>;
  /** Whether anybody looks. */
  isWatched(): boolean;
  /** No sign of life for too long; called again with every beat, *times* from 1 on. */
  silent(times: number): void;
}

export class Heartbeat {
  private timer: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;
  /** When the request was sent that nobody has answered. */
  private asked: number | null = null;
  private times = 0;

  constructor(private readonly heart: Heart) {}

  start(): void {
    this.stop();
    this.heardAt = Date.now();
    this.timer = setInterval(() => this.beat(), BEAT_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.asked = null;
    this.times = 0;
  }

  /** Something came from the kernel. Returns whether that ends a silence. */
  heard(): boolean {
    const was = this.times > 0;
    this.heardAt = Date.now();
    this.asked = null;
    this.times = 0;
    return was;
  }

  private beat(): void {
    if (!this.heart.isWatched() || (typeof document !== 'undefined' && document.hidden)) {
      return;
    }
    const now = Date.now();
    if (this.asked !== null) {
      if (now - this.asked >= LIMIT_MS) {
        this.times += 1;
        this.heart.silent(this.times);
      }
    } else if (now - this.heardAt >= BEAT_MS / 2) {
      this.asked = now;
      this.heart.ask().catch(() => undefined);
    }
  }
}
