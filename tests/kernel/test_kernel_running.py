"""Runs in real kernels: async, interrupts, several kernels on one store, a killed one."""

from __future__ import annotations

from typing import Any

import pytest
from kernel_bench import bench_fixture, kernel_fixture  # noqa: F401 - fixtures

pytestmark = pytest.mark.xdist_group("kernel-running")

ASYNC = (
    "%%babyagi_function\nimport asyncio\nasync def wait_a_moment(n: float = 0):\n"
    "    await asyncio.sleep(n)\n    return n"
)
BLOCKING = (
    "%%babyagi_function\nimport threading\ndef forever():\n"
    "    print('begun', flush=True)\n    threading.Event().wait()"
)
ASYNC_BLOCKING = (
    "%%babyagi_function\nimport asyncio\nasync def forever_async():\n"
    "    print('begun', flush=True)\n    await asyncio.Event().wait()"
)


def when_begun(act: Any) -> Any:
    """Call *act* when the running function has printed that it began."""
    done = []

    def seen(kind: str, content: dict[str, Any]) -> None:
        if kind == "stream" and "begun" in content["text"] and not done:
            done.append(True)
            act()

    return seen


def test_an_async_function_is_awaited_on_the_cells_own_loop(kernel: Any) -> None:
    kernel.ok(ASYNC)
    kernel.ok(
        "%%babyagi_function\nimport asyncio\nasync def which_loop():\n"
        "    return id(asyncio.get_running_loop())"
    )
    assert kernel.ok("%babyagi run wait_a_moment").lines == ["0"]
    assert kernel.ok("x = %babyagi run wait_a_moment n=0.01\nx * 100").lines == ["1.0"]
    assert kernel.ok("for i in range(2):\n    %babyagi run wait_a_moment\nprint(i)").printed == (
        "1\n"
    )
    kernel.ok("import asyncio\nloop = id(asyncio.get_running_loop())")
    assert kernel.ok("y = %babyagi run which_loop\ny == loop").lines == ["True"]
    assert kernel.ok("await wait_a_moment(0)").lines == ["0"]


def test_a_time_limit_ends_an_async_run_as_a_timeout(kernel: Any) -> None:
    kernel.ok(ASYNC)
    outcome = kernel.run("%babyagi run wait_a_moment 60 --timeout 0.05")
    assert outcome.error.startswith("RunTimeout: wait_a_moment@1 took longer than 0.05 s")
    assert "◷" in kernel.ok("%babyagi logs wait_a_moment limit=1").text


@pytest.mark.parametrize(
    ("cell", "code", "name"),
    [
        (BLOCKING, "forever()", "forever"),
        (BLOCKING, "%babyagi run forever", "forever"),
        (ASYNC_BLOCKING, "%babyagi run forever_async", "forever_async"),
        (
            ASYNC_BLOCKING,
            "def inside():\n    %babyagi run forever_async\ninside()",
            "forever_async",
        ),
    ],
    ids=["called", "run", "awaited", "on the background loop"],
)
def test_an_interrupt_ends_a_run_as_interrupted(
    kernel: Any, cell: str, code: str, name: str
) -> None:
    kernel.ok(cell)
    request = kernel.begin(code)
    outcome = kernel.finish(request, when_begun(kernel.manager.interrupt_kernel))
    assert outcome.error.startswith("KeyboardInterrupt")
    assert "babyagi_nb" not in outcome.traceback
    assert (
        kernel.ok(
            "import babyagi_nb\n"
            f"row = babyagi_nb.get_logs({name!r}, limit=1)[0]\n"
            "print(row['log_type'], row['stdout'])"
        ).printed
        == "interrupted begun\n\n"
    )
    assert kernel.ok("1 + 1").lines == ["2"]


def test_a_version_activated_elsewhere_runs_from_the_next_cell_on(bench: Any, kernel: Any) -> None:
    other = bench.start()
    try:
        kernel.ok("%%babyagi_function\ndef shared(): return 'one'")
        assert other.ok("%babyagi run shared").lines == ["'one'"]
        other.ok("from babyagi_nb import get_func_instance\nshared = get_func_instance().shared")
        kernel.ok("%%babyagi_function\ndef shared(): return 'two'")
        assert other.ok("shared()").lines == ["'two'"]
        other.ok("%babyagi activate shared@1")
        assert kernel.ok("shared()").lines == ["'one'"]
        cells = kernel.ok(
            "import babyagi_nb\nprint(len({r['kernel'] for r in babyagi_nb.get_logs('shared')}))"
        )
        assert cells.printed == "2\n"
    finally:
        other.close()


def test_a_run_of_a_killed_kernel_is_lost_but_not_forgotten(bench: Any, kernel: Any) -> None:
    other = bench.start()
    try:
        other.ok(BLOCKING.replace("forever()", "doomed(word)"))
        begun = []
        request = other.begin("doomed('last words')")
        while not begun:
            message = other.client.get_iopub_msg(timeout=60)
            mine = message["parent_header"].get("msg_id") == request
            if mine and message["msg_type"] == "stream":
                begun.append(message)
        assert "▶" in kernel.ok("%babyagi logs doomed").text
        # Not by the manager's shutdown: that interrupts first, and an interrupted run is not lost.
        process = other.manager.provisioner.process
        process.kill()
        process.wait()
        shown = kernel.ok("%babyagi logs doomed status=lost").text
        assert "doomed@1" in shown
        assert "last words" in shown
        assert "▶" not in kernel.ok("%babyagi logs doomed").text
    finally:
        other.close()
