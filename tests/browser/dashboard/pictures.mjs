/**
 * Pictures of every section, light and dark, wide and narrow, of a real JupyterLab:
 *
 *     node pictures.mjs '{"url": …, "token": …, "browser": …, "shots": folder}'
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Lab, browse, freshPage } from './driver.mjs';

const options = JSON.parse(process.argv[2]);
const SECTIONS = [
  'functions', 'logs', 'graph', 'drafts', 'triggers', 'keys', 'packs', 'selfbuild', 'chat',
];
const WIDTHS = options.widths ?? [250, 700, 1000];
const THEMES = { light: 'JupyterLab Light', dark: 'JupyterLab Dark' };

mkdirSync(options.shots, { recursive: true });
const browser = await browse(options.browser);
const page = await freshPage(browser);
const lab = new Lab(page, options);
await lab.open('first.ipynb');
await lab.run('%load_ext babyagi_nb');
if (options.model) {
  // Something to look at in the sections about models.
  await lab.run(`%babyagi model scripted url=${options.model}`);
  await lab.run('%%babyagi_function effects=once\ndef post(text: str) -> str:\n    return "posted"\n');
}
await lab.sidebar('functions');
await lab.phase('live');
if (options.model) {
  const building = await lab.sidebar('selfbuild');
  await building.getByLabel('What should be done?').fill('Say whether a price is low.');
  await building.getByRole('button', { name: 'Build', exact: true }).click();
  await building.getByRole('button', { name: 'Review' }).waitFor();
  const app = await lab.sidebar('chat');
  for (const [text, answers] of [['Post a text first, then a second one.', 2], ['Say it in code.', 0]]) {
    await app.getByLabel('Message').fill(text);
    await app.getByLabel('Message').press('Enter');
    for (let at = 0; at < answers; at += 1) {
      const asked = app.getByRole('group', { name: 'Your word is needed' });
      await asked.getByText(at === 0 ? '"first"' : '"second"', { exact: false }).waitFor();
      await asked.getByRole('button', { name: at === 0 ? 'Allow' : "Don't" }).click();
    }
    await app.getByText(answers ? 'One was posted, one was not.' : 'two spaces').waitFor();
  }
  // The last question stays open for the picture.
  await app.getByLabel('Message').fill('Post it again.');
  await app.getByLabel('Message').press('Enter');
  await app.getByRole('button', { name: 'Allow' }).waitFor();
}
const shot = (name) => page.screenshot({ path: path.join(options.shots, `${name}.png`) });
for (const [theme, name] of Object.entries(THEMES)) {
  await lab.theme(name);
  for (const section of options.sections ?? SECTIONS) {
    await lab.sidebar(section);
    for (const width of WIDTHS) {
      await lab.width(width);
      // Layout settles in a frame or two, and there is no event for it.
      await page.waitForTimeout(400);
      await lab.app.screenshot({ path: path.join(options.shots, `${section}-${theme}-${width}.png`) });
    }
  }
  await lab.width(420);
  await lab.sidebar('functions');
  await lab.command('babyagi:show', { section: 'functions', name: 'greet' });
  await page.waitForTimeout(600);
  await shot(`lab-${theme}`);
}
await browser.close();
