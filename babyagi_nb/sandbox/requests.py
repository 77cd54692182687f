"""What a job says while it runs: checked, counted, passed on to the observer, answered.

Everything is somebody else's word. A frame that is not of its exact shape, names a function that is
no member, or a run that did not begin, ends the job: the code that writes these frames is ours, so
one that is wrong was forged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from babyagi_nb.core.cleaning import clean
from babyagi_nb.core.isolation import Job, Observer, Raised
from babyagi_nb.core.preview import preview
from babyagi_nb.errors import SandboxRefused
from babyagi_nb.ids import FunctionName
from babyagi_nb.sandbox.frames import refuse
from babyagi_nb.sandbox.freight import packed_value
from babyagi_nb.sandbox.inside.wire import pack
from babyagi_nb.sandbox.printed import Printed

__all__ = ["Requests"]

_TEXT = 40_000
_ARGUMENTS = 8

Body = dict[str, Any]
Connect = Callable[[int, int, str, int], None]
"""Begins a connection: number of the question, run, host, port."""


class Send(Protocol):
    def __call__(self, frame: bytes, /) -> None: ...


class Requests:
    """The frames of one job."""

    def __init__(
        self, job: Job, observer: Observer, send: Send, connect: Connect, printed: Printed
    ) -> None:
        self._job = job
        self._members = frozenset(each.name for each in job.members)
        self._observer = observer
        self._send = send
        self._connect = connect
        self._printed = printed
        self._known = {0}
        self._open: set[int] = set()
        self._count = 0
        self._ways: dict[object, Callable[[Body], None]] = {
            "printed": self._print,
            "began": self._began,
            "returned": self._returned,
            "raised": self._raised,
            "call": self._call,
            "connect": self._ask_to_connect,
            "failed": self._failed,
            "refused": self._refused,
        }

    def handle(self, kind: object, body: Body) -> None:
        """Do what one frame asks; raises what ends the job."""
        way = self._ways.get(kind) if isinstance(kind, str) else None
        if way is None:
            refuse("the sandbox sent a message that has no place here")
        way(body)

    def text(self, body: Body, member: str) -> str:
        """A member that must be text."""
        value = body.get(member)
        if type(value) is not str:
            refuse("the sandbox sent a message that is not in order")
        return value

    def _number(self, body: Body, member: str) -> int:
        value = body.get(member)
        if type(value) is not int or not 0 <= value < 1 << 31:
            refuse("the sandbox sent a message that is not in order")
        return value

    def _run(self, body: Body, member: str = "r") -> int:
        run = self._number(body, member)
        if run not in self._known:
            refuse("the sandbox spoke of a run that did not begin")
        return run

    def _counted(self) -> None:
        self._count += 1
        if self._count > self._job.limits.runs:
            refuse(
                f"{self._job.entry} started more than {self._job.limits.runs:,} functions",
                "let it do less, or raise its limit on runs",
            )

    # -- told ----------------------------------------------------------------------------------

    def _print(self, body: Body) -> None:
        self._printed.add(self._run(body), self.text(body, "s"))

    def _began(self, body: Body) -> None:
        self._counted()
        run, parent = self._number(body, "r"), self._run(body, "p")
        name, params = self.text(body, "f"), body.get("a")
        if run in self._known or name not in self._members or type(params) is not dict:
            refuse("the sandbox spoke of a run that cannot be")
        self._known.add(run)
        self._open.add(run)
        shown = {clean(key, 200): preview(value) for key, value in params.items()}
        self._observer.began(run, parent, FunctionName(name), shown)

    def _ended(self, body: Body) -> int:
        run = self._run(body)
        if run not in self._open:
            refuse("the sandbox ended a run that is not open")
        self._open.remove(run)
        return run

    def _returned(self, body: Body) -> None:
        self._observer.returned(self._ended(body), preview(body.get("o")))

    def _raised(self, body: Body) -> None:
        self._observer.raised(self._ended(body), self._error(body))

    def _failed(self, body: Body) -> None:
        raise self._error(body)

    def _refused(self, body: Body) -> None:
        raise SandboxRefused(
            f"{self._job.entry}: {clean(self.text(body, 'm'), 2_000)}",
            fix="give and return plain data, less of it, or approve it to run in the kernel",
        )

    def _error(self, body: Body) -> Raised:
        told = body.get("e")
        if type(told) is not dict:
            refuse("the sandbox sent a message that is not in order")
        given = told.get("arguments")
        arguments = None
        if type(given) is list and len(given) <= _ARGUMENTS and all(map(_is_scalar, given)):
            arguments = tuple(given)
        return Raised(
            clean(self.text(told, "kind"), 300),
            clean(self.text(told, "message"), _TEXT),
            clean(self.text(told, "traceback"), _TEXT),
            arguments,
        )

    # -- asked ---------------------------------------------------------------------------------

    def _call(self, body: Body) -> None:
        self._counted()
        number, run = self._number(body, "i"), self._run(body)
        name, args, kwargs = self.text(body, "f"), body.get("a"), body.get("k")
        if type(args) is not list or type(kwargs) is not dict:
            refuse("the sandbox sent a message that is not in order")
        try:
            if name not in self._job.calls:
                raise PermissionError(f"{clean(name, 100)!r} is no host function of this job")
            value = self._observer.call(run, FunctionName(name), args, kwargs)
            tail = packed_value(value, f"the result of {name!r}")
        except Exception as error:
            self._send(pack({"t": "reply", "i": number, "e": _told(error)}))
        else:
            self._send(pack({"t": "reply", "i": number}, tail))

    def _ask_to_connect(self, body: Body) -> None:
        self._counted()
        port = self._number(body, "p")
        host = self.text(body, "h")
        if len(host) > 253:
            refuse("the sandbox asked for a host with an impossible name")
        self._connect(self._number(body, "i"), self._run(body), clean(host), port)


def _is_scalar(value: Any) -> bool:
    return value is None or type(value) in (str, int, float, bool)


def _told(error: Exception) -> dict[str, str]:
    """An error of the kernel's side as the job may see it: class and message, no traceback."""
    kind = getattr(error, "kind", type(error).__name__)
    message = getattr(error, "message", None)
    return {"kind": str(kind), "message": str(error) if message is None else str(message)}
