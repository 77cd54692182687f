"""Where the boxes and lines of a graph go: a layered drawing, computed here and nowhere else.

Each connected part is drawn by itself (ranks and order from ``core.layers``, then positions by
repeated least-squares fits), and the parts are packed like words on lines. An edge over several
layers passes each of them through a slot of its own, so no line runs through a box. The work
grows with the number of edges times the layers they span; same input, same drawing.

Within this file ``u`` runs along the ranks and ``v`` across them; only the last step knows which
of them is x.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from babyagi_nb.core.layers import Adjacency, Pair, adjacency, arrange, forward, ranks

__all__ = ["Box", "Direction", "Layout", "Placed", "Point", "Route", "layered"]

Point = tuple[float, float]
Direction = Literal["right", "down"]

_SLOT = 8.0
"""Pixels an edge takes when it passes a layer."""
_BESIDE = {"right": 16.0, "down": 24.0}
_BETWEEN = {"right": 52.0, "down": 44.0}
_APART = 36.0
_COMFORTABLE = 780.0
"""Pixels a notebook's output is wide; a drawing to the right that needs more goes down instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What is to be placed; sizes in pixels."""

    id: str
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A box with its upper left corner, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The way of one edge, from its source's border to its target's.

    Segments alternate: the first is straight, the second a curve that begins and ends along the
    drawing's direction, and so on; the last is straight. A self loop has no points.
    """

    source: str
    target: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A finished drawing; routes come in the order of the edges that were given."""

    width: float
    height: float
    direction: Direction
    boxes: Mapping[str, Placed]
    routes: tuple[Route, ...]


@dataclass(slots=True)
class _Part:
    """One connected part on its way from numbers to positions; nodes are numbered within it."""

    nodes: list[int]
    edges: list[Pair]
    names: list[int]
    """Index of each edge in the input."""
    kept: list[bool]
    rank: list[int]


def layered(
    boxes: Sequence[Box],
    edges: Sequence[tuple[str, str]],
    *,
    direction: Direction | Literal["auto"] = "auto",
) -> Layout:
    """Place *boxes* so that *edges* lead one way; edges to unknown ids raise ``KeyError``.

    >>> drawn = layered([Box(id=i, width=40, height=20) for i in "ab"], [("a", "b")])
    >>> drawn.boxes["a"].x < drawn.boxes["b"].x
    True
    """
    index = {box.id: at for at, box in enumerate(boxes)}
    pairs = [(index[source], index[target]) for source, target in edges]
    parts = [_ranked(nodes, names, pairs) for nodes, names in _connected(len(boxes), pairs)]
    chosen = _choose(boxes, parts) if direction == "auto" else direction
    across = chosen == "down"
    sizes = [(b.height, b.width) if across else (b.width, b.height) for b in boxes]
    corners: dict[int, Point] = {}
    routes: dict[int, tuple[Point, ...]] = {}
    pieces = []
    for part in parts:
        placed, ways, extent = _draw(part, sizes, chosen)
        pieces.append((placed, ways, extent[::-1] if across else extent))
    offsets, width, height = _pack([extent for _, _, extent in pieces])
    for (placed, ways, _), (left, top) in zip(pieces, offsets, strict=True):
        for node, (u, v) in placed.items():
            corners[node] = (left + v, top + u) if across else (left + u, top + v)
        for name, points in ways.items():
            routes[name] = tuple(
                (left + v, top + u) if across else (left + u, top + v) for u, v in points
            )
    return Layout(
        width=width,
        height=height,
        direction=chosen,
        boxes={
            box.id: Placed(x=corners[at][0], y=corners[at][1], width=box.width, height=box.height)
            for at, box in enumerate(boxes)
        },
        routes=tuple(
            Route(source=source, target=target, points=routes.get(at, ()))
            for at, (source, target) in enumerate(edges)
        ),
    )


