"""Cards about functions: one in full, one line after a registration, and the store at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from babyagi_nb.core.disguises import revealed
from babyagi_nb.core.records import FunctionSpec, FunctionVersion, Parameter
from babyagi_nb.core.runs import Run
from babyagi_nb.widgets.code import highlighted
from babyagi_nb.widgets.markup import Html, clean, join, one_line, tag
from babyagi_nb.widgets.moment import when
from babyagi_nb.widgets.table import RunTable
from babyagi_nb.widgets.view import View

__all__ = ["FunctionCard", "Outcome", "RegistrationNote", "StatusCard", "signature"]

Outcome = Literal["registered", "unchanged", "activated", "removed", "restored", "proposed"]

_MARKS = {
    "positional_only": "",
    "positional_or_keyword": "",
    "keyword_only": "",
    "var_positional": "*",
    "var_keyword": "**",
}


def signature(spec: FunctionSpec) -> str:
    """The function's head as it was written.

    >>> from babyagi_nb.ids import FunctionName
    >>> one = Parameter(name="n", annotation="int", default="1")
    >>> signature(FunctionSpec(name=FunctionName("f"), code="", parameters=(one,), returns="str"))
    'f(n: int = 1) -> str'
    """
    parts: list[str] = []
    seen = ""
    for each in spec.parameters:
        if seen == "positional_only" != each.kind:
            parts.append("/")
        if each.kind == "keyword_only" and seen not in ("keyword_only", "var_positional"):
            parts.append("*")
        parts.append(_parameter(each))
        seen = each.kind
    if seen == "positional_only":
        parts.append("/")
    returns = f" -> {spec.returns}" if spec.returns else ""
    return one_line(f"{spec.name}({', '.join(parts)}){returns}", 400)


def _parameter(each: Parameter) -> str:
    text = _MARKS[each.kind] + each.name
    if each.annotation:
        text += f": {each.annotation}"
    if each.default is not None:
        text += f" = {each.default}" if each.annotation else f"={each.default}"
    return text


class FunctionCard(View):
    """One version of a function in full, with its neighbours and its last runs.

    *dependents* use it, *listeners* run after it; *active* is the active version's number and
    defaults to this one. *triggers* replaces the declared sources by the live ones.
    """

    def __init__(
        self,
        version: FunctionVersion,
        *,
        versions: Sequence[FunctionVersion] = (),
        dependents: Sequence[str] = (),
        listeners: Sequence[str] = (),
        last_runs: Sequence[Run] = (),
        active: int | None = None,
        triggers: Sequence[str] | None = None,
    ) -> None:
        self.version = version
        self.versions = tuple(versions) or (version,)
        self.dependents = tuple(dependents)
        self.listeners = tuple(listeners)
        self.last_runs = tuple(last_runs)
        self.active = version.number if active is None else active
        self.triggers = version.spec.triggers if triggers is None else tuple(triggers)

    def facts(self) -> list[tuple[str, tuple[str, ...]]]:
        """What is known beside code and description, without what is empty."""
        spec = self.version.spec
        numbers = tuple(
            f"v{each.number}" + (" (active)" if each.number == self.active else "")
            for each in self.versions
        )
        every = [
            ("depends on", tuple(spec.dependencies)),
            ("used by", self.dependents),
            ("runs after", tuple(self.triggers)),
            ("triggers", self.listeners),
            ("keys", spec.keys),
            ("imports", tuple(each.statement() for each in spec.imports)),
            ("from notebook", spec.uses),
            ("not settled", spec.unresolved),
            ("tags", spec.tags),
            ("effects", () if spec.effects == "unknown" else (spec.effects,)),
            ("log", () if spec.log == "all" else (spec.log,)),
            ("time limit", () if spec.timeout is None else (f"{spec.timeout:g} s",)),
            ("origin", () if spec.origin == "user" else (spec.origin,)),
            ("versions", numbers if len(numbers) > 1 else ()),
        ]
        return [(name, tuple(one_line(each, 120) for each in has)) for name, has in every if has]

    def plain(self) -> str:
        spec = self.version.spec
        lines = [f"{one_line(spec.name, 80)} v{self.version.number}", f"  {signature(spec)}"]
        lines += [f"  {line}".rstrip() for line in clean(spec.description, 2000).splitlines()]
        lines += [f"  {name:<13} {', '.join(has)}" for name, has in self.facts()]
        code = revealed(spec.code[:20_000]).strip("\n").split("\n")
        return "\n".join([*lines, "", *(f"    {line}".rstrip() for line in code)])

    def body(self) -> Html:
        spec = self.version.spec
        state = "active" if self.version.number == self.active else "not active"
        head = tag(
            "div",
            tag("b", one_line(spec.name, 80), cls="m"),
            tag("span", f"v{self.version.number}"),
            tag("span", state, cls="chip"),
            tag("span", cls="grow"),
            when(self.version.created_at),
            cls="head",
        )
        about = clean(spec.description, 4000).strip()
        words = tag("div", about, style="white-space:pre-wrap;margin-top:3px") if about else None
        facts = [
            cell
            for name, has in self.facts()
            for cell in (tag("span", name, cls="soft"), tag("span", join(has, ", "), cls="m"))
        ]
        listed = tag("div", tag("div", *facts, cls="facts"), cls="part") if facts else None
        runs = None
        if self.last_runs:
            runs = _folded(f"last {len(self.last_runs)} runs", RunTable(self.last_runs).body())
        return tag(
            "div",
            head,
            tag("div", tag("span", signature(spec), cls="m"), words, cls="part"),
            listed,
            _folded("code", highlighted(spec.code), open=True),
            _folded("tests", highlighted("\n\n".join(spec.tests))) if spec.tests else None,
            runs,
            cls="box",
        )


_SIGNS: Mapping[Outcome, tuple[str, str]] = {
    "unchanged": ("=", "g soft"),
    "proposed": ("?", "g soft"),
}


class RegistrationNote(View):
    """One line about what a registration did, and a line for each warning.

    *tests* is how many tests passed; *notes* are further facts in a few words.
    """

    def __init__(
        self,
        version: FunctionVersion,
        *,
        outcome: Outcome = "registered",
        tests: int = 0,
        notes: Iterable[str] = (),
        warnings: Iterable[str] = (),
    ) -> None:
        self.version = version
        self.outcome = outcome
        self.tests = tests
        self.notes = tuple(notes)
        self.warnings = tuple(warnings)

    def facts(self) -> list[str]:
        """What follows the first words; an unchanged function needs no more of them."""
        spec = self.version.spec
        listed = [
            ("depends on", spec.dependencies),
            ("runs after", spec.triggers),
            ("uses key", spec.keys),
            ("reads from the notebook", spec.uses),
        ]
        found = [f"{words} {', '.join(names)}" for words, names in listed if names]
        if self.outcome != "registered":
            found = []
        if self.tests:
            found.append(f"{self.tests} test{'s' if self.tests > 1 else ''} passed")
        return [one_line(each, 300) for each in (*found, *self.notes)]

    def plain(self) -> str:
        first = f"{one_line(self.version.name, 80)} v{self.version.number} {self.outcome}"
        warned = [f"warning: {one_line(each, 400)}" for each in self.warnings]
        return "\n".join([" · ".join([first, *self.facts()]), *warned])

    def body(self) -> Html:
        sign, cls = _SIGNS.get(self.outcome, ("✓", "g success"))
        line = [
            tag("span", sign, cls=cls, aria_hidden="true"),
            tag("b", one_line(self.version.name, 80), cls="m"),
            f" v{self.version.number} {self.outcome}",
            *(tag("span", f" · {each}", cls="soft") for each in self.facts()),
        ]
        warned = [
            tag("div", tag("span", "!", cls="g"), one_line(each, 400), cls="warn")
            for each in self.warnings
        ]
        return tag("div", tag("div", *line), *warned)


class StatusCard(View):
    """Counts of a store, and what may be typed next as pairs of (command, what it does)."""

    def __init__(
        self,
        counts: Mapping[str, object],
        hints: Sequence[tuple[str, str]] = (),
        *,
        title: str = "babyagi",
    ) -> None:
        self.counts = {one_line(name, 40): one_line(each, 80) for name, each in counts.items()}
        self.hints = [(one_line(code, 120), one_line(words, 160)) for code, words in hints]
        self.title = one_line(title, 120)

    def plain(self) -> str:
        counted = " · ".join(f"{each} {name}" for name, each in self.counts.items())
        wide = max((len(code) for code, _ in self.hints), default=0)
        hints = [f"  {code:<{wide}}  {words}".rstrip() for code, words in self.hints]
        return "\n".join([f"{self.title}: {counted}" if counted else self.title, *hints])

    def body(self) -> Html:
        counts = [
            tag("span", tag("b", tag("time", each)), " ", tag("span", name, cls="soft"))
            for name, each in self.counts.items()
        ]
        hints = [
            cell
            for code, words in self.hints
            for cell in (tag("code", code), tag("span", words, cls="soft"))
        ]
        listed = tag("div", tag("div", *hints, cls="facts"), cls="part") if hints else None
        return tag("div", tag("div", tag("b", self.title), *counts, cls="head"), listed, cls="box")


def _folded(title: str, content: Html, *, open: bool = False) -> Html:
    return tag("details", tag("summary", title, cls="soft"), content, cls="part", open=open)
