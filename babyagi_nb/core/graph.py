"""Dependency graphs: closures, circles and strongly connected components, without recursion.

A graph is a plain mapping or callable from a name to the names it points at; nothing here knows
what the names mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

__all__ = ["circle_through", "closure", "components"]

Name = TypeVar("Name", bound=str)


def closure(start: Iterable[Name], edges: Callable[[Name], Iterable[Name]]) -> tuple[Name, ...]:
    """Every name reachable from *start*, dependencies before dependents where no circle prevents.

    >>> closure(["c"], {"c": ["b"], "b": ["a"], "a": []}.__getitem__)
    ('a', 'b', 'c')
    """
    done: dict[Name, None] = {}
    seen: set[Name] = set()
    for first in start:
        stack: list[tuple[Name, bool]] = [(first, False)]
        while stack:
            name, children_done = stack.pop()
            if children_done:
                done[name] = None
            elif name not in seen:
                seen.add(name)
                stack.append((name, True))
                stack.extend((child, False) for child in reversed(list(edges(name))))
    return tuple(done)


def circle_through(start: Name, edges: Callable[[Name], Iterable[Name]]) -> tuple[Name, ...] | None:
    """The shortest circle that leads from *start* back to it, or ``None``.

    The answer begins and ends with *start*. A name that points at itself is a circle of one.

    >>> circle_through("a", {"a": ["b"], "b": ["a"]}.__getitem__)
    ('a', 'b', 'a')
    """
    came_from: dict[Name, Name] = {}
    queue: list[Name] = [start]
    for name in queue:
        for child in edges(name):
            if child == start:
                path = [start, name]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return tuple(reversed(path))
            if child not in came_from:
                came_from[child] = name
                queue.append(child)
    return None


def components(edges: Mapping[Name, Sequence[Name]]) -> list[tuple[Name, ...]]:
    """Strongly connected components with a circle in them (Tarjan 1972, made iterative).

    >>> components({"a": ["b"], "b": ["a", "c"], "c": []})
    [('a', 'b')]
    """
    index: dict[Name, int] = {}
    low: dict[Name, int] = {}
    on_stack: set[Name] = set()
    stack: list[Name] = []
    found: list[tuple[Name, ...]] = []
    for root in edges:
        if root in index:
            continue
        work: list[tuple[Name, int]] = [(root, 0)]
        while work:
            name, at = work.pop()
            if at == 0:
                index[name] = low[name] = len(index)
                stack.append(name)
                on_stack.add(name)
            children = edges.get(name, ())
            if at < len(children):
                work.append((name, at + 1))
                child = children[at]
                if child not in index:
                    work.append((child, 0))
                elif child in on_stack:
                    low[name] = min(low[name], index[child])
                continue
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[name])
            if low[name] == index[name]:
                group: list[Name] = []
                while True:
                    member = stack.pop()
                    on_stack.discard(member)
                    group.append(member)
                    if member == name:
                        break
                if len(group) > 1 or name in edges.get(name, ()):
                    found.append(tuple(sorted(group)))
    return found
