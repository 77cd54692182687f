"""The explorer in a real kernel: gestures of a page arrive, and disturb no cell."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

SETUP = """
import sys
sys.path[:0] = {paths!r}
from test_widgets_explorer import FakeQueries
from widget_records import PIPELINE
from babyagi_nb.widgets import LogExplorer
fired = []
get_ipython().events.register("pre_execute", lambda: fired.append("cell"))
explorer = LogExplorer(FakeQueries(PIPELINE))
explorer
"""
LIMIT = 30


@pytest.fixture(scope="module")
def kernel() -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run_cell(client: BlockingKernelClient, code: str) -> list[dict[str, Any]]:
    """Outputs of *code*, as a front end would receive them."""
    found: list[dict[str, Any]] = []
    reply = client.execute_interactive(
        code, timeout=LIMIT, output_hook=lambda message: found.append(message)
    )
    assert reply["content"]["status"] == "ok", reply["content"]
    return found


def value(client: BlockingKernelClient, expression: str) -> str:
    outputs = run_cell(client, expression)
    [result] = [each for each in outputs if each["msg_type"] == "execute_result"]
    text: str = result["content"]["data"]["text/plain"]
    return text


def test_a_choice_in_the_page_fills_the_detail_without_cell_events(
    kernel: BlockingKernelClient,
) -> None:
    here = Path(__file__).parent
    outputs = run_cell(kernel, SETUP.format(paths=[str(here.parents[1]), str(here)]))
    [shown] = [each for each in outputs if each["msg_type"] == "execute_result"]
    assert "application/vnd.jupyter.widget-view+json" in shown["content"]["data"]
    assert "plot@2" in shown["content"]["data"]["text/plain"]

    model = value(kernel, "explorer._parts.rows.model_id").strip("'")
    before = int(value(kernel, "len(fired)"))
    update = {"method": "update", "state": {"index": 2}, "buffer_paths": []}
    message = kernel.session.msg("comm_msg", {"comm_id": model, "data": update})
    kernel.shell_channel.send(message)
    wait_until_idle(kernel, message["header"]["msg_id"])

    assert value(kernel, "explorer.model.state.selected.function") == "'plot'"
    # Two expressions ran since; the page's gesture itself fired nothing.
    assert int(value(kernel, "len(fired)")) == before + 2


def wait_until_idle(client: BlockingKernelClient, cause: str) -> None:
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        message = client.get_iopub_msg(timeout=LIMIT)
        idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
        if idle and message["parent_header"].get("msg_id") == cause:
            return
    raise AssertionError("the kernel did not answer")
