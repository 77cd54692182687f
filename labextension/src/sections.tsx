/**
 * The sections in the order of the switcher. Each folder exports a component called `Section`, and is
 * fetched when it is first shown: JupyterLab starts with the shell alone.
 */

import { ComponentType, lazy } from 'react';
import { Client } from './store';

type SectionComponent = ComponentType<{ client: Client }>;

export interface SectionEntry {
  id: string;
  label: string;
  component: SectionComponent;
}

const late = (load: () => Promise<{ Section: SectionComponent }>) =>
  lazy(() => load().then(({ Section }) => ({ default: Section })));

export const SECTIONS: readonly SectionEntry[] = [
  { id: 'functions', label: 'Functions', component: late(() => import('./sections/functions')) },
  { id: 'logs', label: 'Logs', component: late(() => import('./sections/logs')) },
  { id: 'graph', label: 'Graph', component: late(() => import('./sections/graph')) },
  { id: 'drafts', label: 'Approvals', component: late(() => import('./sections/drafts')) },
  { id: 'triggers', label: 'Triggers', component: late(() => import('./sections/triggers')) },
  { id: 'keys', label: 'Keys', component: late(() => import('./sections/keys')) },
  { id: 'packs', label: 'Packs', component: late(() => import('./sections/packs')) },
  { id: 'selfbuild', label: 'Self-build', component: late(() => import('./sections/selfbuild')) },
  { id: 'chat', label: 'Chat', component: late(() => import('./sections/chat')) },
];

/** The section of that name, or the first one. */
export function sectionOf(id: string): SectionEntry {
  const found = SECTIONS.find((each) => each.id === id) ?? SECTIONS[0];
  if (found === undefined) {
    throw new Error('there is no section');
  }
  return found;
}
