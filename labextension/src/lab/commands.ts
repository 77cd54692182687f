/** What can be asked for from the palette, by a key, from the launcher, or by an agent. */

import { JupyterFrontEnd } from '@jupyterlab/application';
import { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Place } from '../hooks';
import { t } from '../i18n';
import { SECTIONS } from '../sections';
import { icon } from './views';

export const Command = {
  show: 'babyagi:show',
  toggle: 'babyagi:toggle',
  wide: 'babyagi:open-wide',
  load: 'babyagi:load',
  refresh: 'babyagi:refresh',
} as const;

/** What a command does it to. */
export interface Desk {
  show(place: Place): void;
  toggle(): void;
  isShown(): boolean;
  /** Null where the application has no room for wide views. */
  wide: ((place: Place) => void) | null;
  /** Null when there is nothing to load into. */
  loader(): (() => Promise<void>) | null;
  refresh(): void;
}

const SECTION = {
  type: 'string',
  enum: SECTIONS.map((each) => each.id),
  description: 'The section to open',
};

/** JSON schema of a place, for the palette and for agents. */
export const PLACE_SCHEMA = {
  type: 'object',
  properties: {
    section: SECTION,
    name: { type: 'string', description: 'The function to open in it' },
    version: { type: 'integer', minimum: 1, description: 'Which version of the function' },
    run: { type: 'string', description: 'Id of the run to open in the logs' },
  },
} as const;

const NO_ARGUMENTS = { type: 'object', properties: {} } as const;

/** A place out of the arguments of a command; whatever does not fit is left out. */
export function placeOf(args: ReadonlyPartialJSONObject): Place {
  const { section, name, version, run } = args;
  const known = SECTIONS.some((each) => each.id === section);
  return {
    section: known ? (section as string) : 'functions',
    ...(typeof name === 'string' && { name }),
    ...(typeof version === 'number' && { version }),
    ...(typeof run === 'string' && { run }),
  };
}

export function addCommands(app: JupyterFrontEnd, desk: Desk): void {
  const { commands } = app;
  const labelled = (args: ReadonlyPartialJSONObject, words: string) => {
    const entry = SECTIONS.find((each) => each.id === args['section']);
    return entry === undefined ? t(words, t('Dashboard')) : t(words, t(entry.label));
  };
  commands.addCommand(Command.show, {
    label: (args) => labelled(args, 'babyagi: %1'),
    caption: t('Show a section of the babyagi sidebar'),
    describedBy: { args: PLACE_SCHEMA },
    icon,
    execute: (args) => desk.show(placeOf(args)),
  });
  commands.addCommand(Command.toggle, {
    label: t('babyagi: Show or Hide the Sidebar'),
    describedBy: { args: NO_ARGUMENTS },
    isToggled: () => desk.isShown(),
    execute: () => desk.toggle(),
  });
  if (desk.wide !== null) {
    const { wide } = desk;
    commands.addCommand(Command.wide, {
      label: (args) => (args['isLauncher'] ? 'babyagi' : labelled(args, 'babyagi: %1 (Wide View)')),
      caption: t('Functions, logs and graph of the current notebook'),
      describedBy: { args: PLACE_SCHEMA },
      icon,
      execute: (args) => wide(placeOf(args)),
    });
  }
  commands.addCommand(Command.load, {
    label: t('babyagi: Load in the Current Kernel'),
    caption: t('Run %1 where it can be seen', '%load_ext babyagi_nb'),
    describedBy: { args: NO_ARGUMENTS },
    isEnabled: () => desk.loader() !== null,
    execute: () => desk.loader()?.(),
  });
  commands.addCommand(Command.refresh, {
    label: t('babyagi: Connect Again'),
    describedBy: { args: NO_ARGUMENTS },
    execute: () => desk.refresh(),
  });
}
