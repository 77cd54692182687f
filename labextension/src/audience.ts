/** Who looks at a client: views that are shown, and which of them are in sight. */

export interface View {
  /** Say whether it is in sight. */
  seen(visible: boolean): void;
  /** Say that it is gone. */
  close(): void;
}

export class Audience {
  private views = 0;
  private hidden = 0;

  /** *changed* is called when views exist and the last came into sight or went out of it. */
  constructor(private readonly changed: () => void) {}

  /** Whether there are views, and none is in sight. */
  get isAsleep(): boolean {
    return this.views > 0 && this.hidden >= this.views;
  }

  /** Whether some view is in sight. */
  get isWatching(): boolean {
    return this.views > this.hidden;
  }

  /** One more view, in sight until it says otherwise. */
  enter(): View {
    let visible = true;
    let closed = false;
    this.count(1, 0);
    return {
      seen: (now) => {
        if (!closed && now !== visible) {
          visible = now;
          this.count(0, now ? -1 : 1);
        }
      },
      close: () => {
        if (!closed) {
          closed = true;
          this.count(-1, visible ? 0 : -1);
        }
      },
    };
  }

  private count(views: number, hidden: number): void {
    const before = this.isAsleep;
    this.views += views;
    this.hidden += hidden;
    if (before !== this.isAsleep) {
      this.changed();
    }
  }
}
