import type { AnyModel } from '@anywidget/types';
import { act, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { Op, Request, VERSION } from '../protocol';
import { HELLO } from '../testing/fake';
import { goldenAnswer } from '../testing/golden';
import make, { PanelModel } from './index';

type Listener = (content: unknown) => void;

/** The comm of one widget, as every page that shows it sees it: all hear what the kernel sends. */
class Comm {
  readonly sent: Request[] = [];
  readonly listeners = new Set<Listener>();

  answer({ id, op }: Request): void {
    const ok = op === 'hello' ? HELLO : (goldenAnswer(op as Op) ?? null);
    for (const each of [...this.listeners]) {
      each({ v: VERSION, id, ok });
    }
  }
}

/** One page's model of the widget. */
function modelOf(comm: Comm): AnyModel<PanelModel> {
  const state: PanelModel = { section: 'functions', name: null };
  return {
    get: (key: keyof PanelModel) => state[key],
    set: () => undefined,
    save_changes: () => undefined,
    on: (event: string, listener: Listener) => {
      if (event === 'msg:custom') {
        comm.listeners.add(listener);
      }
    },
    off: (_: string, listener: Listener) => comm.listeners.delete(listener),
    send: (content: Request) => {
      comm.sent.push(content);
      queueMicrotask(() => comm.answer(content));
    },
  } as unknown as AnyModel<PanelModel>;
}

async function shown(widget: ReturnType<typeof make>, model: AnyModel<PanelModel>) {
  const el = document.createElement('div');
  document.body.append(el);
  let remove: void | (() => unknown);
  await act(async () => {
    remove = await widget.render({ model, el } as never);
  });
  return { el, remove: () => act(async () => void (await remove?.())) };
}

/** Sections are fetched when they are first shown, which takes a busy machine a while. */
const LATE = { timeout: 20_000 };

const live = (el: HTMLElement) =>
  waitFor(() => expect(el.querySelector('.bnb-app')?.getAttribute('data-phase')).toBe('live'));

describe('a panel that is shown twice', () => {
  it('has one conversation, and two places of its own', async () => {
    const comm = new Comm();
    const model = modelOf(comm);
    const widget = make(model);
    const one = await shown(widget, model);
    const other = await shown(widget, model);
    await live(one.el);
    await live(other.el);
    expect(comm.sent.filter(({ op }) => op === 'hello')).toHaveLength(1);
    await userEvent.click(within(one.el).getByRole('button', { name: /^Keys/ }));
    const sections = [one, other].map(({ el }) =>
      el.querySelector('.bnb-app')?.getAttribute('data-section'),
    );
    expect(sections).toEqual(['keys', 'functions']);
    await within(one.el).findByText('weather_key', {}, LATE);
    await within(other.el).findAllByText('forecast', {}, LATE);
    await other.remove();
    expect(one.el.querySelector('.bnb-app')?.getAttribute('data-phase')).toBe('live');
    await one.remove();
    expect(comm.listeners.size).toBe(0);
  }, 60_000);

  it('is itself again when it is shown anew', async () => {
    const comm = new Comm();
    const model = modelOf(comm);
    const widget = make(model);
    await (await shown(widget, model)).remove();
    const again = await shown(widget, model);
    await live(again.el);
    await again.remove();
  });

  it('takes no answer that another page of the same widget asked for', async () => {
    const comm = new Comm();
    const [here, there] = [modelOf(comm), modelOf(comm)];
    const one = await shown(make(here), here);
    const other = await shown(make(there), there);
    await live(one.el);
    await live(other.el);
    const ids = comm.sent.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    await one.remove();
    await other.remove();
  });
});
