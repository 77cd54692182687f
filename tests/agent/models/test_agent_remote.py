"""One question to a model on a server: what is sent, what is logged, what is learned."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

import pytest
from model_desk import Log, asking, desk, question

from babyagi_nb.agent.models.wording import prompt_hash
from babyagi_nb.core.budget import Budget, Meter
from babyagi_nb.core.model import Ask, Message, Tool, ToolCall
from babyagi_nb.errors import AnswerError, BudgetSpent, ModelError, ModelUnavailable
from babyagi_nb.settings import Settings
from babyagi_nb.store.shelf import MemoryShelf
from babyagi_nb.testing import FaultServer, Reply, Rule, faults
from babyagi_nb.testing.request import EMBEDDINGS, Request

_SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


def _refuse(words: str, status: int = 400) -> Any:
    """A fault: the server refuses with these words, once."""
    from babyagi_nb.testing.wire import failure

    return faults.server_error().__class__(
        name="refused", kind="transport", about=words,
        sends=lambda request, good: [failure(status, words, type="invalid_request_error")],
    )  # fmt: skip


def test_a_question_is_sent_as_it_is_and_its_answer_comes_back() -> None:
    with desk("Hello!") as found:
        conversation = (
            Message(role="system", content="Be kind."),
            Message(role="user", content="hi"),
            Message(role="assistant", calls=(ToolCall(id="c1", name="add", arguments='{"a": 1}'),)),
            Message(role="tool", content="1", answers="c1"),
        )
        tool = Tool(name="add", description="Add", parameters={"type": "object"})
        ask = Ask(
            messages=conversation, purpose="chat", tools=(tool,), max_tokens=7, temperature=0.5
        )
        answer = found.model().ask(ask)
        (request,) = found.server.requests
    assert answer.text == "Hello!"
    assert answer.model == "scripted"
    assert (answer.finish, answer.attempts, answer.cost) == ("stop", 1, None)
    assert request.fields == {
        "model": "scripted",
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "hi"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "c1",
                        "type": "function",
                        "function": {"name": "add", "arguments": '{"a": 1}'},
                    }
                ],
            },
            {"role": "tool", "content": "1", "tool_call_id": "c1"},
        ],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "add",
                    "description": "Add",
                    "parameters": {"type": "object"},
                },
            }
        ],
        "max_tokens": 7,
        "temperature": 0.5,
    }


def test_a_streamed_answer_is_handed_out_in_pieces() -> None:
    text = "a text that is longer than one piece of a stream, with 😀 in it"
    said: list[str] = []
    with asking(text) as model:
        answer = model.ask(question(), on_text=said.append)
    assert answer.text == "".join(said) == text
    assert len(said) > 1
    assert not answer.usage.estimated


def test_a_server_that_does_not_stream_hands_out_its_answer_at_once() -> None:
    said: list[str] = []
    with asking(Rule(faults.stream_ignored(), "whole")) as model:
        assert model.ask(question(), on_text=said.append).text == "whole"
    assert said == ["whole"]


def test_a_stream_without_anything_in_it_is_asked_for_without_streaming() -> None:
    from babyagi_nb.testing.fault import Hangup

    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    nothing = faults.server_error().__class__(
        name="nothing", kind="stream", about="no chunk at all",
        sends=lambda request, good: [head, Hangup()],
        applies=lambda request, good: request.stream,
    )  # fmt: skip
    said: list[str] = []
    with desk(Rule(nothing.always(), "whole", times=None)) as found:
        assert found.model().ask(question(), on_text=said.append).text == "whole"
        found.model().ask(question(), on_text=said.append)
        assert [each.stream for each in found.server.requests] == [True, False, False]
    assert said == ["whole", "whole"]


def test_what_raises_while_text_is_handed_out_ends_the_request() -> None:
    class Enough(Exception):
        pass

    def stop(piece: str) -> None:
        raise Enough

    with asking(Rule(faults.stream_drip(), "x" * 100)) as model, pytest.raises(Enough):
        model.ask(question(), on_text=stop)


def test_each_question_is_one_run_whatever_it_takes() -> None:
    log = Log()
    with asking(Rule(faults.server_error(), "fine"), runs=log) as model:
        asked = question("what is " + "x" * 500)
        answer = model.ask(asked)
    (row,) = log.rows
    assert row["name"] == "model"
    preview = row["params"].pop("preview")
    assert len(preview) <= 200
    assert row["params"] == {
        "model": "scripted", "purpose": "test", "prompt_hash": prompt_hash(asked), "messages": 1,
        "host": model.host,
    }  # fmt: skip
    assert row["output"] == {
        "prompt_tokens": answer.usage.prompt, "completion_tokens": answer.usage.completion,
        "cost": None, "estimated": False, "finish": "stop", "attempts": 2,
    }  # fmt: skip


def test_a_question_that_fails_is_a_run_that_failed() -> None:
    log = Log()
    with asking(faults.quota(), runs=log) as model, pytest.raises(ModelUnavailable):
        model.ask(question())
    assert [each["error"] for each in log.rows] == ["ModelUnavailable"]


def test_the_meter_knows_what_answers_took_also_useless_ones() -> None:
    meter = Meter(Budget(calls=5), clock=monotonic)
    with desk(Rule("", times=None)) as found:
        with pytest.raises(AnswerError, match="nothing"):
            found.model().ask(question("x" * 400), meter=meter)
        assert len(found.server.requests) == 2
    assert meter.spent.calls == 2
    assert meter.spent.tokens >= 200
    assert meter.spent.unpriced == 2


def test_nothing_is_sent_that_the_meter_does_not_allow() -> None:
    with desk("never") as found:
        with pytest.raises(BudgetSpent):
            found.model().ask(
                question("x" * 4000), meter=Meter(Budget(tokens=100), clock=monotonic)
            )
        assert found.server.requests == []


def test_a_price_makes_a_cost_and_an_unknown_one_makes_none() -> None:
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 500_000}
    with desk(Rule(Reply(text="ok", usage=usage), times=None)) as found:
        assert found.model().ask(question()).cost is None
        found.models.prices.set("script*", 2.0, 4.0)
        meter = Meter(Budget(cost=3.0), clock=monotonic)
        assert found.model().ask(question(), meter=meter).cost == 4.0
        with pytest.raises(BudgetSpent, match=r"budget of \$3 is spent"):
            found.model().ask(question(), meter=meter)


def test_a_budget_of_seconds_ends_a_question_as_a_spent_budget() -> None:
    with desk(faults.stall()) as found, pytest.raises(BudgetSpent) as caught:
        found.model().ask(question(), meter=Meter(Budget(seconds=0.2), clock=monotonic))
    assert caught.value.what == "seconds"


def test_questions_from_several_threads_are_each_answered() -> None:
    with desk(Rule(lambda request: request.last, times=None)) as found:
        model = found.model()
        texts = [f"text {number}" for number in range(16)]
        with ThreadPoolExecutor(8) as pool:
            answers = pool.map(lambda text: model.ask(question(text)).text, texts)
            assert list(answers) == texts


def test_an_answer_to_whoever_has_tools_may_be_empty() -> None:
    tool = Tool(name="add", description="", parameters={"type": "object"})
    with asking("") as model:
        assert model.ask(question(tools=(tool,))).text == ""


# -- learning ----------------------------------------------------------------------------------


def _formats(requests: list[Request]) -> list[str | None]:
    return [(each.fields.get("response_format") or {}).get("type") for each in requests]


def test_a_server_without_schemas_is_asked_for_json_and_that_is_remembered() -> None:
    shelf = MemoryShelf()
    refusal = _refuse("response_format of type json_schema is not supported")
    with FaultServer([Rule(refusal, '{"a": 1}', times=None)]) as server:
        for expected in (["json_schema", "json_object"], ["json_object"]):
            settings = Settings(base_url=server.url, model="scripted")
            before = len(server.requests)
            with desk(settings=settings, shelf=shelf) as found:
                found.model().ask(question(schema=_SCHEMA))
            assert _formats(server.requests[before:]) == expected
    assert [name.partition("/")[0] for name in shelf.names()] == ["models"]


def test_a_server_that_knows_no_form_at_all_is_asked_in_words() -> None:
    refusal = _refuse("response_format is not supported").always()
    refusal = refusal.__class__(
        name="no-form", kind="transport", about="", sends=refusal.sends, recovers=False,
        applies=lambda request, good: "response_format" in request.fields,
    )  # fmt: skip
    with desk(Rule(refusal, "ok", times=None)) as found:
        assert found.model().ask(question(schema=_SCHEMA)).text == "ok"
        assert _formats(found.server.requests) == ["json_schema", "json_object", None]


@pytest.mark.parametrize(
    ("words", "given", "gone", "instead"),
    [
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
         {"max_tokens": 9}, "max_tokens", {"max_completion_tokens": 9}),
        ("Unsupported value: 'temperature' does not support 0.2", {"temperature": 0.2},
         "temperature", {}),
    ],
)  # fmt: skip
def test_a_parameter_that_is_refused_by_name_is_worded_otherwise(
    words: str, given: dict[str, Any], gone: str, instead: dict[str, Any]
) -> None:
    with desk(Rule(_refuse(words), "ok")) as found:
        assert found.model().ask(question(**given)).text == "ok"
        first, second = (each.fields for each in found.server.requests)
    assert gone in first
    assert gone not in second
    assert instead.items() <= second.items()


def test_a_schema_that_a_server_cannot_use_says_nothing_about_the_next_one() -> None:
    refusal = _refuse("Invalid schema for response_format 'answer': too deep")
    with desk(Rule(refusal, "one", "two")) as found:
        model = found.model()
        texts = [model.ask(question(schema=_SCHEMA)).text for _ in range(2)]
        assert texts == ["one", "two"]
        formats = _formats(found.server.requests)
    assert formats == ["json_schema", "json_object", "json_schema"]


def test_a_server_that_refuses_everything_in_turn_is_not_asked_for_ever() -> None:
    words = "use max_tokens or max_completion_tokens, but not that one"
    with desk(Rule(_refuse(words).always(), times=None)) as found:
        with pytest.raises(ModelError):
            found.model().ask(question(max_tokens=5))
        assert len(found.server.requests) <= 10


# -- vectors -----------------------------------------------------------------------------------


def test_vectors_come_in_the_order_of_the_texts_however_many_there_are() -> None:
    texts = [f"text {number}" for number in range(150)]
    meter = Meter(Budget(calls=3), clock=monotonic)
    with desk() as found:
        vectors = found.model().embed(texts, meter=meter)
        alone = found.model().embed(["text 149"])
    assert len(vectors) == 150
    assert vectors[149] == alone[0] != vectors[0]
    assert meter.spent.calls == 3
    assert meter.spent.tokens > 0


def test_no_texts_need_no_request() -> None:
    with desk() as found:
        assert found.model().embed([]) == []
        assert found.server.requests == []


@pytest.mark.parametrize(
    "rows",
    [
        [], [{"embedding": [1.0]}] * 3, [{"embedding": []}, {"embedding": [1.0]}],
        [{"embedding": ["a"]}, {"embedding": [1.0]}], [{"embedding": [1.0]}, {}], "none",
        [{"embedding": [1.0]}, {"embedding": [1.0, 2.0]}],
        [{"embedding": [1e300]}, {"embedding": [1.0]}],
        [{"embedding": [True]}, {"embedding": [1.0]}],
    ],
)  # fmt: skip
def test_vectors_that_are_none_are_an_error(rows: Any) -> None:
    reply = Reply(body={"data": rows})
    with (
        desk(Rule(reply, path=EMBEDDINGS, times=None)) as found,
        pytest.raises(ModelError) as caught,
    ):
        found.model().embed(["a", "b"])
    assert caught.value.kind == "protocol"


def test_the_connection_is_kept_between_questions_and_closed_in_the_end() -> None:
    with desk(Rule("ok", times=None)) as found:
        model = found.model()
        for _ in range(3):
            model.ask(question())
        found.models.close()
        found.models.close()
        assert model.ask(question()).text == "ok"
