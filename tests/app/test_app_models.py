"""What an application offers of models: asking, finding, building and running, conversing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from babyagi_nb import BabyAGI
from babyagi_nb.core.builds import Build
from babyagi_nb.errors import AnswerError, ModelUnavailable, StoreUnwritable
from babyagi_nb.testing import FaultServer, Rule, ScriptedModel, scripts

_ADD = "def add(a: int, b: int) -> int:\n    'Sum of two whole numbers.'\n    return a + b"


class _Number(BaseModel):
    n: int


@pytest.fixture(autouse=True)
def without_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "BABYAGI_MODEL", "BABYAGI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
def app(model: ScriptedModel) -> Iterator[BabyAGI]:
    app = BabyAGI(":memory:", model=model)
    app.add_function("add", _ADD, effects="pure")
    yield app
    app.close()


def test_a_model_answers_in_words_or_in_a_form() -> None:
    model = ScriptedModel([Rule("Four.", contains="2 + 2"), Rule({"n": 4}, contains="number")])
    app = BabyAGI(":memory:", model=model)
    assert app.ask_model("What is 2 + 2?") == "Four."
    assert app.ask_model("Which number?", form=_Number) == _Number(n=4)
    app.close()


def test_without_a_model_one_line_says_what_to_do() -> None:
    app = BabyAGI(":memory:")
    with pytest.raises(ModelUnavailable, match=r"key set openai_api_key"):
        app.ask_model("hello")
    with pytest.raises(ModelUnavailable, match=r"BABYAGI_EMBEDDINGS"):
        app.embed_texts("hello")
    assert app.builds() == []
    app.close()


def test_what_does_the_task_already_is_run_with_the_arguments_that_the_task_says() -> None:
    plan = {"functions": [], "main": "add"}
    rules = [
        Rule(plan, system="You plan Python functions"),
        Rule({"arguments": {"a": 2, "b": 3}}, system="You call one Python function"),
    ]
    model = ScriptedModel(rules)
    app = BabyAGI(":memory:", model=model)
    app.add_function("add", _ADD, effects="pure")
    assert app.build_and_run("add 2 and 3") == 5
    model.assert_consumed()
    app.close()


def test_arguments_that_do_not_fit_are_not_called_with() -> None:
    rules = [
        Rule({"functions": [], "main": "add"}, system="You plan Python functions"),
        Rule({"arguments": {"a": "two"}}, system="You call one Python function", times=None),
    ]
    app = BabyAGI(":memory:", model=ScriptedModel(rules))
    app.add_function("add", _ADD, effects="pure")
    with pytest.raises(AnswerError):
        app.build_and_run("add things")
    assert app.get_logs("add") == []
    app.close()


def test_a_draft_waits_and_is_not_run() -> None:
    app = BabyAGI(":memory:", model=ScriptedModel([
        Rule({"functions": [], "main": "half"}, system="You plan Python functions"),
    ]))  # fmt: skip
    app.propose("def half(x: int) -> float:\n    return x / 2", origin="model:m")
    done = app.build_and_run("half of 4")
    assert isinstance(done, Build)
    assert app.get_logs("half") == []
    app.close()


def test_functions_are_found_by_what_they_do(app: BabyAGI) -> None:
    app.add_function(
        "shout", "def shout(text: str) -> str:\n    'Upper case.'\n    return text.upper()"
    )
    (first, *_) = app.find_functions("total of two integers")
    assert first["name"] == "add"
    assert first["description"] == "Sum of two whole numbers."
    assert 0 < first["score"] <= 1
    assert app.find_functions("") == []


def test_a_conversation_calls_functions_and_is_kept(tmp_path: object) -> None:
    from babyagi_nb.testing import Reply, call

    rules = [Rule(Reply(calls=[call("add", {"a": 2, "b": 3})])), Rule("It is 5.")]
    app = BabyAGI(":memory:", model=ScriptedModel(rules))
    app.add_function("add", _ADD, effects="pure")
    talk = app.converse()
    assert talk.say("How much is 2 and 3?").text == "It is 5."
    assert app.get_logs("add")[0]["output"] == 5
    assert [each.id for each in app.chats.list()] == [talk.id]
    again = app.converse(transcript=talk.id)
    assert again.transcript.messages[0].role == "user"
    app.close()


def test_a_store_that_is_only_read_builds_nothing(tmp_path: object) -> None:
    BabyAGI(f"{tmp_path}/s").close()
    app = BabyAGI(f"{tmp_path}/s")
    app.add_function("add", _ADD)
    app.close()
    read = BabyAGI(f"{tmp_path}/s", read_only=True, model=ScriptedModel())
    with pytest.raises(StoreUnwritable, match="opened for reading"):
        read.build("anything")
    assert read.find_functions("sum")[0]["name"] == "add"
    read.close()


def test_a_server_that_was_picked_is_asked_by_the_next_application_too(tmp_path: object) -> None:
    with FaultServer([Rule("Hello.", times=None)]) as server:
        app = BabyAGI(f"{tmp_path}/s")
        app.use_model("scripted", server.url)
        assert app.models() == ["scripted"]
        assert app.ask_model("Hi") == "Hello."
        (row,) = app.sql("SELECT model, purpose, status FROM model_calls").rows
        assert row == ("scripted", "ask", "success")
        app.close()
        later = BabyAGI(f"{tmp_path}/s")
        assert later.open_model().id == "scripted"
        assert later.ask_model("Hi") == "Hello."
        later.close()


def test_what_asks_for_nothing_is_approved_when_the_user_says_so_beforehand() -> None:
    with scripts.serve("statement") as server:
        app = BabyAGI(":memory:")
        app.use_model("scripted", server.url)
        task = "Sum up a bank statement of lines day;payee;amount by month and category."
        done = app.build(task, approve=True)
        assert (done.state, done.message) == ("done", "")
        assert app.drafts() == []
        report = app.function(str(done.main))("02.03.2026;Rent;-800,00")
        assert report == {"2026-03": {"home": -800.0}}
        (row,) = app.get_logs(done.main)
        assert row["log_type"] == "success"
        app.close()


def test_what_asks_for_a_key_waits_even_then() -> None:
    plan = {"functions": [], "main": "half"}
    app = BabyAGI(":memory:", model=ScriptedModel([Rule(plan, system="You plan Python functions")]))
    app.propose("def half(x: int):\n    return x / 2", origin="model:m", key_dependencies=["token"])
    app.build("half of 4", approve=True)
    assert [row["name"] for row in app.drafts()] == ["half"]
    app.close()
