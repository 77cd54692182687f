"""Builds and conversations from a page: what it is told while they go on, and its word in them."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from babyagi_nb.app import BabyAGI
from babyagi_nb.jupyter.bridge import Bridge
from babyagi_nb.jupyter.feed import BuildFeed, ChatFeed
from babyagi_nb.jupyter.hub import Hub
from babyagi_nb.jupyter.underway import Underway, underway_of
from babyagi_nb.testing import Reply, Rule, ScriptedModel, call, faults
from babyagi_nb.testing.script import Script

sys.path.insert(0, str(Path(__file__).parents[1] / "agent" / "building"))

import building_bench as bench

ONE = {
    "functions": [each for each in bench.PLAN["functions"] if each["name"] == "label_of"],
    "main": "label_of",
}
HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) \x1b[31mred\x1b[0m \u202eexe.txt"


class Page:
    """A page over a hub; *main* of ``ask`` says in which shell it is heard."""

    def __init__(self, app: BabyAGI) -> None:
        self.hub = Hub(Bridge(lambda: app, concurrent=True), threaded=False)
        self.got: list[dict[str, Any]] = []
        self.peer = self.hub.join(self.got.append)
        self.builds: dict[int, dict[str, Any]] = {}
        self.parts: dict[int, dict[str, Any]] = {}

    def answer(self, op: str, main: bool = True, **args: Any) -> dict[str, Any]:
        message = {"v": 1, "id": 5, "op": op, "args": args}
        self.hub.receive(self.peer, message, main=main)
        return next(each for each in reversed(self.got) if "id" in each)

    def ask(self, op: str, main: bool = True, **args: Any) -> Any:
        answer = self.answer(op, main, **args)
        assert "ok" in answer, answer
        return answer["ok"]

    def refused(self, op: str, **args: Any) -> dict[str, str]:
        found: dict[str, str] = self.answer(op, **args)["error"]
        return found

    def look(self) -> list[dict[str, Any]]:
        """The pushes of a beat, put together as a page does."""
        self.got.clear()
        self.hub.beat()
        for each in self.got:
            for step in each.get("steps", ()):
                self.builds[step["n"]] = step
            for part in each.get("parts", ()):
                self.parts[part["n"]] = part
        return [each for each in self.got if "event" in each]


@pytest.fixture(name="model")
def model_fixture() -> ScriptedModel:
    return ScriptedModel(bench.answering(plan=ONE))


@pytest.fixture(name="scripted")
def scripted_fixture(tmp_path: Path, model: ScriptedModel) -> Iterator[BabyAGI]:
    app = BabyAGI(tmp_path / "store", namespace={"sent": []}, model=model)
    vars(app)["_workshop"] = bench.quick(app)
    app.add_function("add", "def add(a: int, b: int) -> int:\n    return a + b", effects="pure")
    app.add_function(
        "post", "def post(text: str) -> int:\n    sent.append(text)\n    return 1", effects="once"
    )
    yield app
    app.close()


@pytest.fixture(name="page")
def page_fixture(scripted: BabyAGI) -> Iterator[Page]:
    page = Page(scripted)
    page.ask("hello", client="test", v=1)
    page.ask("alive", main=False)
    yield page
    page.hub.close()


def say(model: ScriptedModel, *replies: Any) -> None:
    model.script = Script([each if isinstance(each, Rule) else Rule(each) for each in replies])


# -- builds --------------------------------------------------------------------------------------


def test_a_build_is_told_step_by_step_and_its_drafts_can_be_reviewed(page: Page) -> None:
    done = page.ask("builds.start", task="Say whether a price is low.")
    assert (done["state"], done["main"], done["here"]) == ("done", "label_of", False)
    (made,) = done["made"]
    assert (made["name"], made["version"], made["state"]) == ("label_of", 1, "draft")
    (push,) = [each for each in page.look() if each["event"] == "build"]
    assert (push["state"], push["spent"]["calls"]) == ("done", 3)
    assert [(each["step"], each["state"]) for each in page.builds.values()] == [
        ("search", "ended"), ("plan", "ended"), ("tests", "ended"), ("code", "ended"),
        ("gate", "ended"), ("register", "ended"),
    ]  # fmt: skip
    assert page.ask("builds.get", build=done["id"])["steps"] == list(page.builds.values())
    assert page.ask("drafts.review", name="label_of", version=1)["origin"] == "model:scripted"


def test_every_page_sees_the_build_while_it_goes_on(
    page: Page, scripted: BabyAGI, model: ScriptedModel
) -> None:
    other = Page(scripted)
    other.ask("hello", client="test", v=1)
    seen: list[Any] = []

    def answer(request: Any) -> Any:
        other.look()
        seen.append([each["step"] for each in other.builds.values() if each["state"] == "began"])
        (row,) = other.ask("builds.list", main=False)
        assert (row["state"], row["here"]) == ("running", True)
        return next(iter(bench.answering(plan=ONE))).items[0].said(request)

    say(model, Rule(answer, times=None))
    page.ask("builds.start", task="Say whether a price is low.")
    assert seen == [["plan"], ["tests"], ["code"]]
    other.hub.close()


def test_a_build_that_ran_out_says_so_and_goes_on_from_the_page(page: Page) -> None:
    stopped = page.ask("builds.start", task="Say whether a price is low.", calls=2)
    assert stopped["state"] == "stopped"
    assert "the budget of 2 calls is spent" in stopped["message"]
    done = page.ask("builds.resume", build=stopped["id"], calls=9)
    assert (done["state"], done["spent"]["calls"]) == ("done", 3)
    assert {each["state"] for each in page.ask("builds.get", build=done["id"])["steps"]} == {
        "known", "ended",
    }  # fmt: skip
    assert page.refused("builds.resume", build=done["id"])["code"] == "BuildError"


def test_the_steps_of_a_next_sitting_are_newer_than_those_before() -> None:
    underway = Underway()
    first = underway.build_feed("b")
    first.end("stopped", "")
    second = underway.build_feed("b")
    assert second.parts == []
    assert second.revision > first.revision


def test_a_limit_of_nothing_is_no_limit(page: Page) -> None:
    done = page.ask("builds.start", task="Say whether a price is low.", calls=0, cost=0.0)
    assert done["state"] == "done"


def test_builds_for_a_role_are_one_row(page: Page, model: ScriptedModel) -> None:
    tasks = {"tasks": [{"task": "Say whether a price is low.", "feasible": 9}]}
    model.script = Script(bench.answering({("tasks", ""): tasks}, plan=ONE))
    done = page.ask("builds.self_build", role="a shopkeeper", n=1)
    assert (done["message"], done["spent"]["calls"]) == ("1 of 1 tasks built", 4)
    assert [each["id"] for each in page.ask("builds.list")] == [done["id"]]
    page.look()
    assert [each["step"] for each in page.builds.values()][:3] == ["search", "tasks", "task"]


def test_a_build_is_stopped_by_a_request_beside_it(page: Page, model: ScriptedModel) -> None:
    def answer(request: Any) -> Any:
        stopper = threading.Thread(target=lambda: page.ask("stop", main=False))
        stopper.start()
        # The interrupt comes to this thread, in this wait or right behind it.
        stopper.join(30)
        for _ in range(10_000_000):
            pass
        raise AssertionError("it was not stopped")

    say(model, Rule(answer, times=None))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        done = page.ask("builds.start", task="Say whether a price is low.")
    finally:
        signal.signal(signal.SIGINT, before)
    assert done["state"] == "stopped"
    assert "interrupted" in done["message"]
    page.look()
    assert [each["state"] for each in page.builds.values()] == ["ended", "failed"]


def test_nothing_is_stopped_where_no_page_began_anything(page: Page) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert page.ask("stop", main=False) is False
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_build_of_another_kernel_is_seen_and_not_touched(
    page: Page, scripted: BabyAGI, model: ScriptedModel
) -> None:
    steps = scripted._store.builds.begin({"task": "somebody else's", "model": "m"})
    try:
        (row,) = page.ask("builds.list")
        assert (row["state"], row["here"]) == ("running", False)
        assert page.refused("builds.resume", build=row["id"])["code"] == "StoreLocked"
    finally:
        steps.close()
    # A process that is just being started may hold the file for a moment longer.
    end, pause = time.monotonic() + 20, threading.Event()
    while page.ask("builds.list")[0]["state"] == "running" and time.monotonic() < end:
        pause.wait(0.01)
    assert page.ask("builds.list")[0]["state"] == "stopped"


def test_a_build_that_is_not_there_is_said(page: Page) -> None:
    assert page.refused("builds.get", build="01K0NOTHING")["code"] == "NotFound"


# -- conversations -------------------------------------------------------------------------------


def posting(text: str = "hi") -> Reply:
    return Reply(calls=(call("post", {"text": text}),))


def kinds(page: Page) -> list[tuple[str, str]]:
    return [(each["kind"], each["status"]) for each in page.parts.values()]


def test_a_turn_is_told_and_kept(page: Page, scripted: BabyAGI, model: ScriptedModel) -> None:
    say(model, Reply(calls=(call("add", {"a": 2, "b": 3}),)), "It is five.", "Six.")
    chat = page.ask("chat.new")
    assert page.ask("chat.say", chat=chat, text="2 + 3?") == "stop"
    page.look()
    assert kinds(page) == [("said", ""), ("call", "done"), ("text", ""), ("turn", "stop")]
    assert page.parts[1]["note"] == "5"
    assert page.ask("logs.detail", id=page.parts[1]["run"])["function"] == "tool"
    (row,) = page.ask("chat.list")
    assert (row["id"], row["title"], row["turns"]) == (chat, "2 + 3?", 1)
    page.ask("chat.say", chat=chat, text="and one more?")
    assert len(model.requests[-1].fields["messages"]) == 6


def test_a_kept_conversation_goes_on_in_another_kernel(
    page: Page, scripted: BabyAGI, model: ScriptedModel
) -> None:
    say(model, Reply(calls=(call("add", {"a": 2, "b": 3}),)), "It is five.", "Six.")
    chat = page.ask("chat.new")
    page.ask("chat.say", chat=chat, text="2 + 3?")
    del vars(scripted)["_underway"]
    shown = page.ask("chat.get", chat=chat)
    assert [(each["kind"], each["status"]) for each in shown["parts"]] == [
        ("said", ""), ("call", "done"), ("text", ""),
    ]  # fmt: skip
    page.ask("chat.say", chat=chat, text="and one more?")
    assert page.ask("chat.list")[0]["turns"] == 2


def answering(page: Page, yes: bool) -> Any:
    """A page that answers the next question as soon as it is told of it."""
    ask = page.hub._hear

    def hear(feed: Any, n: int) -> None:
        ask(feed, n)
        part = feed.parts[n] if 0 <= n < len(feed.parts) else {}
        if part.get("question") is not None:
            assert part["note"] == 'call post with {"text": "hi"}?'
            args = {"question": part["question"], "yes": yes}
            threading.Thread(target=lambda: page.ask("chat.answer", main=False, **args)).start()

    return hear


@pytest.mark.parametrize(
    ("yes", "status", "sent"), [(True, "done", ["hi"]), (False, "refused", [])]
)
def test_the_person_is_asked_before_a_call_that_does_more(
    page: Page, scripted: BabyAGI, model: ScriptedModel, yes: bool, status: str, sent: list[str]
) -> None:
    say(model, posting(), "Done.")
    underway_of(scripted).join(answering(page, yes))
    chat = page.ask("chat.new")
    assert page.ask("chat.say", chat=chat, text="post hi") == "stop"
    page.look()
    assert kinds(page)[1] == ("call", status)
    assert page.parts[1]["question"] is None
    assert scripted.namespace["sent"] == sent


def test_where_nobody_answers_in_time_the_answer_is_no(
    page: Page, scripted: BabyAGI, model: ScriptedModel
) -> None:
    say(model, posting(), "Then not.")
    underway_of(scripted).patience = 0.0
    chat = page.ask("chat.new")
    page.ask("chat.say", chat=chat, text="post hi")
    page.look()
    assert page.parts[1]["status"] == "refused"
    assert scripted.namespace["sent"] == []
    assert page.ask("chat.answer", question=1, yes=True) is False


def test_a_page_that_is_not_heard_beside_a_cell_is_not_waited_for(
    page: Page, scripted: BabyAGI, model: ScriptedModel
) -> None:
    say(model, posting(), "Then not.")
    underway_of(scripted).reachable = False
    chat = page.ask("chat.new")
    page.ask("chat.say", chat=chat, text="post hi")
    page.look()
    assert "cannot be asked" in page.parts[2]["text"]
    assert scripted.namespace["sent"] == []


def test_functions_that_were_chosen_are_called_without_asking(
    page: Page, scripted: BabyAGI, model: ScriptedModel
) -> None:
    say(model, posting(), "Done.")
    chat = page.ask("chat.new")
    page.ask("chat.say", chat=chat, text="post hi", functions=["post"])
    assert scripted.namespace["sent"] == ["hi"]
    assert page.refused("chat.say", chat=chat, text="x", functions=["pst"])["code"] == "NotFound"


def test_a_turn_that_fails_says_why_and_the_conversation_goes_on(
    page: Page, model: ScriptedModel
) -> None:
    say(model, Rule(faults.unauthorized()))
    chat = page.ask("chat.new")
    assert page.ask("chat.say", chat=chat, text="hi") == "error"
    page.look()
    assert kinds(page)[1:] == [("turn", "error"), ("error", "")]
    assert not page.ask("chat.get", chat=chat)["busy"]
    say(model, "Hello.")
    assert page.ask("chat.say", chat=chat, text="hi") == "stop"


def test_an_interrupt_while_a_question_waits_ends_the_turn(
    page: Page, scripted: BabyAGI, model: ScriptedModel
) -> None:
    say(model, posting())

    def hear(feed: Any, n: int) -> None:
        if 0 <= n < len(feed.parts) and feed.parts[n]["question"] is not None:
            threading.Thread(target=lambda: page.ask("stop", main=False)).start()

    underway_of(scripted).join(hear)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        chat = page.ask("chat.new")
        assert page.ask("chat.say", chat=chat, text="post hi") == "interrupted"
    finally:
        signal.signal(signal.SIGINT, before)
    page.look()
    assert kinds(page)[-1] == ("turn", "interrupted")
    assert scripted.namespace["sent"] == []


def test_what_acts_in_the_words_of_a_model_does_not_get_to_the_page(
    page: Page, model: ScriptedModel
) -> None:
    say(model, HOSTILE)
    chat = page.ask("chat.new")
    page.ask("chat.say", chat=chat, text="hi")
    page.look()
    assert "<script>alert(1)</script>" in page.parts[1]["text"]
    assert "\x1b" not in page.parts[1]["text"]
    assert "\u202e" not in page.parts[1]["text"]


def test_a_conversation_that_is_not_there_is_said(page: Page) -> None:
    assert page.refused("chat.get", chat="20200101-000000-0000")["code"] == "NotFound"
    assert page.refused("chat.say", chat="x", text="hi")["code"] == "NotFound"


# -- models and search ---------------------------------------------------------------------------


def test_without_a_key_the_page_is_told_the_line_that_mends_it(
    app: BabyAGI, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "BABYAGI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    page = Page(app)
    found = page.ask("models.list", ask=False)
    assert (found["ready"], found["problem"]) == (False, "no key for api.openai.com")
    assert found["fix"].startswith("%babyagi key set openai_api_key")
    assert page.refused("builds.start", task="anything")["code"] == "ModelUnavailable"
    chat = page.ask("chat.new")
    assert page.refused("chat.say", chat=chat, text="hi")["code"] == "ModelUnavailable"
    picked = page.ask("models.pick", name="small", url="http://127.0.0.1:9/v1")
    assert (picked["ready"], picked["picked"]) == (True, "small")


def test_a_server_that_is_not_there_is_how_things_stand(app: BabyAGI) -> None:
    page = Page(app)
    page.ask("models.pick", name="small", url="http://127.0.0.1:9/v1")
    found = page.ask("models.list", ask=True)
    assert (found["ready"], found["models"]) == (False, [])
    assert found["problem"]
    assert found["fix"]


def test_functions_are_found_by_what_they_do(page: Page) -> None:
    found = page.ask("find", query="post a text")
    assert found[0]["name"] == "post"


# -- feeds ---------------------------------------------------------------------------------------


def test_long_text_is_told_in_parts_that_do_not_grow_for_ever() -> None:
    feed = ChatFeed("c", lambda feed, n: None)
    text = "word " * 5000
    for at in range(0, len(text), 7):
        feed.take({"event": "text", "text": text[at : at + 7]})
    assert "".join(each["text"] for each in feed.parts) == text
    assert max(len(each["text"]) for each in feed.parts) < 5000


def test_a_feed_has_an_end() -> None:
    told: list[int] = []
    feed = ChatFeed("c", lambda feed, n: told.append(n))
    for number in range(5000):
        feed.take({"event": "note", "text": str(number)})
    assert len(feed.parts) == len(told) == 3000


def test_feeds_of_long_ago_are_forgotten() -> None:
    underway = Underway()
    for number in range(50):
        underway.build_feed(str(number))
    assert list(underway.builds) == [str(number) for number in range(30, 50)]
    assert isinstance(underway.builds["49"], BuildFeed)
