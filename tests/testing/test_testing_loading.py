"""A script in a file: what it can say, and what is said about one that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from testing_raw import TOOLS, asked, send

from babyagi_nb.core.model import Ask, Message
from babyagi_nb.errors import UsageError
from babyagi_nb.testing import FaultServer, ScriptedModel
from babyagi_nb.testing.loading import parse_script

SCRIPT = {
    "models": ["big"],
    "rules": [
        {"contains": "2 + 2", "replies": [{"fault": "server_error"}, "Four."]},
        {"last": ["weather"], "tools": "forecast",
         "reply": {"text": "", "calls": [{"name": "forecast", "arguments": {"city": "Oslo"}}]}},
        {"reply": {"json": {"rain": "été"}, "finish": "length"}, "times": None},
    ],
}  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "script.json"
    file.write_text(json.dumps(SCRIPT), encoding="utf-8")
    return file


def test_a_file_is_served(path: Path) -> None:
    tool = [{**TOOLS[0], "function": {"name": "forecast"}}]
    with FaultServer.from_file(path) as server:
        assert send(server, asked("2 + 2?")).status == 500
        assert send(server, asked("2 + 2?")).message["content"] == "Four."
        calls = send(server, asked("the weather", tools=tool)).message["tool_calls"]
        other = send(server, asked("the weather"))
        models = send(server, b"", path="/v1/models", method="GET").json
    assert calls[0]["function"] == {"name": "forecast", "arguments": '{"city": "Oslo"}'}
    assert other.message["content"] == '{"rain": "été"}'
    assert other.json["choices"][0]["finish_reason"] == "length"
    assert [each["id"] for each in models["data"]] == ["big"]
    server.assert_consumed()


def test_a_file_is_a_model_in_memory(path: Path) -> None:
    model = ScriptedModel.from_file(path)
    message = Message(role="user", content="What is 2 + 2?")
    answer = model.ask(Ask(messages=(message,), purpose="chat"))
    assert (answer.text, answer.model, answer.attempts) == ("Four.", "big", 2)


WRONG: list[tuple[Any, str]] = [
    ("hello", "a script is a list of rules"),
    ({"rules": {}}, "a script is a list of rules"),
    ({"rules": [], "model": "x"}, "unknown field 'model'; did you mean 'models'?"),
    ({"rules": [], "models": "x"}, "'models' is a list of names"),
    (["hello"], "rule 1 is no object"),
    ([{"reply": "a"}, {"contains": "x"}], "rule 2 needs either 'reply' or 'replies'"),
    ([{"reply": "a", "replies": []}], "rule 1 needs either 'reply' or 'replies'"),
    ([{"replies": "a"}], "'replies' of rule 1 is no list"),
    ([{"reply": 3}], "reply 1 of rule 1 is neither text nor object"),
    ([{"reply": {}}], "reply 1 of rule 1 is neither text nor object"),
    ([{"reply": {"txt": "a"}}], "unknown field 'txt'; did you mean 'text'?"),
    ([{"reply": {"fault": "rate_limit"}}], "unknown fault 'rate_limit'; did you mean"),
    ([{"reply": {"fault": ["x"]}}], "unknown fault"),
    ([{"reply": {"calls": [{"nam": "x"}]}}], "no list of calls"),
    ([{"reply": {"calls": 3}}], "no list of calls"),
    ([{"reply": {"text": 3}}], "'text' of reply 1 of rule 1 is text"),
    ([{"reply": {"text": "", "finish": 3}}], "'finish' of reply 1 of rule 1 is text"),
    ([{"reply": "a", "times": "often"}], "'times' of rule 1 is a whole number"),
    ([{"reply": "a", "times": True}], "'times' of rule 1 is a whole number"),
    ([{"reply": "a", "contains": 3}], "'contains' of rule 1 is text or a list of texts"),
    ([{"reply": "a", "model": ["x"]}], "'model' of rule 1 is text"),
]


@pytest.mark.parametrize(("given", "told"), WRONG, ids=lambda each: json.dumps(each)[:40])
def test_a_script_that_is_wrong_says_where(given: Any, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_script(given)
    assert told in str(caught.value)


def test_a_file_that_is_no_script_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    with pytest.raises(UsageError, match=r"broken\.json cannot be read"):
        FaultServer.from_file(file)
    file.write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match=r"broken\.json is no JSON"):
        FaultServer.from_file(file)
    file.write_text('[{"reply": 3}]', encoding="utf-8")
    with pytest.raises(UsageError, match=r"broken\.json: reply 1 of rule 1"):
        FaultServer.from_file(file)
