/**
 * The panel in a page that knows nothing of Jupyter: no JupyterLab, no require.js, no `--jp-*`
 * variables, no network. All it gets is what anywidget promises (a model with `get`, `set`, `on`,
 * `off`, `send`, `save_changes`, and an element), with a real hub behind the model.
 *
 * This stands for VS Code, Colab and other hosts that cannot be had here.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from '../driver.mjs';

const PLACE = 'http://bare.example/';
const HTML = '<!doctype html><meta name="color-scheme" content="light dark"><title>Bare</title>';
const TALLEST = 8_000;
let kernel;

/** Start a kernel, and open the page with the panel's module in it, as anywidget would load it. */
async function open({ page }, options) {
  kernel?.kill();
  kernel = spawn(options.python, [options.kernel], { stdio: ['pipe', 'pipe', 'inherit'] });
  const asked = [];
  await page.route('**/*', (route) => {
    asked.push(route.request().url());
    return route.request().url() === PLACE
      ? route.fulfill({ contentType: 'text/html', body: HTML })
      : route.abort();
  });
  await page.exposeFunction('tellKernel', (peer, message) => {
    kernel.stdin.write(`${JSON.stringify({ peer, message })}\n`);
  });
  await page.exposeFunction('whatWasAsked', () => asked);
  await page.goto(PLACE);
  await page.addStyleTag({ path: path.join(options.panel, 'panel.css') });
  await page.addScriptTag({ path: new URL('host.js', import.meta.url).pathname });
  createInterface({ input: kernel.stdout }).on('line', (line) => {
    const { peer, message } = JSON.parse(line);
    page.evaluate(([peer, message]) => window.host.hear(peer, message), [peer, message]).catch(
      () => undefined,
    );
  });
  const source = readFileSync(path.join(options.panel, 'panel.js'), 'utf8');
  await page.evaluate((source) => window.host.load(source), source);
}

/** What scenarios count on: the page, and the panel in it. */
export async function begin(lab, options) {
  await open(lab, options);
  await live(await show(lab.page, 1));
}

/** Show the widget *peer* once more; returns its place in the page. */
async function show(page, peer, section = 'functions') {
  const id = await page.evaluate(([peer, section]) => window.host.show(peer, section), [peer, section]);
  return page.locator(`#${id}`);
}

const live = (place) => place.locator('.bnb-app[data-phase="live"]').waitFor();

async function the_panel_goes_live_and_lists_the_functions(lab, options) {
  await open(lab, options);
  const { page } = lab;
  const foreign = await page.evaluate(() => [
    typeof window.require, typeof window.define, typeof window.jupyterapp,
    getComputedStyle(document.body).getPropertyValue('--jp-layout-color1'),
  ]);
  expect(foreign.join() === 'undefined,undefined,undefined,', `the page has ${foreign}`);
  const place = await show(page, 1);
  await live(place);
  await place.getByText('greet', { exact: true }).first().waitFor();
}

async function a_function_runs_from_its_form(lab) {
  const place = lab.page.locator('#place-1');
  await place.getByText('greet', { exact: true }).first().click();
  await place.getByRole('tab', { name: 'Run' }).click();
  await place.getByLabel('name', { exact: false }).first().fill('Ada');
  await place.getByRole('button', { name: 'Run', exact: true }).click();
  await place.getByText('Hello Ada!', { exact: false }).first().waitFor();
}

async function every_section_can_be_opened(lab) {
  const place = lab.page.locator('#place-1');
  const buttons = place.locator('.bnb-nav-item');
  for (let at = 0; at < (await buttons.count()); at += 1) {
    await buttons.nth(at).click();
    await place.locator('.bnb-main > *').first().waitFor();
    expect((await place.locator('.bnb-error').count()) === 0, `section ${at} shows an error`);
  }
  const marked = await lab.page.evaluate(() => window.__pwned ?? 0);
  expect(marked === 0, 'hostile text was executed');
}

async function shown_twice_it_has_one_conversation_and_two_places(lab) {
  const { page } = lab;
  // A slow kernel is greeted more than once; what counts is that nobody greets it anew.
  const before = await page.evaluate(() => window.host.sent(1, 'hello'));
  const other = await show(page, 1);
  await live(other);
  await other.getByRole('button', { name: /^Keys/ }).click();
  await other.getByText('WEATHER_TOKEN').first().waitFor();
  const first = page.locator('#place-1');
  await first.getByRole('button', { name: /^Functions/ }).click();
  await first.getByText('double', { exact: true }).first().waitFor();
  const hellos = await page.evaluate(() => window.host.sent(1, 'hello'));
  expect(hellos === before, `it greeted ${hellos - before} times more`);
}

async function another_panel_gets_its_own_answers(lab) {
  const place = await show(lab.page, 2, 'logs');
  await live(place);
  await place.getByText('greet', { exact: true }).first().waitFor();
  const [one, two] = await lab.page.evaluate(() => [1, 2].map((peer) => window.host.sent(peer)));
  expect(one > 0 && two > 0, `the panels asked ${one} and ${two} times`);
}

async function a_panel_that_is_taken_away_leaves_nothing_behind(lab) {
  const { page } = lab;
  await page.evaluate(() => window.host.removeAll());
  const left = await page.evaluate(() => ({
    text: document.body.innerText.trim(),
    listeners: window.host.listeners(),
  }));
  expect(left.text === '' && left.listeners === 0, JSON.stringify(left));
  const before = await page.evaluate(() => window.host.sent(1));
  await page.evaluate(() => window.host.hear(1, { v: 1, event: 'ping' }));
  expect((await page.evaluate(() => window.host.sent(1))) === before, 'it still answers');
}

async function shown_again_it_is_live_again(lab) {
  const place = await show(lab.page, 1);
  await live(place);
  await place.getByText('greet', { exact: true }).first().waitFor();
}

async function it_is_readable_in_light_and_dark_pages_and_never_endless(lab, options) {
  const { page } = lab;
  const place = page.locator('.place').last();
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    const seen = await place.locator('.bnb-app').evaluate((app) => {
      const channels = (color) => color.match(/[\d.]+/g).slice(0, 3).map(Number);
      const brightness = (color) => channels(color).reduce((sum, each) => sum + each, 0);
      const style = getComputedStyle(app);
      return [brightness(style.backgroundColor), brightness(style.color), app.clientHeight];
    });
    const [back, text, height] = seen;
    expect(scheme === 'dark' ? text - back > 300 : back - text > 300, `${scheme}: ${seen}`);
    expect(height > 200 && height < TALLEST, `it is ${height} pixels high`);
    if (options.shots) {
      await page.screenshot({ path: path.join(options.shots, `bare-${scheme}.png`) });
    }
  }
}

async function the_panel_fetched_nothing_and_complained_about_nothing(lab) {
  const asked = await lab.page.evaluate(() => window.whatWasAsked());
  expect(asked.filter((url) => !url.startsWith('blob:')).length === 1, asked.join());
  expect(lab.complaints.length === 0, lab.complaints.join('\n'));
  kernel.kill();
}

export default [
  the_panel_goes_live_and_lists_the_functions,
  a_function_runs_from_its_form,
  every_section_can_be_opened,
  shown_twice_it_has_one_conversation_and_two_places,
  another_panel_gets_its_own_answers,
  a_panel_that_is_taken_away_leaves_nothing_behind,
  shown_again_it_is_live_again,
  it_is_readable_in_light_and_dark_pages_and_never_endless,
  the_panel_fetched_nothing_and_complained_about_nothing,
];
