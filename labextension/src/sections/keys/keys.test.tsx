import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { failure, fakeKernel, pending } from '../../testing/fake';
import { Section, missingFirst } from './index';

const VALUE = 'a-very-secret-value';

/** All that stands on the page: text, attributes, contents of fields. */
function everything(container: HTMLElement): string {
  const parts = [...container.querySelectorAll('*')].flatMap((element) => [
    (element as HTMLInputElement).value ?? '',
    ...[...element.attributes].map((each) => each.value),
  ]);
  return [container.textContent, ...parts].join('\n');
}

describe('keys', () => {
  it('that stand in the way come first', () => {
    const row = (name: string, available: boolean, used_by: string[] = []) => ({
      name,
      available,
      source: '',
      used_by,
    });
    const rows = [row('b', true), row('c', false), row('a', true), row('z', false, ['f'])];
    expect(missingFirst(rows).map(({ name }) => name)).toEqual(['z', 'c', 'a', 'b']);
  });

  it('are listed with where they come from and who needs them', async () => {
    const kernel = fakeKernel();
    kernel.show(<Section client={kernel.client} />);
    expect(await screen.findByText('this kernel only')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'forecast' }));
    expect(kernel.places).toEqual([{ section: 'functions', name: 'forecast' }]);
  });

  it('travel once, and leave nothing on the page', async () => {
    const kernel = fakeKernel({ 'keys.set': () => 'kept in this kernel only' });
    const { container } = kernel.show(<Section client={kernel.client} />);
    await userEvent.click(await screen.findByRole('button', { name: 'give a value' }));
    const field = screen.getByLabelText('Value') as HTMLInputElement;
    expect(field.type).toBe('password');
    expect(document.activeElement).toBe(field);
    await userEvent.keyboard(`${VALUE}{Enter}`);
    expect(kernel.asked('keys.set')).toEqual([{ name: 'weather_key', value: VALUE }]);
    expect(await screen.findByText('kept in this kernel only')).toBeTruthy();
    expect(field.value).toBe('');
    expect(everything(container)).not.toContain(VALUE);
  });

  it('are gone from the field before anybody answers', async () => {
    const kernel = fakeKernel({ 'keys.set': () => pending });
    kernel.show(<Section client={kernel.client} />);
    await userEvent.type(await screen.findByLabelText('Name of the key'), 'k');
    const field = screen.getByLabelText('Value') as HTMLInputElement;
    await userEvent.type(field, `${VALUE}{Enter}`);
    expect(field.value).toBe('');
  });

  it('that were refused say why, without the value', async () => {
    const kernel = fakeKernel({
      'keys.set': () => {
        throw failure('UsageError', 'that is no name for a key', 'use letters');
      },
    });
    const { container } = kernel.show(<Section client={kernel.client} />);
    await userEvent.type(await screen.findByLabelText('Name of the key'), 'a b');
    await userEvent.type(screen.getByLabelText('Value'), `${VALUE}{Enter}`);
    expect(await screen.findByText(/that is no name for a key/)).toBeTruthy();
    expect(everything(container)).not.toContain(VALUE);
  });

  it('are removed with a word about who cannot run then', async () => {
    const kernel = fakeKernel({ 'keys.remove': () => 'the environment still supplies it' });
    kernel.show(<Section client={kernel.client} />);
    await userEvent.click(await screen.findByRole('button', { name: 'Remove weather_key' }));
    expect(screen.getByText(/forecast cannot run without it/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Remove' }));
    expect(await screen.findByText('the environment still supplies it')).toBeTruthy();
    expect(kernel.asked('keys.remove')).toEqual([{ name: 'weather_key' }]);
  });

  it('say what to do when there are none, and when they cannot be read', async () => {
    const empty = fakeKernel({ 'keys.list': () => [] });
    const first = empty.show(<Section client={empty.client} />);
    await screen.findByText('No keys yet');
    first.unmount();
    let locked = true;
    const broken = fakeKernel({
      'keys.list': () => {
        if (locked) {
          throw failure('KeyStoreError', 'locked');
        }
        return [];
      },
    });
    broken.show(<Section client={broken.client} />);
    const again = await screen.findByRole('button', { name: 'Try again' });
    locked = false;
    await userEvent.click(again);
    await waitFor(() => screen.getByText('No keys yet'));
  });
});
