import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { failure, pending } from '../../testing/fake';
import type { Handlers } from '../../testing/fake';
import { detailOf, push, shown, wholeTree } from '../../testing/logscene';
import { run } from '../../testing/runs';

describe('one run', () => {
  const tree = [
    run({ id: 'r', function: 'pipeline', started: 1000, duration: 100 }),
    run({ id: 'c', root: 'r', parent: 'r', function: 'step', started: 1010, duration: 20 }),
    run({ id: 't', root: 'r', trigger: 'c', function: 'notify', started: 1040, duration: 5 }),
  ];
  const handlers: Handlers = {
    'logs.tree': () => wholeTree(tree),
    'logs.detail': ({ id }) => detailOf(tree.find((row) => row.id === id) ?? run({ id })),
  };

  test('is told in full, with ways to the runs around it and to its function', async () => {
    const fake = await shown(handlers, { run: 'c' });
    await screen.findByText("hello(name='Ada')");
    fireEvent.click(screen.getByRole('button', { name: 'Open function' }));
    expect(fake.places.at(-1)).toEqual({ section: 'functions', name: 'step', version: 1 });
    const kin = await screen.findByRole('button', { name: /pipeline@1/ });
    expect(screen.getByRole('button', { name: /notify@1/ })).toBeTruthy();
    fireEvent.click(kin);
    await waitFor(() => expect(fake.asked('logs.detail').at(-1)).toEqual({ id: 'r' }));
    expect(fake.places.at(-1)).toEqual({ section: 'logs', run: 'r' });
  });

  test('shows a traceback whose places lead to the version', async () => {
    const fake = await shown(
      {
        'logs.detail': ({ id }) =>
          detailOf(run({ id, status: 'error', error: 'ZeroDivisionError' }), {
            message: 'division by zero',
            traceback: 'Traceback:\n  File "<babyagi total@3>", line 4, in total\n    1 / 0\n',
          }),
      },
      { run: 'c' },
    );
    await screen.findByText('ZeroDivisionError: division by zero');
    expect(screen.getByText('It raised an exception.')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'total@3' }));
    expect(fake.places.at(-1)).toEqual({ section: 'functions', name: 'total', version: 3 });
  });

  test('stands in its call tree, where triggered runs are marked and branches fold', async () => {
    await shown(handlers, { run: 'c' });
    fireEvent.click(await screen.findByRole('tab', { name: /Calls/ }));
    const box = await screen.findByRole('treegrid');
    expect(within(box).getAllByRole('row')).toHaveLength(4);
    expect(within(box).getByRole('img', { name: 'triggered' })).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Fold all' }));
    expect(within(box).getAllByRole('row')).toHaveLength(2);
    fireEvent.click(box.querySelector('.bnb-twisty') as HTMLElement);
    expect(within(box).getAllByRole('row')).toHaveLength(3);
  });

  test('ends when nothing was recorded of its end', async () => {
    const open = run({ id: 'c', root: 'c', status: 'started', duration: null });
    const fake = await shown({ ...handlers, 'logs.detail': () => detailOf(open) }, { run: 'c' });
    await screen.findByText(/Still running/);
    push(fake, [], 0, ['c']);
    await screen.findByText('It has ended, and left no record');
  });

  test('says when only the beginning of its tree is shown', async () => {
    await shown(
      { ...handlers, 'logs.tree': () => ({ rows: tree, more: true, total: 12_345 }) },
      { run: 'c' },
    );
    fireEvent.click(await screen.findByRole('tab', { name: /Calls/ }));
    await screen.findByText(/the first 3 of 12.345 runs of this tree/);
  });

  test('has a waterfall that zooms with keys', async () => {
    await shown(handlers, { run: 'c' });
    fireEvent.click(await screen.findByRole('tab', { name: /Waterfall/ }));
    const box = await screen.findByRole('treegrid');
    const width = (): string => (box.querySelector('.bnb-bar') as HTMLElement).style.width;
    expect(width()).toBe('100%');
    expect(within(box).getByLabelText(/begins after 10 ms, takes 20 ms/)).toBeTruthy();
    const left = (): string =>
      (
        within(box)
          .getByLabelText(/takes 20 ms/)
          .querySelector('.bnb-bar') as HTMLElement
      ).style.left;
    const before = left();
    fireEvent.focus(box);
    fireEvent.keyDown(box, { key: 'ArrowDown' });
    fireEvent.keyDown(box, { key: 'z' });
    expect(left()).not.toBe(before);
    fireEvent.keyDown(box, { key: '0' });
    expect(left()).toBe(before);
  });

  test('is read again when the kernel says that it changed', async () => {
    let status: 'started' | 'success' = 'started';
    const fake = await shown(
      { 'logs.detail': ({ id }) => detailOf(run({ id, status })) },
      { run: 'c' },
    );
    await screen.findByText(/Still running/);
    status = 'success';
    push(fake, [run({ id: 'c' })]);
    await waitFor(() => expect(screen.queryByText(/Still running/)).toBeNull());
  });

  test('goes away with Escape, and the table stays', async () => {
    const fake = await shown(handlers, { run: 'c' });
    const pane = screen.getByRole('region', { name: 'Run' });
    fireEvent.keyDown(pane, { key: 'Escape' });
    expect(screen.queryByRole('region', { name: 'Run' })).toBeNull();
    expect(screen.getByRole('grid')).toBeTruthy();
    expect(fake.places.at(-1)).toEqual({ section: 'logs' });
  });

  test('says so while it is read, and when it is gone', async () => {
    await shown({ 'logs.detail': () => pending }, { run: 'c' });
    expect(screen.getByText('Loading…')).toBeTruthy();
  });

  test('tells why it cannot be shown', async () => {
    await shown(
      {
        'logs.detail': () => {
          throw failure('NotFound', 'no run c', 'it may have been pruned');
        },
      },
      { run: 'c' },
    );
    await screen.findByText('it may have been pruned');
  });
});
