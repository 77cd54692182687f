"""What every model does, whether a server answers or a script in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from time import monotonic

import pytest

from babyagi_nb.agent.models.patience import Patience
from babyagi_nb.agent.models.picker import Models
from babyagi_nb.core.budget import Budget, Meter
from babyagi_nb.core.model import Ask, Message, Model, Tool
from babyagi_nb.errors import BudgetSpent, ModelError, ModelRefused
from babyagi_nb.settings import Settings
from babyagi_nb.store.shelf import MemoryShelf
from babyagi_nb.testing import FaultServer, Reply, Rule, ScriptedModel, call, faults

Make = Callable[..., Model]


@pytest.fixture(params=["server", "memory"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes a model that says what its rules tell it."""
    with ExitStack() as stack:

        def served(*rules: object) -> Model:
            if request.param == "memory":
                return ScriptedModel(rules)
            server = stack.enter_context(FaultServer(rules))
            models = Models(
                Settings(base_url=server.url, model="scripted"), lambda name: None, MemoryShelf(),
                None, {}, patience=Patience(first=0.001),
            )  # fmt: skip
            stack.callback(models.close)
            return models.open()

        yield served


def _ask(text: str = "hi", tools: tuple[Tool, ...] = ()) -> Ask:
    message = Message(role="user", content=text)
    return Ask(messages=(message,), purpose="test", tools=tools, seconds=10.0)


def test_it_says_who_it_is_and_where(make: Make) -> None:
    model = make("hello")
    assert model.id == "scripted"
    assert model.host


def test_an_answer_tells_what_it_took(make: Make) -> None:
    answer = make("hello").ask(_ask())
    assert (answer.text, answer.finish, answer.model) == ("hello", "stop", "scripted")
    assert answer.usage.prompt > 0
    assert answer.usage.completion > 0
    assert len(answer.prompt_hash) == 16
    assert answer.attempts == 1


def test_the_same_question_has_the_same_hash_and_another_has_another(make: Make) -> None:
    model = make(Rule("hello", times=None))
    hashes = [model.ask(_ask(text)).prompt_hash for text in ("a", "a", "b")]
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_stream_is_handed_out_in_pieces_that_make_the_text(make: Make) -> None:
    said: list[str] = []
    answer = make("hello " * 20).ask(_ask(), on_text=said.append)
    assert "".join(said) == answer.text == "hello " * 20


def test_calls_have_ids_of_their_own_and_arguments_as_text(make: Make) -> None:
    tool = Tool(name="add", description="Add", parameters={"type": "object"})
    reply = Reply(calls=(call("add", {"a": 1}), call("add", {"a": 1})))
    answer = make(reply).ask(_ask(tools=(tool,)))
    assert answer.finish == "tool_calls"
    assert [each.name for each in answer.calls] == ["add", "add"]
    assert len({each.id for each in answer.calls}) == 2
    assert all(isinstance(each.arguments, str) for each in answer.calls)


def test_each_request_is_counted_and_none_is_sent_beyond_the_budget(make: Make) -> None:
    model = make(Rule(faults.server_error(), "hello", times=None))
    meter = Meter(Budget(calls=2), clock=monotonic)
    assert model.ask(_ask(), meter=meter).attempts == 2
    assert meter.spent.calls == 2
    assert meter.spent.tokens > 0
    with pytest.raises(BudgetSpent):
        model.ask(_ask(), meter=meter)
    assert meter.spent.calls == 2


@pytest.mark.parametrize(
    ("name", "kind"),
    [("quota", "quota"), ("unauthorized", "key"), ("unknown_model", "model"),
     ("context_too_long", "context"), ("server_error_always", "server")],
)  # fmt: skip
def test_what_cannot_be_mended_is_a_typed_error(make: Make, name: str, kind: str) -> None:
    with pytest.raises(ModelError) as caught:
        make(Rule(faults.ALL[name], "hello", times=None)).ask(_ask())
    assert caught.value.kind == kind


def test_a_refusal_is_one(make: Make) -> None:
    with pytest.raises(ModelRefused):
        make(Reply(refusal="I will not.")).ask(_ask())


def test_vectors_have_one_length_and_the_order_of_their_texts(make: Make) -> None:
    model = make()
    meter = Meter(Budget(calls=5), clock=monotonic)
    first, second = model.embed(["cat", "dog"], meter=meter)
    assert len(first) == len(second)
    assert first != second
    assert model.embed(["dog"])[0] == second
    assert meter.spent.calls == 1
