/** Self-build and Chat in JupyterLab, with a scripted model. Scenarios run in this order, in one page. */
import { expect } from '../driver.mjs';

const POST =
  '%%babyagi_function effects=once\ndef post(text: str) -> str:\n    """Post a text."""\n    return f"posted {text}"\n';
const STEPS = ['plan', 'state tests', 'write code', 'try it in the sandbox', 'store the draft'];

/** What scenarios count on: the notebook, a kernel that is idle and ours, and the model. */
export async function begin(lab, { model }) {
  await lab.open('model.ipynb');
  await lab.restart();
  await lab.run('%load_ext babyagi_nb');
  await lab.run(`%babyagi model scripted url=${model}`);
  await lab.run(POST);
  await lab.sidebar('selfbuild');
  await lab.phase('live');
}

/** Say *text* in the chat. */
async function say(app, text) {
  await app.getByLabel('Message').fill(text);
  await app.getByLabel('Message').press('Enter');
}

async function without_a_key_the_line_that_mends_it_is_shown_and_a_model_is_picked(lab, { model }) {
  await lab.open('model.ipynb');
  await lab.run('%load_ext babyagi_nb');
  await lab.run(POST);
  const app = await lab.sidebar('selfbuild');
  await lab.phase('live');
  await app.getByText('%babyagi key set', { exact: false }).waitFor();
  await app.getByRole('button', { name: 'Choose a model' }).click();
  await app.getByLabel('Name of the model').fill('scripted');
  await app.getByLabel('Server').fill(model);
  await app.getByRole('button', { name: 'Ask this one' }).click();
  await app.getByText('scripted', { exact: true }).waitFor();
  await app.getByText('%babyagi key set', { exact: false }).waitFor({ state: 'detached' });
}

async function a_build_is_watched_step_by_step_to_its_draft(lab) {
  const app = await lab.sidebar('selfbuild');
  const box = app.getByLabel('What should be done?');
  await box.fill('Say whether a price is low.');
  await box.press('Enter');
  await app.getByRole('button', { name: 'Review' }).waitFor();
  const steps = app.getByRole('log', { name: 'Steps' });
  await app.getByText(/^\d+ steps$/).first().click();
  for (const words of STEPS) {
    await steps.getByText(words).first().waitFor();
  }
  await app.getByText(/3 calls.*price unknown/).waitFor();
}

async function its_draft_is_reviewed_approved_and_runs(lab) {
  const app = await lab.sidebar('selfbuild');
  await app.getByRole('button', { name: 'Review' }).click();
  await app.getByRole('group', { name: 'Code' }).or(app.getByText('def label_of')).first().waitFor();
  await app.getByRole('button', { name: 'Approve', exact: true }).click();
  await app.getByText('label_of@1 is approved', { exact: false }).first().waitFor();
  await lab.run('%babyagi run label_of 12.0');
  expect((await lab.outputs()).includes('high'), 'the approved function does not run');
  await lab.sidebar('selfbuild');
  await app.getByText('approved', { exact: true }).first().waitFor();
}

async function a_build_is_stopped_and_can_be_gone_on_with(lab) {
  const app = await lab.sidebar('selfbuild');
  await app.getByLabel('What should be done?').fill('Wait until doomsday.');
  await app.getByRole('button', { name: 'Build', exact: true }).click();
  await app.getByRole('button', { name: 'Stop', exact: true }).click();
  await app.getByText('interrupted', { exact: false }).first().waitFor();
  await app.getByRole('button', { name: 'Resume' }).waitFor();
  await lab.run('print("free " + "again")');
  expect((await lab.outputs()).includes('free again'), 'the kernel is still busy');
}

