"""From any directed graph to ranks and order: the two combinatorial halves of a layered drawing.

The method is that of Sugiyama, Tagawa and Toda (1981). Nodes are the integers ``0 … n-1`` and
edges are pairs of them. :func:`forward` turns round the edges that close a circle,
:func:`ranks` gives every node a layer so that each edge leads to a later one, and :func:`arrange`
orders the nodes within their layers so that few edges cross. Everything is deterministic and
without recursion; ties are settled by the order of the input.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

__all__ = ["Adjacency", "Pair", "adjacency", "arrange", "crossings", "forward", "ranks"]

Pair = tuple[int, int]
Adjacency = list[list[int]]

_THOROUGH = 160
"""Up to so many nodes neighbours are also swapped pairwise; beyond it costs more than it gains."""


def adjacency(count: int, edges: Sequence[Pair]) -> tuple[Adjacency, Adjacency]:
    """Return (predecessors, successors) of every node, each in the order of *edges*."""
    before: Adjacency = [[] for _ in range(count)]
    after: Adjacency = [[] for _ in range(count)]
    for source, target in edges:
        after[source].append(target)
        before[target].append(source)
    return before, after


def forward(count: int, edges: Sequence[Pair]) -> list[bool]:
    """For each edge, whether it keeps its direction; turning the others leaves no circle.

    A depth-first walk that begins at nodes nothing leads to; edges back to an open node turn.

    >>> forward(3, [(0, 1), (1, 2), (2, 0)])
    [True, True, False]
    """
    before, after = adjacency(count, edges)
    starts = sorted(range(count), key=lambda node: bool(before[node]))
    state = bytearray(count)  # 0 unseen, 1 open, 2 done
    back: set[Pair] = set()
    for start in starts:
        if state[start]:
            continue
        state[start] = 1
        stack = [(start, iter(after[start]))]
        while stack:
            node, rest = stack[-1]
            for child in rest:
                if state[child] == 0:
                    state[child] = 1
                    stack.append((child, iter(after[child])))
                    break
                if state[child] == 1:
                    back.add((node, child))
            else:
                state[node] = 2
                stack.pop()
    return [edge not in back for edge in edges]


def ranks(count: int, edges: Sequence[Pair]) -> list[int]:
    """Layer of every node of an acyclic graph: the longest way to it, then pulled tight.

    A node with more edges out than in moves as near to its targets as it can; this shortens
    edges in sum and never breaks one.

    >>> ranks(4, [(0, 1), (1, 2), (3, 2)])
    [0, 1, 2, 1]
    """
    before, after = adjacency(count, edges)
    waiting = [len(sources) for sources in before]
    order = [node for node in range(count) if not waiting[node]]
    rank = [0] * count
    for node in order:
        for child in after[node]:
            rank[child] = max(rank[child], rank[node] + 1)
            waiting[child] -= 1
            if not waiting[child]:
                order.append(child)
    for node in reversed(order):
        if len(after[node]) > len(before[node]):
            rank[node] = min(rank[child] for child in after[node]) - 1
    return rank


def crossings(upper: Sequence[int], place: Sequence[int], after: Adjacency) -> int:
    """How many edges cross between the layer *upper* and the one after it.

    *place* holds every node's position in its layer. Counts inversions by binary insertion.
    """
    found = 0
    seen: list[int] = []
    for node in upper:
        ends = sorted(place[child] for child in after[node])
        for end in ends:
            found += len(seen) - bisect_right(seen, end)
        for end in ends:
            seen.insert(bisect_right(seen, end), end)
    return found


def arrange(layers: list[list[int]], before: Adjacency, after: Adjacency) -> list[list[int]]:
    """Return *layers* with their nodes ordered for few crossings.

    Sweeps down and up sort each layer by the mean position of its neighbours; the best of all
    orders seen is kept.
    """
    count = len(before)
    place = [0] * count
    layers = _first_order(layers, after)
    _renumber(layers, place)
    best = [list(layer) for layer in layers]
    fewest = _all_crossings(layers, place, after)
    patience = 0
    for sweep in range(16 if count <= 800 else 6 if count <= 20_000 else 2):
        if not fewest or patience == 4:
            break
        _sweep(layers, place, before if sweep % 2 == 0 else after, down=sweep % 2 == 0)
        if count <= _THOROUGH:
            _swap_neighbours(layers, place, before, after)
        now = _all_crossings(layers, place, after)
        patience += 1
        if now < fewest:
            best, fewest, patience = [list(layer) for layer in layers], now, 0
    return best


def _first_order(layers: list[list[int]], after: Adjacency) -> list[list[int]]:
    """Order of first visit in a depth-first walk: trees come out without a crossing."""
    visit: dict[int, int] = {}
    for start in (node for layer in layers for node in layer):
        stack = [start]
        while stack:
            node = stack.pop()
            if node not in visit:
                visit[node] = len(visit)
                stack.extend(reversed(after[node]))
    return [sorted(layer, key=visit.__getitem__) for layer in layers]


def _renumber(layers: list[list[int]], place: list[int]) -> None:
    for layer in layers:
        for at, node in enumerate(layer):
            place[node] = at


def _all_crossings(layers: list[list[int]], place: list[int], after: Adjacency) -> int:
    return sum(crossings(layer, place, after) for layer in layers[:-1])


def _sweep(layers: list[list[int]], place: list[int], fixed: Adjacency, *, down: bool) -> None:
    for layer in layers[1:] if down else layers[-2::-1]:
        key = {}
        for node in layer:
            near = fixed[node]
            key[node] = sum(place[each] for each in near) / len(near) if near else place[node]
        layer.sort(key=key.__getitem__)
        for at, node in enumerate(layer):
            place[node] = at


def _swap_neighbours(
    layers: list[list[int]], place: list[int], before: Adjacency, after: Adjacency
) -> None:
    for layer in layers:
        for at in range(len(layer) - 1):
            one, two = layer[at], layer[at + 1]
            gain = 0
            for near in (before, after):
                for left in near[one]:
                    for right in near[two]:
                        gain += (place[left] > place[right]) - (place[left] < place[right])
            if gain > 0:
                layer[at], layer[at + 1] = two, one
                place[one], place[two] = at + 1, at
