"""Layered layouts: nothing overlaps, edges lead one way, lines keep clear of boxes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.core.layers import adjacency, arrange, crossings, forward, ranks
from babyagi_nb.core.layout import Box, Layout, Placed, layered

Graph = tuple[int, list[tuple[int, int]]]


@st.composite
def graphs(draw: st.DrawFn, most: int = 14) -> Graph:
    count = draw(st.integers(1, most))
    node = st.integers(0, count - 1)
    return count, draw(st.lists(st.tuples(node, node), max_size=2 * count))


def lay(graph: Graph, direction: str = "auto") -> Layout:
    count, edges = graph
    boxes = [
        Box(id=str(at), width=60 + 17 * (at % 4), height=24 + 6 * (at % 3)) for at in range(count)
    ]
    return layered(boxes, [(str(a), str(b)) for a, b in edges], direction=direction)  # type: ignore[arg-type]


def overlap(one: Placed, two: Placed) -> bool:
    return (
        one.x < two.x + two.width
        and two.x < one.x + one.width
        and one.y < two.y + two.height
        and two.y < one.y + one.height
    )


@given(graphs())
def test_turning_the_chosen_edges_leaves_no_circle(graph: Graph) -> None:
    count, edges = graph
    edges = [edge for edge in edges if edge[0] != edge[1]]
    kept = forward(count, edges)
    turned = [edge if keep else edge[::-1] for edge, keep in zip(edges, kept, strict=True)]
    rank = ranks(count, turned)
    assert all(rank[a] < rank[b] for a, b in turned)


@given(graphs())
def test_an_acyclic_graph_is_left_as_it_is(graph: Graph) -> None:
    count, edges = graph
    edges = [edge for edge in edges if edge[0] < edge[1]]
    assert all(forward(count, edges))


@given(graphs(), st.sampled_from(["right", "down", "auto"]))
def test_no_two_boxes_overlap_and_all_lie_within_the_drawing(graph: Graph, direction: str) -> None:
    drawn = lay(graph, direction)
    boxes = list(drawn.boxes.values())
    assert len(boxes) == graph[0]
    for at, one in enumerate(boxes):
        assert one.x >= -0.01
        assert one.y >= -0.01
        assert one.x + one.width <= drawn.width + 0.01
        assert one.y + one.height <= drawn.height + 0.01
        assert not any(overlap(one, two) for two in boxes[at + 1 :])


@given(graphs(), st.sampled_from(["right", "down"]))
def test_every_route_begins_and_ends_on_the_border_of_its_boxes(graph: Graph, way: str) -> None:
    drawn = lay(graph, way)
    assert [(r.source, r.target) for r in drawn.routes] == [(str(a), str(b)) for a, b in graph[1]]
    for route in drawn.routes:
        if route.source == route.target:
            assert route.points == ()
            continue
        assert len(route.points) % 2 == 0
        for point, name in ((route.points[0], route.source), (route.points[-1], route.target)):
            assert on_border(point, drawn.boxes[name])


def on_border(point: tuple[float, float], box: Placed) -> bool:
    x, y = point
    near_x = min(abs(x - box.x), abs(x - box.x - box.width)) < 0.01
    near_y = min(abs(y - box.y), abs(y - box.y - box.height)) < 0.01
    inside_x = box.x - 0.01 <= x <= box.x + box.width + 0.01
    inside_y = box.y - 0.01 <= y <= box.y + box.height + 0.01
    return inside_x and inside_y and (near_x or near_y)


@given(graphs(), st.sampled_from(["right", "down"]))
def test_no_line_runs_through_a_box_of_its_own_part(graph: Graph, way: str) -> None:
    drawn = lay(graph, way)
    for route in drawn.routes:
        # Curves stay between layers, so only the straight stretches could meet a box.
        for (x0, y0), (x1, y1) in list(pairwise(route.points))[::2]:
            middle = Placed(x=(x0 + x1) / 2, y=(y0 + y1) / 2, width=0.0, height=0.0)
            others = [
                b for name, b in drawn.boxes.items() if name not in (route.source, route.target)
            ]
            assert not any(overlap(box, middle) for box in others)


@given(graphs())
def test_the_same_graph_is_always_drawn_the_same(graph: Graph) -> None:
    assert lay(graph) == lay(graph)


def test_a_dependency_stands_after_what_needs_it() -> None:
    drawn = lay((3, [(0, 1), (1, 2)]), "right")
    assert drawn.boxes["0"].x < drawn.boxes["1"].x < drawn.boxes["2"].x
    middles = {box.y + box.height / 2 for box in drawn.boxes.values()}
    assert len({round(each, 3) for each in middles}) == 1


def test_a_long_chain_goes_down_because_a_notebook_is_narrow() -> None:
    edges = [(at, at + 1) for at in range(19)]
    assert lay((20, edges)).direction == "down"
    assert lay((3, edges[:2])).direction == "right"


def test_a_long_edge_keeps_clear_of_the_box_it_passes() -> None:
    drawn = lay((3, [(0, 1), (1, 2), (0, 2)]), "right")
    passed = drawn.boxes["1"]
    long_way = drawn.routes[2].points
    assert len(long_way) > 4
    at_passed = [y for x, y in long_way if passed.x <= x <= passed.x + passed.width]
    assert all(y < passed.y or y > passed.y + passed.height for y in at_passed)
    assert at_passed


def test_edges_both_ways_do_not_lie_on_each_other() -> None:
    drawn = lay((2, [(0, 1), (1, 0)]), "right")
    assert drawn.routes[0].points[0][1] != drawn.routes[1].points[-1][1]


def test_crossings_are_counted_and_removed_where_they_can_be() -> None:
    edges = [(0, 3), (1, 2)]
    before, after = adjacency(4, edges)
    assert crossings([0, 1], [0, 1, 0, 1], after) == 1
    layers = arrange([[0, 1], [2, 3]], before, after)
    place = [0] * 4
    for layer in layers:
        for at, node in enumerate(layer):
            place[node] = at
    assert crossings(layers[0], place, after) == 0


def test_a_tree_is_drawn_without_a_crossing() -> None:
    edges = [((at - 1) // 2, at) for at in range(1, 31)]
    before, after = adjacency(31, edges)
    rank = ranks(31, edges)
    layers = [[node for node in range(31) if rank[node] == each] for each in range(5)]
    layers = arrange(
        [layer[::-1] if at % 2 else layer for at, layer in enumerate(layers)], before, after
    )
    place = {node: at for layer in layers for at, node in enumerate(layer)}
    numbers = [place[node] for node in range(31)]
    assert sum(crossings(layer, numbers, after) for layer in layers[:-1]) == 0


def test_a_chain_of_five_thousand_needs_no_recursion() -> None:
    drawn = lay((5000, [(at, at + 1) for at in range(4999)]), "down")
    assert drawn.boxes["4999"].y > drawn.boxes["0"].y


def test_an_empty_graph_has_no_extent_of_note() -> None:
    drawn = layered([], [])
    assert drawn.boxes == {}
    assert drawn.routes == ()


def test_an_edge_to_nowhere_is_refused() -> None:
    with pytest.raises(KeyError):
        layered([Box(id="a", width=1, height=1)], [("a", "b")])