async function a_build_waits_for_a_busy_cell_and_says_so(lab) {
  const app = await lab.sidebar('selfbuild');
  await lab.start('import time\nfor _ in range(300):\n    time.sleep(0.1)\n');
  await app.getByLabel('What should be done?').fill('Say whether a price is low.');
  await app.getByRole('button', { name: 'Build', exact: true }).click();
  await app.getByText('begins by itself', { exact: false }).waitFor();
  expect(await lab.kernelIsExecuting(), 'the cell had ended');
  await lab.interrupt();
  await app.getByText('begins by itself', { exact: false }).waitFor({ state: 'detached' });
}

async function of_two_calls_in_a_chat_one_is_allowed_and_one_is_not(lab) {
  const app = await lab.sidebar('chat');
  await say(app, 'Post a text first, then a second one.');
  const asked = app.getByRole('group', { name: 'Your word is needed' });
  await asked.getByText('"first"', { exact: false }).waitFor();
  await asked.getByRole('button', { name: 'Allow' }).click();
  await asked.getByText('"second"', { exact: false }).waitFor();
  await asked.getByRole('button', { name: "Don't" }).click();
  await app.getByText('One was posted, one was not.').waitFor();
  await app.getByText('posted first', { exact: false }).waitFor();
  const log = app.getByRole('log', { name: 'Conversation' });
  await log.getByRole('img', { name: 'refused' }).waitFor();
  await log.getByTitle('Show its run in the log').first().click();
  await app.getByRole('button', { name: 'All its runs' }).waitFor();
  expect(!(await lab.outputs()).includes('posted second'), 'the refused call was made');
}

async function what_a_model_says_stays_text(lab) {
  const app = await lab.sidebar('chat');
  await say(app, 'Now something hostile.');
  const log = app.getByRole('log', { name: 'Conversation' });
  await log.getByText('**done**', { exact: false }).waitFor();
  const found = await log.evaluate((element) => [
    window.__pwned ?? 0,
    element.querySelectorAll('img, script, a, iframe').length,
    Number(/[\u001b\u202e]/.test(element.textContent)),
    Number(!element.textContent.includes('<script>')),
    Number(!element.textContent.includes('[a link](javascript:')),
  ]);
  expect(found.join() === '0,0,0,0,0', `pwned, elements, signs, letters: ${found}`);
}

async function a_conversation_is_found_again_after_a_restart(lab) {
  await lab.restart();
  await lab.phase('missing');
  await lab.run('%load_ext babyagi_nb');
  await lab.phase('live');
  const app = await lab.sidebar('chat');
  const kept = app.getByRole('option', { name: 'Post a text first', exact: false }).first();
  await kept.waitFor({ state: 'attached' });
  const list = app.getByRole('combobox', { name: 'Conversation' });
  await list.selectOption(await kept.getAttribute('value'));
  await app.getByText('One was posted, one was not.').waitFor();
  await app.getByRole('button', { name: 'New', exact: true }).click();
  await app.getByText('Nothing was said yet').waitFor();
}

async function a_chat_in_a_cell_is_the_same(lab) {
  await lab.run('%babyagi panel chat');
  const panel = lab.page.locator('.jp-OutputArea .bnb-app[data-phase="live"]').last();
  await say(panel, 'Something hostile in a cell.');
  await panel.getByText('**done**', { exact: false }).waitFor();
}

async function the_page_of_models_had_nothing_to_complain_about(lab) {
  expect(lab.complaints.length === 0, lab.complaints.join('\n'));
}

export default [
  without_a_key_the_line_that_mends_it_is_shown_and_a_model_is_picked,
  a_build_is_watched_step_by_step_to_its_draft,
  its_draft_is_reviewed_approved_and_runs,
  a_build_is_stopped_and_can_be_gone_on_with,
  a_build_waits_for_a_busy_cell_and_says_so,
  of_two_calls_in_a_chat_one_is_allowed_and_one_is_not,
  what_a_model_says_stays_text,
  a_conversation_is_found_again_after_a_restart,
  a_chat_in_a_cell_is_the_same,
  the_page_of_models_had_nothing_to_complain_about,
];
