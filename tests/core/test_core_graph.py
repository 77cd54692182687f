"""Graphs: closures in order, circles found and named, nothing recursive."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.core.graph import circle_through, closure, components

names = st.integers(0, 7).map(str)
graphs = st.dictionaries(names, st.lists(names, max_size=4), max_size=8).map(
    lambda found: {str(at): found.get(str(at), []) for at in range(8)}
)


def reachable(edges: dict[str, list[str]], start: str) -> set[str]:
    """What *start* leads to in one or more steps."""
    found: set[str] = set()
    queue = [*edges[start]]
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue += edges[name]
    return found


@given(graphs, st.lists(names, max_size=3))
def test_a_closure_holds_what_can_be_reached_each_once(
    edges: dict[str, list[str]], start: list[str]
) -> None:
    found = closure(start, edges.__getitem__)
    assert len(found) == len(set(found))
    assert set(found) == set(start).union(*(reachable(edges, each) for each in start))


@given(graphs, st.lists(names, max_size=3))
def test_dependencies_come_before_dependents_where_no_circle_prevents(
    edges: dict[str, list[str]], start: list[str]
) -> None:
    found = closure(start, edges.__getitem__)
    place = {name: at for at, name in enumerate(found)}
    for name in found:
        for child in edges[name]:
            if name not in reachable(edges, child) and name != child:
                assert place[child] < place[name]


@given(graphs, names)
def test_a_circle_is_found_exactly_where_there_is_one_and_is_the_shortest(
    edges: dict[str, list[str]], start: str
) -> None:
    circle = circle_through(start, edges.__getitem__)
    assert (circle is not None) == (start in reachable(edges, start))
    if circle is not None:
        assert circle[0] == circle[-1] == start
        assert all(after in edges[before] for before, after in pairwise(circle))
        assert len(set(circle)) == len(circle) - 1
        assert len(circle) - 1 == shortest(edges, start)


def shortest(edges: dict[str, list[str]], start: str) -> int:
    steps, reached = 1, set(edges[start])
    while start not in reached:
        reached = {child for name in reached for child in edges[name]}
        steps += 1
    return steps


@given(graphs)
def test_components_are_the_groups_that_reach_one_another(edges: dict[str, list[str]]) -> None:
    reach = {name: reachable(edges, name) for name in edges}
    expected = {
        tuple(sorted(other for other in edges if other in reach[name] and name in reach[other]))
        for name in edges
        if name in reach[name]
    }
    assert set(components(edges)) == expected


def test_a_chain_of_fifty_thousand_needs_no_recursion() -> None:
    size = 50_000
    chain = {str(at): [str(at + 1)] for at in range(size)}
    chain[str(size)] = []
    assert closure(["0"], chain.__getitem__)[0] == str(size)
    assert circle_through("0", chain.__getitem__) is None
    assert components(chain) == []
    chain[str(size)] = ["0"]
    assert len(components(chain)[0]) == size + 1
    assert len(circle_through("0", chain.__getitem__) or ()) == size + 2


def test_a_name_outside_the_mapping_has_no_children() -> None:
    assert components({"a": ["b"]}) == []
