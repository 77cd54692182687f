"""Comms of a kernel, without the kernel: where messages go, and what is left behind."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.jupyter.bridge import Bridge
from babyagi_nb.jupyter.hub import Hub
from babyagi_nb.jupyter.protocol import MAIN, MARKER, TARGET
from babyagi_nb.jupyter.wires import KernelWires, connect_widget


class FakeManager:
    def __init__(self) -> None:
        self.targets: dict[str, Any] = {}
        self.comms: dict[str, Any] = {}

    def register_target(self, name: str, target: Any) -> None:
        self.targets[name] = target

    def unregister_target(self, name: str, target: Any) -> None:
        self.targets.pop(name)

    def register_comm(self, comm: Any) -> None:
        self.comms[comm.comm_id] = comm

    def unregister_comm(self, comm: Any) -> None:
        self.comms.pop(comm.comm_id)


class FakeKernel:
    """Remembers what is published, and how."""

    _supports_kernel_subshells = True

    def __init__(self) -> None:
        self.comm_manager = FakeManager()
        self.iopub_socket = object()
        self.session = self
        self.sent: list[tuple[str, dict[str, Any], dict[str, Any]]] = []

    def send(self, socket: object, kind: str, content: dict[str, Any], **how: Any) -> None:
        assert socket is self.iopub_socket
        self.sent.append((kind, content, how))

    @property
    def answers(self) -> list[dict[str, Any]]:
        return [content["data"] for kind, content, _ in self.sent if kind == "comm_msg"]


class FakeComm:
    def __init__(self, kernel: Any = None, comm_id: str = "c1") -> None:
        self.comm_id = comm_id
        self.kernel = kernel
        self.topic = b"comm-" + comm_id.encode()
        self._closed = False
        self.closed: list[Any] = []

    def handle_msg(self, message: dict[str, Any]) -> None:
        raise AssertionError("the stock way fires events of cells")

    def handle_close(self, message: dict[str, Any]) -> None:
        self.closed.append(message)

    def _reply_subshell_for(self, data: Any, asked: str | None) -> str | None:
        return "where it last sent"


class Shell:
    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel


def message(op: str, **args: Any) -> dict[str, Any]:
    return {"content": {"data": request(op, **args)}}


def request(op: str, **args: Any) -> dict[str, Any]:
    return {"v": 1, "id": 5, "op": op, "args": args}


@pytest.fixture(name="kernel")
def kernel_fixture() -> FakeKernel:
    return FakeKernel()


@pytest.fixture(name="wires")
def wires_fixture(kernel: FakeKernel, app: BabyAGI) -> KernelWires:
    wires = KernelWires(
        Shell(kernel), lambda able: Hub(Bridge(lambda: app, concurrent=able), threaded=False)
    )
    wires.enter()
    return wires


@pytest.fixture(name="comm")
def comm_fixture(kernel: FakeKernel, wires: KernelWires) -> FakeComm:
    comm = FakeComm()
    kernel.comm_manager.register_comm(comm)
    kernel.comm_manager.targets[TARGET](comm, {"content": {"data": {}}})
    return comm


def test_a_shell_without_a_kernel_has_no_wires(app: BabyAGI) -> None:
    wires = KernelWires(Shell(None), lambda able: Hub(Bridge(lambda: app), threaded=False))
    wires.enter()
    wires.leave()


def test_the_marker_is_listed_and_never_announced(kernel: FakeKernel, wires: KernelWires) -> None:
    names = [comm.target_name for comm in kernel.comm_manager.comms.values()]
    assert names == [MARKER]
    wires.leave()
    assert (kernel.comm_manager.comms, kernel.comm_manager.targets, kernel.sent) == ({}, {}, [])


def test_a_request_is_answered_on_its_comm_without_a_parent(
    kernel: FakeKernel, comm: FakeComm
) -> None:
    comm.handle_msg(message("hello", client="x", v=1))
    ((kind, content, how),) = kernel.sent
    assert (kind, content["comm_id"], how) == ("comm_msg", "c1", {"ident": b"comm-c1"})
    assert content["data"]["ok"]["concurrent"] is True


def test_an_opening_may_carry_the_first_request(kernel: FakeKernel, wires: KernelWires) -> None:
    kernel.comm_manager.targets[TARGET](FakeComm(), message("alive"))
    assert kernel.answers == [{"v": 1, "id": 5, "ok": None}]


@pytest.mark.parametrize("op", sorted(MAIN))
def test_what_may_run_code_goes_to_the_main_shell(comm: FakeComm, op: str) -> None:
    assert comm._reply_subshell_for(request(op), "sub") is None
    wrapped = {"method": "custom", "content": request(op)}
    assert comm._reply_subshell_for(wrapped, "sub") is None


@pytest.mark.parametrize(
    "data", [request("overview"), {}, None, [], {"method": "update"}, {"op": []}]
)
def test_everything_else_goes_where_the_page_wants_it(comm: FakeComm, data: Any) -> None:
    assert comm._reply_subshell_for(data, "sub") == "sub"
    assert comm._reply_subshell_for(data, None) is None


def test_code_is_not_run_on_another_thread_than_the_main_one(
    kernel: FakeKernel, comm: FakeComm
) -> None:
    asked = message("functions.run", name="f", arguments={}, ticket=1)
    thread = threading.Thread(target=comm.handle_msg, args=(asked,))
    thread.start()
    thread.join()
    assert kernel.answers[0]["error"]["code"] == "MainShell"


def test_a_page_that_closes_its_comm_is_gone(
    kernel: FakeKernel, comm: FakeComm, wires: KernelWires
) -> None:
    comm.handle_close({})
    wires.leave()
    assert [kind for kind, _, _ in kernel.sent] == []


def test_leaving_tells_the_pages(kernel: FakeKernel, comm: FakeComm, wires: KernelWires) -> None:
    wires.leave()
    assert [(kind, content["comm_id"]) for kind, content, _ in kernel.sent] == [
        ("comm_close", "c1")
    ]
    assert kernel.comm_manager.comms == {}


def test_a_target_of_somebody_else_stays(kernel: FakeKernel, wires: KernelWires) -> None:
    kernel.comm_manager.targets[TARGET] = other = object()
    wires.leave()
    assert kernel.comm_manager.targets == {TARGET: other}


class FakeWidget:
    def __init__(self, comm: FakeComm) -> None:
        self.comm = comm
        self.own: list[dict[str, Any]] = []

    def _handle_msg(self, message: dict[str, Any]) -> None:
        self.own.append(message)


def test_a_widget_carries_requests_and_keeps_its_own_messages(
    kernel: FakeKernel, app: BabyAGI
) -> None:
    widget = FakeWidget(FakeComm(kernel))
    connect_widget(widget, lambda able: Hub(Bridge(lambda: app), threaded=False))
    update = {"content": {"data": {"method": "update", "state": {}}}}
    widget.comm.handle_msg(update)
    custom = {"content": {"data": {"method": "custom", "content": request("alive")}}}
    widget.comm.handle_msg(custom)
    assert widget.own == [update]
    assert kernel.answers == [{"method": "custom", "content": {"v": 1, "id": 5, "ok": None}}]
    widget.comm.handle_close({})
    assert widget.comm.closed == [{}]


def test_a_widget_outside_a_kernel_is_left_alone(app: BabyAGI) -> None:
    comm = FakeComm(None)
    connect_widget(FakeWidget(comm), lambda able: Hub(Bridge(lambda: app), threaded=False))
    assert "handle_msg" not in vars(comm)
