/** The sidebar in JupyterLab. Scenarios run in this order, in one page. */
import { expect } from '../driver.mjs';

const TICK = '%%babyagi_function\ndef tick(n: int) -> int:\n    return n + 1000\n';
/** Calls `tick` for a while, in a cell that sleeps between. */
const busy = (first, count) =>
  `import time\nfor n in range(${first}, ${first + count}):\n    tick(n)\n    time.sleep(0.1)\n`;

/** What scenarios count on: the first notebook, and a kernel that is idle and ours. */
export async function begin(lab) {
  await lab.open('first.ipynb');
  await lab.restart();
  await lab.run('%load_ext babyagi_nb');
  await lab.sidebar('functions');
  await lab.phase('live');
}

async function the_sidebar_offers_to_load_what_is_not_loaded(lab) {
  await lab.open('bare.ipynb');
  const app = await lab.sidebar('functions');
  await lab.phase('missing');
  await app.getByRole('button', { name: 'Load it' }).click();
  await lab.phase('live');
  await app.getByText('greet', { exact: true }).first().waitFor();
  const source = await lab.page.evaluate(() =>
    window.jupyterapp.shell.currentWidget.content.widgets[0].model.sharedModel.getSource(),
  );
  expect(source === '%load_ext babyagi_nb', `the first cell is ${source}`);
}

async function calls_appear_in_the_log_while_their_cell_is_busy(lab) {
  await lab.open('first.ipynb');
  await lab.run('%load_ext babyagi_nb');
  await lab.run(TICK);
  const app = await lab.sidebar('logs');
  await lab.phase('live');
  await lab.start(busy(0, 300));
  await app.getByText('1000', { exact: false }).first().waitFor();
  await app.getByText('n=3', { exact: false }).or(app.getByText('1003')).first().waitFor();
  const state = await lab.kernelIsExecuting();
  expect(state, 'the cell had ended before its calls were seen');
  await lab.interrupt();
  await lab.done();
}

async function a_page_that_is_reloaded_while_a_cell_is_busy_goes_live_again(lab) {
  await lab.run(TICK);
  await lab.start(busy(1000, 300));
  await lab.page.reload();
  await lab.ready('first.ipynb', { kernel: false });
  const app = await lab.sidebar('logs');
  await lab.phase('live');
  await app.getByText('tick').first().waitFor();
  await lab.interrupt();
}

async function the_sidebar_follows_to_another_notebook_and_back(lab) {
  await lab.open('first.ipynb');
  await lab.sidebar('functions');
  await lab.phase('live');
  await lab.switchTo('second.ipynb');
  await lab.app.getByText('second.ipynb').waitFor();
  await lab.phase('missing');
  await lab.run('%load_ext babyagi_nb');
  await lab.phase('live');
  await lab.switchTo('first.ipynb');
  await lab.app.getByText('first.ipynb').waitFor();
  await lab.phase('live');
}

async function a_restarted_kernel_is_noticed_and_found_again(lab) {
  await lab.switchTo('first.ipynb');
  await lab.phase('live');
  await lab.restart();
  await lab.phase('missing');
  await lab.run('%load_ext babyagi_nb');
  await lab.phase('live');
}

async function a_kernel_that_another_page_restarted_is_noticed_as_well(lab) {
  await lab.restartFromElsewhere();
  await lab.phase('missing');
  await lab.run('%load_ext babyagi_nb');
  await lab.phase('live');
  await lab.app.getByText('greet', { exact: true }).first().waitFor();
}

async function a_function_runs_from_its_form(lab) {
  const app = await lab.sidebar('functions');
  await lab.command('babyagi:show', { section: 'functions', name: 'greet' });
  await app.getByRole('tab', { name: 'Run' }).click();
  await app.getByLabel('name', { exact: false }).first().fill('Grace');
  await app.getByRole('button', { name: 'Run', exact: true }).click();
  await app.getByText('Hello Grace!', { exact: false }).first().waitFor();
}

async function a_run_of_a_form_is_stopped_and_its_end_is_told(lab) {
  const SLOW = '%%babyagi_function\ndef slow() -> None:\n    import time\n    time.sleep(300)\n';
  await lab.run(SLOW);
  const app = await lab.sidebar('functions');
  await lab.command('babyagi:show', { section: 'functions', name: 'slow' });
  await app.getByRole('tab', { name: 'Run' }).click();
  await app.getByRole('button', { name: 'Run', exact: true }).click();
  await lab.page.waitForFunction(
    () => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy',
  );
  await app.getByRole('button', { name: 'Stop', exact: true }).click();
  const result = app.getByRole('region', { name: 'Result' });
  await result.getByText('KeyboardInterrupt').first().waitFor();
}

async function another_version_is_activated(lab) {
  const app = await lab.sidebar('functions');
  await lab.command('babyagi:show', { section: 'functions', name: 'double' });
  await app.getByRole('tab', { name: /^Versions/ }).click();
  const row = app.getByRole('listitem').filter({ hasText: 'version 1' });
  await row.getByRole('button', { name: 'Activate' }).first().click();
  await app.getByRole('button', { name: 'Activate' }).last().click();
  await row.getByText('active', { exact: true }).waitFor();
  await lab.run('%babyagi show double');
  expect((await lab.outputs()).includes('x * 2'), 'the kernel still has the other version');
}

async function a_trigger_is_added(lab) {
  const app = await lab.sidebar('triggers');
  for (const [label, name] of [['After', 'greet'], ['run', 'note']]) {
    const field = app.getByLabel(label, { exact: true });
    await field.fill(name);
    await app.getByRole('option', { name: new RegExp(`^${name}`) }).first().click();
  }
  await app.getByRole('button', { name: 'Add the trigger' }).click();
  await app.getByRole('list', { name: 'Triggers' }).getByText('greet').waitFor();
  await lab.run('%babyagi trigger list');
  expect(/note.*greet|greet.*note/s.test(await lab.outputs()), 'the kernel does not know it');
}

