"""What a person sees before giving their word on a version that somebody else wrote.

The card is evidence, and the author of the function may want to mislead. So its order is fixed:
who wrote it, what it asks for, what is suspicious, and only then the author's own words, which are
quoted; each line of code and of tests stands behind its number. No code is shortened: what is
approved is what was shown. Characters that hide or pass for others are written out and counted
(``core.disguises``). Many tests are folded, unless one of them hides something.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from babyagi_nb.core.disguises import disguises, python_lines, revealed, spelled
from babyagi_nb.core.records import FunctionVersion
from babyagi_nb.widgets.card import signature
from babyagi_nb.widgets.code import numbered
from babyagi_nb.widgets.diffview import DiffView
from babyagi_nb.widgets.markup import Html, clean, one_line, tag
from babyagi_nb.widgets.moment import when
from babyagi_nb.widgets.view import View

__all__ = ["ReviewCard"]

Pairs = tuple[tuple[str, str], ...]

_NOTHING = "asks for nothing: it stays in the sandbox"
_FOLD = 108
"""Characters of a code line before it goes on in the next one, in plain text."""
_WARNINGS = 12
"""Suspicious places that are told one by one."""
_TESTS = 3
"""Tests that are shown unfolded."""


class ReviewCard(View):
    """One version, laid out for a decision.

    *state* is a word of ``core.trust``; *base* is the version it would replace; *asked* and
    *granted* are pairs such as ``("connect to", "api.example.org:443")``; *closure* names the
    functions that come with it, each with its state; *packages* are pairs of distribution and what
    is known about it. *code* is the review code and *approve* the line to type; *deny* defaults to
    the matching one.

    >>> from babyagi_nb.core.records import FunctionSpec
    >>> from babyagi_nb.ids import Digest, FunctionName, VersionNumber
    >>> spec = FunctionSpec(name=FunctionName("f"), code="def f():\\n    return 1", origin="import")
    >>> one = FunctionVersion(spec=spec, number=VersionNumber(1), digest=Digest(""), created_at=0)
    >>> print(ReviewCard(one, state="draft").plain().splitlines()[0])
    f@1 · draft · written by import
    """

    def __init__(
        self,
        version: FunctionVersion,
        *,
        state: str,
        base: FunctionVersion | None = None,
        asked: Pairs = (),
        granted: Pairs = (),
        closure: Pairs = (),
        tests: tuple[str, ...] = (),
        packages: Pairs = (),
        code: str = "",
        approve: str = "",
        deny: str = "",
        notes: tuple[str, ...] = (),
    ) -> None:
        self.version = version
        self.state = one_line(state, 40)
        self.base = base
        self.asked, self.granted = _spelled(asked), _spelled(granted)
        self.closure, self.packages = _spelled(closure), _spelled(packages)
        self.tests = tests or version.spec.tests
        self.code = one_line(code, 40)
        self.approve = one_line(approve, 400)
        self.deny = one_line(deny, 400) or f"%babyagi deny {spelled(version.label, 120)}"
        self.notes = tuple(one_line(each, 400) for each in notes)

    @property
    def label(self) -> str:
        return spelled(self.version.label, 120)

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What a reader could miss in code, tests and name, one line each."""
        spec = self.version.spec
        found = [each.words for each in disguises(spec.code)]
        for at, test in enumerate(self.tests, 1):
            found += [f"test {at}, {each.words}" for each in disguises(test)]
        if spelled(spec.name) != spec.name:
            found.insert(0, f"the function's own name is {spelled(spec.name)}")
        return tuple(one_line(each, 400) for each in found)

    def about(self) -> str:
        """The first line: what it is, in which state, and whose it is."""
        author = spelled(self.version.spec.origin, 120)
        return f"{self.label} · {self.state} · written by {author}"

    def declared(self) -> Pairs:
        """What was declared beside the code and is approved with it."""
        spec = self.version.spec
        every = [
            ("runs after", spec.triggers),
            ("calls", spec.dependencies),
            ("imports", tuple(each.statement() for each in spec.imports)),
            ("from notebook", spec.uses),
            ("not settled", spec.unresolved),
            ("time limit", () if spec.timeout is None else (f"{spec.timeout:g} s",)),
            ("log", () if spec.log == "all" else (spec.log,)),
        ]
        return _spelled(tuple((words, each) for words, has in every for each in has))

    # -- text ------------------------------------------------------------------------------

    def plain(self) -> str:
        spec = self.version.spec
        lines = [self.about()]
        lines += _block("it asks to", self.asked) if self.asked else [f"it {_NOTHING}"]
        lines += _block("granted already", self.granted)
        lines += [f"note: {each}" for each in self.notes]
        lines += [f"warning: {each}" for each in self._told()]
        lines += _block("declared", self.declared())
        lines += _block("comes with", self.closure)
        lines += _block("packages", self.packages)
        if said := clean(spec.description, 4000).strip():
            quoted = (f"  | {each}".rstrip() for each in said.split("\n"))
            lines += ["it says of itself", *quoted]
        lines.append(f"code of {one_line(signature(spec), 200)}")
        lines += _counted(spec.code)
        for at, test in enumerate(self.tests, 1):
            lines += [f"test {at}", *_counted(test)]
        if self.base is not None:
            lines += ["changes", *(f"  {each}" for each in self._changes().plain().split("\n"))]
        return "\n".join([*lines, *self._decision()])

    def _told(self) -> list[str]:
        found = self.warnings
        rest = len(found) - _WARNINGS
        return [*found[:_WARNINGS], *([f"{rest} more like these"] if rest > 0 else [])]

    def _changes(self) -> DiffView:
        assert self.base is not None
        return DiffView(self.base, self.version)

    def _decision(self) -> list[str]:
        lines = [f"review code {self.code}"] if self.code else []
        if self.approve:
            lines.append(f"to approve, type: {self.approve}")
        return [*lines, f"to deny, type:    {self.deny}"]

    # -- page ------------------------------------------------------------------------------

    def body(self) -> Html:
        parts = [
            self._head(),
            self._asks(),
            self._warned(),
            _facts("granted already", self.granted, named=False),
            _facts("declared", self.declared(), named=False),
            _facts("comes with", self.closure),
            _facts("packages", self.packages),
            self._own_words(),
            self._diff(),
            _source(f"code, {_lines_of(self.version.spec.code)}", self.version.spec.code),
            *self._tests(),
            self._gesture(),
        ]
        return tag("div", *parts, cls="box")

    def _tests(self) -> list[Html]:
        """A part for each test; many that hide nothing are folded into one."""
        parts = [
            _source(f"test {at}, {_lines_of(test)}", test) for at, test in enumerate(self.tests, 1)
        ]
        if len(parts) <= _TESTS or any(map(disguises, self.tests)):
            return parts
        lines = _lines_of("\n".join(self.tests))
        summary = tag("summary", f"{len(parts)} tests, {lines}", cls="soft")
        return [tag("details", summary, *parts, cls="part")]

    def _head(self) -> Html:
        spec = self.version.spec
        settled = self.state in ("approved", "own")
        return tag(
            "div",
            tag("b", spelled(spec.name, 80), cls="m"),
            tag("span", f"v{self.version.number}"),
            tag("span", self.state, cls="chip success" if settled else "chip warn"),
            tag("span", "written by ", tag("b", spelled(spec.origin, 120), cls="m")),
            tag("span", cls="grow"),
            when(self.version.created_at),
            cls="head",
        )

    def _asks(self) -> Html:
        if not self.asked:
            return tag("div", tag("b", "It ", _NOTHING, "."), cls="ask none part")
        return tag("div", tag("b", "It asks to"), _pairs(self.asked), cls="ask part")

    def _warned(self) -> Html | None:
        if not (self.notes or self.warnings):
            return None
        count = len(self.warnings)
        title = f"{count} place{'s' if count > 1 else ''} that a reader could miss"
        return tag(
            "div",
            *map(_warning, self.notes),
            tag("b", title, cls="warn") if count else None,
            *map(_warning, self._told()),
            cls="part",
        )

    def _own_words(self) -> Html:
        spec = self.version.spec
        said = clean(spec.description, 4000).strip()
        return tag(
            "div",
            tag("span", signature(spec), cls="m"),
            tag("div", tag("span", "it says of itself: ", cls="soft"), said, cls="quote")
            if said
            else None,
            cls="part",
        )

    def _diff(self) -> Html | None:
        if self.base is None:
            return None
        summary = tag("summary", f"changes since {spelled(self.base.label, 120)}", cls="soft")
        return tag("details", summary, self._changes().body(), cls="part", open=True)

    def _gesture(self) -> Html:
        typed = [("to approve, type", self.approve)] if self.approve else []
        cells = [
            cell
            for words, line in (*typed, ("to deny, type", self.deny))
            for cell in (tag("span", words, cls="soft"), tag("pre", line, cls="call"))
        ]
        return tag("div", tag("div", *cells, cls="facts"), cls="part")


