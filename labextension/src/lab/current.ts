/**
 * Which notebook or console the sidebar shows: the one people were last in.
 *
 * Looking at something else (a terminal, a wide view of ours) changes nothing; closing the notebook
 * goes to the next one that is open. A connection is made when its notebook is first looked at and
 * lives as long as the notebook, so switching back and forth finds everything as it was.
 */

import { ISessionContext } from '@jupyterlab/apputils';
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { Client } from '../store';
import { Connection } from './connection';

/** A widget with a kernel: a notebook panel or a console panel. */
export interface Place extends Widget {
  sessionContext: ISessionContext;
}

/** What notebook and console trackers have in common. */
export interface Tracker {
  readonly currentWidget: Place | null;
  readonly currentChanged: ISignal<unknown, Place | null>;
}

export class Current implements IDisposable {
  isDisposed = false;
  private readonly none = new Client('lab');
  private readonly connections = new Map<Place, Connection>();
  private readonly _changed = new Signal<this, void>(this);
  private place: Place | null = null;

  constructor(
    private readonly trackers: readonly Tracker[],
    private readonly load: (place: Place) => void,
  ) {
    this.none.explain({ reason: 'no-notebook' });
    this.none.detach('missing');
    for (const tracker of trackers) {
      tracker.currentChanged.connect(this.moved, this);
    }
    this.fallBack();
  }

  /** Emitted when the sidebar is about another notebook from now on. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get connection(): Connection | null {
    return this.place === null ? null : (this.connections.get(this.place) ?? null);
  }

  get client(): Client {
    return this.connection?.client ?? this.none;
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.isDisposed = true;
      Signal.clearData(this);
      for (const connection of this.connections.values()) {
        connection.dispose();
      }
    }
  }

  private moved(_: unknown, place: Place | null): void {
    if (place !== null) {
      this.show(place);
    } else if (this.place === null || this.place.isDisposed) {
      this.fallBack();
    }
  }

  private show(place: Place | null): void {
    if (place === this.place) {
      return;
    }
    this.place = place;
    if (place !== null && !this.connections.has(place)) {
      this.connections.set(place, new Connection(place.sessionContext, () => this.load(place)));
      place.disposed.connect(this.closed, this);
    }
    this._changed.emit();
  }

  private closed(place: Place): void {
    this.connections.get(place)?.dispose();
    this.connections.delete(place);
    if (place === this.place) {
      this.fallBack();
    }
  }

  private fallBack(): void {
    const open = this.trackers
      .map((tracker) => tracker.currentWidget)
      .find((widget) => widget !== null && !widget.isDisposed);
    this.show(open ?? null);
  }
}
