/** Finding one's way among the nodes of a drawn graph. Pure. */

import type { Graph, GraphNode } from '../../protocol';

/** Nodes whose name holds every word of `text`; those that begin with it first. */
export function search(nodes: readonly GraphNode[], text: string): GraphNode[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const first = words[0];
  if (first === undefined) {
    return [];
  }
  const found = nodes.filter(({ label, id }) => {
    const name = `${label} ${id}`.toLowerCase();
    return words.every((word) => name.includes(word));
  });
  const rank = ({ label }: GraphNode): number => (label.toLowerCase().startsWith(first) ? 0 : 1);
  return found.sort((one, two) => rank(one) - rank(two) || one.label.length - two.label.length);
}

export type Way = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight';

/** The nearest node in a direction; being aside counts more than being far. */
export function towards(nodes: readonly GraphNode[], from: GraphNode, way: Way): GraphNode | null {
  const across = way === 'ArrowLeft' || way === 'ArrowRight';
  const sign = way === 'ArrowRight' || way === 'ArrowDown' ? 1 : -1;
  let best: GraphNode | null = null;
  let least = Infinity;
  for (const node of nodes) {
    const dx = node.x + node.width / 2 - (from.x + from.width / 2);
    const dy = node.y + node.height / 2 - (from.y + from.height / 2);
    const ahead = sign * (across ? dx : dy);
    const cost = ahead + 2.5 * Math.abs(across ? dy : dx);
    if (node.id !== from.id && ahead > 1 && cost < least) {
      best = node;
      least = cost;
    }
  }
  return best;
}

/** The function with the most edges; undefined in a graph without functions. */
export function busiest(graph: Graph): GraphNode | undefined {
  const ends = new Map<string, number>();
  for (const { source, target } of graph.edges) {
    ends.set(source, (ends.get(source) ?? 0) + 1);
    ends.set(target, (ends.get(target) ?? 0) + 1);
  }
  let best: GraphNode | undefined;
  for (const node of graph.nodes) {
    const more = (ends.get(node.id) ?? 0) > (best ? (ends.get(best.id) ?? 0) : -1);
    if (node.kind === 'function' && more) {
      best = node;
    }
  }
  return best;
}

/** Nodes beside one, with how they are tied to it. */
export function neighbours(
  graph: Graph,
  id: string,
): { id: string; kind: Graph['edges'][number]['kind']; onward: boolean }[] {
  return graph.edges
    .filter(({ source, target }) => source !== target && (source === id || target === id))
    .map(({ source, target, kind }) => ({
      id: source === id ? target : source,
      kind,
      onward: source === id,
    }));
}
