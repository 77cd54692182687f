import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { BuildRow, Push, StepRow } from '../../protocol';
import { FakeKernel, HELLO, Handlers, failure, fakeKernel, pending } from '../../testing/fake';
import { HOSTILE } from '../../testing/functions';
import { goldenAnswer } from '../../testing/golden';
import { spending } from '../model/spending';
import { Section } from './index';
import { limitsOf } from './LimitFields';
import { grouped } from './Steps';

const NOTHING = { calls: 0, tokens: 0, seconds: 0, cost: 0, unpriced: 0 };

function build(more: Partial<BuildRow> = {}): BuildRow {
  const golden = goldenAnswer('builds.start');
  if (golden === undefined) {
    throw new Error('there is no golden build');
  }
  return { ...golden, ...more };
}

function step(n: number, more: Partial<StepRow> = {}): StepRow {
  return { n, step: 'plan', state: 'ended', function: null, message: '', ...more };
}

function told(steps: StepRow[], more: Partial<Extract<Push, { event: 'build' }>> = {}): Push {
  const common = { revision: 1, message: '', spent: { ...NOTHING, calls: 2, unpriced: 2 } };
  return { v: 1, event: 'build', build: 'B', state: 'running', ...common, steps, ...more };
}

function shown(handlers: Handlers = {}): FakeKernel {
  const kernel = fakeKernel({ find: () => [], ...handlers });
  kernel.show(<Section client={kernel.client} />);
  return kernel;
}

const box = () => screen.findByLabelText('What should be done?');