def _connected(count: int, pairs: Sequence[Pair]) -> Iterable[tuple[list[int], list[int]]]:
    """Connected parts as (nodes, indices of edges), larger first, else in order of input."""
    leader = list(range(count))

    def find(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for source, target in pairs:
        one, two = find(source), find(target)
        leader[max(one, two)] = min(one, two)
    nodes: dict[int, list[int]] = {}
    names: dict[int, list[int]] = {}
    for node in range(count):
        nodes.setdefault(find(node), []).append(node)
    for name, (source, target) in enumerate(pairs):
        if source != target:
            names.setdefault(find(source), []).append(name)
    return [
        (members, names.get(root, []))
        for root, members in sorted(nodes.items(), key=lambda item: -len(item[1]))
    ]


def _ranked(nodes: list[int], names: list[int], pairs: Sequence[Pair]) -> _Part:
    local = {node: at for at, node in enumerate(nodes)}
    edges = [(local[pairs[name][0]], local[pairs[name][1]]) for name in names]
    kept = forward(len(nodes), edges)
    edges = [edge if keep else edge[::-1] for edge, keep in zip(edges, kept, strict=True)]
    return _Part(nodes=nodes, edges=edges, names=names, kept=kept, rank=ranks(len(nodes), edges))


def _choose(boxes: Sequence[Box], parts: Sequence[_Part]) -> Direction:
    """To the right while that fits a notebook; else whichever is narrower for its largest part."""
    right = down = 0.0
    for part in parts:
        widest: dict[int, float] = {}
        total: dict[int, float] = {}
        for node, rank in zip(part.nodes, part.rank, strict=True):
            wide = boxes[node].width
            widest[rank] = max(widest.get(rank, 0.0), wide)
            total[rank] = total.get(rank, -_BESIDE["down"]) + wide + _BESIDE["down"]
        right = max(right, sum(widest.values()) + _BETWEEN["right"] * (len(widest) - 1))
        down = max(down, *total.values())
    return "right" if right <= max(_COMFORTABLE, down) else "down"


def _draw(
    part: _Part, sizes: Sequence[Point], direction: Direction
) -> tuple[dict[int, Point], dict[int, tuple[Point, ...]], Point]:
    """Positions of nodes, ways of edges, and extent of one part, all from its own origin."""
    extents = [sizes[node] for node in part.nodes]
    links, chains = _with_slots(part)
    rank = [*part.rank]
    for (source, _), chain in zip(part.edges, chains, strict=True):
        rank.extend(part.rank[source] + step for step in range(1, len(chain) + 1))
    lowest = min(rank)
    breadth = [v for _, v in extents] + [_SLOT] * (len(rank) - len(extents))
    before, after = adjacency(len(rank), links)
    layers: list[list[int]] = [[] for _ in range(max(rank) - lowest + 1)]
    for node, at in enumerate(rank):
        layers[at - lowest].append(node)
    layers = arrange(layers, before, after)
    middle = _fit(layers, before, after, breadth, len(extents), _BESIDE[direction])
    bands = _bands(layers, extents, middle, after, _BETWEEN[direction])
    level = [bands[at - lowest] for at in rank]
    placed = {
        node: (level[at][0] + (level[at][1] - level[at][0] - u) / 2, middle[at] - v / 2)
        for at, (node, (u, v)) in enumerate(zip(part.nodes, extents, strict=True))
    }
    ways = _ways(part, chains, extents, middle, level)
    high = max(middle[at] + breadth[at] / 2 for at in range(len(rank)))
    return placed, ways, (bands[-1][1], high)


def _with_slots(part: _Part) -> tuple[list[Pair], list[list[int]]]:
    """Cut long edges into links from layer to layer; return links and the slots of each edge."""
    links: list[Pair] = []
    chains: list[list[int]] = []
    fresh = len(part.nodes)
    for source, target in part.edges:
        steps = part.rank[target] - part.rank[source] - 1
        chain = list(range(fresh, fresh + steps))
        fresh += steps
        stops = [source, *chain, target]
        links.extend(pairwise(stops))
        chains.append(chain)
    return links, chains


def _fit(
    layers: list[list[int]],
    before: Adjacency,
    after: Adjacency,
    breadth: Sequence[float],
    real: int,
    beside: float,
) -> list[float]:
    """Middle of every node across the ranks: near its neighbours, in order, without overlap."""
    middle = [0.0] * len(breadth)
    offsets = [_offsets(layer, breadth, real, beside) for layer in layers]
    for layer, offset in zip(layers, offsets, strict=True):
        for node, at in zip(layer, offset, strict=True):
            middle[node] = at - offset[-1] / 2
    both = [one + two for one, two in zip(before, after, strict=True)]
    order = range(len(layers))
    rounds = 4 if len(breadth) <= 800 else 2 if len(breadth) <= 20_000 else 1
    for near, way in [(before, order), (after, order[::-1])] * rounds + [(both, order)]:
        for at in way:
            _settle(layers[at], offsets[at], middle, near, real)
    lowest = min(each - wide / 2 for each, wide in zip(middle, breadth, strict=True))
    return [each - lowest for each in middle]


def _offsets(
    layer: Sequence[int], breadth: Sequence[float], real: int, beside: float
) -> list[float]:
    """Least distance of each node's middle from the first one's."""
    found = [0.0]
    for one, two in pairwise(layer):
        gap = beside if one < real and two < real else beside / 2
        found.append(found[-1] + (breadth[one] + breadth[two]) / 2 + gap)
    return found


def _settle(
    layer: Sequence[int],
    offset: Sequence[float],
    middle: list[float],
    near: Adjacency,
    real: int,
) -> None:
    """Move one layer to where its neighbours pull it, keeping order and distances.

    With the least distances subtracted this is isotonic regression, solved exactly by pooling
    adjacent violators. Slots pull slots hardest, which keeps long edges straight.
    """
    blocks: list[tuple[float, float, int]] = []  # weighted sum, weight, length
    for node, least in zip(layer, offset, strict=True):
        total, weight = middle[node] * 0.01, 0.01
        for other in near[node]:
            ends = (node < real) + (other < real)
            pull = (8.0, 1.0, 3.0)[ends]
            total += middle[other] * pull
            weight += pull
        total -= least * weight
        length = 1
        while blocks and blocks[-1][0] * weight >= total * blocks[-1][1]:
            more, heavier, longer = blocks.pop()
            total, weight, length = total + more, weight + heavier, length + longer
        blocks.append((total, weight, length))
    at = 0
    for total, weight, length in blocks:
        for _ in range(length):
            middle[layer[at]] = total / weight + offset[at]
            at += 1


def _bands(
    layers: Sequence[Sequence[int]],
    extents: Sequence[Point],
    middle: Sequence[float],
    after: Adjacency,
    between: float,
) -> list[Point]:
    """Begin and end of every layer; steep edges get more room before them."""
    bands = []
    at = 0.0
    for layer in layers:
        thick = max((extents[node][0] for node in layer if node < len(extents)), default=_SLOT)
        bands.append((at, at + thick))
        steep = max(
            (abs(middle[child] - middle[node]) for node in layer for child in after[node]),
            default=0.0,
        )
        at += thick + between + min(steep * 0.12, 70.0)
    return bands


def _ways(
    part: _Part,
    chains: Sequence[Sequence[int]],
    extents: Sequence[Point],
    middle: Sequence[float],
    level: Sequence[Point],
) -> dict[int, tuple[Point, ...]]:
    """Points of every edge, in the direction the edge really has."""
    stops = [
        [source, *chain, target] for (source, target), chain in zip(part.edges, chains, strict=True)
    ]
    leave = _ports(stops, extents, middle, 0)
    arrive = _ports([stop[::-1] for stop in stops], extents, middle, 0)
    ways: dict[int, tuple[Point, ...]] = {}
    for at, stop in enumerate(stops):
        first, last = stop[0], stop[-1]
        begin, end = level[first], level[last]
        points = [((begin[0] + begin[1] + extents[first][0]) / 2, leave[at]), (begin[1], leave[at])]
        for slot in stop[1:-1]:
            points += [(level[slot][0], middle[slot]), (level[slot][1], middle[slot])]
        points += [(end[0], arrive[at]), ((end[0] + end[1] - extents[last][0]) / 2, arrive[at])]
        ways[part.names[at]] = tuple(points if part.kept[at] else points[::-1])
    return ways


def _ports(
    stops: Sequence[Sequence[int]],
    extents: Sequence[Point],
    middle: Sequence[float],
    end: int,
) -> list[float]:
    """Where each edge touches the box it begins at: side by side in the order they fan out."""
    edges: dict[int, list[int]] = {}
    for at, stop in enumerate(stops):
        edges.setdefault(stop[end], []).append(at)
    found = [0.0] * len(stops)
    for node, ats in edges.items():
        ats.sort(key=lambda at: (middle[stops[at][end + 1]], at))
        step = min(9.0, extents[node][1] * 0.7 / max(len(ats) - 1, 1))
        for position, at in enumerate(ats):
            found[at] = middle[node] + (position - (len(ats) - 1) / 2) * step
    return found


def _pack(extents: Sequence[Point]) -> tuple[list[Point], float, float]:
    """Upper left corner of every part, set like words on lines, and the size of the whole."""
    area = sum((w + _APART) * (h + _APART) for w, h in extents)
    line = max([_COMFORTABLE, (area * 1.6) ** 0.5, *(w for w, _ in extents)])
    corners: list[Point] = []
    x = y = tall = wide = 0.0
    for w, h in extents:
        if x and x + w > line:
            x, y, tall = 0.0, y + tall + _APART / 2, 0.0
        corners.append((x, y))
        wide, tall, x = max(wide, x + w), max(tall, h), x + w + _APART / 2
    return corners, wide, y + tall
