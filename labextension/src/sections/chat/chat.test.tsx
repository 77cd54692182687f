import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Chat, ChatPart, Push } from '../../protocol';
import { FakeKernel, Handlers, failure, fakeKernel, pending } from '../../testing/fake';
import { HOSTILE } from '../../testing/functions';
import { Section } from './index';
import { blocks } from './Speech';
import { joined } from './Transcript';

function part(n: number, kind: string, more: Partial<ChatPart> = {}): ChatPart {
  const empty = { text: '', name: '', call: '', status: '', note: '' };
  return { n, kind, ...empty, run: null, question: null, spent: null, ...more };
}

function told(parts: ChatPart[], busy = true, revision = 1): Push {
  return { v: 1, event: 'chat', chat: 'C', revision, busy, parts };
}

const EMPTY: Chat = { id: 'C', title: '', revision: 0, busy: false, dropped: 0, parts: [] };

function shown(handlers: Handlers = {}): FakeKernel {
  const kernel = fakeKernel({
    'chat.list': () => [],
    'chat.new': () => 'C',
    'chat.get': () => EMPTY,
    'chat.say': () => pending,
    ...handlers,
  });
  kernel.show(<Section client={kernel.client} />);
  return kernel;
}

/** A kernel to which something was said, and that works on it. */
async function talking(handlers: Handlers = {}): Promise<FakeKernel> {
  const kernel = shown(handlers);
  await userEvent.type(await screen.findByLabelText('Message'), 'hello{Enter}');
  act(() => kernel.push(told([part(0, 'said', { text: 'hello' })])));
  return kernel;
}

