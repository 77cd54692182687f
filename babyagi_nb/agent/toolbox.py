"""What one conversation with a model may do: call ticked functions, and propose new ones.

A model never registers, approves, grants, installs, deletes or touches a key: there is no tool for
it, and a function that manages the store cannot be ticked, nor one that depends on such a function.
``deny`` is stronger than ``ask``, and ``ask`` than ``allow``; where nobody can be asked, the answer
is no.

One call passes these gates in order, and what stops it is told to the model: the arguments are a
JSON object; the tool is ticked; the function manages nothing, now; the arguments fit the schema;
the person allows it. Only then does anything run, as a run of the log called ``tool``, and what
comes of it goes back fenced.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import islice
from types import SimpleNamespace
from typing import Any, Literal

from babyagi_nb.agent.fencing import LIMIT, fence
from babyagi_nb.agent.fitting import misfits
from babyagi_nb.core import scrubbing
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.graph import closure
from babyagi_nb.core.model import Tool
from babyagi_nb.core.ports import RunLog
from babyagi_nb.core.preview import preview
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.core.syntax import tree_of
from babyagi_nb.errors import ArgumentError, NotGranted, RegistrationError, UsageError, near
from babyagi_nb.ids import FunctionName, RunId

__all__ = [
    "PROPOSE",
    "Describe",
    "Done",
    "Extra",
    "Permission",
    "Status",
    "Toolbox",
    "manages",
    "refuse_managing",
    "spoken",
]

Permission = Literal["allow", "ask", "deny"]

Status = Literal["done", "failed", "refused"]
"""It ran / it ran and raised / it did not run."""

Describe = Callable[[FunctionVersion, Mapping[str, Any]], Tool]
"""A version and the schema of its arguments → how a model is told about it."""

PROPOSE = "propose_function"
"""The one tool that every toolbox has and that is not a stored function."""

_HOSTS = frozenset({"babyagi", "babyagi_nb", "functionz", "PythonFunc"})
_REACHES = frozenset({"get_func_instance", "get_ipython", "__import__", "importlib"})
_SPEAKABLE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_STOPPED = (ArgumentError, NotGranted, RegistrationError, UsageError)
"""Raised by us before anything of the function ran."""
_LONGEST = 100_000
"""Characters of arguments that are read at all."""
_ITEMS = 200
"""Items that are taken out of a generator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A tool that is no stored function."""

    tool: Tool
    do: Callable[[Mapping[str, Any]], str]
    """Takes arguments that fit and returns what the model is told, safe for a prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one tool call."""

    text: str
    """What the model is told; data is fenced."""
    status: Status
    note: str
    """One line for a person: the value, or what was in the way."""
    run: RunId | None = None
    """The ``tool`` run in the log; the function's own is below it."""


