"""Pages and the installed ipykernel: requests and news beside a busy cell, nothing disturbed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kernel_bench import Bench, Kernel, bench_fixture, kernel_fixture  # noqa: F401 - fixtures

from benchmarks.page import Page

SETUP = """
import os, time
def wait_for(path):
    while not os.path.exists(path):
        time.sleep(0.01)
"""
FUNCTIONS = """%%babyagi_function
import time

def hello(n: int = 1):
    print("hello", n)
    return n

def last():
    while True:
        time.sleep(0.01)
"""


@pytest.fixture(scope="module", name="ready")
def ready_fixture(kernel: Kernel) -> Kernel:
    kernel.ok(SETUP)
    kernel.ok("%load_ext babyagi_nb")
    kernel.ok(FUNCTIONS)
    return kernel


@pytest.fixture(name="page")
def page_fixture(ready: Kernel) -> Page:
    page = Page(ready.client)
    # As every page does: a message that overtakes the opening goes to the shell it names.
    page.ask("hello", client="test", v=1)
    return page


_gates = itertools.count()


class Busy:
    """A cell that goes on until it is let go."""

    def __init__(self, kernel: Kernel, page: Page, gate: Path, before: str, after: str) -> None:
        self.page = page
        self.gate = gate
        code = f"{before}\nprint('busy')\nwait_for({str(gate)!r})\n{after}"
        self.request = kernel.begin(code)
        page.until(lambda: self.printed("busy"))

    def printed(self, text: str) -> bool:
        return any(text in each["content"].get("text", "") for each in self.messages("stream"))

    def messages(self, kind: str) -> list[dict[str, Any]]:
        """What was published for the cell."""
        return [
            each
            for each in self.page.seen
            if each["msg_type"] == kind and each["parent_header"].get("msg_id") == self.request
        ]

    @property
    def is_over(self) -> bool:
        states = [each["content"]["execution_state"] for each in self.messages("status")]
        return "idle" in states


@pytest.fixture(name="busy")
def busy_fixture(ready: Kernel, page: Page, tmp_path: Path) -> Any:
    @contextmanager
    def busy(before: str = "", after: str = "") -> Iterator[Busy]:
        cell = Busy(ready, page, tmp_path / f"gate-{next(_gates)}", before, after)
        try:
            yield cell
            assert not cell.is_over
        finally:
            cell.gate.touch()
            page.until(lambda: cell.is_over)

    return busy


def test_a_kernel_of_ours_is_known_by_a_marker_that_nobody_is_told_of(
    page: Page, ready: Kernel
) -> None:
    assert page.is_marked()
    opened = [each for each in page.seen if each["msg_type"] == "comm_open"]
    assert opened == []


def test_a_greeting_says_what_this_kernel_can(page: Page) -> None:
    hello = page.ask("hello", client="test again", v=1)
    assert hello["concurrent"] is True
    assert hello["store"].endswith(".babyagi")


def test_requests_are_answered_while_a_cell_is_busy(page: Page, busy: Any) -> None:
    with busy():
        assert page.ask("functions.list")["rows"]
        assert page.ask("overview")["functions"] == 2
        assert page.ask("logs.page", filter={}, limit=5)["rows"] is not None


def test_many_requests_are_all_answered_in_order_while_a_cell_is_busy(
    page: Page, busy: Any
) -> None:
    with busy():
        numbers = [page.begin("alive") for _ in range(200)]
        page.finish(numbers[-1])
        assert [*page.answers][-200:] == numbers


def test_a_run_is_seen_while_the_cell_that_made_it_is_busy(page: Page, busy: Any) -> None:
    page.ask("subscribe", runs=True, definitions=True)
    with busy("hello(41)"):
        row = page.until(lambda: page.told("hello", "success"))
        assert row["result_line"] == "41"


def test_news_has_no_parent_and_changes_no_way_of_an_answer(page: Page, busy: Any) -> None:
    page.ask("subscribe", runs=True, definitions=True)
    with busy("hello(42)"):
        page.until(lambda: page.told("hello", "success"))
        # Had the push been sent the usual way, this would wait for the cell.
        page.ask("alive")
    ours = [each for each in page.seen if each["content"].get("comm_id") == page.comm]
    assert all(not each["parent_header"] for each in ours)


def test_code_of_the_user_waits_for_the_main_shell(page: Page, busy: Any) -> None:
    with busy():
        number = page.begin("functions.run", {"name": "hello", "arguments": {"n": 5}, "ticket": 1})
        page.ask("alive")
        assert number not in page.answers
    assert page.finish(number)["ok"]["output"] == 5
    (printed,) = (each for each in page.pushes if each["event"] == "printed")
    assert printed["text"] == "hello 5\n"


def test_an_interrupt_reaches_a_run_of_a_form(page: Page, ready: Kernel) -> None:
    page.ask("subscribe", runs=True, definitions=True)
    number = page.begin("functions.run", {"name": "last", "arguments": {}, "ticket": 1})
    page.until(lambda: page.told("last", "started"))
    ready.manager.interrupt_kernel()
    assert page.finish(number)["ok"]["run"]["status"] == "interrupted"
    assert page.ask("functions.run", name="hello", arguments={}, ticket=2)["output"] == 1


def test_what_a_form_does_fires_no_events_of_cells(page: Page, ready: Kernel) -> None:
    ready.ok(
        "fired = []\nfor _event in ('pre_execute', 'post_execute', 'pre_run_cell'):\n"
        "    get_ipython().events.register(_event, lambda *info: fired.append(1))"
    )
    before = int(ready.ok("len(fired)").lines[0])
    page.ask("alive")
    page.ask("functions.run", name="hello", arguments={}, ticket=1)
    page.ask("overview")
    # This cell itself fires two before it is run, and the one before it one at its end.
    assert int(ready.ok("len(fired)").lines[0]) == before + 3


def test_a_half_made_figure_stays_with_its_cell(page: Page, busy: Any, ready: Kernel) -> None:
    ready.ok("%matplotlib inline\nimport matplotlib.pyplot as plt")
    with busy("plt.plot([1, 2])", "plt.title('whole')") as cell:
        for _ in range(5):
            page.ask("overview")
        assert cell.messages("display_data") == []
    (shown,) = cell.messages("display_data")
    assert "image/png" in shown["content"]["data"]
    assert [each for each in page.seen if each["msg_type"] == "display_data"] == [shown]


def test_what_a_cell_prints_is_complete_while_pages_ask(page: Page, busy: Any) -> None:
    with busy("", "for i in range(300): print(i)") as cell:
        for _ in range(20):
            page.begin("overview")
    text = "".join(each["content"]["text"] for each in cell.messages("stream"))
    assert text.split() == ["busy", *map(str, range(300))]


def test_other_messages_are_answered_as_before(page: Page, ready: Kernel) -> None:
    page.ask("overview")
    assert "hello" in ready.complete("hel")
    assert ready.ok("1 + 1").lines == ["2"]


def test_a_page_on_the_main_shell_is_served_when_the_cell_is_done(ready: Kernel, busy: Any) -> None:
    old = Page(ready.client, subshell=False)
    old.ask("hello", client="old", v=1)
    with busy():
        number = old.begin("alive")
    assert "ok" in old.finish(number)


def test_a_stored_function_of_a_form_is_bound_in_the_notebook(page: Page, ready: Kernel) -> None:
    page.ask("functions.register", cell="%%babyagi_function\ndef newcomer(): return 8")
    assert ready.ok("newcomer()").lines == ["8"]


PANEL = """
import pathlib, babyagi_nb, babyagi_nb.widgets.panel as panel
panel._FOLDER = pathlib.Path({folder!r})
"""


@pytest.fixture(name="built")
def built_fixture(ready: Kernel, tmp_path: Path) -> None:
    """Panels need the front end; a kernel needs only to know that it is there."""
    (tmp_path / "panel.js").write_text("export default {render() {}}", encoding="utf-8")
    ready.ok(PANEL.format(folder=str(tmp_path)))


def opened(page: Page) -> dict[str, Any]:
    """The widget of a panel among those that were announced."""
    return next(
        each["content"]
        for each in page.seen
        if each["msg_type"] == "comm_open" and "section" in each["content"]["data"]["state"]
    )


@pytest.mark.usefixtures("built")
def test_a_panel_that_was_shown_is_answered_while_a_cell_is_busy(page: Page, busy: Any) -> None:
    with busy("display(babyagi_nb.panel('logs', 'hello'))"):
        """The panel is there."""
    state = opened(page)["data"]["state"]
    assert (state["section"], state["name"]) == ("logs", "hello")
    page.enter(opened(page)["comm_id"])
    with busy("hello(43)"):
        page.ask("subscribe", runs=True, definitions=True)
        assert page.ask("overview")["functions"] >= 2
        number = page.begin("functions.run", {"name": "hello", "arguments": {"n": 6}, "ticket": 1})
        page.ask("alive")
        assert number not in page.answers
    assert page.finish(number)["ok"]["output"] == 6
    page.until(lambda: page.told("hello", "success"))


@pytest.mark.usefixtures("built")
def test_a_panel_shown_by_a_cell_that_goes_on_is_answered_meanwhile(page: Page, busy: Any) -> None:
    with busy("display(babyagi_nb.panel('graph'))"):
        page.enter(opened(page)["comm_id"])
        page.ask("hello", client="test", v=1)


def test_leaving_closes_the_comms_and_takes_the_marker_away(page: Page, ready: Kernel) -> None:
    request = ready.begin("%unload_ext babyagi_nb")
    page.until(
        lambda: any(
            each["msg_type"] == "comm_close" and each["content"]["comm_id"] == page.comm
            for each in page.seen
        )
    )
    ready._reply(ready.client.get_shell_msg, request)
    assert not page.is_marked()
    ready.ok("%load_ext babyagi_nb")
    assert Page(ready.client).ask("alive") is None
