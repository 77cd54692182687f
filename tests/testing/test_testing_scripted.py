"""The model in memory: the same scripts as the server, as a model would have answered them."""

from __future__ import annotations

import json
from time import monotonic
from typing import Any

import pytest
from testing_raw import CALLING, GOOD, asked, send

from babyagi_nb.core.budget import Budget, Meter
from babyagi_nb.core.model import Ask, Message, Model, Tool, ToolCall
from babyagi_nb.errors import BudgetSpent, ModelError, ModelRefused, ModelUnavailable
from babyagi_nb.testing import FaultServer, Reply, Rule, ScriptedModel, call, faults

ADD = Tool(name="add", description="Add.", parameters={"type": "object"})


def ask(*said: str, purpose: str = "chat", **fields: Any) -> Ask:
    messages = tuple(Message(role="user", content=each) for each in said or ("Hi",))
    return Ask(messages=messages, purpose=purpose, **fields)


def test_it_is_a_model() -> None:
    model: Model = ScriptedModel(["Hello!"], id="m", host="nowhere")
    answer = model.ask(ask("Hi"))
    assert (answer.text, answer.finish, answer.attempts) == ("Hello!", "stop", 1)
    assert (model.id, model.host, answer.model) == ("m", "nowhere", "m")
    assert answer.usage.completion == 2
    assert answer.cost is None


def test_one_script_serves_memory_and_socket_alike() -> None:
    rules = [Rule(GOOD, contains="Add", times=None)]
    model = ScriptedModel(rules, id="m")
    with FaultServer(rules) as server:
        heard = send(server, asked("Add two numbers."))
        answer = model.ask(ask("Add two numbers."))
        assert heard.message["content"] == answer.text
        assert heard.json["usage"]["total_tokens"] == answer.usage.prompt + answer.usage.completion
        assert model.requests[0].parsed == server.requests[0].parsed