class Toolbox:
    """The tools of one conversation.

    *ticked* says which functions there are and how they may be called. ``call(name, kwargs)`` runs
    one with JSON and returns its value, ``schema(name)`` gives its arguments, ``propose(code,
    **declared)`` stores a draft and returns its labels, ``confirm`` asks the person. With *runs*,
    each call that is carried out is a run of the log.
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
        runs: RunLog | None = None,
        describe: Describe | None = None,
        extra: Sequence[Extra] = (),
    ) -> None:
        given: Mapping[str, Permission] = (
            ticked if isinstance(ticked, Mapping) else dict.fromkeys(ticked, "allow")
        )
        self._catalogue = catalogue
        self._call = call
        self._schema = schema
        self._propose = propose
        self._confirm = confirm
        self._runs = runs
        self._describe = describe or _described
        proposal = Extra(tool=_PROPOSAL, do=self._take_proposal)
        self._extra = {each.tool.name: each for each in (*extra, proposal)}
        self._ticked: dict[str, Permission] = {}
        self._names: dict[str, str] = {}
        for name, permission in given.items():
            self.tick(name, permission)

    @property
    def ticked(self) -> Mapping[str, Permission]:
        """Stored functions by name, in the order they came."""
        return dict(self._ticked)

    def tick(self, name: str, permission: Permission = "allow") -> None:
        """Let the function *name* be called; raises ``UsageError`` when it manages the store."""
        refuse_managing(self._catalogue.version(name), self._catalogue)
        self._ticked[name] = permission
        self._names[spoken(name, self._extra)] = name

    def tools(self, names: Iterable[str] | None = None) -> list[Tool]:
        """What the model is told it can call: all that is ticked, or of those only *names*."""
        wanted = self._ticked if names is None else names
        return [
            *(self.tool(name) for name in wanted if self._callable(name)),
            *(each.tool for each in self._extra.values()),
        ]

    def tool(self, name: str) -> Tool:
        """How the model is told about the function *name*."""
        described = self._describe(self._catalogue.version(name), self._schema(name))
        return Tool(
            name=spoken(name, self._extra),
            description=described.description,
            parameters=described.parameters,
        )

    def function(self, said: str) -> str:
        """The name of the stored function or tool that a model calls *said*."""
        return self._names.get(said, said)

    def use(self, name: str, arguments: str | Mapping[str, Any]) -> str:
        """Carry out one tool call of a model and return what it is told; never raises for it."""
        return self.take(name, arguments).text

    def take(self, name: str, arguments: str | Mapping[str, Any], *, limit: int = LIMIT) -> Done:
        """Carry out one tool call; what it gives is cut to *limit* characters.

        Only what is no ``Exception`` passes through: an interrupt of the person.
        """
        name = self.function(name)
        try:
            given = _arguments(arguments)
            act = self._admit(name, given, limit)
        except Exception as error:
            return _refused(name, error)
        run: RunId | None = None
        try:
            with self._run(name, given) as span:
                run = span.id
                text, shown = act()
                span.output = shown
        except (Exception, SystemExit) as error:
            if isinstance(error, _STOPPED):
                return _refused(name, error, run)
            said = f"{type(error).__name__}: {error}"
            told = fence(said, f"error of {name}", limit=limit)
            return Done(text=told, status="failed", note=_note(said), run=run)
        return Done(text=text, status="done", note=_note(shown), run=run)

    def _admit(
        self, name: str, given: Mapping[str, Any], limit: int
    ) -> Callable[[], tuple[str, Any]]:
        """What carries the call out and returns its fenced text and its value; or raises."""
        extra = self._extra.get(name)
        if extra is not None:
            _check(name, given, extra.tool.parameters)
            return lambda: ((text := extra.do(given)), text)
        permission = self._ticked.get(name)
        if permission is None or permission == "deny" or name not in self._catalogue:
            known = [*filter(self._callable, self._ticked), *self._extra]
            hint = near(name, known)
            if not hint and (search := next(iter(self._extra))) != PROPOSE:
                hint = f"{search} finds others"
            raise UsageError(f"there is no tool {one_line(name, 80)!r}", fix=hint)
        # What it means, and what it depends on, may have changed since it was ticked.
        refuse_managing(self._catalogue.version(name), self._catalogue)
        _check(name, given, self._schema(name))
        if permission == "ask" and not self._confirm(question(name, given)):
            raise UsageError(f"the person did not allow calling {name!r}", fix="go on without it")

        def act() -> tuple[str, Any]:
            value = self._call(name, given)
            if isinstance(value, Generator):
                value = [*islice(value, _ITEMS)]
            shown = preview(value)
            text = value if type(value) is str else json.dumps(shown, ensure_ascii=False)
            return fence(text, f"result of {name}", limit=limit), shown

        return act

    def _run(self, name: str, given: Mapping[str, Any]) -> AbstractContextManager[Any]:
        if self._runs is None:
            return nullcontext(SimpleNamespace(id=None, output=None))
        return self._runs("tool", {"name": name, "arguments": dict(given)})

    def _callable(self, name: str) -> bool:
        return self._ticked.get(name, "deny") != "deny" and name in self._catalogue

    def _take_proposal(self, given: Mapping[str, Any]) -> str:
        labels = self._propose(**given)
        return f"stored as draft: {', '.join(labels)}. A person will look at it."


def question(name: str, given: Mapping[str, Any]) -> str:
    """What a person is asked before *name* is called."""
    shown = json.dumps(preview(dict(given)), ensure_ascii=False)
    return f"call {name} with {one_line(shown, 300)}?"


def spoken(name: str, taken: Iterable[str] = ()) -> str:
    """*name* as servers take it for a tool: letters, digits, ``_``, ``-``, 64 at most.

    >>> spoken("weather"), spoken("größe"), spoken("propose_function", ["propose_function"])
    ('weather', 'gre_d353a267', 'propose_function_c75e834f')
    """
    if _SPEAKABLE.fullmatch(name) and name not in taken:
        return name
    mark = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
    return f"{re.sub(r'[^A-Za-z0-9_-]', '', name)[:50]}_{mark}"


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


def refuse_managing(version: FunctionVersion, catalogue: Catalogue) -> None:
    """Raise ``UsageError`` when *version*, or what it depends on, manages the store."""

    def edges(name: FunctionName) -> Iterable[FunctionName]:
        return catalogue.version(name).spec.dependencies if name in catalogue else ()

    for name in closure([version.name], edges):
        if name in catalogue and manages(catalogue.version(name)):
            through = "" if name == version.name else f" through {name!r}"
            raise UsageError(
                f"{version.name!r} manages the store{through}, which a model must not",
                fix="tick functions that do the work itself",
            )


def _reaches(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return any(each.name.partition(".")[0] in _HOSTS | {"importlib"} for each in names)
        case ast.ImportFrom(module=module):
            return (module or "").partition(".")[0] in _HOSTS | {"importlib"}
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _REACHES
    return False


def _arguments(given: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(given, str):
        if len(given) > _LONGEST:
            raise ArgumentError(
                f"the arguments are {len(given):,} characters", fix=f"at most {_LONGEST:,} are read"
            )
        try:
            read = json.loads(given.strip() or "{}")
            # Some models write their JSON as a text of JSON.
            read = json.loads(read) if isinstance(read, str) else read
        except (ValueError, RecursionError) as error:
            raise ArgumentError(
                f"the arguments are no JSON: {error}: {one_line(given, 100)}", fix="write an object"
            ) from None
        given = {} if read is None else read
    if not isinstance(given, Mapping) or not all(isinstance(each, str) for each in given):
        raise ArgumentError("the arguments are no JSON object", fix="name each argument")
    return given


def _check(name: str, given: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    found = misfits(given, schema)
    if found:
        raise ArgumentError(f"arguments of {name}: {'. '.join(found)}", fix="call it again so")


def _refused(name: str, error: BaseException, run: RunId | None = None) -> Done:
    text = fence(str(error), f"{name} was not done")
    return Done(text=text, status="refused", note=_note(error), run=run)


def _note(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return one_line(scrubbing.scrub(scrubbing.head(text, 1000)), 200)


def _described(version: FunctionVersion, schema: Mapping[str, Any]) -> Tool:
    return Tool(
        name=version.name,
        description=one_line(version.spec.description, 400),
        parameters=schema,
    )


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
