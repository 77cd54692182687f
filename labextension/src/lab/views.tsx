/** Lumino widgets around the application: the sidebar, and a section with more room. */

import { ReactWidget } from '@jupyterlab/apputils';
import { LabIcon } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import { Place } from '../hooks';
import { t } from '../i18n';
import { sectionOf } from '../sections';
import { App } from '../shell';
import { Client } from '../store';
import { Current } from './current';

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 22">' +
  '<path class="jp-icon3" fill="#616161" d="M11 2 3 6.5v9L11 20l8-4.5v-9zm0 2.3 5 2.8-5 2.8-5-2.8z' +
  'M5 8.8l5 2.8v5.5l-5-2.8zm7 8.3v-5.5l5-2.8v5.5z"/></svg>';

export const icon = new LabIcon({ name: 'babyagi-nb:logo', svgstr: LOGO });

export interface ViewOptions {
  current: Current;
  place: Place;
  /** Told of every move, so that the layout can be restored. */
  moved?: (place: Place) => void;
  widen?: (place: Place) => void;
}

/** The application about whatever notebook is current. Out of sight it asks for no news. */
export class View extends ReactWidget {
  /** Where the person is. */
  place: Place;
  private target: Place;
  private readonly keys = new WeakMap<Client, number>();
  private count = 0;
  private watched: { client: Client; view: ReturnType<Client['view']> } | null = null;

  constructor(private readonly options: ViewOptions) {
    super();
    this.place = this.target = options.place;
    this.addClass('bnb-view');
    this.node.tabIndex = -1;
    this.title.icon = icon;
    options.current.changed.connect(this.changed, this);
    this.watch();
  }

  /** Go somewhere, from outside. */
  go(place: Place): void {
    this.target = { ...place };
    this.update();
  }

  override dispose(): void {
    this.options.current.changed.disconnect(this.changed, this);
    this.watched?.view.close();
    super.dispose();
  }

  protected override render(): JSX.Element {
    const { current, moved, widen } = this.options;
    return (
      <App
        key={this.keyOf(current.client)}
        client={current.client}
        place={this.target}
        onPlace={(place) => {
          this.place = place;
          moved?.(place);
        }}
        widen={widen}
      />
    );
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    // What has the focus is what the application calls current.
    this.node.focus();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.watched?.view.seen(true);
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.watched?.view.seen(false);
  }

  private changed(): void {
    // Another notebook opens where the person was in this one, but not at the same function.
    this.target = { section: this.place.section };
    this.watch();
    this.update();
  }

  private watch(): void {
    const { client } = this.options.current;
    if (this.watched?.client !== client) {
      this.watched?.view.close();
      this.watched = { client, view: client.view() };
      this.watched.view.seen(this.isVisible);
    }
  }

  private keyOf(client: Client): number {
    const known = this.keys.get(client) ?? ++this.count;
    this.keys.set(client, known);
    return known;
  }
}

export class Sidebar extends View {
  constructor(options: ViewOptions) {
    super(options);
    this.id = 'babyagi-sidebar';
    this.title.caption = t('babyagi: functions, logs, graph');
  }
}

/** One section in the main area. */
export class WideView extends View {
  constructor(options: ViewOptions) {
    super(options);
    this.id = `babyagi-wide-${options.place.section}`;
    this.title.label = t(sectionOf(options.place.section).label);
    this.title.closable = true;
  }
}
