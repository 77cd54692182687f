import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Review } from '../../protocol';
import { Handlers, failure, fakeKernel } from '../../testing/fake';
import { HOSTILE } from '../../testing/functions';
import { goldenAnswer } from '../../testing/golden';
import { firstTicks, grantsOf, parseLabel, ticked } from './grants';
import { Section } from './index';

function review(more: Partial<Review> = {}): Review {
  const golden = goldenAnswer('drafts.review');
  if (golden === undefined) {
    throw new Error('there is no golden review');
  }
  return { ...golden, ...more };
}

const ASKING = review({
  asked: {
    keys: ['openai'],
    hosts: ['api.example.org:443', 'evil.ex\u0430mple.org:443'],
    reads: [],
    calls: ['save'],
    memory: 4 * 2 ** 30,
    seconds: null,
    kernel: false,
  },
  forbidden: [['host', 'api.example.org:443']],
});

describe('grants', () => {
  it('are asked for in words, and ticked but for what is forbidden', () => {
    const grants = grantsOf(ASKING);
    expect(grants.map(({ words, which, forbidden }) => [words, which, forbidden])).toEqual([
      ['read the key', 'openai', false],
      ['connect to', 'api.example.org:443', true],
      ['connect to', 'evil.ex\u0430mple.org:443', false],
      ['have run in the kernel', 'save', false],
      ['use memory up to 4 GB', String(4 * 2 ** 30), false],
      ['run in the kernel, with all that you may do', '', false],
    ]);
    expect(ticked(firstTicks(grants))).toEqual({
      keys: ['openai'],
      hosts: ['evil.ex\u0430mple.org:443'],
      calls: ['save'],
      memory: 4 * 2 ** 30,
    });
  });

  it('give exactly what was asked for back', () => {
    const asked = { ...ASKING.asked, seconds: 2.5, kernel: true, reads: ['/data'] };
    expect(ticked(firstTicks(grantsOf(review({ asked, forbidden: [] }))))).toEqual(asked);
  });

  it('read labels', () => {
    expect(parseLabel('f@12')).toEqual({ name: 'f', version: 12 });
    expect(parseLabel('f')).toBeNull();
  });
});

