import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { Handlers, failure, fakeKernel } from '../../testing/fake';
import { HOSTILE, detail } from '../../testing/functions';
import { Section } from './index';

const place = (name: string): { section: string; name: string } => ({ section: 'functions', name });

describe('one function', () => {
  const two = detail({
    name: 'clean',
    version: 2,
    dependents: ['report'],
    versions: [
      {
        number: 1,
        created: 1,
        digest: 'a',
        origin: 'user',
        state: 'own',
        active: false,
        runs: 4,
        errors: 1,
        p50: 2,
      },
      {
        number: 2,
        created: 2,
        digest: 'b',
        origin: 'user',
        state: 'own',
        active: true,
        runs: 0,
        errors: 0,
        p50: null,
      },
    ],
  });
  const show = (handlers: Handlers = {}) => {
    const kernel = fakeKernel({ 'functions.detail': () => two, ...handlers });
    kernel.show(<Section client={kernel.client} />, place('clean'));
    return kernel;
  };

  it('that is not there says so, with the way back', async () => {
    const kernel = fakeKernel({
      'functions.detail': () => {
        throw failure('NotFound', "no function 'cleen'", "did you mean 'clean'?");
      },
    });
    kernel.show(<Section client={kernel.client} />, place('cleen'));
    await screen.findByText("did you mean 'clean'?");
    await userEvent.click(screen.getByRole('button', { name: 'All functions' }));
    expect(kernel.places).toEqual([{ section: 'functions' }]);
  });

  it('activates another version only when asked twice', async () => {
    const kernel = show({ 'functions.activate': () => null });
    await userEvent.click(await screen.findByRole('tab', { name: /Versions/ }));
    expect(screen.getByText(/4 runs · 1 errors \(25 %\) · p50 2 ms/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Activate' }));
    expect(kernel.asked('functions.activate')).toEqual([]);
    await userEvent.keyboard('{Escape}');
    expect(kernel.places).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Activate' }));
    await userEvent.click(screen.getByRole('button', { name: 'Activate' }));
    expect(kernel.asked('functions.activate')).toEqual([{ name: 'clean', version: 1 }]);
    await waitFor(() => expect(kernel.asked('functions.detail').length).toBeGreaterThan(1));
  });

  it('compares its versions', async () => {
    const kernel = show();
    await userEvent.click(await screen.findByRole('tab', { name: /Versions/ }));
    expect(await screen.findByRole('table')).toBeTruthy();
    expect(kernel.asked('functions.diff')).toEqual([{ name: 'clean', old: 1, new: 2 }]);
  });

  it('is removed only with a word about those who need it, and undone by its number', async () => {
    const kernel = show({
      'functions.remove': () => null,
      history: () => [{ id: 44, at: 1, summary: 'remove clean', state: '' }],
      undo: () => 'remove clean',
    });
    await userEvent.click(await screen.findByRole('button', { name: 'Remove' }));
    const sure = screen.getByRole('button', { name: 'Remove' }) as HTMLButtonElement;
    expect(sure.disabled).toBe(true);
    await userEvent.click(screen.getByRole('checkbox'));
    await userEvent.click(sure);
    expect(kernel.asked('functions.remove')).toEqual([{ name: 'clean', force: true }]);
    await userEvent.click(await screen.findByText('Undo'));
    expect(kernel.asked('undo')).toEqual([{ id: 44 }]);
  });

  it('is edited as the cell that would register it, and tells the warnings', async () => {
    const kernel = show({
      'functions.register': () => [
        { name: 'clean', version: 3, change: 'updated', warnings: [HOSTILE], tests: 2 },
      ],
    });
    await userEvent.click(await screen.findByRole('button', { name: 'Edit as a new version' }));
    const area = screen.getByRole('textbox', { name: 'Cell' });
    expect((area as HTMLTextAreaElement).value).toBe(two.cell);
    fireEvent.change(area, { target: { value: '%%babyagi_function\ndef clean(): pass' } });
    await userEvent.click(screen.getByRole('button', { name: 'Register' }));
    expect(kernel.asked('functions.register')).toEqual([
      { cell: '%%babyagi_function\ndef clean(): pass' },
    ]);
    expect((await screen.findByText(/stored as a new version/)).textContent).toContain(
      '2 tests passed',
    );
    expect(document.querySelector('img')).toBeNull();
  });

  it('leads to its neighbours, its runs and the graph', async () => {
    const kernel = show();
    await userEvent.click(await screen.findByRole('tab', { name: /Links/ }));
    await userEvent.click(screen.getByRole('button', { name: 'report' }));
    await userEvent.click(screen.getByRole('button', { name: 'Show in the graph' }));
    await userEvent.click(screen.getByRole('tab', { name: 'Logs' }));
    await userEvent.click(await screen.findByRole('button', { name: 'All of them in the log' }));
    expect(kernel.places).toEqual([
      { section: 'functions', name: 'report' },
      { section: 'graph', name: 'clean' },
      { section: 'logs', name: 'clean' },
    ]);
    expect(kernel.asked('logs.page')[0]?.filter).toEqual({ function: 'clean' });
  });
});
