"""How messages of pages reach the hub and come back: comms of ipykernel, and what they can break.

A page finds a kernel of ours by a *marker*: a comm that is registered and never announced, which
``comm_info_request`` lists. It then opens a comm to the hub. A panel in a cell speaks over the comm
that its widget has anyway.

Every rule here cost a failure. Messages go out on the publishing socket directly and without a
parent: ipykernel would take the sending as a sign where answers are to be routed, and a request
would wait behind the busy cell. Incoming messages are taken by ``comm.handle_msg`` itself: the
usual callback fires ``pre_execute`` and ``post_execute`` around each of them, which shows the
half-made figures of a running cell. Which shell a message is handled in is said by
``_reply_subshell_for``, where this ipykernel asks it: whatever may run code of the user goes to the
main shell, everything else to the subshell that the page asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from babyagi_nb.jupyter.protocol import MAIN, MARKER, TARGET

if TYPE_CHECKING:
    from babyagi_nb.jupyter.hub import Hub, Send

__all__ = ["KernelWires", "connect_widget", "sender"]

Message = dict[str, Any]


class KernelWires:
    """The comm target and the marker of one kernel; a shell without a kernel has neither."""

    def __init__(self, shell: Any, hub: Callable[[bool], Hub]) -> None:
        self._kernel: Any = getattr(shell, "kernel", None)
        self._manager: Any = getattr(self._kernel, "comm_manager", None)
        self._make = hub
        self._hub: Hub | None = None
        self._marker: Any = None
        self._open: dict[str, Any] = {}

    def enter(self) -> None:
        if self._manager is None:
            return
        from ipykernel.comm.comm import BaseComm

        self._manager.register_target(TARGET, self._opened)
        self._marker = BaseComm(target_name=MARKER, primary=False)  # type: ignore[no-untyped-call]
        # Closed from the beginning, so that nothing is sent when it goes.
        self._marker._closed = True
        self._manager.register_comm(self._marker)

    def leave(self) -> None:
        """Tell the pages that nobody is here any more, and take everything back."""
        if self._manager is None:
            return
        if self._manager.targets.get(TARGET) == self._opened:
            self._manager.unregister_target(TARGET, self._opened)
        if self._marker is not None:
            self._forget(self._marker)
        for comm in list(self._open.values()):
            with suppress(Exception):
                _publish(self._kernel, comm, "comm_close", {})
            self._forget(comm)
        if self._hub is not None:
            self._hub.close()

    def _opened(self, comm: Any, message: Message) -> None:
        """A page opened *comm*; in whichever shell it asked for."""
        if self._hub is None:
            self._hub = self._make(has_subshells(self._kernel))
        hub = self._hub
        self._open[comm.comm_id] = comm
        peer = hub.join(sender(comm, self._kernel), lambda: self._forget(comm))

        def handle(message: Message) -> None:
            hub.receive(peer, _data(message), main=_is_main())

        def handle_close(message: Message) -> None:
            hub.leave(peer)
            self._open.pop(comm.comm_id, None)

        comm.handle_msg = handle
        comm.handle_close = handle_close
        _route(comm)
        first = _data(message)
        if isinstance(first, Mapping) and "op" in first:
            handle(message)

    def _forget(self, comm: Any) -> None:
        comm._closed = True
        self._open.pop(comm.comm_id, None)
        with suppress(KeyError):
            self._manager.unregister_comm(comm)


def connect_widget(widget: Any, hub: Callable[[bool], Hub]) -> None:
    """Let a widget's custom messages reach a hub; its other messages stay the widget's own."""
    comm = widget.comm
    kernel = getattr(comm, "kernel", None) or _running_kernel()
    if comm is None or kernel is None:
        return
    made = hub(has_subshells(kernel))
    send = sender(comm, kernel)
    peer = made.join(lambda message: send({"method": "custom", "content": message}))
    own = widget._handle_msg
    own_close = comm.handle_close

    def handle(message: Message) -> None:
        data = _data(message)
        if isinstance(data, Mapping) and data.get("method") == "custom":
            made.receive(peer, data.get("content"), main=_is_main())
        else:
            own(message)

    def handle_close(message: Message) -> None:
        made.leave(peer)
        own_close(message)

    comm.handle_msg = handle
    comm.handle_close = handle_close
    _route(comm)


def sender(comm: Any, kernel: Any) -> Send:
    """What gives a message to the page behind *comm*; for any thread."""
    return lambda data: _publish(kernel, comm, "comm_msg", data)


def has_subshells(kernel: Any) -> bool:
    """Whether requests can be answered while a cell is busy."""
    return bool(getattr(kernel, "_supports_kernel_subshells", False))


def _publish(kernel: Any, comm: Any, kind: str, data: Any) -> None:
    content = {"comm_id": comm.comm_id, "data": data}
    kernel.session.send(kernel.iopub_socket, kind, content, ident=comm.topic)


def _route(comm: Any) -> None:
    """Say which shell handles a message, where ipykernel asks the comm."""
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, asked: None if _op_of(data) in MAIN else asked


def _op_of(data: Any) -> object:
    """The operation of a request, plain or inside a widget's message."""
    if isinstance(data, Mapping):
        inner = data.get("content")
        data = inner if data.get("method") == "custom" and isinstance(inner, Mapping) else data
        op = data.get("op")
        return op if isinstance(op, str) else None
    return None


def _data(message: Message) -> Any:
    return message.get("content", {}).get("data")


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()


def _running_kernel() -> Any:
    from ipykernel.kernelbase import Kernel

    return Kernel.instance() if Kernel.initialized() else None
