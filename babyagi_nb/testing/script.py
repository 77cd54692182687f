"""Which reply a request gets: rules in order, each with what it matches and what it says.

The first rule that matches and has something left to say answers. A rule's faults stand before
the reply that they spoil: ``Rule(faults.rate_limited(), "Hello")`` is refused once and then says
hello. A fault that cannot happen to a request waits for one that it can happen to.

What was used is counted in the :class:`Script`, never in a rule, so rules can be shared. Requests
may come from many threads; each reply is given once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from babyagi_nb.testing.fault import Fault
from babyagi_nb.testing.reply import Reply, reply_of
from babyagi_nb.testing.request import CHAT, Request

__all__ = ["Rule", "Script", "Served", "Unmatched"]

_WITHOUT = Reply(text="ok")
"""What a fault spoils when no reply stands behind it."""
_DEFAULT = -1


@dataclass(frozen=True, slots=True)
class _Item:
    """One reply, and the faults before it."""

    faults: tuple[Fault, ...]
    said: Any


class Rule:
    """What is said to the requests that fit every given condition.

    *replies* are given in turn: text, a :class:`Reply`, a :class:`Fault`, a function of the
    :class:`Request` that returns one of these, or anything that is then written as JSON. A function
    may be called again for a request that is repeated. ``times`` is how often the rule answers: by
    default once for each reply, ``None`` for always; the last reply is repeated.

    ``contains``, ``last`` and ``system`` are pieces of text, one or several that all have to be
    there: in any message, in the last one, in the system's. ``tools`` are names that have to be
    offered, ``model`` the model's name, ``path`` a piece of the path (by default only chat
    completions are matched), ``when`` a function of the request.

    >>> Rule("Four.", contains="2 + 2").matches(Request(path=CHAT, parsed={"messages": []}))
    False
    """

    __slots__ = (
        "contains", "items", "last", "model", "path", "system", "times", "tools", "when",
    )  # fmt: skip

    def __init__(
        self,
        *replies: Any,
        contains: str | Sequence[str] = (),
        last: str | Sequence[str] = (),
        system: str | Sequence[str] = (),
        tools: str | Sequence[str] = (),
        model: str | None = None,
        path: str | None = None,
        when: Callable[[Request], bool] | None = None,
        times: int | None = _DEFAULT,
    ) -> None:
        self.items = _items(replies)
        self.contains, self.last, self.system = _several(contains), _several(last), _several(system)
        self.tools, self.model, self.path, self.when = _several(tools), model, path, when
        self.times = len(self.items) if times == _DEFAULT else times

    def matches(self, request: Request) -> bool:
        """Whether *request* fits."""
        if not (self.path in request.path if self.path else request.path == CHAT):
            return False
        return (
            all(any(piece in text for text in request.texts) for piece in self.contains)
            and all(piece in request.last for piece in self.last)
            and all(piece in request.system for piece in self.system)
            and set(self.tools) <= set(request.tools)
            and self.model in (None, request.model)
            and (self.when is None or self.when(request))
        )

    def __repr__(self) -> str:
        asked = {
            "contains": self.contains,
            "last": self.last,
            "system": self.system,
            "tools": self.tools,
            "model": self.model,
            "path": self.path,
            "when": getattr(self.when, "__name__", "a function") if self.when else None,
        }
        named = ", ".join(f"{name}={_one(value)!r}" for name, value in asked.items() if value)
        return f"Rule({named})" if named else "Rule(any chat)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a request gets."""

    good: Reply
    """What it gets, or would get without the fault."""
    fault: Fault | None = None


class Unmatched(AssertionError):
    """A request that no rule matches, or whose rule failed."""


@dataclass(slots=True)
class _State:
    """How far one rule is."""

    answered: int = 0
    pending: list[Fault] = field(default_factory=list)
    loaded: int = 0
    """Items whose faults are among the pending ones."""
    stuck: bool = False
    """A fault that does not recover has struck."""


@dataclass(slots=True)
class _Injection:
    fault: Fault
    after: int
    when: Callable[[Request], bool] | None
    struck: int = 0