def _spelled(pairs: Pairs) -> Pairs:
    return tuple((one_line(words, 80), spelled(which, 300)) for words, which in pairs)


def _block(title: str, pairs: Pairs) -> list[str]:
    if not pairs:
        return []
    wide = max(len(words) for words, _ in pairs)
    return [title, *(f"  {words:<{wide}}  {which}".rstrip() for words, which in pairs)]


def _counted(source: str) -> Iterator[str]:
    """Lines with their numbers; a long one goes on behind an arrow, so its end is in sight."""
    for at, line in enumerate(revealed(source).rstrip("\n").split("\n"), 1):
        yield f"  {at:>4}  {line[:_FOLD]}".rstrip()
        for start in range(_FOLD, len(line), _FOLD):
            yield f"     ↳  {line[start : start + _FOLD]}".rstrip()


def _lines_of(source: str) -> str:
    many = len(python_lines(source.rstrip("\r\n")))
    return f"{many:,} line{'s' if many != 1 else ''}"


def _source(title: str, source: str) -> Html:
    summary = tag("summary", title, cls="soft")
    shown = tag("div", numbered(source.rstrip("\r\n")), cls="tall")
    return tag("details", summary, shown, cls="part", open=True)


def _warning(line: str) -> Html:
    return tag("div", tag("span", "!", cls="g"), tag("span", line), cls="row warn")


def _facts(title: str, pairs: Pairs, *, named: bool = True) -> Html | None:
    if not pairs:
        return None
    return tag("div", tag("span", title, cls="soft"), _pairs(pairs, named=named), cls="part")


def _pairs(pairs: Pairs, *, named: bool = False) -> Html:
    first, second = ("m", "soft") if named else ("soft", "m")
    cells = [
        cell
        for words, which in pairs
        for cell in (tag("span", words, cls=first), tag("span", which, cls=second))
    ]
    return tag("div", *cells, cls="facts")
