"""One tool call: the gates before it, what it leaves in the log, what goes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from babyagi_nb.agent.fencing import LIMIT
from babyagi_nb.agent.toolbox import PROPOSE, Extra, Toolbox, spoken
from babyagi_nb.app import BabyAGI
from babyagi_nb.core.model import Tool
from babyagi_nb.errors import NotFound, RunTimeout, UsageError

CODE = """
def add(a: int, b: int) -> int:
    return a + b

def shout(text: str, times: int = 1) -> str:
    return (text.upper() + "\\n") * times

def fail(kind: str):
    raise (SystemExit if kind == "exit" else KeyError)(kind)
"""


@pytest.fixture(scope="module")
def app() -> Iterator[BabyAGI]:
    opened = BabyAGI(":memory:", namespace={}, notify=lambda line: None)
    for name in ("add", "shout", "fail"):
        opened.add_function(name, CODE)
    yield opened
    opened.close()


def box(app: BabyAGI, *ticked: str, **options: Any) -> Toolbox:
    given: dict[str, Any] = {
        "catalogue": app.catalogue, "ticked": ticked or ("add", "shout", "fail"),
        "call": app.call_with_json, "schema": app.schema,
        "propose": lambda code, **declared: ["f@1"], "runs": app.runs, **options,
    }  # fmt: skip
    return Toolbox(**given)


def test_a_call_gives_its_value_its_status_and_its_run(app: BabyAGI) -> None:
    done = box(app).take("add", '{"a": 1, "b": 2}')
    assert (done.status, done.note) == ("done", "3")
    assert done.run is not None
    outer, inner = app.queries.tree(done.run)
    assert (outer.id, outer.function, outer.version, outer.output) == (done.run, "tool", 0, 3)
    assert (inner.function, inner.parent) == ("add", outer.id)
    assert outer.params["name"] == "add"


def test_what_is_refused_leaves_no_run(app: BabyAGI) -> None:
    before = len(app.get_logs())
    for name, given in [("add", "{}"), ("add", "nonsense"), ("sub", "{}"), ("", "{}")]:
        done = box(app).take(name, given)
        assert (done.status, done.run) == ("refused", None)
    assert len(app.get_logs()) == before


@pytest.mark.parametrize(("kind", "name"), [("exit", "SystemExit"), ("key", "KeyError")])
def test_what_a_function_raises_goes_back_and_is_logged(app: BabyAGI, kind: str, name: str) -> None:
    done = box(app).take("fail", {"kind": kind})
    assert done.status == "failed"
    assert f"{name}: " in done.text
    assert app.queries.run(str(done.run)).error == name


def test_a_time_limit_that_passed_is_a_failure_of_the_function(app: BabyAGI) -> None:
    def call(name: str, given: Any) -> Any:
        raise RunTimeout("add took longer than 3 s")

    assert box(app, call=call).take("add", {"a": 1, "b": 2}).status == "failed"


def test_an_interrupt_passes_through(app: BabyAGI) -> None:
    def call(name: str, given: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        box(app, call=call).take("add", {"a": 1, "b": 2})


def test_text_goes_back_as_it_is_and_cut(app: BabyAGI) -> None:
    done = box(app).take("shout", {"text": "hey", "times": 2})
    assert "\nHEY\nHEY\n" in done.text
    assert len(box(app).take("shout", {"text": "x" * 90_000}).text) < LIMIT + 200
    assert len(box(app).take("shout", {"text": "x" * 90_000}, limit=500).text) < 700
    assert len(done.note) <= 200


def test_arguments_that_are_far_too_long_are_not_read(app: BabyAGI) -> None:
    done = box(app).take("shout", '{"text": "' + "x" * 100_000 + '"}')
    assert done.status == "refused"
    assert "at most 100,000" in done.text


def test_deeply_nested_arguments_are_no_trouble(app: BabyAGI) -> None:
    deep = "[" * 5000 + "]" * 5000
    assert box(app).take("shout", '{"text": ' + deep + "}").status == "refused"


def test_a_tool_of_another_kind_is_checked_and_logged_like_any_other(app: BabyAGI) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    tool = Tool(name="double", description="Double.", parameters=schema)
    tools = box(app, extra=[Extra(tool=tool, do=lambda given: str(2 * given["n"]))])
    assert tools.take("double", {"n": "x"}).status == "refused"
    done = tools.take("double", {"n": 4})
    assert (done.text, done.status) == ("8", "done")
    assert app.queries.run(str(done.run)).params["name"] == "double"
    assert [each.name for each in tools.tools()][-2:] == ["double", PROPOSE]


def test_names_are_spoken_so_that_no_two_are_alike() -> None:
    names = ["add", PROPOSE, "größe", "grösse", "x" * 70, "x" * 71, "名前"]
    said = [spoken(name, [PROPOSE]) for name in names]
    assert len(set(said)) == len(names)
    assert all(name.isascii() and len(name) <= 64 for name in said)


def test_only_some_of_what_is_ticked_can_be_told(app: BabyAGI) -> None:
    tools = box(app)
    assert [each.name for each in tools.tools(["shout", "gone"])] == ["shout", PROPOSE]
    assert list(tools.ticked) == ["add", "shout", "fail"]


def test_what_is_not_there_cannot_be_ticked(app: BabyAGI) -> None:
    with pytest.raises(NotFound):
        box(app, "gone")


def test_a_proposal_that_is_refused_says_why(app: BabyAGI) -> None:
    def propose(code: str, **declared: Any) -> list[str]:
        raise UsageError("that is no code", fix="write a function")

    done = box(app, propose=propose).take(PROPOSE, {"code": "x"})
    assert done.status == "refused"
    assert "that is no code; write a function" in done.text
    assert box(app).take(PROPOSE, {"code": "x", "approve": True}).status == "refused"
    assert "f@1" in box(app).take(PROPOSE, {"code": "x"}).text
