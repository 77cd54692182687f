"""From a parsed cell to specs: what was declared and what the code says, put together.

Pure: the catalogue and the notebook come in as mappings. The result still has no numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from babyagi_nb.core.catalogue import FUNCTION_ADDED_OR_UPDATED
from babyagi_nb.core.digest import digest
from babyagi_nb.core.graph import closure, components
from babyagi_nb.core.names import check_name
from babyagi_nb.core.parsing import ParsedFunction
from babyagi_nb.core.records import Cell, FunctionSpec
from babyagi_nb.core.settlement import Settlement, Surroundings, settle
from babyagi_nb.core.source import Declared
from babyagi_nb.errors import DependencyError, NameSettlementError, RegistrationError, near
from babyagi_nb.ids import Digest, FunctionName

__all__ = ["Draft", "circles", "draft", "refuse_unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Specs that wait for their numbers."""

    specs: tuple[FunctionSpec, ...]
    digests: Mapping[FunctionName, Digest]
    warnings: tuple[str, ...]


def draft(
    functions: Sequence[ParsedFunction],
    declared: Callable[[str], Declared],
    surroundings: Surroundings,
    *,
    cell: Cell | None = None,
    methods: Collection[str] = (),
) -> Draft:
    """Make a spec of each of *functions*, registered together.

    ``declared(name)`` is what was said about each. Raises
    :class:`~babyagi_nb.errors.RegistrationError` for reserved names, names nobody knows, unknown
    dependencies and triggers.
    """
    names = frozenset(each.name for each in functions)
    warnings: list[str] = []
    specs: list[FunctionSpec] = []
    for each in functions:
        said = declared(each.name)
        warnings += check_name(each.name, keys={*said.keys, *surroundings.keys}, methods=methods)
        _check_triggers(each.name, said, surroundings, names)
        if len(names) > 1:
            said = _share(said, each)
        settled = settle(
            each.free,
            declared=said,
            surroundings=surroundings,
            peers=names,
            name=each.name,
            code=each.code,
        )
        _check_sandboxed(each.name, said, settled.uses)
        warnings += settled.warnings
        specs.append(_spec(each, said, settled, cell or Cell()))
    digests = {
        spec.name: digest(spec, each.tree) for spec, each in zip(specs, functions, strict=True)
    }
    return Draft(specs=tuple(specs), digests=digests, warnings=tuple(dict.fromkeys(warnings)))


def _spec(each: ParsedFunction, said: Declared, settled: Settlement, cell: Cell) -> FunctionSpec:
    return FunctionSpec(
        name=FunctionName(each.name),
        code=each.code,
        description=each.description if said.description is None else said.description,
        tags=said.tags,
        metadata=said.metadata,
        parameters=each.parameters,
        returns=each.returns,
        input_parameters=said.input_parameters,
        output_parameters=said.output_parameters,
        is_async=each.is_async,
        is_generator=each.is_generator,
        imports=settled.imports,
        dependencies=tuple(FunctionName(name) for name in settled.dependencies),
        keys=settled.keys,
        uses=settled.uses,
        unresolved=settled.unresolved,
        triggers=tuple(FunctionName(name) for name in said.triggers),
        effects=said.effects,
        log=said.log,
        timeout=said.timeout,
        validate=said.validate,
        tests=each.tests,
        origin=said.origin,
        trust=said.trust,
        asks=said.asks,
        cell=cell,
    )


def refuse_unclear(names: Sequence[str], declared: Declared) -> None:
    """Refuse what can be said of one function only when a cell has several.

    Raises :class:`~babyagi_nb.errors.RegistrationError`.
    """
    if len(names) < 2:
        return
    for field in ("description", "triggers", "input_parameters", "output_parameters"):
        if getattr(declared, field):
            raise RegistrationError(
                f"{field} was given for a cell with several functions: {', '.join(names)}",
                fix="name the one that is meant, or give each a cell of its own",
            )


def circles(
    names: Iterable[FunctionName],
    edges: Callable[[FunctionName], Iterable[FunctionName]],
    peers: Callable[[FunctionName], Iterable[FunctionName]],
) -> Mapping[FunctionName, tuple[FunctionName, ...]]:
    """Return the circle of dependencies that each of *names* is in; most are in none.

    ``peers(name)`` are the functions that may be in a circle with *name*: those written in the
    same cell. A function that calls itself is no circle. Raises
    :class:`~babyagi_nb.errors.DependencyError`, naming the whole circle, for any other.
    """
    start = tuple(names)
    graph: Mapping[FunctionName, Sequence[FunctionName]] = {
        name: tuple(edges(name)) for name in closure(start, edges)
    }
    found: dict[FunctionName, tuple[FunctionName, ...]] = {}
    for group in components(graph):
        if len(group) == 1 or set(group).isdisjoint(start):
            continue
        if not all(set(group) <= {name, *peers(name)} for name in group):
            raise DependencyError(
                f"a circle of dependencies: {_walk(group, graph)}",
                fix="register them together in one cell, or break the circle",
            )
        found |= dict.fromkeys(group, group)
    return found


def _walk(
    group: Sequence[FunctionName], graph: Mapping[FunctionName, Sequence[FunctionName]]
) -> str:
    """One way round the circle, in words."""
    path = [group[0]]
    while path.count(path[-1]) < 2:
        path.append(next(each for each in graph[path[-1]] if each in group))
    return " → ".join(path[path.index(path[-1]) :])


def _share(said: Declared, function: ParsedFunction) -> Declared:
    """Of what was declared for a whole cell, what concerns this function.

    In a pack each function has a declaration of its own, and may reach what it names by other ways
    than its name; only the imports are the file's.
    """
    needed = function.free.needed | function.free.hints
    if said.lenient:
        return replace(said, imports=tuple(each for each in said.imports if each.name in needed))
    return replace(
        said,
        dependencies=None
        if said.dependencies is None
        else tuple(name for name in said.dependencies if name in needed),
        imports=tuple(each for each in said.imports if each.name in needed),
        keys=tuple(name for name in said.keys if name in needed),
    )


def _check_sandboxed(name: str, said: Declared, uses: tuple[str, ...]) -> None:
    if said.trust == "sandbox" and uses:
        raise NameSettlementError(
            f"{name!r} runs in the sandbox, which cannot see the notebook's "
            f"{', '.join(map(repr, uses))}",
            fix="pass it as an argument, or store it as a function",
        )


def _check_triggers(
    name: str, said: Declared, surroundings: Surroundings, peers: Collection[str]
) -> None:
    if said.lenient or not said.triggers:
        return
    known = {*surroundings.functions, *peers, FUNCTION_ADDED_OR_UPDATED}
    for source in said.triggers:
        if source == name:
            raise DependencyError(
                f"{name!r} cannot run after itself", fix="name another function in triggers="
            )
        if source not in known:
            raise DependencyError(
                f"{name!r} is to run after the unknown function {source!r}",
                fix=near(source, known) or f"register {source!r} first",
            )
