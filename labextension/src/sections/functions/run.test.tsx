import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { Handlers, failure, fakeKernel, pending } from '../../testing/fake';
import { HOSTILE, detail, run } from '../../testing/functions';
import { Section } from './index';

const SIMPLE = detail({
  name: 'double',
  missing: false,
  parameters: [],
  schema: {
    type: 'object',
    properties: { x: { type: 'integer' }, note: { type: 'string', default: 'hi' } },
    required: ['x'],
    additionalProperties: false,
  },
});

describe('the form of a function', () => {
  const open = async (handlers: Handlers = {}, shown = SIMPLE) => {
    const kernel = fakeKernel({ 'functions.detail': () => shown, ...handlers });
    const view = kernel.show(<Section client={kernel.client} />, {
      section: 'functions',
      name: 'double',
    });
    await userEvent.click(await screen.findByRole('tab', { name: /Run/ }));
    return { kernel, view };
  };

  it('says beside the field what is wrong, and runs nothing', async () => {
    const { kernel } = await open();
    await userEvent.type(screen.getByRole('textbox', { name: /^x/ }), '1.5');
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    expect(screen.getByText('is no integer')).toBeTruthy();
    expect(screen.getByRole('textbox', { name: /^x/ }).getAttribute('aria-invalid')).toBe('true');
    expect(kernel.asked('functions.run')).toEqual([]);
  });

  it('runs on the main shell with what was given, by Ctrl+Enter too', async () => {
    const { kernel } = await open({ 'functions.run': () => ({ run: run(), output: [42] }) });
    await userEvent.type(
      screen.getByRole('textbox', { name: /^x/ }),
      '21{Control>}{Enter}{/Control}',
    );
    expect(await screen.findByRole('region', { name: 'Result' })).toBeTruthy();
    const [sent] = kernel.wire.sent.filter(({ message }) => message.op === 'functions.run');
    expect(sent?.main).toBe(true);
    expect(sent?.message.args).toMatchObject({ name: 'double', arguments: { x: 21 } });
    await userEvent.click(screen.getByRole('button', { name: 'in the log' }));
    expect(kernel.places).toEqual([{ section: 'logs', run: run().id }]);
  });

  it('shows what is printed while it runs, and only its own', async () => {
    const { kernel } = await open({ 'functions.run': () => pending });
    await userEvent.type(screen.getByRole('textbox', { name: /^x/ }), '1');
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    const { ticket } = kernel.asked('functions.run')[0] as { ticket: number };
    act(() => kernel.push({ v: 1, event: 'printed', ticket: ticket + 1, text: 'of another' }));
    act(() => kernel.push({ v: 1, event: 'printed', ticket, text: '<b>half</b>' }));
    expect(screen.getByLabelText('Printed').textContent).toBe('<b>half</b>');
    await userEvent.click(screen.getByRole('button', { name: 'Stop waiting' }));
    expect(await screen.findByRole('button', { name: 'Run' })).toBeTruthy();
  });

  it('stops by interrupting the kernel where the host can, and says what that ends', async () => {
    const { kernel } = await open({ 'functions.run': () => pending });
    let interrupts = 0;
    kernel.wire.interrupt = () => Promise.resolve(void (interrupts += 1));
    await userEvent.type(screen.getByRole('textbox', { name: /^x/ }), '1');
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    const stop = screen.getByRole('button', { name: 'Stop' });
    expect(stop.title).toContain('whatever it runs now ends');
    expect(screen.queryByRole('button', { name: 'Stop waiting' })).toBeNull();
    await userEvent.click(stop);
    expect(interrupts).toBe(1);
    expect(screen.getByText(/The kernel was interrupted/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Stop waiting' })).toBeTruthy();
  });

  it('says so when the kernel could not be interrupted', async () => {
    const { kernel } = await open({ 'functions.run': () => pending });
    kernel.wire.interrupt = () => Promise.reject(new Error('the server does not answer'));
    await userEvent.type(screen.getByRole('textbox', { name: /^x/ }), '1');
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
    expect(await screen.findByText('the server does not answer')).toBeTruthy();
    expect((screen.getByRole('button', { name: 'Stop' }) as HTMLButtonElement).disabled).toBe(
      false,
    );
  });

  it('shows what the function raised, with its traceback', async () => {
    const bad = run({
      status: 'error',
      error: 'ValueError',
      message: HOSTILE,
      traceback: 'File "x", line 1',
    });
    const { view } = await open({ 'functions.run': () => ({ run: bad, output: null }) });
    await userEvent.type(screen.getByRole('textbox', { name: /^x/ }), '1');
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    expect((await screen.findByRole('alert')).textContent).toContain('ValueError');
    expect(screen.getByText('File "x", line 1')).toBeTruthy();
    expect(view.container.querySelector('img')).toBeNull();
  });

  it('shows what was in the way of a run', async () => {
    await open({
      'functions.run': () => {
        throw failure('ArgumentError', 'x does not fit', 'pass a fitting value');
      },
    });
    await userEvent.type(screen.getByRole('textbox', { name: /^x/ }), '1');
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    expect((await screen.findByRole('alert')).textContent).toContain('x does not fit');
  });

  it('puts what the kernel has against an argument beside its field, and forgets nothing', async () => {
    const { kernel, view } = await open({
      'functions.run': () => {
        throw failure('ArgumentError', "f() argument 'note': is too rude; the hint says str");
      },
    });
    await userEvent.type(screen.getByRole('textbox', { name: /^x/ }), '21');
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    await screen.findAllByText(/is too rude/);
    expect(screen.getByRole('textbox', { name: /note/ }).getAttribute('aria-invalid')).toBe('true');
    view.unmount();
    kernel.show(<Section client={kernel.client} />, { section: 'functions', name: 'double' });
    await userEvent.click(await screen.findByRole('tab', { name: /Run/ }));
    expect((screen.getByRole('textbox', { name: /^x/ }) as HTMLInputElement).value).toBe('21');
  });

  it('takes a text from a file', async () => {
    await open();
    const chooser = screen.getByLabelText('File');
    await userEvent.upload(chooser, new File(['from a file'], 'a.txt', { type: 'text/plain' }));
    await waitFor(() =>
      expect((screen.getByRole('textbox', { name: /note/ }) as HTMLTextAreaElement).value).toBe(
        'from a file',
      ),
    );
  });

  it('asks for nested values, lists, choices and either-or', async () => {
    const shown = detail({
      parameters: [],
      missing: false,
      schema: {
        type: 'object',
        properties: {
          unit: { enum: ['C', 'F'] },
          p: { type: 'object', properties: { on: { type: 'boolean' } }, required: ['on'] },
          list: { type: 'array', items: { type: 'integer' } },
          either: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
        },
        required: ['unit', 'p', 'list', 'either'],
        additionalProperties: { type: 'string' },
      },
    });
    const { kernel } = await open({ 'functions.run': () => ({ run: null, output: null }) }, shown);
    await userEvent.selectOptions(screen.getByRole('combobox', { name: /^unit/ }), 'F');
    await userEvent.click(screen.getByRole('checkbox', { name: /^on/ }));
    await userEvent.click(screen.getByRole('button', { name: '+ an item' }));
    await userEvent.type(screen.getByRole('textbox', { name: /^item 1/ }), '7');
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Kind of either' }), 'text');
    await userEvent.type(screen.getByRole('textbox', { name: /^value/ }), 'x');
    await userEvent.click(screen.getByRole('button', { name: '+ a further name' }));
    await userEvent.type(screen.getByRole('textbox', { name: 'Name 1' }), 'more');
    await userEvent.type(screen.getByRole('textbox', { name: /^more/ }), 'y');
    await userEvent.click(screen.getByRole('button', { name: 'Run' }));
    expect(kernel.asked('functions.run')[0]?.arguments).toEqual({
      unit: 'F',
      p: { on: true },
      list: [7],
      either: 'x',
      more: 'y',
    });
  });
});