describe('self-build', () => {
  it('says how to begin where there is nothing yet', async () => {
    shown({ 'builds.list': () => [] });
    expect(await screen.findByText('No builds yet')).toBeTruthy();
  });

  it('shows what is missing for a model, with the very line that mends it', async () => {
    const fix = '%babyagi key set openai_api_key';
    const kernel = shown({
      'models.list': () => ({
        picked: '',
        host: 'api.openai.com',
        models: [],
        ready: false,
        problem: 'no key',
        fix,
      }),
    });
    expect(await screen.findByText(fix)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Keys' }));
    expect(kernel.places).toEqual([{ section: 'keys' }]);
  });

  it('asks another model, and the server for what it has only then', async () => {
    const kernel = shown({
      'models.list': ({ ask }) => ({
        picked: 'small',
        host: 'http://here',
        models: ask ? ['large', 'small'] : [],
        ready: true,
        problem: '',
        fix: '',
      }),
    });
    await screen.findByText('small');
    expect(kernel.asked('models.list').some(({ ask }) => ask)).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: 'Change' }));
    await screen.findByText('The server has 2.');
    const name = screen.getByLabelText('Name of the model');
    await userEvent.clear(name);
    await userEvent.type(name, 'large{Enter}');
    expect(kernel.asked('models.pick')).toEqual([{ name: 'large' }]);
  });

  it('sends a task with its limits by Enter, and breaks lines by Shift+Enter', async () => {
    const kernel = shown({ 'builds.start': () => build() });
    await userEvent.type(await box(), 'add{Shift>}{Enter}{/Shift}numbers');
    expect(kernel.asked('builds.start')).toEqual([]);
    await userEvent.type(screen.getByLabelText('Calls'), '12');
    await userEvent.type(await box(), '{Enter}');
    expect(kernel.asked('builds.start')).toEqual([{ task: 'add\nnumbers', calls: 12 }]);
    expect(kernel.wire.sent.find(({ message }) => message.op === 'builds.start')?.main).toBe(true);
    await waitFor(async () => expect(((await box()) as HTMLTextAreaElement).value).toBe(''));
  });

  it('keeps the task when nothing came of it, and says why', async () => {
    shown({
      'builds.start': () => {
        throw failure('ModelUnavailable', 'no key for api.openai.com', '%babyagi key set k');
      },
    });
    await userEvent.type(await box(), 'a task{Enter}');
    expect(await screen.findByText(/no key for api.openai.com/)).toBeTruthy();
    expect(((await box()) as HTMLTextAreaElement).value).toBe('a task');
  });

  it('says that it waits while the kernel has not begun', async () => {
    shown({ 'builds.start': () => pending });
    await userEvent.type(await box(), 'a task{Enter}');
    expect(await screen.findByText(/begins by itself when the cell ends/)).toBeTruthy();
  });

  it('builds for a role', async () => {
    const kernel = shown({ 'builds.self_build': () => build() });
    await userEvent.click(await screen.findByRole('tab', { name: 'A role' }));
    await userEvent.type(screen.getByLabelText('Whose tasks?'), 'an analyst');
    await userEvent.click(screen.getByRole('button', { name: 'Build' }));
    expect(kernel.asked('builds.self_build')).toEqual([{ role: 'an analyst', n: 3 }]);
  });

  it('shows steps as they come, what was spent, and stops', async () => {
    const rows: BuildRow[] = [];
    const kernel = shown({
      'builds.list': () => [...rows],
      'builds.get': () => ({ build: rows[0]!, revision: 0, steps: [] }),
      stop: () => true,
    });
    await screen.findByText('No builds yet');
    rows.push(build({ id: 'B', state: 'running', here: true, made: [] }));
    act(() => kernel.push(told([step(0, { message: 'mean' })])));
    await screen.findByRole('button', { name: 'Stop' });
    const began = step(1, { step: 'code', state: 'began', function: 'mean' });
    act(() => kernel.push(told([began], { revision: 2 })));
    const log = await screen.findByRole('log');
    expect(within(log).getByRole('img', { name: 'under way' })).toBeTruthy();
    act(() =>
      kernel.push(told([{ ...began, state: 'ended', message: '7 lines' }], { revision: 3 })),
    );
    expect(within(log).getByText('7 lines')).toBeTruthy();
    expect(within(log).queryByRole('img', { name: 'under way' })).toBeNull();
    expect(screen.getByText(/2 calls.*price unknown/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
    expect(kernel.asked('stop')).toHaveLength(1);
  });

  it('takes no step back that is older than what the kernel answered', async () => {
    const row = build({ id: 'B', state: 'running', here: true });
    const kernel = shown({
      'builds.list': () => [row],
      'builds.get': () => ({ build: row, revision: 9, steps: [step(0, { message: 'new' })] }),
    });
    await screen.findByText('new');
    act(() => kernel.push(told([step(0, { message: 'old' })], { revision: 8 })));
    expect(screen.queryByText('old')).toBeNull();
    act(() => kernel.push(told([step(0, { message: 'newer' })], { revision: 9 })));
    expect(await screen.findByText('newer')).toBeTruthy();
  });

  it('interrupts the kernel where nothing is heard beside a cell', async () => {
    const row = build({ id: 'B', state: 'running', here: true });
    let interrupted = 0;
    const kernel = fakeKernel({
      hello: () => ({ ...HELLO, concurrent: false }),
      'builds.list': () => [row],
    });
    kernel.wire.interrupt = () => Promise.resolve(void (interrupted += 1));
    kernel.show(<Section client={kernel.client} />);
    await userEvent.click(await screen.findByRole('button', { name: 'Stop' }));
    expect(interrupted).toBe(1);
  });

  it('leads from a draft to its review, and from what was reused to the function', async () => {
    const how = { version: 1, reason: '' };
    const row = build({
      state: 'done',
      main: 'a',
      made: [
        { name: 'a', how: 'written', state: 'draft', ...how },
        { name: 'b', how: 'reused', state: 'own', ...how },
      ],
    });
    const kernel = shown({ 'builds.list': () => [row] });
    await userEvent.click(await screen.findByRole('button', { expanded: false }));
    await userEvent.click(screen.getByRole('button', { name: 'Review' }));
    await userEvent.click(screen.getByRole('button', { name: 'Show' }));
    expect(kernel.places).toEqual([
      { section: 'drafts', name: 'a', version: 1 },
      { section: 'functions', name: 'b' },
    ]);
  });

  it('goes on with a build that stopped, with more if one says so', async () => {
    const row = build({ state: 'stopped', message: 'the budget of 1 calls is spent' });
    const kernel = shown({ 'builds.list': () => [row], 'builds.resume': () => row });
    await userEvent.click(await screen.findByRole('button', { expanded: false }));
    await userEvent.type(screen.getAllByLabelText('Calls').at(-1)!, '20');
    await userEvent.click(screen.getByRole('button', { name: 'Resume' }));
    expect(kernel.asked('builds.resume')).toEqual([{ build: row.id, calls: 20 }]);
  });

  it('says of a build of another kernel that it is one, and offers nothing', async () => {
    shown({ 'builds.list': () => [build({ state: 'running', here: false })] });
    await userEvent.click(await screen.findByRole('button', { expanded: false }));
    expect(screen.getByText(/another kernel works on it/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Resume' })).toBeNull();
  });

  it('names functions that may do it already', async () => {
    const kernel = shown({
      find: () => [
        { name: 'mean', description: 'The mean.', score: 0.8, why: 'mean' },
        { name: 'other', description: '', score: 0.1, why: '' },
      ],
    });
    await userEvent.type(await box(), 'the mean of numbers');
    await userEvent.click(await screen.findByRole('button', { name: 'mean' }, { timeout: 3000 }));
    expect(kernel.places).toEqual([{ section: 'functions', name: 'mean' }]);
    expect(screen.queryByRole('button', { name: 'other' })).toBeNull();
  });

  it('shows whatever a model said as text', async () => {
    const row = build({
      id: 'B',
      state: 'failed',
      here: true,
      task: HOSTILE,
      message: HOSTILE,
      made: [{ name: HOSTILE, how: 'failed', version: null, reason: HOSTILE, state: null }],
    });
    shown({
      'builds.list': () => [row],
      'builds.get': () => ({
        build: row,
        revision: 0,
        steps: [step(0, { step: HOSTILE, function: HOSTILE, message: HOSTILE })],
      }),
    });
    await screen.findByRole('log');
    expect(document.querySelector('img, script')).toBeNull();
    expect(document.body.textContent).not.toContain('\u202e');
  });
});

describe('words about builds', () => {
  it('count the repairs of each function', () => {
    const rows = ['code', 'repair', 'repair'].map((each, n) =>
      step(n, { step: each, function: 'f' }),
    );
    const groups = grouped([...rows, step(3, { step: 'repair', function: 'g' })]);
    expect(groups.map(({ lines }) => lines.map(({ words }) => words))).toEqual([
      ['write code', 'repair 1/3', 'repair 2/3'],
      ['repair 1/3'],
    ]);
  });

  it('never call an unknown price nothing', () => {
    expect(spending({ ...NOTHING, calls: 1, tokens: 2, seconds: 1.5 })).toBe(
      '1 call, 2 tokens, 1.5 s',
    );
    expect(spending({ ...NOTHING, unpriced: 1 })).toContain('price unknown');
    expect(spending({ ...NOTHING, cost: 0.01, unpriced: 1 })).toContain(
      '$0.0100, and more of unknown price',
    );
  });

  it('take as a limit only what is one', () => {
    expect(limitsOf({ calls: '2.5', tokens: '', seconds: '-1', cost: '0.5' })).toEqual({
      calls: 3,
      cost: 0.5,
    });
  });
});
