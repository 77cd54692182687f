import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { failure, fakeKernel } from '../../testing/fake';
import { REGISTRATION } from './events';
import { Section } from './index';

const place = { section: 'triggers' };

describe('triggers', () => {
  it('are listed with how it went last', async () => {
    const kernel = fakeKernel();
    kernel.show(<Section client={kernel.client} />, place);
    const list = await screen.findByRole('list', { name: 'Triggers' });
    expect(within(list).getByText('success')).toBeTruthy();
    await userEvent.click(within(list).getByRole('button', { name: 'announce' }));
    expect(kernel.places).toEqual([{ section: 'functions', name: 'announce' }]);
  });

  it('are added by keyboard alone, by a part of a name', async () => {
    const kernel = fakeKernel({ 'triggers.add': () => null });
    kernel.show(<Section client={kernel.client} />, place);
    await screen.findByRole('list', { name: 'Triggers' });
    await userEvent.click(screen.getByRole('combobox', { name: 'After' }));
    await userEvent.keyboard('epor{Enter}');
    await userEvent.click(screen.getByRole('combobox', { name: 'run' }));
    await userEvent.keyboard('cle{ArrowDown}{ArrowUp}{Enter}');
    await userEvent.click(screen.getByRole('button', { name: 'Add the trigger' }));
    expect(kernel.asked('triggers.add')).toEqual([{ triggered: 'clean', triggering: 'report' }]);
  });

  it('can listen to any registration', async () => {
    const kernel = fakeKernel({ 'triggers.add': () => null });
    kernel.show(<Section client={kernel.client} />, { ...place, name: 'clean' });
    await userEvent.click(screen.getByRole('combobox', { name: 'After' }));
    await userEvent.click(await screen.findByRole('option', { name: /any registration/ }));
    await userEvent.click(screen.getByRole('button', { name: 'Add the trigger' }));
    expect(kernel.asked('triggers.add')).toEqual([{ triggered: 'clean', triggering: null }]);
  });

  it('never run a function after itself', async () => {
    const kernel = fakeKernel();
    kernel.show(<Section client={kernel.client} />, { ...place, name: 'clean' });
    await userEvent.click(screen.getByRole('combobox', { name: 'After' }));
    await screen.findByRole('option', { name: /clean/ });
    await userEvent.keyboard('clean{Enter}');
    expect(screen.getByText('A function cannot run after itself.')).toBeTruthy();
    expect(
      (screen.getByRole('button', { name: 'Add the trigger' }) as HTMLButtonElement).disabled,
    ).toBe(true);
  });

  it('are removed when asked twice', async () => {
    const kernel = fakeKernel({ 'triggers.remove': () => null });
    kernel.show(<Section client={kernel.client} />, place);
    await userEvent.click(
      await screen.findByRole('button', { name: /Remove the trigger of announce/ }),
    );
    expect(kernel.asked('triggers.remove')).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Remove' }));
    expect(kernel.asked('triggers.remove')).toEqual([
      { triggered: 'announce', triggering: 'report' },
    ]);
  });

  it('say what was refused, and what to do when there are none', async () => {
    const kernel = fakeKernel({
      'triggers.list': () => [],
      'triggers.add': () => {
        throw failure('UsageError', 'a circle', 'name another');
      },
    });
    kernel.show(<Section client={kernel.client} />, { ...place, name: 'clean' });
    await screen.findByText('No triggers yet');
    await userEvent.click(screen.getByRole('combobox', { name: 'After' }));
    await screen.findByRole('option', { name: /report/ });
    await userEvent.keyboard('report{Enter}');
    await userEvent.click(screen.getByRole('button', { name: 'Add the trigger' }));
    expect((await screen.findByRole('alert')).textContent).toContain('a circle');
  });

  it('show hostile names as text', async () => {
    const odd = '<img src=x onerror=alert(1)>';
    const row = {
      triggered: odd,
      triggering: REGISTRATION,
      last: null,
      last_status: null,
      failures: 2,
    };
    const kernel = fakeKernel({ 'triggers.list': () => [row] });
    const { container } = kernel.show(<Section client={kernel.client} />, place);
    await screen.findByRole('button', { name: odd });
    expect(screen.getByText('2 failures')).toBeTruthy();
    expect(container.querySelector('img')).toBeNull();
  });
});
