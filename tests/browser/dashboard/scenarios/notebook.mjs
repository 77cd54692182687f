/** The sidebar in Notebook 7. */
import { expect } from '../driver.mjs';

async function open(lab, path) {
  await lab.page.goto(`${lab.url}/notebooks/${path}?token=${lab.token}`);
  await lab.ready(path);
}

/** What scenarios count on: the notebook, and a kernel that is idle and ours. */
export async function begin(lab) {
  await open(lab, 'seven.ipynb');
  await lab.restart();
  await lab.run('%load_ext babyagi_nb');
  await lab.sidebar('functions');
  await lab.phase('live');
}

async function notebook_7_shows_the_sidebar_and_loads_from_it(lab) {
  await open(lab, 'seven.ipynb');
  const app = await lab.sidebar('functions');
  await lab.phase('missing');
  await app.getByRole('button', { name: 'Load it' }).click();
  await lab.phase('live');
  await app.getByText('greet', { exact: true }).first().waitFor();
}

async function notebook_7_shows_calls_while_their_cell_is_busy(lab) {
  await lab.run('%%babyagi_function\ndef tock(n: int) -> int:\n    return n + 2000\n');
  const app = await lab.sidebar('logs');
  await lab.start('import time\nfor n in range(100):\n    tock(n)\n    time.sleep(0.1)\n');
  await app.getByText('2002', { exact: false }).first().waitFor();
  expect(await lab.kernelIsExecuting(), 'the cell had ended before its calls were seen');
  await lab.interrupt();
}

async function notebook_7_runs_a_function_from_its_form(lab) {
  await lab.done();
  const app = await lab.sidebar('functions');
  await lab.command('babyagi:show', { section: 'functions', name: 'greet' });
  await app.getByRole('tab', { name: 'Run' }).click();
  await app.getByLabel('name', { exact: false }).first().fill('Alan');
  await app.getByRole('button', { name: 'Run', exact: true }).click();
  await app.getByText('Hello Alan!', { exact: false }).first().waitFor();
}

export default [
  notebook_7_shows_the_sidebar_and_loads_from_it,
  notebook_7_shows_calls_while_their_cell_is_busy,
  notebook_7_runs_a_function_from_its_form,
];