describe('chat', () => {
  it('begins a conversation by Enter, and breaks lines by Shift+Enter', async () => {
    const kernel = shown();
    expect(await screen.findByText('Nothing was said yet')).toBeTruthy();
    const field = screen.getByLabelText<HTMLTextAreaElement>('Message');
    await userEvent.type(field, 'one{Shift>}{Enter}{/Shift}two{Enter}');
    expect(kernel.asked('chat.new')).toHaveLength(1);
    await screen.findByText(/begins by itself/);
    expect(kernel.asked('chat.say')).toEqual([{ chat: 'C', text: 'one\ntwo' }]);
    expect(field.value).toBe('');
  });

  it('shows words as they come, joined, and what the turn took', async () => {
    const kernel = await talking();
    act(() => kernel.push(told([part(1, 'text', { text: 'It ' })])));
    act(() =>
      kernel.push(told([part(1, 'text', { text: 'It is ' }), part(2, 'text', { text: 'five.' })])),
    );
    expect(await screen.findByText('It is five.')).toBeTruthy();
    const spent = { calls: 2, tokens: 300, seconds: 1, cost: 0, unpriced: 2 };
    act(() => kernel.push(told([part(3, 'turn', { status: 'budget', spent })], false)));
    expect(screen.getByText(/2 calls, 300 tokens, 1 s, price unknown/)).toBeTruthy();
    expect(screen.getByText(/The budget is spent/)).toBeTruthy();
  });

  it('is stopped while it goes on', async () => {
    const kernel = await talking({ stop: () => true });
    await userEvent.click(await screen.findByRole('button', { name: 'Stop' }));
    expect(kernel.asked('stop')).toHaveLength(1);
    act(() => kernel.push(told([part(1, 'turn', { status: 'interrupted' })], false)));
    expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull();
  });

  it.each([
    ['Allow', true],
    ["Don't", false],
  ])('asks before a call, and %s is the answer', async (name, yes) => {
    const kernel = await talking({ 'chat.answer': () => true });
    const note = 'call post with {"text": "hi"}?';
    const call = { name: 'post', call: 'a', status: 'asked', note, question: 7 };
    act(() => kernel.push(told([part(1, 'call', call)])));
    const asked = await screen.findByRole('group', { name: 'Your word is needed' });
    expect(within(asked).getByRole('alert').textContent).toBe(note);
    await userEvent.click(within(asked).getByRole('button', { name }));
    expect(kernel.asked('chat.answer')).toEqual([{ question: 7, yes }]);
    const { wire } = kernel;
    expect(wire.sent.find(({ message }) => message.op === 'chat.answer')?.main).toBe(false);
    const status = yes ? 'done' : 'refused';
    act(() => kernel.push(told([part(1, 'call', { ...call, status, question: null, note: '1' })])));
    expect(screen.queryByRole('group', { name: 'Your word is needed' })).toBeNull();
    expect(screen.getByRole('img', { name: status })).toBeTruthy();
  });

  it('leads from a call to its run', async () => {
    const kernel = await talking();
    const call = { name: 'add', status: 'done', note: '5', run: 'r1' };
    act(() => kernel.push(told([part(1, 'call', call)])));
    await userEvent.click(await screen.findByTitle('Show its run in the log'));
    expect(kernel.places).toEqual([{ section: 'logs', run: 'r1' }]);
  });

  it('offers only the functions that were chosen', async () => {
    const kernel = shown();
    await userEvent.click(await screen.findByRole('checkbox'));
    await userEvent.click(screen.getByRole('combobox', { name: /Only these/ }));
    await userEvent.click(await screen.findByRole('option', { name: /^clean/ }));
    expect(screen.getByText('1 function chosen')).toBeTruthy();
    await userEvent.type(screen.getByLabelText('Message'), 'go{Enter}');
    await screen.findByText(/begins by itself/);
    expect(kernel.asked('chat.say')).toEqual([{ chat: 'C', text: 'go', functions: ['clean'] }]);
  });

  it('gives the words back when they could not be said', async () => {
    shown({
      'chat.say': () => {
        throw failure('ModelUnavailable', 'no model was picked', '%babyagi model NAME');
      },
    });
    const field = await screen.findByLabelText<HTMLTextAreaElement>('Message');
    await userEvent.type(field, 'hello{Enter}');
    expect(await screen.findByText('%babyagi model NAME')).toBeTruthy();
    expect(field.value).toBe('hello');
  });

  it('goes on with one that was kept, and begins another', async () => {
    const row = { id: 'K', title: 'sums', model: 'm', turns: 2, changed: 1, busy: false };
    const kernel = shown({
      'chat.list': () => [row],
      'chat.get': ({ chat }) => ({
        ...EMPTY,
        id: chat,
        dropped: 3,
        parts: [part(0, 'said', { text: 'old words' })],
      }),
    });
    await screen.findByRole('option', { name: /sums · 2 turns/ });
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Conversation' }), 'K');
    expect(await screen.findByText('old words')).toBeTruthy();
    expect(screen.getByText('3 earlier turns were not kept.')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'New' }));
    expect(await screen.findByText('Nothing was said yet')).toBeTruthy();
    expect(kernel.asked('chat.new')).toHaveLength(0);
  });

  it('begins anew where the kernel does not know the conversation any more', async () => {
    const kernel = await talking({
      'chat.get': () => {
        throw failure('NotFound', 'no conversation');
      },
    });
    expect(kernel.asked('chat.get')).toHaveLength(1);
    expect(screen.queryByText(/no conversation/)).toBeNull();
  });

  it('shows whatever a model said as text', async () => {
    const kernel = await talking();
    const words = `${HOSTILE} [x](javascript:alert(1)) \u001b[31mred\n\`\`\`html\n${HOSTILE}\n\`\`\``;
    const parts = [
      part(1, 'text', { text: words }),
      part(2, 'call', { name: HOSTILE, text: HOSTILE, note: HOSTILE, status: HOSTILE }),
      part(3, 'note', { text: HOSTILE }),
      part(4, 'error', { text: HOSTILE }),
      part(5, 'turn', { status: 'constructor' }),
    ];
    act(() => kernel.push(told(parts)));
    const log = screen.getByRole('log');
    expect(log.querySelector('img, script, a')).toBeNull();
    expect(log.textContent).toContain('[x](javascript:alert(1))');
    expect(log.textContent).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('what a model said', () => {
  it('is cut at its fences; one that is not closed yet goes to the end', () => {
    expect(blocks('Look:\n```python\nx = 1\n```\nand\n```\ny')).toEqual([
      { language: null, text: 'Look:' },
      { language: 'python', text: 'x = 1' },
      { language: null, text: 'and' },
      { language: '', text: 'y' },
    ]);
    expect(blocks('a `b` ```c``` d')).toEqual([{ language: null, text: 'a `b` ```c``` d' }]);
    expect(blocks('')).toEqual([]);
  });

  it('is one piece where its parts follow one another', () => {
    const parts = [part(0, 'text', { text: 'a' }), part(1, 'text', { text: 'b' }), part(2, 'note')];
    expect(joined(parts).map(({ text }) => text)).toEqual(['ab', '']);
  });
});
