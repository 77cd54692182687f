"""What one conversation with a model may do: call ticked functions, and propose new ones.

A model never registers, approves, grants, installs, deletes or touches a key: there is no tool for
it, and a function that manages the store cannot be ticked, nor one that depends on such a function.
``deny`` is stronger than ``ask``, and ``ask`` than ``allow``; where nobody can be asked, the answer
is no.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from babyagi_nb.agent.fencing import fence
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.graph import closure
from babyagi_nb.core.model import Tool
from babyagi_nb.core.preview import preview
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.syntax import tree_of
from babyagi_nb.errors import BabyAGIError, UsageError, near
from babyagi_nb.ids import FunctionName

__all__ = ["PROPOSE", "Permission", "Toolbox", "manages"]

Permission = Literal["allow", "ask", "deny"]

PROPOSE = "propose_function"
"""The one tool that is not a stored function."""

_HOSTS = frozenset({"babyagi", "babyagi_nb", "functionz", "PythonFunc"})
_REACHES = frozenset({"get_func_instance", "get_ipython", "__import__", "importlib"})


class Toolbox:
    """The tools of one conversation.

    *ticked* says which functions there are and how they may be called. ``call(name, kwargs)`` runs
    one, ``schema(name)`` gives its arguments, ``propose(code, **declared)`` stores a draft and
    returns its labels, ``confirm`` asks the person.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        ticked: Mapping[str, Permission] | Iterable[str],
        call: Callable[[str, Mapping[str, Any]], Any],
        schema: Callable[[str], Mapping[str, Any]],
        propose: Callable[..., list[str]],
        confirm: Callable[[str], bool] = lambda question: False,
    ) -> None:
        given: Mapping[str, Permission] = (
            ticked if isinstance(ticked, Mapping) else dict.fromkeys(ticked, "allow")
        )
        for name in given:
            _refuse_managing(catalogue.version(name), catalogue)
        self._ticked = dict(given)
        self._catalogue = catalogue
        self._call = call
        self._schema = schema
        self._propose = propose
        self._confirm = confirm

    def tools(self) -> list[Tool]:
        """What the model is told it can call."""
        found = [
            Tool(
                name=name,
                description=one_line(self._catalogue.version(name).spec.description, 400),
                parameters=self._schema(name),
            )
            for name, permission in self._ticked.items()
            if permission != "deny" and name in self._catalogue
        ]
        return [*found, _PROPOSAL]

    def use(self, name: str, arguments: str | Mapping[str, Any]) -> str:
        """Carry out one tool call of a model and return what it is told; never raises for it."""
        try:
            given = _arguments(arguments)
            if name == PROPOSE:
                return self._take_proposal(given)
            return fence(self._run(name, given), f"result of {name}")
        except BabyAGIError as error:
            return fence(str(error), f"{name} was not done")
        except Exception as error:
            return fence(f"{type(error).__name__}: {error}", f"error of {name}")

    def _run(self, name: str, given: Mapping[str, Any]) -> str:
        permission = self._ticked.get(name)
        if permission is None or permission == "deny":
            known = [each for each, may in self._ticked.items() if may != "deny"]
            raise UsageError(f"there is no tool {name!r}", fix=near(name, [*known, PROPOSE]))
        # What it means, and what it depends on, may have changed since it was ticked.
        _refuse_managing(self._catalogue.version(name), self._catalogue)
        shown = json.dumps(preview(dict(given)), ensure_ascii=False)
        if permission == "ask" and not self._confirm(f"call {name} with {one_line(shown, 300)}?"):
            raise UsageError(f"the person did not allow calling {name!r}", fix="go on without it")
        return json.dumps(preview(self._call(name, given)), ensure_ascii=False)

    def _take_proposal(self, given: Mapping[str, Any]) -> str:
        unknown = sorted(given.keys() - _PROPOSAL.parameters["properties"].keys())
        if unknown:
            raise UsageError(f"a proposal has no {', '.join(unknown)}", fix="leave it out")
        labels = self._propose(**given)
        return f"stored as draft: {', '.join(labels)}. A person will look at it."


def manages(version: FunctionVersion) -> bool:
    """Whether the code of *version* reaches for the application that runs it.

    >>> from babyagi_nb.core.records import FunctionSpec
    >>> spec = FunctionSpec(name="f", code="def f():\\n    import babyagi_nb")
    >>> manages(FunctionVersion(spec=spec, number=1, digest="", created_at=0))
    True
    """
    if any(each.module.partition(".")[0] in _HOSTS for each in version.spec.imports):
        return True
    try:
        tree = tree_of(version.spec.code)
    except (SyntaxError, ValueError, RecursionError):
        return True
    return any(_reaches(node) for node in ast.walk(tree))


def _reaches(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return any(each.name.partition(".")[0] in _HOSTS | {"importlib"} for each in names)
        case ast.ImportFrom(module=module):
            return (module or "").partition(".")[0] in _HOSTS | {"importlib"}
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _REACHES
    return False


def _refuse_managing(version: FunctionVersion, catalogue: Catalogue) -> None:
    def edges(name: FunctionName) -> Iterable[FunctionName]:
        return catalogue.version(name).spec.dependencies if name in catalogue else ()

    for name in closure([version.name], edges):
        if name in catalogue and manages(catalogue.version(name)):
            through = "" if name == version.name else f" through {name!r}"
            raise UsageError(
                f"{version.name!r} manages the store{through}, which a model must not",
                fix="tick functions that do the work itself",
            )


def _arguments(given: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(given, str):
        try:
            given = json.loads(given or "{}")
        except ValueError as error:
            raise UsageError(f"the arguments are no JSON: {error}", fix="write an object") from None
    if not isinstance(given, Mapping) or not all(isinstance(each, str) for each in given):
        raise UsageError("the arguments are no JSON object", fix="name each argument")
    return given


_PROPOSAL = Tool(
    name=PROPOSE,
    description="Store a new function, or a new version, as a draft for a person to review.",
    parameters={
        "type": "object",
        "properties": {
            "code": {"type": "string", "description": "a module text that defines it"},
            "description": {"type": "string"},
            "hosts": {"type": "array", "items": {"type": "string"}},
            "key_dependencies": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["code"],
        "additionalProperties": False,
    },
)
