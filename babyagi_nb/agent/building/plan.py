"""What is to be built: planned functions, and what a good plan is.

A plan is a list of functions that call each other without a circle; one of them, *main*, does the
task. It may call functions that are stored already. A plan without functions whose main is stored
is a good plan too: there is nothing to write.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from graphlib import TopologicalSorter
from keyword import iskeyword
from typing import Any

from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.graph import circle_through
from babyagi_nb.core.parameters import parse_parameters
from babyagi_nb.core.records import FunctionSpec
from babyagi_nb.core.trust import read_host
from babyagi_nb.errors import UsageError

__all__ = [
    "MOST", "Known", "Plan", "Planned", "check_plan", "in_order", "known_of", "parameters",
    "signature",
]  # fmt: skip

MOST = 12
"""Functions in one plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One function that is to be written."""

    name: str
    signature: str
    """Such as ``mean(values: list[float]) -> float``."""
    description: str
    """What it does for which input, and which errors it raises: all that tests are made from."""
    uses: tuple[str, ...] = ()
    """Functions that it may call, planned or stored."""
    imports: tuple[str, ...] = ()
    """Modules from outside the standard library."""
    keys: tuple[str, ...] = ()
    """Keys that it asks for."""
    hosts: tuple[str, ...] = ()
    """Hosts that it asks to connect to."""

    def row(self) -> dict[str, Any]:
        return {name: _listed(value) for name, value in asdict(self).items()}

    @classmethod
    def of(cls, row: dict[str, Any]) -> Planned:
        """Inverse of :meth:`row`."""
        return cls(**{each.name: _frozen(row[each.name]) for each in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a task takes."""

    main: str
    """The function that does the task: a planned one, or one that is stored."""
    functions: tuple[Planned, ...] = ()

    def row(self) -> dict[str, Any]:
        return {"main": self.main, "functions": [each.row() for each in self.functions]}

    @classmethod
    def of(cls, row: dict[str, Any]) -> Plan:
        """Inverse of :meth:`row`."""
        return cls(main=row["main"], functions=tuple(map(Planned.of, row["functions"])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A function that can be called, as a model is told of it."""

    name: str
    signature: str
    description: str = ""

    def line(self) -> str:
        """One line, which holds nothing that acts."""
        said = one_line(self.description, 200)
        return f"{one_line(self.signature, 300)}{f'  # {said}' if said else ''}"


def known_of(spec: FunctionSpec) -> Known:
    """What a model is told of a stored function.

    >>> from babyagi_nb.core.records import Parameter
    >>> spec = FunctionSpec(name="mean", code="", parameters=(Parameter(name="values"),))
    >>> known_of(spec).signature
    'mean(values)'
    """
    parts: list[str] = []
    kinds = [each.kind for each in spec.parameters]
    for at, each in enumerate(spec.parameters):
        sign = {"var_positional": "*", "var_keyword": "**"}.get(each.kind, "")
        if each.kind == "keyword_only" and not {"keyword_only", "var_positional"} & set(kinds[:at]):
            parts.append("*")
        text = f"{sign}{each.name}"
        text += f": {each.annotation}" if each.annotation else ""
        parts.append(text + (f" = {each.default}" if each.default is not None else ""))
        if each.kind == "positional_only" and kinds[at + 1 : at + 2] != ["positional_only"]:
            parts.append("/")
    returns = f" -> {spec.returns}" if spec.returns else ""
    return Known(
        name=spec.name,
        signature=f"{spec.name}({', '.join(parts)}){returns}",
        description=spec.description,
    )


def signature(name: str, text: str) -> str:
    """Read a signature as models write it; raises ``ValueError`` for what is none.

    >>> signature("mean", "def mean(values: list[float])->float:")
    'mean(values: list[float]) -> float'
    >>> signature("mean", "(values)")
    'mean(values)'
    """
    said = text.strip().removeprefix("async ").removeprefix("def ").strip().rstrip(":").rstrip()
    said = said[said.find("(") :] if "(" in said else said or "()"
    try:
        tree = ast.parse(f"def {name}{said}: pass")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        shown = one_line(text, 80)
        raise ValueError(f"the signature {shown!r} of {name!r} is not Python") from None
    if len(tree.body) != 1 or not isinstance(node := tree.body[0], ast.FunctionDef):
        raise ValueError(f"the signature {one_line(text, 80)!r} of {name!r} is not one def")
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{name}({ast.unparse(node.args)}){returns}"


def parameters(text: str) -> tuple[str, ...] | None:
    """Names of the parameters of a signature in order; ``None`` when it cannot be read.

    >>> parameters("mean(values: list[float], *, digits=2)")
    ('values', 'digits')
    """
    try:
        body = ast.parse(f"def {text}: pass").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if len(body) != 1 or not isinstance(node := body[0], ast.FunctionDef):
        return None
    return tuple(each.name for each in parse_parameters(node))


def check_plan(
    plan: Plan, *, stored: Callable[[str], bool], refuse: Callable[[str], str | None]
) -> str | None:
    """What is wrong with *plan*, as the planner is told, or ``None``.

    ``stored(name)`` says whether a stored function can be used; ``refuse(name)`` says why a new
    one may not have a name.
    """
    names = [each.name for each in plan.functions]
    found = list(_counts(names))
    for each in plan.functions:
        found += _problems(each, frozenset(names), stored, refuse)
    if plan.main not in names and not stored(plan.main):
        found.append(f"main is {plan.main!r}, which is none of the functions")
    edges = {each.name: each.uses for each in plan.functions}
    for name in names:
        circle = circle_through(name, lambda each: edges.get(each, ()))
        if circle is not None:
            found.append(f"the functions {', '.join(circle)} use one another in a circle")
            break
    return "\n".join(found[:6]) or None


def in_order(plan: Plan) -> tuple[Planned, ...]:
    """The functions of an acyclic plan, each after those it uses."""
    by_name = {each.name: each for each in plan.functions}
    edges = {each.name: [used for used in each.uses if used in by_name] for each in plan.functions}
    return tuple(by_name[name] for name in TopologicalSorter(edges).static_order())


def _counts(names: Sequence[str]) -> Iterable[str]:
    if len(names) > MOST:
        yield f"there are {len(names)} functions; at most {MOST} are allowed"
    double = sorted({each for each in names if names.count(each) > 1})
    if double:
        yield f"the name {double[0]!r} is used twice"


def _problems(
    planned: Planned,
    names: frozenset[str],
    stored: Callable[[str], bool],
    refuse: Callable[[str], str | None],
) -> Iterable[str]:
    name = planned.name
    if not name.isidentifier() or not name.isascii() or iskeyword(name) or name.startswith("_"):
        yield f"{one_line(name, 60)!r} is no name for a public function"
        return
    reason = refuse(name)
    if reason:
        yield reason
    try:
        signature(name, planned.signature)
    except ValueError as error:
        yield str(error)
    if len(planned.description.split()) < 3:
        yield f"the description of {name!r} does not say what it does"
    yield from _asked(planned)
    for used in planned.uses:
        if used == name:
            yield f"{name!r} uses itself; leave it out of uses"
        elif used not in names and not stored(used):
            yield f"{name!r} uses {one_line(used, 60)!r}, which is neither planned nor stored"


def _asked(planned: Planned) -> Iterable[str]:
    for key in planned.keys:
        if not key.isidentifier() or iskeyword(key):
            yield f"{one_line(key, 60)!r} is no name of a key; write it as a Python name"
    for host in planned.hosts:
        try:
            read_host(host)
        except UsageError as error:
            yield one_line(error, 200)


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
