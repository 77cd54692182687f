import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { failure, fakeKernel } from '../../testing/fake';
import { Section } from './index';

const FOREIGN = { name: 'weather', file: '/packs/weather.py', shipped: false, loaded: 0 };
const place = { section: 'packs' };

describe('packs', () => {
  it('that are shipped are loaded with one click', async () => {
    const shipped = { ...FOREIGN, name: 'default_functions', shipped: true };
    const kernel = fakeKernel({ 'packs.list': () => [shipped] });
    kernel.show(<Section client={kernel.client} />, place);
    await screen.findByText('shipped');
    await userEvent.click(screen.getByRole('button', { name: 'Load' }));
    expect(kernel.asked('packs.load')).toEqual([{ pack: 'default_functions', approve: false }]);
    expect(await screen.findByText(/14 functions/)).toBeTruthy();
    expect(screen.getAllByText('approved')).toHaveLength(14);
    expect(screen.queryByRole('button', { name: /your approval/ })).toBeNull();
  });

  it('of others are drafts, unless one says in so many words that one trusts them', async () => {
    const kernel = fakeKernel({ 'packs.list': () => [FOREIGN] });
    kernel.show(<Section client={kernel.client} />, place);
    await screen.findByText('weather');
    const [drafts] = screen.getAllByRole('button', { name: 'Load as drafts' });
    const [trust] = screen.getAllByRole('button', { name: 'Load and trust' });
    await userEvent.click(drafts as HTMLElement);
    await userEvent.click(await screen.findByRole('button', { name: '14 wait for your approval' }));
    expect(kernel.places).toEqual([{ section: 'drafts' }]);
    await userEvent.click(trust as HTMLElement);
    expect(screen.getByText(/may do whatever you may do/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'I trust it: load' }));
    expect(kernel.asked('packs.load')).toEqual([
      { pack: 'weather', approve: false },
      { pack: 'weather', approve: true },
    ]);
  });

  it('can be loaded from a file, and say what is wrong with it', async () => {
    const kernel = fakeKernel({
      'packs.list': () => [],
      'packs.load': () => {
        throw failure('PackError', 'line 3: invalid syntax');
      },
    });
    kernel.show(<Section client={kernel.client} />, place);
    await screen.findByText('No packs found');
    await userEvent.type(
      screen.getByLabelText('A pack from a file', { selector: 'input' }),
      'my/pack.py',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Load as drafts' }));
    expect(kernel.asked('packs.load')).toEqual([{ pack: 'my/pack.py', approve: false }]);
    expect((await screen.findByRole('alert')).textContent).toContain('line 3');
  });
});