def test_everything_that_is_asked_can_be_matched() -> None:
    model = ScriptedModel([Rule("ok", when=lambda r: r.purpose == "plan", tools="add")])
    call_made = ToolCall(id="c1", name="add", arguments="{}")
    messages = (
        Message(role="system", content="Be brief."),
        Message(role="assistant", calls=(call_made,)),
        Message(role="tool", content="3", answers="c1"),
    )
    model.ask(
        Ask(messages=messages, purpose="plan", tools=(ADD,), schema={"type": "object"},
            max_tokens=5, temperature=0.5)
    )  # fmt: skip
    (request,) = model.requests
    assert request.system == "Be brief."
    assert request.tools == ("add",)
    assert request.messages[1]["tool_calls"][0]["function"]["name"] == "add"
    assert request.messages[2]["tool_call_id"] == "c1"
    assert request.fields["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert (request.fields["max_tokens"], request.fields["temperature"]) == (5, 0.5)
    model.assert_consumed()


def test_a_question_that_nobody_expects_is_raised_and_kept() -> None:
    model = ScriptedModel([Rule("ok", contains="expected")])
    with pytest.raises(AssertionError, match="no rule matches"):
        model.ask(ask("something else"))
    with pytest.raises(AssertionError, match="answered 0 of 1 times"):
        model.assert_consumed()


def test_text_is_handed_over_in_pieces() -> None:
    heard: list[str] = []
    answer = ScriptedModel([GOOD]).ask(ask(), on_text=heard.append)
    assert len(heard) > 1
    assert "".join(heard) == answer.text == GOOD.text


def test_the_same_question_has_the_same_hash_and_another_has_another() -> None:
    model = ScriptedModel([Rule("ok", times=None)])
    first, again, other = (model.ask(ask(each)).prompt_hash for each in ("a", "a", "b"))
    assert first == again != other
    assert len(first) == 16


def test_tool_calls_are_handed_on_with_ids_of_their_own() -> None:
    twice = ScriptedModel([Rule(faults.tool_call_twice(), CALLING)]).ask(ask(tools=(ADD,)))
    assert len({each.id for each in twice.calls}) == 4
    none = ScriptedModel([Rule(faults.tool_id_null(), CALLING)]).ask(ask(tools=(ADD,)))
    assert len({each.id for each in none.calls}) == 2
    as_dict = ScriptedModel([Rule(faults.tool_arguments_dict(), CALLING)]).ask(ask(tools=(ADD,)))
    assert json.loads(as_dict.calls[0].arguments) == {"a": 1, "b": 2}
    assert as_dict.finish == "tool_calls"


def test_a_fault_that_recovers_costs_a_request() -> None:
    meter = Meter(Budget(calls=5), clock=monotonic)
    model = ScriptedModel([Rule(faults.server_error(), faults.rate_limited(), "ok")])
    answer = model.ask(ask(), meter=meter)
    assert (answer.text, answer.attempts, meter.spent.calls) == ("ok", 3, 3)
    assert meter.spent.tokens == answer.usage.prompt + answer.usage.completion
    assert len(model.requests) == 3


def test_patience_ends() -> None:
    model = ScriptedModel([Rule(*[faults.server_error()] * 4, "never")])
    with pytest.raises(ModelUnavailable) as caught:
        model.ask(ask())
    assert caught.value.kind == "server"
    assert len(model.requests) == 4


def test_a_spent_budget_asks_for_nothing() -> None:
    model = ScriptedModel([Rule("ok", times=None)])
    meter = Meter(Budget(calls=1), clock=monotonic)
    model.ask(ask(), meter=meter)
    with pytest.raises(BudgetSpent):
        model.ask(ask(), meter=meter)
    with pytest.raises(BudgetSpent):
        model.embed(["x"], meter=meter)
    assert len(model.requests) == 1


KINDS = {
    "rate_limited_long": "rate", "quota": "quota", "server_error_always": "server",
    "unauthorized": "key", "forbidden": "key", "unknown_model": "model",
    "context_too_long": "context", "payload_too_large": "context", "stall": "timeout",
    "body_stalls": "timeout", "connection_refused": "unreachable", "html_page": "protocol",
    "redirect_loop": "protocol", "redirect_to_login": "protocol", "bad_tools": "tools",
}  # fmt: skip


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_what_does_not_recover_is_raised_by_its_kind(name: str, kind: str) -> None:
    model = ScriptedModel([Rule(faults.ALL[name], "never")])
    with pytest.raises(ModelError) as caught:
        model.ask(ask(tools=(ADD,)))
    assert caught.value.kind == kind


@pytest.mark.parametrize("name", ["refusal", "content_filtered"])
def test_a_model_that_declines_refuses(name: str) -> None:
    with pytest.raises(ModelRefused):
        ScriptedModel([faults.ALL[name]]).ask(ask())


@pytest.mark.parametrize("name", faults.ALL)
def test_every_fault_ends_in_an_answer_or_a_typed_error(name: str) -> None:
    fault = faults.ALL[name]
    good = CALLING if fault.kind == "tools" or "index" in name else GOOD
    model = ScriptedModel([Rule(fault, good, times=2)])
    said: list[str] = []
    try:
        answer = model.ask(ask(tools=(ADD,)), on_text=said.append)
    except ModelError:
        assert not fault.recovers
    else:
        assert "".join(said) == answer.text
        if fault.sends is not None:
            assert answer.text == (good.text or "")
            assert answer.attempts == (1 if fault.delivers or not _fits(name, good) else 2)


def _fits(name: str, good: Reply) -> bool:
    """Whether the fault can happen to the question above."""
    if name == "no_response_format":
        return False
    return bool(good.calls) or name not in ("stream_arguments_split", "stream_tools_interleaved")


def test_texts_that_share_words_have_near_vectors() -> None:
    meter = Meter(Budget(), clock=monotonic)
    model = ScriptedModel()
    one, two, three = model.embed(["add two numbers", "two numbers", "open a door"], meter=meter)

    def near(a: list[float], b: list[float]) -> float:
        return sum(x * y for x, y in zip(a, b, strict=True))

    assert near(one, two) > near(one, three)
    assert meter.spent.calls == 1
    assert meter.spent.tokens > 0


def test_embeddings_can_fail_in_memory_too() -> None:
    model = ScriptedModel([Rule(faults.unknown_model(), path="embeddings")])
    with pytest.raises(ModelUnavailable):
        model.embed(["x"])


def test_a_fault_can_be_injected_into_a_model() -> None:
    model = ScriptedModel(["one", Reply(calls=(call("add"),))])
    model.inject(faults.unauthorized(), after=1)
    assert model.ask(ask()).text == "one"
    with pytest.raises(ModelUnavailable):
        model.ask(ask())