class Script:
    """Rules, and what was used of them.

    >>> script = Script(["one", "two"])
    >>> [script.serve(Request(path=CHAT)).good.text for _ in "ab"]
    ['one', 'two']
    >>> script.complaints()
    []
    """

    def __init__(self, rules: Iterable[Any] = ()) -> None:
        self.rules = tuple(each if isinstance(each, Rule) else Rule(each) for each in rules)
        self._states = [_State() for _ in self.rules]
        self._injections: list[_Injection] = []
        self._failures: list[str] = []
        self._asked = 0
        self._lock = threading.RLock()

    def inject(
        self, fault: Fault, *, after: int = 0, when: Callable[[Request], bool] | None = None
    ) -> None:
        """Let *fault* happen to the first fitting chat request behind the first *after* ones."""
        with self._lock:
            self._injections.append(_Injection(fault, after, when))

    def serve(self, request: Request, default: Reply | None = None) -> Served:
        """Return what *request* gets, and count it.

        *default* answers what no rule matches; without it :class:`Unmatched` is raised, and kept
        for :meth:`complaints`.
        """
        with self._lock:
            number = self._asked
            self._asked += request.path == CHAT
            chosen = self._choose(request)
            if chosen is None:
                if default is None:
                    raise self._failed(f"no rule matches {request.brief()}")
                return Served(good=default)
            state, item = chosen
            if not callable(item.said):
                return self._settle(request, number, state, reply_of(item.said))
        try:
            said = item.said(request)
        except Exception as error:
            raise self._failed(f"a rule failed on {request.brief()}: {error!r}") from error
        if isinstance(said, Fault):
            return Served(good=_WITHOUT, fault=said)
        with self._lock:
            return self._settle(request, number, state, reply_of(said))

    def complaints(self, *, unused: bool = True) -> list[str]:
        """Say what went wrong, and with *unused* also which rules and faults were not used up."""
        with self._lock:
            found = list(self._failures)
            if not unused:
                return found
            for number, (rule, state) in enumerate(zip(self.rules, self._states, strict=True), 1):
                if state.stuck or rule.times is None:
                    continue
                if state.answered < rule.times:
                    found.append(
                        f"rule {number}, {rule!r}, answered {state.answered} of {rule.times} times"
                    )
                found += [f"rule {number}: {each!r} did not happen" for each in state.pending]
            found += [
                f"{each.fault!r} did not happen" for each in self._injections if not each.struck
            ]
            return found

    def _choose(self, request: Request) -> tuple[_State, _Item] | None:
        for rule, state in zip(self.rules, self._states, strict=True):
            spent = rule.times is not None and state.answered >= rule.times
            if not spent and rule.matches(request):
                at = min(state.answered, len(rule.items) - 1)
                if state.loaded <= at:
                    state.pending += rule.items[at].faults
                    state.loaded = at + 1
                state.answered += 1
                return state, rule.items[at]
        return None

    def _settle(self, request: Request, number: int, state: _State, good: Reply) -> Served:
        fault = self._struck(request, number, state, good)
        if fault is not None and not fault.delivers:
            state.answered -= 1
        return Served(good=good, fault=fault)

    def _struck(self, request: Request, number: int, state: _State, good: Reply) -> Fault | None:
        """The fault that happens to *request*, if one does."""
        for each in self._injections if request.path == CHAT else ():
            due = number >= each.after and not (each.struck and each.fault.recovers)
            fits = due and (each.when is None or each.when(request))
            if fits and each.fault.applies(request, good):
                each.struck += 1
                state.stuck |= not each.fault.recovers
                return each.fault
        for fault in state.pending:
            if fault.applies(request, good):
                if fault.recovers:
                    state.pending.remove(fault)
                else:
                    state.stuck = True
                return fault
        return None

    def _failed(self, what: str) -> Unmatched:
        with self._lock:
            self._failures.append(what)
        return Unmatched(what)


def _items(replies: Sequence[Any]) -> tuple[_Item, ...]:
    found: list[_Item] = []
    faults: list[Fault] = []
    for said in replies:
        if isinstance(said, Fault):
            faults.append(said)
        else:
            found.append(_Item(tuple(faults), said))
            faults.clear()
    if faults or not found:
        found.append(_Item(tuple(faults), _WITHOUT))
    return tuple(found)


def _several(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value
