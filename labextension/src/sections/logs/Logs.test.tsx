import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { RunRow } from '../../protocol';
import { failure } from '../../testing/fake';
import { HOSTILE, detailOf, kernel, push, shown, wholeTree } from '../../testing/logscene';
import { longLog, nth, run } from '../../testing/runs';
import { Logs } from './Logs';

const firstRow = (): string => screen.getAllByRole('row')[1]?.textContent ?? '';

describe('the log', () => {
  test('shows what is under way, then the rows, and counts them all', async () => {
    const fake = kernel();
    fake.show(<Logs client={fake.client} />, { section: 'logs' });
    expect(screen.getByText('Reading the log…')).toBeTruthy();
    await screen.findByRole('grid');
    await screen.findByText(/1,000 runs · 7 failed \(0\.7 %\)/);
  });

  test('says what to do when nothing ran, and fills as soon as something does', async () => {
    const fake = kernel({ 'logs.page': () => ({ rows: [], more: false }) });
    fake.show(<Logs client={fake.client} />, { section: 'logs' });
    await screen.findByText('Nothing ran yet');
    push(fake, [nth(0)]);
    await screen.findByRole('grid');
  });

  test('tells why it cannot be read, and reads again', async () => {
    let broken = true;
    const fake = kernel({
      'logs.page': (args) => {
        if (broken) {
          throw failure('StoreBusy', 'the store is locked', 'close the other kernel');
        }
        return longLog(3).page(args);
      },
    });
    fake.show(<Logs client={fake.client} />, { section: 'logs' });
    await screen.findByText('close the other kernel');
    broken = false;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await screen.findByRole('grid');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('puts new runs on top while it follows, and changes them as they end', async () => {
    const fake = await shown();
    const open = { ...nth(-1), function: 'slow', status: 'started' as const, duration: null };
    push(fake, [open]);
    expect(firstRow()).toContain('slow');
    expect(firstRow()).toContain('running…');
    push(fake, [{ ...open, status: 'success', duration: 12, result_line: '42' }]);
    expect(firstRow()).toContain('→ 42');
  });

  test('holds new runs back on request, says how many, and shows them', async () => {
    const fake = await shown();
    fireEvent.click(screen.getByRole('button', { name: 'Follow' }));
    push(fake, [
      { ...nth(-1), function: 'late' },
      { ...nth(-2), function: 'later' },
    ]);
    expect(firstRow()).not.toContain('late');
    fireEvent.click(screen.getByRole('button', { name: /2 new/ }));
    expect(firstRow()).toContain('later');
    expect(screen.queryByRole('button', { name: /new$/ })).toBeNull();
  });

  test('asks for what the chips and fields say, the text only after a pause', async () => {
    const fake = await shown();
    fireEvent.click(screen.getByRole('button', { name: 'error' }));
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'A' } });
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'Ada' } });
    await waitFor(() =>
      expect(fake.asked('logs.page').at(-1)?.filter).toEqual({ status: ['error'], text: 'Ada' }),
    );
    expect(fake.asked('logs.page').some(({ filter }) => filter.text === 'A')).toBe(false);
    fireEvent.click(screen.getByRole('button', { name: /^Filters/ }));
    fireEvent.click(screen.getByRole('checkbox'));
    fireEvent.change(screen.getByLabelText('Function'), { target: { value: 'hello' } });
    fireEvent.keyDown(screen.getByLabelText('Function'), { key: 'Enter' });
    fireEvent.change(screen.getByLabelText('Slower than (ms)'), { target: { value: '5' } });
    fireEvent.blur(screen.getByLabelText('Slower than (ms)'));
    await waitFor(() =>
      expect(fake.asked('logs.page').at(-1)?.filter).toEqual({
        status: ['error'],
        text: 'Ada',
        roots_only: true,
        function: 'hello',
        slower_than: 5,
      }),
    );
  });

  test('offers all runs again when no run fits', async () => {
    const fake = await shown({
      'logs.page': ({ filter, ...rest }) =>
        filter.status ? { rows: [], more: false } : longLog(3).page({ filter, ...rest }),
    });
    fireEvent.click(screen.getByRole('button', { name: 'lost' }));
    await screen.findByText('No run fits these filters');
    fireEvent.click(screen.getByRole('button', { name: 'Show all runs' }));
    await screen.findByRole('grid');
    expect(fake.asked('logs.page').at(-1)?.filter).toEqual({});
  });

  test('begins with the function and version one comes from', async () => {
    const fake = await shown({}, { name: 'hello', version: 2 });
    await waitFor(() =>
      expect(fake.asked('logs.page').at(-1)?.filter).toEqual({ function: 'hello', version: 2 }),
    );
  });

  test('says every outcome in a word beside its sign', async () => {
    const rows = (['lost', 'refused', 'interrupted', 'timeout'] as const).map((status, at) => ({
      ...nth(at),
      status,
      result_line: '',
    }));
    await shown({ 'logs.page': () => ({ rows, more: false }) });
    for (const { status } of rows) {
      const grid = screen.getByRole('grid');
      expect(within(grid).getByRole('img', { name: status })).toBeTruthy();
      expect(within(grid).getByText(status)).toBeTruthy();
    }
  });

  test('keeps hostile text text, in every field', async () => {
    const rows = [
      run({ id: HOSTILE, function: HOSTILE, params_line: HOSTILE, result_line: HOSTILE }),
      run({ id: 'x', status: HOSTILE as 'error', error: HOSTILE, started: 1e99 }),
    ];
    const fake = await shown(
      {
        'logs.page': () => ({ rows, more: false }),
        'logs.tree': () => wholeTree(rows),
        'logs.detail': ({ id }) =>
          detailOf(rows[0] as RunRow, {
            id,
            status: 'error',
            params: { [HOSTILE]: { $type: HOSTILE, $items: [HOSTILE] } },
            stdout: HOSTILE,
            message: HOSTILE,
            traceback: `File "<babyagi ${HOSTILE}@1>", line 1, in ${HOSTILE}\n${HOSTILE}`,
            call: HOSTILE,
          }),
      },
      { run: HOSTILE },
    );
    await screen.findByText('Traceback');
    expect(fake.asked('logs.detail')).toContainEqual({ id: HOSTILE });
    fireEvent.click(screen.getByRole('tab', { name: /Waterfall/ }));
    await screen.findByRole('treegrid');
    expect(document.querySelector('img')).toBeNull();
  });
});