async function the_value_of_a_key_goes_to_the_kernel_and_stays_nowhere_else(lab) {
  const secret = `value-${'9c1f'.repeat(4)}`;
  const app = await lab.sidebar('keys');
  await app.getByLabel('Name of the key').fill('WEATHER_TOKEN');
  await app.getByLabel('Value', { exact: true }).fill(secret);
  await app.getByRole('button', { name: 'Keep it' }).click();
  await app.getByText('has a value').waitFor();
  const left = await lab.page.evaluate(
    (secret) => [
      document.documentElement.outerHTML.includes(secret),
      [...document.querySelectorAll('input')].some((input) => input.value.includes(secret)),
      JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.toJSON()).includes(secret),
    ],
    secret,
  );
  expect(!left.includes(true), `the value is in page, field or notebook: ${left}`);
}

async function hostile_text_of_a_store_stays_text_in_every_section(lab) {
  const sections = [
    'functions', 'logs', 'graph', 'drafts', 'triggers', 'keys', 'packs', 'selfbuild', 'chat',
  ];
  for (const section of sections) {
    await lab.sidebar(section);
    await lab.page.locator(`#babyagi-sidebar .bnb-app[data-section="${section}"]`).waitFor();
  }
  const app = await lab.sidebar('functions');
  await lab.command('babyagi:show', { section: 'functions', name: 'odd' });
  for (const tab of ['Code', 'Versions', 'Links', 'Logs', 'Run']) {
    await app.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
  }
  await app.getByRole('button', { name: 'Run', exact: true }).click();
  await app.getByLabel('Printed').getByText('<img src=x', { exact: false }).waitFor();
  const found = await lab.page.evaluate(() => [
    window.__pwned ?? 0,
    document.querySelectorAll('.bnb-app img, .bnb-app script, .bnb-app iframe').length,
  ]);
  expect(found.join() === '0,0', `marked, elements: ${found}`);
}

async function every_command_says_what_arguments_it_takes(lab) {
  const missing = await lab.page.evaluate(async () => {
    const { commands } = window.jupyterapp;
    const ours = commands.listCommands().filter((id) => id.startsWith('babyagi:'));
    const described = await Promise.all(ours.map((id) => commands.describedBy(id)));
    return [ours.length, ours.filter((_, index) => described[index].args?.type !== 'object')];
  });
  expect(missing[0] >= 5 && missing[1].length === 0, JSON.stringify(missing));
}

async function a_section_opens_in_a_wide_view_and_the_status_bar_counts(lab) {
  await lab.command('babyagi:open-wide', { section: 'logs' });
  const wide = lab.page.locator('#babyagi-wide-logs .bnb-app[data-phase="live"]');
  await wide.getByText('first.ipynb').waitFor();
  await lab.page.locator('.bnb-status-button').getByText('✗').waitFor();
  await lab.page.evaluate(() => {
    for (const widget of window.jupyterapp.shell.widgets('main')) {
      if (widget.id === 'babyagi-wide-logs') {
        widget.close();
      }
    }
  });
}

async function the_sidebar_follows_a_console_as_well(lab) {
  await lab.openConsole();
  const app = await lab.sidebar('functions');
  await app.getByText('Console 1').waitFor();
  await lab.phase('missing');
  await app.getByRole('button', { name: 'Load it' }).click();
  await lab.phase('live');
  await app.getByText('greet', { exact: true }).first().waitFor();
  await lab.sidebar('logs');
  await lab.inject("%babyagi run greet 'somebody at the console'");
  await app.getByText('somebody at the console', { exact: false }).first().waitFor();
  await lab.page.evaluate(() => window.jupyterapp.shell.currentWidget.close());
  await lab.app.getByText('first.ipynb').waitFor();
  await lab.phase('live');
}

async function a_panel_in_a_cell_is_the_same_application_and_saves_no_data(lab) {
  await lab.switchTo('first.ipynb');
  await lab.run('%babyagi panel functions');
  const panel = lab.page.locator('.jp-OutputArea .bnb-app[data-phase="live"]').last();
  await panel.getByText('greet', { exact: true }).first().waitFor();
  const saved = await lab.page.evaluate(() =>
    JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.getMetadata('widgets') ?? {}),
  );
  expect(!saved.includes('Say hello'), 'the notebook keeps what the panel shows');
}

async function the_page_had_nothing_to_complain_about(lab) {
  expect(lab.complaints.length === 0, lab.complaints.join('\n'));
}

export default [
  the_sidebar_offers_to_load_what_is_not_loaded,
  calls_appear_in_the_log_while_their_cell_is_busy,
  a_page_that_is_reloaded_while_a_cell_is_busy_goes_live_again,
  the_sidebar_follows_to_another_notebook_and_back,
  a_restarted_kernel_is_noticed_and_found_again,
  a_kernel_that_another_page_restarted_is_noticed_as_well,
  a_function_runs_from_its_form,
  a_run_of_a_form_is_stopped_and_its_end_is_told,
  another_version_is_activated,
  a_trigger_is_added,
  the_value_of_a_key_goes_to_the_kernel_and_stays_nowhere_else,
  hostile_text_of_a_store_stays_text_in_every_section,
  every_command_says_what_arguments_it_takes,
  a_section_opens_in_a_wide_view_and_the_status_bar_counts,
  the_sidebar_follows_a_console_as_well,
  a_panel_in_a_cell_is_the_same_application_and_saves_no_data,
  the_page_had_nothing_to_complain_about,
];
