"""Ctrl-C in a real kernel, wherever a model is waited for: the prompt comes back, nothing is lost.

How fast it comes back is measured by the benchmarks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import model_scene as scene
import psutil
import pytest
from model_kernel import Kernel, Outcome, eventually, fresh_kernel  # noqa: F401

from babyagi_nb.testing import FaultServer, Reply, Request, Rule, call, faults

pytestmark = pytest.mark.timeout(180)

SET_UP = """
from babyagi_nb import kernel_app
from babyagi_nb.app import BabyAGI
from babyagi_nb.settings import Settings
app = BabyAGI({store!r}, namespace=globals(), settings=Settings(
    model="scripted", base_url={url!r}, embeddings={embeddings!r}))
app.add_function("average", "def average(values: list[float]):\\n    return 1")
app.add_function("lasting", "def lasting():\\n    print('at work', flush=True)\\n"
                 "    import time\\n    time.sleep(600)", effects="pure")
kernel_app.use(app)
"""
ENDLESS = scene.fenced(
    "def warmth(degrees: float) -> str:\n    while True:\n        degrees += 1\n"
)


def _says(request: Request) -> Any:
    if request.messages[-1].get("role") == "tool":
        return "Done."
    return Reply(calls=(call("lasting", {}),)) if "lasting" in request.last else "one two three"


TALK = Rule(_says, when=lambda request: not scene.step(request), times=None)


@pytest.fixture
def world(kernel: Kernel, tmp_path: Path) -> Iterator[Callable[..., FaultServer]]:
    """Opens a server with rules, and a fresh store of the kernel that asks it."""
    opened: list[FaultServer] = []

    def open_(*rules: Any, embeddings: str = "") -> FaultServer:
        server = FaultServer([*rules, TALK])
        opened.append(server)
        store = str(tmp_path / "store")
        kernel.ok(SET_UP.format(store=store, url=server.url, embeddings=embeddings))
        return server

    yield open_
    # An exception that arrives while garbage is collected may be lost: leave none behind.
    kernel.ok("del app\nkernel_app.use(None)\nimport gc\ngc.collect()")
    for each in opened:
        each.close()


def interrupted(
    kernel: Kernel, cell: str, ready: Callable[[], bool] | None = None, sign: str = ""
) -> Outcome:
    """Interrupt *cell* when *ready*, or when *sign* is shown; it must end by that."""
    request, done = kernel.begin(cell), False
    if ready is not None:
        eventually(ready)
        kernel.manager.interrupt_kernel()

    def seen(kind: str, content: dict[str, Any]) -> None:
        nonlocal done
        text = content.get("text", "") or str(content.get("data", {}).get("text/plain", ""))
        if sign and not done and sign in text and kind != "execute_input":
            done = True
            kernel.manager.interrupt_kernel()

    outcome = kernel.finish(request, seen)
    assert done or ready is not None, outcome.error
    assert outcome.error.startswith("KeyboardInterrupt"), outcome.error
    assert kernel.ok("6 * 7").lines == ["42"]
    return outcome


def busy_below(kernel: Kernel) -> list[psutil.Process]:
    """Processes below the kernel that are computing."""
    found = psutil.Process(kernel.manager.provisioner.pid).children(recursive=True)
    return [each for each in found if each.is_running() and each.status() == psutil.STATUS_RUNNING]


def resumes(kernel: Kernel, line: str = "%babyagi resume") -> None:
    assert kernel.ok("app.builds()[0].state").lines == ["'stopped'"]
    assert "build done" in kernel.ok(line).text


@pytest.mark.parametrize("at", ["plan", "tests", "code"])
def test_while_a_build_waits_for_the_model(
    kernel: Kernel, world: Callable[..., FaultServer], at: str
) -> None:
    server = world(*scene.answering())
    server.inject(faults.stall().once(), when=lambda request: scene.step(request) == at)

    def waiting() -> bool:
        return any(scene.step(each) == at for each in server.requests)

    interrupted(kernel, "%babyagi build 'how warm'", waiting)
    before = len(server.requests)
    resumes(kernel)
    asked = [scene.step(each) for each in server.requests[before:]]
    assert asked == ["plan", "tests", "code"][["plan", "tests", "code"].index(at) :]


def test_while_an_answer_comes_in_drops(kernel: Kernel, world: Callable[..., FaultServer]) -> None:
    server = world(*scene.answering())
    server.inject(faults.body_stalls().once(), after=1)
    interrupted(kernel, "%babyagi build 'how warm'", lambda: len(server.requests) == 2)
    resumes(kernel)


def test_while_the_gate_tries_code(kernel: Kernel, world: Callable[..., FaultServer]) -> None:
    good = scene.fenced(scene.CODE["warmth"])
    server = world(*scene.answering({"code": ENDLESS, "repair": good}))
    interrupted(kernel, "%babyagi build 'how warm'", sign="in the sandbox")
    eventually(lambda: not busy_below(kernel), "code goes on in the sandbox")
    resumes(kernel)
    assert [scene.step(each) for each in server.requests] == ["plan", "tests", "code", "repair"]


def test_while_a_role_is_built_for(kernel: Kernel, world: Callable[..., FaultServer]) -> None:
    server = world(*scene.answering())
    server.inject(faults.stall().once(), after=2)
    interrupted(kernel, "%babyagi self_build 'a cook' n=1", lambda: len(server.requests) == 3)
    states = kernel.ok("sorted((each.parent is None, each.state) for each in app.builds())").lines
    assert states == ["[(False, 'stopped'), (True, 'stopped')]"]
    assert "build done" in kernel.ok("%babyagi resume").text
    states = kernel.ok("{each.state for each in app.builds()}").lines
    assert states == ["{'done'}"]


@pytest.mark.parametrize("line", ["chat hi there", "ask hi there"])
@pytest.mark.parametrize("fault", ["stall", "stream_stall"])
def test_while_a_model_talks(
    kernel: Kernel, world: Callable[..., FaultServer], line: str, fault: str
) -> None:
    server = world()
    server.inject(faults.ALL[fault].once())
    interrupted(kernel, f"%babyagi {line}", lambda: len(server.requests) == 1)
    assert "one two three" in kernel.ok(f"%babyagi {line} again").text


def test_while_a_chat_calls_a_function(kernel: Kernel, world: Callable[..., FaultServer]) -> None:
    world()
    interrupted(kernel, "%babyagi chat functions=lasting call lasting", sign="at work")
    assert kernel.ok("%babyagi chat --new hi").lines[-1] == "one two three"


def test_while_vectors_are_waited_for(kernel: Kernel, world: Callable[..., FaultServer]) -> None:
    server = world(Rule(faults.stall().once(), path="embeddings"), embeddings="vectors")
    interrupted(kernel, "%babyagi find mean of numbers", lambda: len(server.requests) == 1)
    assert "average" in kernel.ok("%babyagi find average").text


def test_while_a_server_says_what_it_has(kernel: Kernel, world: Callable[..., FaultServer]) -> None:
    server = world(Rule(faults.stall().once(), path="/models"))
    interrupted(kernel, "%babyagi model", lambda: len(server.requests) == 1)
    assert "scripted" in kernel.ok("%babyagi model").text


def test_while_it_waits_to_ask_again(kernel: Kernel, world: Callable[..., FaultServer]) -> None:
    server = world(*scene.answering())
    server.inject(faults.rate_limited(after=60))
    interrupted(kernel, "%babyagi build 'how warm'", lambda: len(server.requests) == 1)
    resumes(kernel)
