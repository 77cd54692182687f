"""A page of the dashboard as the kernel sees it: a comm, over a subshell where there is one."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient

from babyagi_nb.jupyter.protocol import MARKER, TARGET, VERSION

PATIENCE = 60.0


class Page:
    """Speaks to the hub of one kernel; keeps what it is told in ``pushes``.

    With a *subshell*, requests are sent there, as JupyterLab does; else to the main shell.
    """

    def __init__(self, client: BlockingKernelClient, *, subshell: bool = True) -> None:
        self.client = client
        self.comm = uuid.uuid4().hex
        self.pushes: list[dict[str, Any]] = []
        self.seen: list[dict[str, Any]] = []
        """Every message that was published, ours and others'."""
        self.answers: dict[int, dict[str, Any]] = {}
        self.subshell = self._make_subshell() if subshell else None
        self._next = 0
        self._widget = False
        self.send("comm_open", {"target_name": TARGET, "data": {}})

    def enter(self, widget: str) -> None:
        """Speak over the comm of a panel from now on."""
        self.comm, self._widget = widget, True

    def send(self, kind: str, content: dict[str, Any], *, main: bool = False) -> str:
        message = self.client.session.msg(kind, {"comm_id": self.comm, **content})
        if self.subshell is not None and not main:
            message["header"]["subshell_id"] = self.subshell
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def begin(self, op: str, args: dict[str, Any] | None = None) -> int:
        """Send a request and return its number."""
        self._next += 1
        request = {"v": VERSION, "id": self._next, "op": op, "args": args or {}}
        data = {"method": "custom", "content": request} if self._widget else request
        self.send("comm_msg", {"data": data})
        return self._next

    def ask(self, op: str, **args: Any) -> Any:
        """What the kernel answers to a request."""
        answer = self.finish(self.begin(op, args))
        assert "ok" in answer, answer
        return answer["ok"]

    def finish(self, number: int) -> dict[str, Any]:
        self.until(lambda: number in self.answers)
        return self.answers[number]

    def until(self, true: Callable[[], Any]) -> Any:
        """Take in what is published until something is true of it, and return that."""
        deadline = time.monotonic() + PATIENCE
        while not (found := true()):
            self.take(max(deadline - time.monotonic(), 0.1))
        return found

    def take(self, timeout: float = PATIENCE) -> dict[str, Any]:
        message: dict[str, Any] = self.client.get_iopub_msg(timeout=timeout)
        self.seen.append(message)
        content = message["content"]
        if message["msg_type"] == "comm_msg" and content["comm_id"] == self.comm:
            data = content["data"]
            data = data.get("content", {}) if self._widget else data
            if "event" in data:
                self.pushes.append(data)
            elif "id" in data:
                self.answers[data["id"]] = data
        return message

    def told(self, function: str, status: str) -> dict[str, Any] | None:
        """The first row about *function* with *status* that was pushed."""
        rows = (row for push in self.pushes for row in push.get("runs", ()))
        return next(
            (row for row in rows if (row["function"], row["status"]) == (function, status)), None
        )

    def is_marked(self) -> bool:
        """Whether the kernel shows the marker by which pages know it."""
        request = self.send("comm_info_request", {"target_name": MARKER})
        reply = self._reply(self.client.get_shell_msg, request)
        return bool(reply["comms"])

    def _make_subshell(self) -> str:
        message = self.client.session.msg("create_subshell_request", {})
        self.client.control_channel.send(message)
        reply = self._reply(self.client.get_control_msg, message["header"]["msg_id"])
        return str(reply["subshell_id"])

    def _reply(self, get: Callable[..., Any], request: str) -> dict[str, Any]:
        while True:
            message = get(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == request:
                return dict(message["content"])
