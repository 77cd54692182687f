/**
 * Runs the scenarios and writes what came of each:
 *
 *     node run.mjs '{"url": …, "token": …, "browser": …, "report": …, "shots": …, "only": […]}'
 *
 * A scenario is a function in the list that a file of `scenarios/` exports; its name says what must
 * be so. The scenarios of a file share a page. One that fails takes its page with it: the next one
 * gets a fresh page, where the file's `begin` puts up what scenarios count on.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Lab, browse, freshPage } from './driver.mjs';

const options = JSON.parse(process.argv[2]);
const folder = options.scenarios
  ? pathToFileURL(`${options.scenarios}/`)
  : new URL('./scenarios/', import.meta.url);
const report = {};
const browser = await browse(options.browser);

async function photograph(page, name) {
  if (options.shots) {
    mkdirSync(options.shots, { recursive: true });
    // A page that hangs has no picture.
    const file = path.join(options.shots, `failed-${name}.png`);
    await page.screenshot({ path: file, timeout: 5000 }).catch(() => undefined);
  }
}

async function runFile({ default: scenarios, begin }) {
  const complaints = [];
  let lab = new Lab(await freshPage(browser), options, complaints);
  let fallen = false;
  for (const scenario of scenarios) {
    const { name } = scenario;
    if (options.only && !options.only.includes(name)) {
      continue;
    }
    const began = Date.now();
    try {
      if (fallen) {
        lab = new Lab(await freshPage(browser), options, complaints);
        const before = complaints.length;
        await begin?.(lab, options);
        // A kernel that is restarted while its page opens is not what is under test.
        complaints.length = before;
        fallen = false;
      }
      await scenario(lab, options);
      report[name] = { ok: true };
    } catch (error) {
      report[name] = { ok: false, error: String(error?.stack ?? error) };
      await photograph(lab.page, name);
      await lab.page.context().close();
      fallen = true;
    }
    report[name].seconds = (Date.now() - began) / 1000;
    writeFileSync(options.report, JSON.stringify(report, null, 1));
  }
  await lab.page.context().close();
}

try {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.mjs')).sort()) {
    await runFile(await import(new URL(file, folder)));
  }
} finally {
  await browser.close();
  writeFileSync(options.report, JSON.stringify(report, null, 1));
}
