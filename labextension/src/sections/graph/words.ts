/** What the signs of a graph mean. */

import { t } from '../../i18n';
import type { GraphEdge, GraphNode } from '../../protocol';
import type { Doing } from './live';

export const EDGES: Record<GraphEdge['kind'], string> = {
  dependency: 'depends on',
  trigger: 'triggers',
  key: 'uses key',
  import: 'imports',
};

export const NODES: Record<GraphNode['kind'], string> = {
  function: 'function',
  event: 'event',
  key: 'key',
  import: 'import',
};

/** Marks in the order they are drawn, from the right. */
export const MARKS: readonly { mark: string; sign: string; words: string }[] = [
  { mark: 'running', sign: '▶', words: 'running' },
  { mark: 'failing', sign: '✗', words: 'last run failed' },
  { mark: 'fine', sign: '✓', words: 'last run fine' },
  { mark: 'missing', sign: '!', words: 'missing, or without a key it needs' },
  { mark: 'draft', sign: '✎', words: 'draft, not approved' },
  { mark: 'sandbox', sign: '▣', words: 'runs in the sandbox' },
];

/** What a node is and what is marked on it, a word or two each. */
export function statesOf(node: GraphNode, doing: Doing | null): string[] {
  return [t(NODES[node.kind]), ...marksOf(node, doing).map(({ words }) => t(words))];
}

/** The marks that a node shows. What it does now comes from `doing` alone. */
export function marksOf(node: GraphNode, doing: Doing | null): typeof MARKS {
  return MARKS.filter(({ mark }) =>
    mark === 'running' || mark === 'failing' || mark === 'fine'
      ? mark === doing
      : node.marks.includes(mark),
  );
}

/** A node in words: name, kind, and what is marked. */
export function wordsOf(node: GraphNode, doing: Doing | null): string {
  return [node.label, ...statesOf(node, doing)].join(', ');
}
