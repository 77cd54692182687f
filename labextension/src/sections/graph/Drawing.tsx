/**
 * Boxes and lines. Nothing here moves when the camera does: the picture is drawn once per layout,
 * and a run that begins or ends draws its own box anew.
 */

import { memo, useMemo } from 'react';
import { t } from '../../i18n';
import type { Graph, GraphEdge, GraphNode } from '../../protocol';
import { doing } from './live';
import type { Doing, Live } from './live';
import { goesDown, wayOf } from './paths';
import { EDGES, marksOf, wordsOf } from './words';

export interface DrawingProps {
  graph: Graph;
  live: Live;
  selected: string | null;
  /** Nodes that a search found; null when nobody searches. */
  found: ReadonlySet<string> | null;
  /** Begins the id of every node in the page. */
  prefix: string;
}

/** Edges beyond which they carry no words of their own; browsers pay for each. */
const SPOKEN = 600;

export function Drawing({ graph, live, selected, found, prefix }: DrawingProps): JSX.Element {
  return (
    <>
      <Edges graph={graph} />
      {graph.nodes.map((node, at) => (
        <NodeBox
          key={node.id}
          node={node}
          domId={`${prefix}-${at}`}
          doing={node.kind === 'function' ? doing(live, node.id, node.marks) : null}
          selected={node.id === selected}
          dim={found !== null && !found.has(node.id)}
        />
      ))}
      {selected !== null && <Tied graph={graph} id={selected} />}
    </>
  );
}

const Edges = memo(function Edges({ graph }: { graph: Graph }): JSX.Element {
  const ways = useWays(graph);
  const spoken = graph.edges.length <= SPOKEN;
  return (
    <g className="bnb-edges">
      {graph.edges.map((edge, at) => (
        <Edge key={at} edge={edge} {...(ways[at] ?? NOWHERE)} spoken={spoken} />
      ))}
    </g>
  );
});

/** The edges of the chosen node, once more and stronger. */
function Tied({ graph, id }: { graph: Graph; id: string }): JSX.Element {
  const ways = useWays(graph);
  return (
    <g className="bnb-edges bnb-tied" aria-hidden="true">
      {graph.edges.map((edge, at) =>
        edge.source === id || edge.target === id ? (
          <Edge key={at} edge={edge} {...(ways[at] ?? NOWHERE)} spoken={false} />
        ) : null,
      )}
    </g>
  );
}

const NOWHERE = { way: '', tip: '' };

function useWays(graph: Graph): { way: string; tip: string }[] {
  return useMemo(() => {
    const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
    const down = goesDown(graph, nodes);
    return graph.edges.map((edge) => wayOf(edge, down, nodes.get(edge.source)));
  }, [graph]);
}

interface EdgeProps {
  edge: GraphEdge;
  way: string;
  tip: string;
  spoken: boolean;
}

function Edge({ edge, way, tip, spoken }: EdgeProps): JSX.Element {
  const arrow = edge.kind === 'dependency' || edge.kind === 'trigger';
  return (
    <>
      <path className={`bnb-edge bnb-edge-${edge.kind}`} d={way}>
        {spoken && <title>{`${edge.source} ${t(EDGES[edge.kind])} ${edge.target}`}</title>}
      </path>
      {arrow && <path className={`bnb-tip bnb-edge-${edge.kind}`} d={tip} />}
    </>
  );
}

interface NodeBoxProps {
  node: GraphNode;
  domId: string;
  doing: Doing | null;
  selected: boolean;
  dim: boolean;
}

const NodeBox = memo(function NodeBox(props: NodeBoxProps): JSX.Element {
  const { node, domId, doing: now, selected, dim } = props;
  const { x, y, width, height, kind, label } = node;
  const marks = marksOf(node, now);
  const names = [
    'bnb-node',
    `bnb-node-${kind}`,
    now ? `bnb-doing-${now}` : '',
    node.marks.includes('missing') ? 'bnb-node-missing' : '',
    node.marks.includes('draft') ? 'bnb-node-draft' : '',
    node.marks.includes('focus') ? 'bnb-node-focus' : '',
    selected ? 'bnb-node-selected' : '',
    dim ? 'bnb-node-dim' : '',
  ];
  return (
    <g
      id={domId}
      className={names.filter(Boolean).join(' ')}
      data-id={node.id}
      role="img"
      aria-label={wordsOf(node, now)}
      transform={`translate(${x} ${y})`}
    >
      <title>{wordsOf(node, now)}</title>
      {kind === 'key' ? (
        <polygon points={hexagon(width, height)} />
      ) : (
        <rect
          width={width}
          height={height}
          rx={kind === 'event' ? height / 2 : kind === 'import' ? 2 : 7}
        />
      )}
      <text x={width / 2} y={height / 2} dy="0.35em">
        {short(label, width)}
      </text>
      {marks.map(({ mark, sign }, at) => (
        <g
          key={mark}
          className={`bnb-mark bnb-mark-${mark}`}
          transform={`translate(${width - 8 - 17 * at} 0)`}
        >
          <circle r={7.5} />
          <text dy="0.36em">{sign}</text>
        </g>
      ))}
    </g>
  );
});

function hexagon(width: number, height: number): string {
  const cut = 10;
  return [
    [cut, 0],
    [width - cut, 0],
    [width, height / 2],
    [width - cut, height],
    [cut, height],
    [0, height / 2],
  ]
    .map(([x, y]) => `${x},${y}`)
    .join(' ');
}

/** The kernel made boxes wide enough for 34 letters. */
function short(label: string, width: number): string {
  const most = Math.max(4, Math.floor((width - 12) / 7.2));
  return label.length > most ? `${label.slice(0, most - 1)}…` : label;
}
