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
await lab.sidebar('functions');
await lab.phase('live');
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
