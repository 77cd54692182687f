/**
 * Runs the scenarios and writes what came of each:
 *
 *     node run.mjs '{"url": …, "token": …, "browser": …, "report": …, "shots": …, "only": […]}'
 *
 * A scenario is a function in the list that a file of `scenarios/` exports; its name says what must
 * be so.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Lab, browse } from './driver.mjs';

const options = JSON.parse(process.argv[2]);
const folder = new URL('./scenarios/', import.meta.url);
const report = {};
const { browser, context } = await browse(options.browser);
try {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.mjs')).sort()) {
    const { default: scenarios } = await import(new URL(file, folder));
    const page = await context.newPage();
    const lab = new Lab(page, options);
    try {
      for (const scenario of scenarios) {
        const { name } = scenario;
        if (options.only && !options.only.includes(name)) {
          continue;
        }
        const began = Date.now();
        try {
          await scenario(lab, options);
          report[name] = { ok: true };
        } catch (error) {
          report[name] = { ok: false, error: String(error?.stack ?? error) };
          if (options.shots) {
            mkdirSync(options.shots, { recursive: true });
            await page.screenshot({ path: path.join(options.shots, `failed-${name}.png`) });
          }
        }
        report[name].seconds = (Date.now() - began) / 1000;
        writeFileSync(options.report, JSON.stringify(report, null, 1));
      }
    } finally {
      await page.close();
    }
  }
} finally {
  await browser.close();
  writeFileSync(options.report, JSON.stringify(report, null, 1));
}
