/**
 * The panel in the output of a cell: the same application, over the comm of an anywidget.
 *
 * The model carries two settings, `section` and `name`, and nothing else: a notebook is saved with
 * the state of its widgets, so data of a store must not be in it. Everything goes as custom messages.
 */

import type { AnyModel, Render } from '@anywidget/types';
import { createRoot } from 'react-dom/client';
import { Place } from '../hooks';
import { Request } from '../protocol';
import { App } from '../shell';
import { Client } from '../store';
import { Wire } from '../transport';

export interface PanelModel extends Record<string, unknown> {
  section: string | null;
  name: string | null;
}

export class WidgetWire implements Wire {
  private stop: () => void = () => undefined;

  constructor(private readonly model: AnyModel<PanelModel>) {}

  /** The widget has one way to the kernel; the kernel itself moves what must run on its main shell. */
  send(message: Request): void {
    this.model.send(message);
  }

  receive(handler: (message: unknown) => void): () => void {
    const hear = (content: unknown) => handler(content);
    this.model.on('msg:custom', hear);
    this.stop = () => this.model.off('msg:custom', hear);
    return this.stop;
  }

  close(): void {
    this.stop();
  }
}

/**
 * What anywidget makes of this file: one for each model, with one conversation for all the places in
 * which the panel is shown. *model* outlives them.
 */
export default function make(model: AnyModel<PanelModel>): { render: Render<PanelModel> } {
  const client = new Client('widget');
  client.explain({ place: '' });
  let shown = 0;

  const render: Render<PanelModel> = ({ model: here, el }) => {
    el.classList.add('bnb-cell');
    // Keys typed here are not shortcuts of the notebook.
    el.setAttribute('data-lm-suppress-shortcuts', 'true');
    const root = createRoot(el);
    const draw = () => {
      const name = here.get('name');
      const place: Place = { section: here.get('section') ?? 'functions', ...(name && { name }) };
      root.render(<App client={client} place={place} />);
    };
    here.on('change:section', draw);
    here.on('change:name', draw);
    if (shown++ === 0) {
      client.attach(new WidgetWire(model));
    }
    const view = client.view();
    draw();
    return () => {
      view.close();
      here.off('change:section', draw);
      here.off('change:name', draw);
      root.unmount();
      if (--shown === 0) {
        client.detach('missing');
      }
    };
  };
  return { render };
}
