/**
 * A page of JupyterLab or Notebook, driven as a person would, with a few shortcuts into the
 * application (`window.jupyterapp`) for what is not under test: opening files, running cells.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const labextension = fileURLToPath(new URL('../../../labextension/package.json', import.meta.url));
const { chromium } = createRequire(labextension)('playwright-core');

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
/** How long anything may take to appear; a loaded machine is slow, and a right page is patient. */
const PATIENCE = 30_000;

export function browse(executablePath) {
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A page that shares nothing with others: no cookie, no storage, no tab. */
export async function freshPage(browser) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  context.setDefaultTimeout(PATIENCE);
  return context.newPage();
}

export class Lab {
  constructor(page, { url, token }, complaints = []) {
    this.page = page;
    this.url = url;
    this.token = token;
    this.complaints = complaints;
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    // Unsaved changes are ours: leaving is what is wanted.
    page.on('dialog', (dialog) => void dialog.accept());
  }

  /** Open a notebook in a fresh workspace and wait for its kernel. */
  async open(path) {
    await this.page.goto(`${this.url}/lab/tree/${path}?reset&token=${this.token}`);
    await this.ready(path);
  }

  /** Until the notebook is there, and its kernel unless that is busy and will not say so. */
  async ready(path, { kernel = true } = {}) {
    await this.page.waitForFunction(
      (path) => window.jupyterapp?.shell.currentWidget?.context?.path === path,
      path,
    );
    await this.page.evaluate(async (kernel) => {
      const { context, sessionContext } = window.jupyterapp.shell.currentWidget;
      await context.ready;
      await sessionContext.ready;
      if (kernel) {
        await sessionContext.session.kernel.info;
      }
    }, kernel);
  }

  async command(id, args = {}) {
    return this.page.evaluate(
      async ([id, args]) => void (await window.jupyterapp.commands.execute(id, args)),
      [id, args],
    );
  }

  /** Go to a notebook that may be open already, in the same page. */
  async switchTo(path) {
    await this.command('docmanager:open', { path });
    await this.ready(path);
  }

  /** Open a console with a kernel of its own. */
  async openConsole() {
    await this.page.evaluate(async () => {
      const { commands } = window.jupyterapp;
      const kernelPreference = { name: 'python3', autoStartDefault: true };
      const panel = await commands.execute('console:create', { activate: true, kernelPreference });
      await panel.sessionContext.ready;
      await panel.sessionContext.session.kernel.info;
    });
  }

  /** Run *code* in the current console. */
  async inject(code) {
    await this.page.evaluate(
      (code) => window.jupyterapp.shell.currentWidget.console.inject(code),
      code,
    );
  }

  /** Put *code* into a new last cell and start it; `done` says when it has ended. */
  async start(code) {
    await this.page.evaluate(async (code) => {
      const { commands, shell } = window.jupyterapp;
      const { content } = shell.currentWidget;
      const last = content.widgets.length;
      content.model.sharedModel.insertCell(last, { cell_type: 'code', source: code });
      content.activeCellIndex = last;
      window.lastRun = commands.execute('notebook:run-cell');
    }, code);
  }

  async done() {
    await this.page.evaluate(() => window.lastRun);
  }

  async run(code) {
    await this.start(code);
    await this.done();
  }

  /** Text of all outputs of the current notebook. */
  outputs() {
    return this.page.evaluate(() =>
      window.jupyterapp.shell.currentWidget.content.widgets
        .map((cell) => JSON.stringify(cell.model.toJSON().outputs ?? []))
        .join('\n'),
    );
  }

  /** Whether a cell of the current notebook waits for its end. */
  kernelIsExecuting() {
    return this.page.evaluate(async () => {
      let ended = false;
      void window.lastRun.then(() => (ended = true));
      await new Promise((resolve) => setTimeout(resolve));
      return !ended;
    });
  }

  /** Restart the kernel of the current notebook as its page does. */
  async restart() {
    await this.page.evaluate(() =>
      window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart(),
    );
  }

  /** Restart the kernel as another page does: this one is not told. */
  async restartFromElsewhere() {
    const id = await this.page.evaluate(
      () => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id,
    );
    const answer = await this.page.request.post(`${this.url}/api/kernels/${id}/restart`, {
      headers: { Authorization: `token ${this.token}` },
    });
    expect(answer.ok(), `the server answered ${answer.status()}`);
  }

  /** Interrupt the kernel of the current notebook. */
  async interrupt() {
    await this.page.evaluate(() =>
      window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt(),
    );
  }

  /** The sidebar, showing *section*. */
  async sidebar(section) {
    await this.command('babyagi:show', { section });
    const app = this.app;
    await app.waitFor();
    return app;
  }

  get app() {
    return this.page.locator('#babyagi-sidebar .bnb-app');
  }

  /** Wait until the sidebar is in *phase*. */
  async phase(phase) {
    await this.page.locator(`#babyagi-sidebar .bnb-app[data-phase="${phase}"]`).waitFor();
  }

  async theme(name) {
    await this.command('apputils:change-theme', { theme: name });
    await this.page.waitForFunction(
      (dark) => document.body.dataset.jpThemeLight === String(!dark),
      name.includes('Dark'),
    );
  }

  /** Give the sidebar *width* pixels. */
  async width(width) {
    await this.page.evaluate((width) => {
      const { shell } = window.jupyterapp;
      shell.expandRight('babyagi-sidebar');
      const total = document.querySelector('#jp-main-split-panel').clientWidth;
      const sizes = shell.saveLayout().relativeSizes ?? [0.2, 0.6, 0.2];
      const share = width / total;
      shell._hsplitPanel.setRelativeSizes([0, 1 - share, share].slice(3 - sizes.length));
    }, width);
  }
}

export function expect(condition, words) {
  if (!condition) {
    throw new Error(words);
  }
}
