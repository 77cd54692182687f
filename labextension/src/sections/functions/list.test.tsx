import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { FunctionRow, Ops } from '../../protocol';
import { failure, fakeKernel } from '../../testing/fake';
import { HOSTILE } from '../../testing/functions';
import { goldenAnswer } from '../../testing/golden';
import { Section } from './index';

describe('the list of functions', () => {
  it('waits, and then shows names, badges and the last run', async () => {
    const kernel = fakeKernel();
    kernel.show(<Section client={kernel.client} />);
    expect(screen.getByText('Loading…')).toBeTruthy();
    expect(await screen.findByText('forecast')).toBeTruthy();
    const row = screen.getByText('lookup').closest('[role=row]') as HTMLElement;
    expect(within(row).getByText('draft')).toBeTruthy();
    expect(within(row).getByText('model:writer-1')).toBeTruthy();
    expect(screen.getByText('no key', { selector: 'span' })).toBeTruthy();
  });

  it('says what to do when there is nothing', async () => {
    const kernel = fakeKernel({
      'functions.list': () => ({ generation: 0, rows: [] }),
      'functions.stats': () => [],
    });
    kernel.show(<Section client={kernel.client} />);
    await screen.findByText('No functions yet');
    await userEvent.click(screen.getByRole('button', { name: 'Load a pack' }));
    expect(kernel.places).toEqual([{ section: 'packs' }]);
  });

  it('says what failed, and tries again', async () => {
    let times = 0;
    const kernel = fakeKernel({
      'functions.list': () => {
        times += 1;
        throw failure('StoreError', 'the store is locked', 'close the other kernel');
      },
      'functions.stats': () => [],
    });
    kernel.show(<Section client={kernel.client} />);
    await screen.findByText(/the store is locked/);
    expect(screen.getByText('close the other kernel')).toBeTruthy();
    const before = times;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(times).toBe(before + 1));
  });

  it('is searched as one types, among ten thousand', async () => {
    const rows = Array.from({ length: 10_000 }, (_, at): FunctionRow => {
      const { rows: golden } = goldenAnswer('functions.list') as Ops['functions.list']['ok'];
      return { ...(golden[0] as FunctionRow), name: `function_${at}`, description: '', tags: [] };
    });
    const kernel = fakeKernel({
      'functions.list': () => ({ generation: 1, rows }),
      'functions.stats': () => [],
    });
    kernel.show(<Section client={kernel.client} />);
    await screen.findByText('10,000 functions');
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'FUNCTION_9999' } });
    expect(screen.getByText('1 of 10,000')).toBeTruthy();
    expect(screen.getByText('function_9999')).toBeTruthy();
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'nowhere' } });
    await userEvent.click(screen.getByRole('button', { name: 'Clear search and filters' }));
    expect(screen.getByText('10,000 functions')).toBeTruthy();
  });

  it('shows hostile text as text', async () => {
    const { rows } = goldenAnswer('functions.list') as Ops['functions.list']['ok'];
    const odd = {
      ...(rows[0] as FunctionRow),
      name: HOSTILE,
      description: HOSTILE,
      origin: HOSTILE,
      tags: [HOSTILE],
    };
    const kernel = fakeKernel({ 'functions.list': () => ({ generation: 1, rows: [odd] }) });
    const { container } = kernel.show(<Section client={kernel.client} />);
    await screen.findByText('1 function');
    expect(container.querySelector('img')).toBeNull();
    expect(container.querySelectorAll('mark').length).toBeGreaterThan(0);
  });

  it('opens a function by keyboard', async () => {
    const kernel = fakeKernel();
    kernel.show(<Section client={kernel.client} />);
    const grid = await screen.findByRole('grid', { name: 'Functions' });
    grid.focus();
    await userEvent.keyboard('{Home}{Enter}');
    expect(kernel.places).toEqual([{ section: 'functions', name: 'announce' }]);
  });

  it('takes a definition that changed from the kernel', async () => {
    const kernel = fakeKernel();
    kernel.show(<Section client={kernel.client} />);
    await screen.findByText('forecast');
    const before = kernel.asked('functions.list').length;
    act(() => kernel.push({ v: 1, event: 'definitions', generation: 8, names: ['forecast'] }));
    await waitFor(() => expect(kernel.asked('functions.list')).toHaveLength(before + 1));
  });
});
