"""From a request to its answer: the table of operations, and what becomes of their errors.

An operation is called with a desk and the request's arguments by name. Whatever it raises is told
to the page as a failure, with the mend where it has one: a page must never wait for an answer that
does not come. Operations that may run code of the user are refused beside a busy cell, where no
interrupt would reach them (``protocol.MAIN``).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import TYPE_CHECKING, Any

from babyagi_nb.errors import BabyAGIError
from babyagi_nb.jupyter.messages import Hello
from babyagi_nb.jupyter.operations import (
    builds,
    changes,
    chats,
    drafts,
    functions,
    graphs,
    keys,
    logs,
    models,
    overview,
    packs,
    running,
    triggers,
)
from babyagi_nb.jupyter.operations.desk import Desk, Say
from babyagi_nb.jupyter.protocol import (
    MAIN,
    VERSION,
    Refused,
    Request,
    failure,
    jsonable,
    response,
)

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = ["Bridge"]

_OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "overview": overview.overview,
    "functions.list": functions.listed,
    "functions.stats": functions.statistics,
    "functions.detail": functions.detail,
    "functions.diff": functions.diff,
    "functions.run": running.run,
    "functions.register": changes.register,
    "functions.activate": changes.activate,
    "functions.remove": changes.remove,
    "undo": changes.undo,
    "history": changes.history,
    "logs.page": logs.page,
    "logs.count": logs.count,
    "logs.detail": logs.detail,
    "logs.tree": logs.tree,
    "graph": graphs.graph,
    "graph.export": graphs.export,
    "triggers.list": triggers.listed,
    "triggers.add": triggers.add,
    "triggers.remove": triggers.remove,
    "keys.list": keys.listed,
    "keys.set": keys.set_key,
    "keys.remove": keys.remove,
    "packs.list": packs.listed,
    "packs.load": packs.load,
    "drafts.list": drafts.listed,
    "drafts.denied": drafts.denied,
    "drafts.review": drafts.review,
    "drafts.approve": drafts.approve,
    "drafts.deny": drafts.deny,
    "drafts.revoke": drafts.revoke,
    "models.list": models.listed,
    "models.pick": models.pick,
    "find": models.find,
    "builds.list": builds.listed,
    "builds.get": builds.get,
    "builds.start": builds.start,
    "builds.resume": builds.resume,
    "builds.self_build": builds.self_build,
    "chat.list": chats.listed,
    "chat.get": chats.get,
    "chat.new": chats.new,
    "chat.say": chats.say,
    "chat.answer": chats.answer,
    "stop": chats.stop,
}


class Bridge:
    """Answers requests about the application that *find* gives; it may be another one later.

    *find* opens the application where nobody has yet; *opened*, by default the same, never does.
    """

    def __init__(
        self,
        find: Callable[[], BabyAGI],
        opened: Callable[[], BabyAGI | None] | None = None,
        *,
        concurrent: bool = False,
    ) -> None:
        self._find = find
        self.opened = opened or find
        self._desk: Desk | None = None
        self.concurrent = concurrent
        """Whether requests are answered while a cell is busy."""

    @property
    def desk(self) -> Desk:
        """The desk of the application, opened if it is not yet."""
        app = self._find()
        if self._desk is None or self._desk.app is not app:
            self._desk = Desk(app)
        return self._desk

    def answer(self, request: Request, *, main: bool, say: Say) -> dict[str, Any]:
        """The response to *request*; raises nothing.

        *main* says whether this is the kernel's main shell; *say* takes what a run prints.
        """
        try:
            result = self._carry_out(request, main, say)
            # Rows of the list are clean already, and there may be many thousands.
            return response(
                request.id, result if request.op == "functions.list" else jsonable(result)
            )
        except BaseException as error:
            return failure(request.id, error)

    def _carry_out(self, request: Request, main: bool, say: Say) -> Any:
        op = request.op
        if op == "hello":
            return self._hello()
        if op in MAIN and not main:
            raise Refused(
                "MainShell", f"{op} may run your code, which waits for the kernel's main shell",
                fix="send it there: without a subshell id",
            )  # fmt: skip
        args = dict(request.args)
        if args.pop("ticket", None) is not None:
            args["say"] = say
        return _OPERATIONS[op](self.desk, **args)

    def _hello(self) -> Hello:
        app = self.desk.app
        app.refresh()
        return {
            "v": VERSION,
            "package": _package(),
            "kernel": str(app.executor.recorder.journal.kernel),
            "store": None if app.path is None else str(app.path),
            "python": ".".join(map(str, sys.version_info[:3])),
            "tier": _tier(app),
            "generation": app.catalogue.generation,
            "concurrent": self.concurrent,
        }


def _package() -> str:
    try:
        return installed("babyagi_nb")
    except PackageNotFoundError:
        return ""


def _tier(app: BabyAGI) -> str | None:
    try:
        return app.tier().tier
    except (BabyAGIError, OSError):
        return None
