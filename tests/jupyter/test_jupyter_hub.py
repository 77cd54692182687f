"""Pages come, are told what is new, and go; time is beaten by the tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.jupyter.bridge import Bridge
from babyagi_nb.jupyter.hub import Hub


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Page:
    """One peer, and what it was sent."""

    def __init__(self, hub: Hub) -> None:
        self.got: list[dict[str, Any]] = []
        self.forgotten = False
        self.hub = hub
        self.peer = hub.join(self.got.append, self._forget)

    def _forget(self) -> None:
        self.forgotten = True

    def ask(self, op: str, **args: Any) -> dict[str, Any]:
        self.hub.receive(self.peer, {"v": 1, "id": 9, "op": op, "args": args}, main=True)
        return next(each for each in reversed(self.got) if "id" in each)

    def watch(self, runs: bool = True, definitions: bool = True) -> None:
        self.ask("subscribe", runs=runs, definitions=definitions)
        self.got.clear()

    def told(self, event: str) -> list[dict[str, Any]]:
        """Pushes of one kind since the last look."""
        found = [each for each in self.got if each.get("event") == event]
        self.got[:] = [each for each in self.got if each not in found]
        return found


@pytest.fixture(name="clock")
def clock_fixture() -> Clock:
    return Clock()


@pytest.fixture(name="hub")
def hub_fixture(app: BabyAGI, clock: Clock) -> Iterator[Hub]:
    app.add_function("hello", "def hello(n: int = 1): return n")
    hub = Hub(Bridge(lambda: app), clock=clock, threaded=False)
    yield hub
    hub.close()


@pytest.fixture(name="page")
def page_fixture(hub: Hub) -> Page:
    return Page(hub)


def test_a_run_is_pushed_to_who_wants_runs(app: BabyAGI, hub: Hub, page: Page) -> None:
    other = Page(hub)
    page.watch(definitions=False)
    other.watch(runs=False)
    app.hello(3)
    hub.beat()
    (push,) = page.told("runs")
    assert [(row["function"], row["status"], row["result_line"]) for row in push["runs"]] == [
        ("hello", "success", "3")
    ]
    assert other.told("runs") == []


def test_a_run_that_is_not_logged_is_settled_once_it_left_the_board(
    app: BabyAGI, hub: Hub, page: Page, clock: Clock
) -> None:
    began, finish = threading.Event(), threading.Event()
    app.namespace.update(began=began, finish=finish)
    app.add_function("quiet", "def quiet():\n    began.set()\n    finish.wait(30)", log="errors")
    page.watch(definitions=False)
    thread = threading.Thread(target=app.quiet)
    thread.start()
    began.wait(30)
    hub.beat()
    (push,) = page.told("runs")
    (row,) = push["runs"]
    assert (row["status"], push["gone"]) == ("started", [])
    clock.now += 3
    hub.beat()
    assert page.told("runs") == [], "it still runs"
    finish.set()
    thread.join()
    clock.now += 5
    hub.beat()
    (push,) = page.told("runs")
    assert (push["runs"], push["gone"]) == ([], [row["id"]])
    clock.now += 60
    hub.beat()
    assert page.told("runs") == [], "it is told once"


def test_short_runs_cause_no_question_to_the_log(
    app: BabyAGI, hub: Hub, page: Page, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.watch(definitions=False)
    asked: list[object] = []
    monkeypatch.setattr(app.queries, "runs", lambda wanted: asked.append(wanted) or [])
    for number in range(20):
        app.hello(number)
        clock.now += 1
        hub.beat()
    assert len(page.told("runs")) == 20
    assert asked == []


def test_nothing_new_is_no_push(hub: Hub, page: Page) -> None:
    page.watch()
    hub.beat()
    hub.beat()
    assert page.got == []


def test_a_burst_is_one_push_with_the_newest(app: BabyAGI, hub: Hub, page: Page) -> None:
    page.watch()
    for number in range(1000):
        app.hello(number)
    hub.beat()
    (push,) = page.told("runs")
    assert push["dropped"] == 1000 - len(push["runs"]) > 0
    assert push["runs"][-1]["result_line"] == "999"


def test_what_happened_since_the_subscription_is_told(app: BabyAGI, hub: Hub, page: Page) -> None:
    page.ask("subscribe", runs=True, definitions=True)
    app.hello()
    app.add_function("world", "def world(): return 1")
    hub.beat()
    assert len(page.told("runs")) == 1
    assert page.told("definitions")[0]["names"] == ["world"]


def test_a_change_of_another_kernel_is_told_with_the_names(tmp_path: Path) -> None:
    here = BabyAGI(tmp_path / "store", namespace={})
    there = BabyAGI(tmp_path / "store", namespace={})
    hub = Hub(Bridge(lambda: here), threaded=False)
    page = Page(hub)
    page.watch()
    there.add_function("hello", "def hello(): return 1")
    there.add_function("world", "def world(): return 2")
    hub.beat()
    (push,) = page.told("definitions")
    assert push["names"] == ["hello", "world"]
    assert push["generation"] == here.catalogue.generation
    here.close()
    there.close()


def test_a_page_that_unsubscribed_is_told_nothing(app: BabyAGI, hub: Hub, page: Page) -> None:
    page.watch()
    page.watch(runs=False, definitions=False)
    app.hello()
    hub.beat()
    assert page.got == []


def test_a_silent_page_is_pinged_then_spared_and_heard_again(
    app: BabyAGI, hub: Hub, page: Page, clock: Clock
) -> None:
    page.watch()
    clock.now += 30
    hub.beat()
    assert len(page.told("ping")) == 1
    clock.now += 50
    app.hello()
    hub.beat()
    assert page.told("runs") == []
    page.ask("alive")
    hub.beat()
    app.hello()
    hub.beat()
    assert len(page.told("runs")) == 1


def test_a_page_that_answers_pings_goes_on_being_told(
    app: BabyAGI, hub: Hub, page: Page, clock: Clock
) -> None:
    page.watch()
    for _ in range(10):
        clock.now += 30
        hub.beat()
        assert page.told("ping")
        page.ask("alive")
    app.hello()
    hub.beat()
    assert page.told("runs")


def test_a_page_that_is_silent_for_an_hour_is_forgotten(hub: Hub, page: Page, clock: Clock) -> None:
    clock.now += 4000
    hub.beat()
    assert page.forgotten


def test_a_page_that_cannot_be_reached_harms_no_other(app: BabyAGI, hub: Hub, page: Page) -> None:
    def unreachable(message: dict[str, Any]) -> None:
        raise OSError("gone")

    peer = hub.join(unreachable)
    hub.receive(
        peer,
        {"v": 1, "id": 1, "op": "subscribe", "args": {"runs": True, "definitions": True}},
        main=True,
    )
    page.watch()
    app.hello()
    hub.beat()
    assert page.told("runs")


def test_what_a_form_prints_is_told_before_its_result(app: BabyAGI, hub: Hub, page: Page) -> None:
    app.add_function("say", "def say():\n    print('one')\n    print('two')")
    page.ask("functions.run", name="say", arguments={}, ticket=4)
    assert [each.get("event", "answer") for each in page.got] == ["printed", "answer"]
    assert page.got[0] == {"v": 1, "event": "printed", "ticket": 4, "text": "one\ntwo\n"}


def test_what_a_form_prints_is_told_while_it_runs(app: BabyAGI, hub: Hub, page: Page) -> None:
    app.namespace["beat"] = hub.beat
    app.add_function("say", "def say():\n    print('one')\n    beat()\n    return 2")
    page.ask("functions.run", name="say", arguments={}, ticket=4)
    assert [each["text"] for each in page.told("printed")] == ["one\n"]


def test_a_flood_of_printed_text_is_cut(app: BabyAGI, hub: Hub, page: Page) -> None:
    app.add_function("say", "def say():\n    print('x' * 10_000_000)")
    page.ask("functions.run", name="say", arguments={}, ticket=4)
    (push,) = page.told("printed")
    assert len(push["text"]) < 70_000
    assert push["text"].startswith("… 9936001 characters …")


@pytest.mark.parametrize("message", [None, 7, "x", [], {}, {"v": 1}, {"v": 1, "id": 2}])
def test_garbage_is_answered(hub: Hub, page: Page, message: object) -> None:
    hub.receive(page.peer, message, main=True)
    assert page.got[-1]["error"]["code"] in ("BadRequest", "Version")


def test_another_store_of_the_kernel_is_told(app: BabyAGI, clock: Clock) -> None:
    present = [app]
    hub = Hub(Bridge(lambda: present[0]), clock=clock, threaded=False)
    page = Page(hub)
    page.watch()
    hub.beat()
    other = BabyAGI(":memory:", namespace={})
    other.add_function("else_", "def else_(): return 1")
    present[0] = other
    hub.beat()
    assert "another store" in page.told("notice")[0]["message"]
    assert page.told("definitions")[0]["names"] == []
    other.else_()
    hub.beat()
    other.else_()
    hub.beat()
    assert page.told("runs")
    other.close()


def test_a_store_that_is_closed_is_not_opened_to_look(app: BabyAGI, clock: Clock) -> None:
    opened: list[bool] = []

    def find() -> BabyAGI:
        opened.append(True)
        return app

    hub = Hub(Bridge(find, lambda: None), clock=clock, threaded=False)
    Page(hub).watch()
    hub.beat()
    assert opened == []


def test_a_log_that_cannot_be_read_stops_nothing(
    app: BabyAGI, hub: Hub, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.watch()

    def refuse() -> None:
        raise OSError("no")

    with monkeypatch.context() as patch:
        patch.setattr(app, "refresh", refuse)
        hub.beat()
    app.hello()
    hub.beat()
    assert page.told("runs")


# -- the thread ----------------------------------------------------------------------------------


def test_the_thread_lives_while_somebody_listens_and_ends_with_the_hub(app: BabyAGI) -> None:
    app.add_function("hello", "def hello(n: int = 1): return n")
    arrived = threading.Event()
    hub = Hub(Bridge(lambda: app))
    assert not named_threads()

    def send(message: dict[str, Any]) -> None:
        if message.get("event") == "runs":
            arrived.set()

    peer = hub.join(send)
    request = {"v": 1, "id": 1, "op": "subscribe", "args": {"runs": True, "definitions": True}}
    hub.receive(peer, request, main=True)
    app.hello()
    assert arrived.wait(30)
    hub.close()
    assert not named_threads()


def named_threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name == "babyagi-hub"]


def test_a_hub_that_is_closed_begins_no_thread(app: BabyAGI) -> None:
    hub = Hub(Bridge(lambda: app))
    hub.close()
    Page(hub).watch()
    assert not named_threads()
