/**
 * The plugin of JupyterLab and Notebook 7.
 *
 * Only the notebook tracker is needed. Everything else is used where it is there, because Notebook 7
 * has no launcher, no status bar and no room for wide views.
 */

import {
  ILabShell,
  ILayoutRestorer,
  JupyterFrontEnd,
  JupyterFrontEndPlugin,
} from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';
import { Place } from './hooks';
import { setTranslate } from './i18n';
import { Command, Desk, addCommands } from './lab/commands';
import { Current, Tracker } from './lab/current';
import { load } from './lab/loading';
import { StatusItem } from './lab/statusbar';
import { Sidebar, WideView } from './lab/views';
import { SECTIONS } from './sections';

const ID = 'babyagi-nb:plugin';

/** The shells of both applications can open a side area; only one of them types it. */
interface SideShell {
  expandRight?: (id?: string) => void;
  collapseRight?: () => void;
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Sidebar and wide views of babyagi_nb: functions, logs, graph, keys and more.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [
    IConsoleTracker,
    ILabShell,
    ILayoutRestorer,
    ICommandPalette,
    ISettingRegistry,
    IStatusBar,
    ILauncher,
    ITranslator,
  ],
  activate,
};

function activate(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  consoles: IConsoleTracker | null,
  labShell: ILabShell | null,
  restorer: ILayoutRestorer | null,
  palette: ICommandPalette | null,
  settings: ISettingRegistry | null,
  statusBar: IStatusBar | null,
  launcher: ILauncher | null,
  translator: ITranslator | null,
): void {
  if (translator !== null) {
    const words = translator.load('babyagi_nb');
    setTranslate((text, ...values) => words.__(text, ...values.map(String)));
  }
  const trackers: Tracker[] = consoles === null ? [notebooks] : [notebooks, consoles];
  const current = new Current(trackers, (place) => void load(place));
  const wide = labShell === null ? null : wideViews(app, labShell, current, restorer);
  const sidebar = new Sidebar({
    current,
    place: { section: 'functions' },
    widen: wide ?? undefined,
  });
  app.shell.add(sidebar, 'right', { rank: 600, type: 'babyagi' });
  restorer?.add(sidebar, sidebar.id);

  const desk = deskOf(app, current, sidebar, wide);
  addCommands(app, desk);
  if (palette !== null) {
    const category = 'babyagi';
    for (const { id } of SECTIONS) {
      palette.addItem({ command: Command.show, category, args: { section: id } });
      if (wide !== null) {
        palette.addItem({ command: Command.wide, category, args: { section: id } });
      }
    }
    for (const command of [Command.toggle, Command.load, Command.refresh]) {
      palette.addItem({ command, category });
    }
  }
  launcher?.add({
    command: Command.wide,
    category: 'Other',
    args: { section: 'functions', isLauncher: true },
    rank: 50,
  });
  const status = new StatusItem(current, () => desk.show({ section: 'logs' }));
  statusBar?.registerStatusItem(`${ID}:status`, {
    item: status,
    align: 'right',
    rank: 60,
    isActive: () => status.wanted,
  });
  void settings?.load(ID).then((found) => {
    const apply = () => {
      status.wanted = found.get('statusBar').composite !== false;
      status.setHidden(!status.wanted);
    };
    const section = found.get('section').composite;
    if (typeof section === 'string' && sidebar.place.section === 'functions') {
      sidebar.go({ section });
    }
    found.changed.connect(apply);
    apply();
  });
}

/** Sections in the main area: each at most once, and back in place after a reload. */
function wideViews(
  app: JupyterFrontEnd,
  shell: ILabShell,
  current: Current,
  restorer: ILayoutRestorer | null,
): (place: Place) => void {
  const tracker = new WidgetTracker<WideView>({ namespace: 'babyagi-wide' });
  void restorer?.restore(tracker, {
    command: Command.wide,
    args: (view) => ({ ...view.place }),
    name: (view) => view.id,
  });
  return (place) => {
    const open = tracker.find((view) => view.id === `babyagi-wide-${place.section}`);
    const view = open ?? new WideView({ current, place, moved: () => open && tracker.save(open) });
    if (open === undefined) {
      shell.add(view, 'main');
      void tracker.add(view);
    } else {
      view.go(place);
    }
    app.shell.activateById(view.id);
  };
}

function deskOf(
  app: JupyterFrontEnd,
  current: Current,
  sidebar: Sidebar,
  wide: Desk['wide'],
): Desk {
  const shell = app.shell as SideShell;
  const show = (place?: Place) => {
    if (place !== undefined) {
      sidebar.go(place);
    }
    shell.expandRight?.(sidebar.id);
    app.shell.activateById(sidebar.id);
  };
  return {
    show,
    toggle: () => (sidebar.isVisible ? shell.collapseRight?.() : show()),
    isShown: () => sidebar.isVisible,
    wide,
    loader: () => {
      const { connection } = current;
      const loader = connection?.client.phase === 'missing' && connection.client.situation.load;
      return loader ? async () => loader() : null;
    },
    refresh: () => current.connection?.refresh(),
  };
}

export default plugin;
