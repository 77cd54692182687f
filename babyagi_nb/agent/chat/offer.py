"""Which stored functions a model is offered in a turn, and how it gets at the others.

A store may hold thousands of functions; telling of all of them costs a hundred prompt tokens each,
in every request. So a turn begins with a few: those that were used just now, those that fit what
the person said, and the newest where these are not enough. A tool searches for others: what it
finds can be called for the rest of the turn. All descriptions together take at most :data:`TOKENS`;
where they would take more, functions that were searched for push out those offered at the
beginning.

A function that only computes, or that may be run again, is called without asking, as is one that
the person named; for any other the person is asked. Functions that manage the store are never
offered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from babyagi_nb.agent.chat.library import Library
from babyagi_nb.agent.fencing import fence
from babyagi_nb.agent.search.brief import brief
from babyagi_nb.agent.search.brief import tokens as tokens_of
from babyagi_nb.agent.toolbox import Extra, Permission, Toolbox, refuse_managing, spoken
from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.cleaning import one_line
from babyagi_nb.core.model import Message, Tool
from babyagi_nb.core.ports import RunLog
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.errors import NotFound, UsageError, near

__all__ = ["SEARCH", "TOKENS", "Functions", "Offer", "permission_of", "tokens"]

SEARCH = "search_functions"
"""The tool that finds further functions."""
TOKENS = 1500
"""Of all tools together, unless the person named the functions."""
NAMED = 100
"""Functions that a person can name at once; servers take little more."""
FOUND = 8
"""Functions that one search brings."""

_RECENT = 3
_TRIED = 40
_DESCRIPTION = 160

Functions = Mapping[str, Permission] | Iterable[str]


def permission_of(version: FunctionVersion) -> Permission:
    """Whether a model may call *version* without asking the person first."""
    return "allow" if version.spec.effects in ("pure", "idempotent") else "ask"


def tokens(tools: Iterable[Tool]) -> int:
    """Prompt tokens that *tools* take, as they are sent; rather too many than too few."""
    return sum(
        tokens_of(json.dumps(_wire(each), ensure_ascii=False, separators=(",", ":")))
        for each in tools
    )


class Offer:
    """The tools of one turn.

    With *functions* only those are offered, and nothing is searched for; a name without a
    permission may be called. ``brought`` is told what a search made callable.
    """

    def __init__(
        self,
        library: Library,
        *,
        functions: Functions | None = None,
        offered: int = 8,
        confirm: Callable[[str], bool] = lambda question: False,
        runs: RunLog | None = None,
        brought: Callable[[tuple[str, ...]], None] = lambda names: None,
    ) -> None:
        self._library = library
        self._catalogue = library.catalogue()
        self._offered = offered
        self._brought = brought
        self._first: list[str] = []
        self._later: list[str] = []
        self._tools: dict[str, tuple[int | None, Tool, int]] = {}
        self.named = functions is not None
        self.toolbox = Toolbox(
            catalogue=self._catalogue,
            ticked=read_functions(functions or (), self._catalogue),
            call=library.call,
            schema=library.schema,
            propose=library.propose,
            confirm=confirm,
            runs=runs,
            describe=_describe,
            extra=() if self.named else (Extra(tool=_SEARCH, do=self._search),),
        )

    def begin(self, said: str, history: Sequence[Message] = ()) -> None:
        """Choose what to offer for what the person *said* after *history*."""
        if self.named:
            self._first = list(self.toolbox.ticked)
            return
        recent = [name for name in _called(history) if self._tick(name)][:_RECENT]
        self._first = recent
        before = next((each.content for each in reversed(history) if each.role == "user"), "")
        for query in (said, before):
            if len(self._first) < self._offered and query.strip():
                self._first += self._found(query, self._offered - len(self._first))
        # Words say little about some questions; what was written last is likely meant then.
        newest = [name for name in reversed(list(self._catalogue)) if name not in self._first]
        for name in newest[:_TRIED]:
            if len(self._first) < self._offered and self._tick(name):
                self._first.append(name)

    def tools(self) -> list[Tool]:
        """What the model is told of now."""
        if self.named:
            return self.toolbox.tools()
        extra = self.toolbox.tools(())
        left = TOKENS - tokens(extra)
        kept = []
        # What was asked for last is wanted most.
        for name in [*reversed(self._later), *self._first]:
            described = self._described(name)
            if described is not None and described[1] <= left:
                left -= described[1]
                kept.append(described[0])
        return [*kept, *extra]

    def _described(self, name: str) -> tuple[Tool, int] | None:
        """The tool and its tokens; ``None`` for what was removed meanwhile or cannot be read."""
        number = self._catalogue.active(name) if name in self._catalogue else None
        known = self._tools.get(name)
        if known is None or known[0] != number:
            try:
                tool = self.toolbox.tool(name)
            except Exception:
                return None
            known = self._tools[name] = (number, tool, tokens([tool]))
        return known[1:]

    def _search(self, given: Mapping[str, Any]) -> str:
        query = one_line(given["query"], 300)
        names = self._found(query, FOUND)
        if not names:
            return f"no function was found for {json.dumps(query, ensure_ascii=False)}"
        self._brought(tuple(names))
        for name in names:
            if name in self._later:
                self._later.remove(name)
        # The best hit last: it is the last to be left out.
        self._later += reversed(names)
        lines = [self._line(name) for name in names]
        return "these can be called now:\n" + fence("\n".join(lines), "functions that were found")

    def _line(self, name: str) -> str:
        spec = self._catalogue.version(name).spec
        written = ", ".join(
            f"{each.name}: {one_line(each.annotation, 40)}" if each.annotation else each.name
            for each in spec.parameters
        )
        said = spoken(name, (SEARCH,))
        return f"{said}({one_line(written, 200)}) - {one_line(spec.description, _DESCRIPTION)}"

    def _found(self, query: str, count: int) -> list[str]:
        """Up to *count* further names for *query*, all of them ticked."""
        hits = self._library.find(query, 2 * count + len(self._first))
        fresh = (each.name for each in hits if each.name not in self._first)
        found: list[str] = []
        for name in fresh:
            if len(found) == count:
                break
            if self._tick(name):
                found.append(name)
        return found

    def _tick(self, name: str) -> bool:
        if name in self.toolbox.ticked:
            return True
        if name not in self._catalogue:
            return False
        try:
            self.toolbox.tick(name, permission_of(self._catalogue.version(name)))
        except UsageError:
            return False
        return True


def read_functions(functions: Functions, catalogue: Catalogue) -> dict[str, Permission]:
    """*functions* by name; raises for one that is not there or manages the store."""
    if isinstance(functions, str):
        functions = [name.strip() for name in functions.split(",") if name.strip()]
    given: dict[str, Permission] = (
        dict(functions) if isinstance(functions, Mapping) else dict.fromkeys(functions, "allow")
    )
    if len(given) > NAMED:
        raise UsageError(f"{len(given)} functions are too many", fix=f"name at most {NAMED}")
    for name, permission in given.items():
        if name not in catalogue:
            raise NotFound(f"no function {one_line(name, 60)!r}", fix=near(str(name), catalogue))
        if permission not in ("allow", "ask", "deny"):
            raise UsageError(f"{permission!r} is no permission", fix="allow, ask or deny")
        refuse_managing(catalogue.version(name), catalogue)
    return given


def _called(history: Sequence[Message]) -> list[str]:
    """Names that were called in *history*, the last first."""
    names = (call.name for each in reversed(history) for call in reversed(each.calls))
    return list(dict.fromkeys(names))


def _describe(version: FunctionVersion, schema: Mapping[str, Any]) -> Tool:
    return brief(version.spec, schema=schema)


def _wire(tool: Tool) -> dict[str, Any]:
    described = {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
    }
    return {"type": "function", "function": described}


_SEARCH = Tool(
    name=SEARCH,
    description="Find further functions by what they do; those found can then be called.",
    parameters={
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
        "additionalProperties": False,
    },
)