describe('approvals', () => {
  const open = (shown: Review, handlers: Handlers = {}) => {
    const kernel = fakeKernel({ 'drafts.review': () => shown, ...handlers });
    const view = kernel.show(<Section client={kernel.client} />, {
      section: 'drafts',
      name: shown.name,
      version: shown.number,
    });
    return { kernel, view };
  };

  it('list what waits, with who wrote it and what it asks for', async () => {
    const kernel = fakeKernel();
    kernel.show(<Section client={kernel.client} />, { section: 'drafts' });
    await userEvent.click(await screen.findByRole('button', { name: /lookup@1/ }));
    expect(screen.getByText(/connect to api.example.org:443/)).toBeTruthy();
    expect(kernel.places).toEqual([{ section: 'drafts', name: 'lookup', version: 1 }]);
  });

  it('say what stands here when nothing waits', async () => {
    const kernel = fakeKernel({ 'drafts.list': () => [] });
    kernel.show(<Section client={kernel.client} />, { section: 'drafts' });
    expect(await screen.findByText('Nothing waits for you')).toBeTruthy();
  });

  it('say what failed', async () => {
    const kernel = fakeKernel({
      'drafts.list': () => {
        throw failure('StoreError', 'locked');
      },
    });
    kernel.show(<Section client={kernel.client} />, { section: 'drafts' });
    expect(await screen.findByRole('button', { name: 'Try again' })).toBeTruthy();
  });

  it('grant exactly what is ticked, under the review code that was seen', async () => {
    const { kernel } = open(ASKING, { 'drafts.approve': () => null });
    await screen.findByText('It asks to');
    const boxes = screen.getAllByRole('checkbox') as HTMLInputElement[];
    expect(boxes.map((box) => [box.checked, box.disabled])).toEqual([
      [true, false],
      [false, true],
      [true, false],
      [true, false],
      [true, false],
      [false, false],
    ]);
    await userEvent.click(boxes[2] as HTMLInputElement);
    await userEvent.click(screen.getByRole('button', { name: 'Approve' }));
    expect(kernel.asked('drafts.approve')).toEqual([
      {
        name: 'report',
        version: 2,
        review: ASKING.review,
        grants: { keys: ['openai'], calls: ['save'], memory: 4 * 2 ** 30 },
      },
    ]);
    expect(await screen.findByText(/is the active version/)).toBeTruthy();
  });

  it('make visible what hides in hosts and in code', async () => {
    const { view } = open({
      ...ASKING,
      code: 'ev\u0430l("\u202e")',
      warnings: ['line 1 has a hidden character'],
    });
    await screen.findByText('line 1 has a hidden character');
    const marks = [...view.container.querySelectorAll('mark')].map((mark) => mark.textContent);
    expect(marks).toContain('⟨U+202E⟩');
    expect(marks.filter((mark) => mark === '⟨U+0430⟩').length).toBeGreaterThan(1);
  });

  it('wait for what the draft depends on', async () => {
    const { kernel } = open({ ...ASKING, companions: [{ label: 'helper@3', state: 'draft' }] });
    const approve = (await screen.findByRole('button', { name: 'Approve' })) as HTMLButtonElement;
    expect(approve.disabled).toBe(true);
    await userEvent.click(screen.getByRole('button', { name: 'Review first' }));
    expect(kernel.places).toEqual([{ section: 'drafts', name: 'helper', version: 3 }]);
  });

  it('forget the ticks when the draft changed meanwhile', async () => {
    let shown = ASKING;
    const kernel = fakeKernel({
      'drafts.review': () => shown,
      'drafts.approve': () => {
        shown = { ...ASKING, review: 'ffffff' };
        throw failure('NotGranted', 'it changed', 'look at it again');
      },
    });
    kernel.show(<Section client={kernel.client} />, {
      section: 'drafts',
      name: 'report',
      version: 2,
    });
    await userEvent.click((await screen.findAllByRole('checkbox'))[0] as HTMLElement);
    await userEvent.click(screen.getByRole('button', { name: 'Approve' }));
    await userEvent.click(await screen.findByRole('button', { name: 'Try again' }));
    await screen.findByText(/ffffff/);
    expect((screen.getAllByRole('checkbox')[0] as HTMLInputElement).checked).toBe(true);
  });

  it('deny with a reason, and only when asked twice', async () => {
    const { kernel } = open(ASKING, { 'drafts.deny': () => null });
    await userEvent.type(await screen.findByRole('textbox', { name: 'Reason' }), 'too curious');
    await userEvent.click(screen.getByRole('button', { name: 'Deny' }));
    expect(kernel.asked('drafts.deny')).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Deny' }));
    expect(kernel.asked('drafts.deny')).toEqual([
      { name: 'report', version: 2, reason: 'too curious' },
    ]);
  });

  it('take an approval back', async () => {
    const shown = {
      ...ASKING,
      state: 'approved' as const,
      granted: [['read the key', 'openai'] as [string, string]],
    };
    const { kernel } = open(shown, { 'drafts.revoke': () => null });
    expect(await screen.findByText('read the key openai')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Revoke' }));
    await userEvent.click(screen.getByRole('button', { name: 'Revoke' }));
    expect(kernel.asked('drafts.revoke')).toEqual([{ name: 'report', version: 2, reason: '' }]);
  });

  it('show what a draft declares, such as after what it wants to run', async () => {
    open({
      ...ASKING,
      declared: [
        ['runs after', 'report'],
        ['time limit', '5 s'],
      ],
    });
    const declared = await screen.findByRole('region', { name: 'Declared' });
    expect([...declared.querySelectorAll('li')].map((each) => each.textContent)).toEqual([
      'runs after report',
      'time limit 5 s',
    ]);
  });

  it('keep what was denied within reach, folded, with its reason', async () => {
    const denied = {
      label: 'lookup@1',
      name: 'lookup',
      number: 1,
      origin: 'model:m',
      state: 'denied' as const,
      at: 1_760_000_000_000,
      reason: HOSTILE,
    };
    const kernel = fakeKernel({
      'functions.list': () => ({ generation: 1, rows: [] }),
      'drafts.denied': () => [denied],
    });
    kernel.show(<Section client={kernel.client} />, { section: 'drafts' });
    await userEvent.click(await screen.findByRole('tab', { name: 'Decided' }));
    const words = await screen.findByText('Denied and revoked versions (1)');
    expect(words.closest('details')?.open).toBe(false);
    await userEvent.click(words);
    expect(screen.getByText(new RegExp('onerror'))).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: /lookup@1/ }));
    expect(kernel.places).toEqual([{ section: 'drafts', name: 'lookup', version: 1 }]);
  });

  it('approve after all what was denied', async () => {
    const { kernel } = open({ ...ASKING, state: 'denied' }, { 'drafts.approve': () => null });
    await userEvent.click(await screen.findByRole('button', { name: 'Approve' }));
    expect(kernel.asked('drafts.approve')).toHaveLength(1);
  });

  it('follow what the kernel says', async () => {
    const kernel = fakeKernel();
    kernel.show(<Section client={kernel.client} />, { section: 'drafts' });
    await screen.findByRole('list', { name: 'Drafts' });
    const before = kernel.asked('drafts.list').length;
    act(() => kernel.push({ v: 1, event: 'definitions', generation: 9, names: [] }));
    await waitFor(() => expect(kernel.asked('drafts.list')).toHaveLength(before + 1));
  });
});
