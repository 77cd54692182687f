import { act, fireEvent, render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { SECTIONS } from './sections';
import { App } from './shell';
import { Client } from './store';
import { fakeKernel } from './testing/fake';

describe('the shell', () => {
  it('has a button for every section, and says which one is shown', () => {
    render(<App client={fakeKernel().client} place={{ section: 'keys' }} />);
    for (const { label } of SECTIONS) {
      screen.getByRole('button', { name: new RegExp(`^${label}`) });
    }
    expect(screen.getByRole('button', { name: /^Keys/ }).getAttribute('aria-current')).toBe('page');
  });

  it('goes where it is told from outside, and back', () => {
    const { client } = fakeKernel();
    const places: string[] = [];
    const app = (section: string) => (
      <App client={client} place={{ section }} onPlace={(to) => places.push(to.section)} />
    );
    const { rerender } = render(app('keys'));
    rerender(app('packs'));
    fireEvent.click(screen.getByRole('button', { name: 'Back' }));
    expect([places[0], places.at(-1)]).toEqual(['keys', 'keys']);
    expect(places).toContain('packs');
  });

  it('moves between sections with the arrows', () => {
    render(<App client={fakeKernel().client} place={{ section: 'functions' }} />);
    const first = screen.getByRole('button', { name: /^Functions/ });
    first.focus();
    fireEvent.keyDown(first, { key: 'ArrowRight' });
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Logs');
  });

  it('counts what waits to be decided', async () => {
    const overview = {
      functions: 1,
      drafts: 3,
      runs: 0,
      running: 0,
      failures: 0,
      missing_keys: 0,
      generation: 1,
    };
    render(
      <App client={fakeKernel({ overview: () => overview }).client} place={{ section: 'chat' }} />,
    );
    await screen.findByRole('button', { name: 'Approvals: 3 to decide' });
  });

  it('keeps what it shows while the kernel is too busy to answer, and says so', () => {
    const { client } = fakeKernel();
    const { container } = render(<App client={client} place={{ section: 'keys' }} />);
    expect(screen.queryByText('no answer now')).toBeNull();
    act(() => client.explain({ silent: true }));
    expect(screen.getByText('no answer now').title).toContain('this may be old');
    expect(container.querySelector('.bnb-app')?.getAttribute('data-phase')).toBe('live');
  });

  it('shows what the kernel has to say, as text', () => {
    const { client, push } = fakeKernel();
    const { container } = render(<App client={client} place={{ section: 'chat' }} />);
    act(() => push({ v: 1, event: 'notice', message: '<img src=x onerror=alert(1)>' }));
    screen.getByText(/<img src=x/);
    expect(container.querySelector('img')).toBeNull();
  });
});

describe('without a kernel of ours it says what to do', () => {
  const shown = (client: Client) => render(<App client={client} />).container.textContent ?? '';

  it('when no notebook is open', () => {
    const client = new Client('test');
    client.explain({ reason: 'no-notebook' });
    client.detach('missing');
    expect(shown(client)).toContain('Open a notebook or a console');
  });

  it('when babyagi_nb is not loaded', () => {
    const client = new Client('test');
    let loaded = 0;
    client.explain({ reason: 'not-loaded', load: () => (loaded += 1) });
    client.detach('missing');
    shown(client);
    fireEvent.click(screen.getByRole('button', { name: 'Load it' }));
    expect(loaded).toBe(1);
  });

  it('when a panel hears nothing any more', () => {
    const client = new Client('test');
    client.explain({ reason: 'silent' });
    client.detach('missing');
    render(<App client={client} />);
    screen.getByText('The kernel does not answer any more');
    screen.getByText(/run the cell of this panel again/);
  });

  it('when the kernel speaks another language', () => {
    const client = new Client('test');
    client.explain({ language: 'R' });
    client.detach('other-language');
    expect(shown(client)).toContain('This kernel speaks R');
  });

  it('when the kernel is dead, and comes to life by itself', () => {
    const { client } = fakeKernel();
    act(() => client.detach('dead'));
    const { container } = render(<App client={client} />);
    expect(container.textContent).toContain('The kernel is dead');
    act(() => client.detach('connecting'));
    expect(container.textContent).toContain('Connecting');
  });

  it('when the versions disagree', async () => {
    const client = fakeKernel().client;
    client.problem = { code: 'Version', message: 'page 1, kernel 2', fix: 'Reload this page.' };
    client.phase = 'mismatch';
    expect(shown(client)).toContain('Reload this page.');
  });
});
