/** What lines and signs mean; only those that are in the picture. */

import { t } from '../../i18n';
import type { Graph } from '../../protocol';
import { doing } from './live';
import type { Live } from './live';
import { EDGES, MARKS } from './words';

export function Legend({ graph, live }: { graph: Graph; live: Live }): JSX.Element {
  const kinds = new Set(graph.edges.map(({ kind }) => kind));
  const marks = new Set<string>();
  for (const node of graph.nodes) {
    node.marks.forEach((mark) => marks.add(mark));
  }
  marks.delete('running');
  marks.delete('failing');
  for (const node of graph.nodes) {
    const now = node.kind === 'function' ? doing(live, node.id, node.marks) : null;
    if (now !== null) {
      marks.add(now);
    }
  }
  return (
    <ul className="bnb-legend" aria-label={t('Legend')}>
      {(Object.keys(EDGES) as (keyof typeof EDGES)[])
        .filter((kind) => kinds.has(kind))
        .map((kind) => (
          <li key={kind}>
            <svg width="26" height="8" aria-hidden="true">
              <path className={`bnb-edge bnb-edge-${kind}`} d="M0 4H26" />
            </svg>{' '}
            {t(EDGES[kind])}
          </li>
        ))}
      {MARKS.filter(({ mark }) => marks.has(mark)).map(({ mark, sign, words }) => (
        <li key={mark}>
          <span className={`bnb-legend-sign bnb-mark-${mark}`} aria-hidden="true">
            {sign}
          </span>{' '}
          {t(words)}
        </li>
      ))}
    </ul>
  );
}
