/** What is known of the chosen node, and where one can go from it. */

import { useNavigate, useQuery } from '../../hooks';
import { t } from '../../i18n';
import type { Graph, GraphNode } from '../../protocol';
import { Button } from '../../ui/Button';
import { neighbours } from './finding';
import { doing } from './live';
import type { Live } from './live';
import { EDGES, statesOf } from './words';

export interface NodeCardProps {
  graph: Graph;
  node: GraphNode;
  live: Live;
  onOpen: (node: GraphNode) => void;
  /** Chooses another node and brings it into sight. */
  onGo: (id: string) => void;
  onFocus: (node: GraphNode) => void;
  onClose: () => void;
}

/** Neighbours of one kind that are named. */
const NAMED = 12;

export function NodeCard(props: NodeCardProps): JSX.Element {
  const { graph, node, live, onOpen, onGo, onFocus, onClose } = props;
  const navigate = useNavigate();
  const known = node.kind === 'function';
  const detail = useQuery('functions.detail', known ? { name: node.id } : null);
  const labels = new Map(graph.nodes.map(({ id, label }) => [id, label]));
  const groups = grouped(graph, node.id);
  return (
    <section
      className="bnb-node-card"
      aria-label={t('Chosen in the graph')}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <div className="bnb-row">
        <b className="bnb-mono bnb-clip bnb-grow" title={node.id}>
          {node.label}
          {detail.data && <span className="bnb-soft">@{detail.data.version}</span>}
        </b>
        <Button kind="quiet" label={t('Close')} onClick={onClose}>
          ✕
        </Button>
      </div>
      <div className="bnb-soft" aria-live="polite">
        {statesOf(node, known ? doing(live, node.id, node.marks) : null).join(' · ')}
      </div>
      {detail.data?.description && <p className="bnb-node-card-text">{detail.data.description}</p>}
      {detail.data?.missing && (
        <p className="bnb-node-card-text bnb-tone-bad">
          {t('It needs keys: %1.', detail.data.keys.join(', '))}
        </p>
      )}
      {Boolean(detail.error) && (
        <p className="bnb-node-card-text bnb-soft">
          {t('It is not registered. Register it, or load the pack that has it.')}
        </p>
      )}
      {groups.map(({ words, ids }) => (
        <div key={words} className="bnb-node-card-ties">
          <span className="bnb-soft">{t(words)}</span>{' '}
          {ids.slice(0, NAMED).map((id) => (
            <button key={id} type="button" className="bnb-link bnb-mono" onClick={() => onGo(id)}>
              {labels.get(id) ?? id}
            </button>
          ))}
          {ids.length > NAMED && (
            <span className="bnb-soft">{t('and %1 more', ids.length - NAMED)}</span>
          )}
        </div>
      ))}
      <div className="bnb-row bnb-wrap">
        {node.kind !== 'import' && !detail.error && (
          <Button kind="primary" onClick={() => onOpen(node)}>
            {t('Open')}
          </Button>
        )}
        <Button onClick={() => onFocus(node)}>{t('Only around it')}</Button>
        {known && !detail.error && (
          <Button onClick={() => navigate({ section: 'logs', name: node.id })}>
            {t('Its runs')}
          </Button>
        )}
        {detail.data?.missing && (
          <Button onClick={() => navigate({ section: 'keys', name: detail.data?.keys[0] })}>
            {t('Add a key')}
          </Button>
        )}
      </div>
    </section>
  );
}

/** Neighbours by how they are tied, in the words of an edge read from either end. */
function grouped(graph: Graph, id: string): { words: string; ids: string[] }[] {
  const groups = new Map<string, Set<string>>();
  for (const tie of neighbours(graph, id)) {
    const words = tie.onward ? EDGES[tie.kind] : BACK[tie.kind];
    const ids = groups.get(words) ?? new Set();
    groups.set(words, ids.add(tie.id));
  }
  return [...groups].map(([words, ids]) => ({ words, ids: [...ids].sort() }));
}

const BACK: typeof EDGES = {
  dependency: 'is needed by',
  trigger: 'runs after',
  key: 'is used by',
  import: 'is imported by',
};
