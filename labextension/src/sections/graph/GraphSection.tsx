/**
 * The graph of functions. The kernel says where everything is; this draws it, lets one walk through
 * it, and shows what runs and fails as it happens. Of a very large graph the surroundings of the
 * busiest function come first.
 */

import { useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate, usePlace, usePush, useQuery } from '../../hooks';
import { t } from '../../i18n';
import type { Graph, GraphNode, Ops } from '../../protocol';
import type { Client } from '../../store';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Empty';
import { ErrorLine } from '../../ui/ErrorLine';
import { Spinner } from '../../ui/Spinner';
import { useThrottled } from '../../ui/useThrottled';
import { Drawing } from './Drawing';
import { Exports } from './Exports';
import { busiest, search } from './finding';
import { Legend } from './Legend';
import { after, QUIET } from './live';
import { NodeCard } from './NodeCard';
import { FocusBar, Toolbar } from './Toolbar';
import type { Focus, Shown } from './Toolbar';
import { Viewport } from './Viewport';
import { useUid } from '../../ui/useUid';

/** Nodes above which the surroundings of one come first. */
export const LARGE = 1000;
const HOPS = 2;
/** The least time between two layouts that are asked for because news did not fit, in ms. */
const AGAIN = 2000;

export function GraphSection({ client }: { client: Client }): JSX.Element {
  const place = usePlace();
  const navigate = useNavigate();
  const [shown, setShown] = useState<Shown>(BOTH);
  const [focus, setFocus] = useState<Focus | null>(focusOf(place.name));
  const [whole, setWhole] = useState(false);
  const [text, setText] = useState('');
  const [selected, setSelected] = useState<string | null>(place.name ?? null);
  const [centring, setCentring] = useState(0);
  const prefix = useUid();
  useEffect(() => {
    if (place.section === 'graph' && place.name !== undefined) {
      setFocus(focusOf(place.name));
      setSelected(place.name);
    }
  }, [place]);

  const args: Ops['graph']['args'] = {
    ...shown,
    ...(focus ? { name: focus.name, hops: focus.hops } : {}),
  };
  const query = useQuery('graph', args);
  // Too large to be drawn unasked: its middle is asked for instead.
  const large = query.data !== undefined && query.data.nodes.length > LARGE && !whole && !focus;
  const graph = useLast(large ? undefined : query.data);
  const live = useLive(graph, query.reload);
  usePush('definitions', query.reload);
  useEffect(() => {
    const middle = large && query.data ? busiest(query.data) : undefined;
    if (middle) {
      setFocus({ name: middle.id, hops: HOPS, chosen: false });
    }
  }, [large, query.data]);

  const matches = useMemo(() => (graph ? search(graph.nodes, text) : []), [graph, text]);
  const found = useMemo(
    () => (text.trim() === '' ? null : new Set(matches.map(({ id }) => id))),
    [text, matches],
  );
  const goTo = (id: string): void => {
    setSelected(id);
    setCentring(centring + 1);
  };
  /** Goes to the next match; what is not drawn becomes the middle of a new drawing. */
  const next = (): void => {
    const at = matches.findIndex(({ id }) => id === selected);
    const match = matches[(at + 1) % Math.max(1, matches.length)];
    if (match) {
      goTo(match.id);
    } else if (text.trim()) {
      setFocus({ name: text.trim(), hops: HOPS, chosen: true });
    }
  };
  const open = (node: GraphNode): void => navigate(placeOf(node));
  const around = (node: GraphNode): void => {
    setFocus({ name: node.id, hops: focus?.hops ?? HOPS, chosen: true });
    setSelected(node.id);
  };
  const all = (): void => {
    setFocus(null);
    setWhole(true);
  };
  const fitToken = useMemo(() => [focus, shown], [focus, shown]);
  const at = graph && selected !== null ? graph.nodes.findIndex(({ id }) => id === selected) : -1;
  const chosen = at >= 0 ? graph?.nodes[at] : undefined;

  return (
    <div className="bnb-graph">
      <Toolbar
        text={text}
        onText={setText}
        onNext={next}
        matches={found === null ? null : matches.length}
        shown={shown}
        onShown={setShown}
      >
        <Exports client={client} args={args} disabled={!graph} />
      </Toolbar>
      <FocusBar focus={focus} hidden={graph?.hidden ?? 0} onFocus={setFocus} onAll={all} />
      {Boolean(query.error) && (
        <ErrorLine error={query.error} onRetry={focus?.chosen ? all : query.reload} />
      )}
      {!graph ? (
        !query.error && <Spinner label={t('Laying out the graph…')} />
      ) : graph.nodes.length === 0 ? (
        <Empty title={t('No functions yet')}>
          {t('Register a function with %%babyagi_function, or load a pack.')}{' '}
          <Button onClick={() => navigate({ section: 'packs' })}>{t('Packs')}</Button>
        </Empty>
      ) : (
        <>
          <Viewport
            graph={graph}
            selected={selected}
            onSelect={setSelected}
            onOpen={open}
            onFocus={around}
            fitToken={fitToken}
            centreToken={centring}
            activeId={chosen ? `${prefix}-${at}` : undefined}
          >
            <Drawing graph={graph} live={live} selected={selected} found={found} prefix={prefix} />
          </Viewport>
          {chosen && (
            <NodeCard
              graph={graph}
              node={chosen}
              live={live}
              onOpen={open}
              onGo={goTo}
              onFocus={around}
              onClose={() => setSelected(null)}
            />
          )}
          <Legend graph={graph} live={live} />
        </>
      )}
    </div>
  );
}

const BOTH: Shown = { dependencies: true, triggers: true, keys: false, imports: false };

function focusOf(name: string | undefined): Focus | null {
  return name === undefined ? null : { name, hops: HOPS, chosen: true };
}

/** Where a node is told about in full. */
function placeOf(node: GraphNode): { section: string; name?: string } {
  switch (node.kind) {
    case 'key':
      return { section: 'keys', name: node.label };
    case 'event':
      return { section: 'triggers', name: node.id };
    default:
      return node.kind === 'function'
        ? { section: 'functions', name: node.id }
        : { section: 'graph' };
  }
}

/** The last graph there was, while the next one is under way. */
function useLast(data: Graph | undefined): Graph | undefined {
  const last = useRef(data);
  if (data !== undefined) {
    last.current = data;
  }
  return last.current;
}

/** What the functions do. A new graph says it itself; pushes that did not fit ask for one. */
function useLive(graph: Graph | undefined, reload: () => void): typeof QUIET {
  const [state, setState] = useState({ graph, live: QUIET });
  const again = useThrottled(reload, AGAIN);
  usePush('runs', ({ runs, dropped, gone }) => {
    setState((old) => {
      const known = old.graph === graph ? old.live : QUIET;
      return { graph, live: after(known, runs, gone) };
    });
    if (dropped > 0) {
      again();
    }
  });
  return state.graph === graph ? state.live : QUIET;
}
