"""Every fault of the catalogue, in a turn that calls a function: an answer, or one typed error.

A scripted model shows what the conversation makes of a fault; what a client makes of it on the
wire is tested with the client.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from chat_desk import Desk, calls, desk_open, is_settled

from babyagi_nb.agent.chat.events import TurnEnded
from babyagi_nb.core.budget import Budget
from babyagi_nb.errors import BudgetSpent, ModelError
from babyagi_nb.testing import Rule, faults


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with desk_open() as made:
        yield made


ALL = [name for name, each in faults.ALL.items() if each.kind != "code"]


@pytest.mark.parametrize("after", [0, 1], ids=["first question", "second question"])
@pytest.mark.parametrize("fault", ALL)
def test_a_fault_ends_typed_and_the_conversation_can_go_on(
    desk: Desk, fault: str, after: int
) -> None:
    model = desk.script(
        Rule(calls(("add", {"a": 2, "b": 3})), last="add 2 and 3"), Rule("It is five.", times=None)
    )
    model.inject(faults.ALL[fault], after=after)
    desk.events.clear()
    active = {name: desk.app.catalogue.active(name) for name in desk.app.catalogue}
    conversation = desk.converse(budget=Budget(calls=30))
    # Whatever else comes out of it fails the test.
    with suppress(ModelError):
        conversation.say("add 2 and 3", desk.watch)
    turn = conversation.last
    assert turn is not None
    assert turn.finish in ("stop", "rounds", "length", "truncated", "error")
    assert turn.spent.calls <= 30
    assert is_settled(conversation.transcript.messages)
    ended = [each for each in desk.events if isinstance(each, TurnEnded)]
    assert ended == [desk.events[-1]]
    assert {name: desk.app.catalogue.active(name) for name in desk.app.catalogue} == active
    conversation.model = desk.script(Rule("Here again.", times=None))
    assert conversation.say("go on").text == "Here again."


@pytest.mark.parametrize("spent", range(4))
def test_a_budget_may_end_anywhere_and_what_was_done_is_not_done_again(
    desk: Desk, spent: int
) -> None:
    """A person repeats the line with more to spend until there is an answer."""
    desk.sent.clear()
    rules = [Rule(calls(("post", {"text": str(at)})), contains="post", times=1) for at in range(3)]
    desk.script(*rules, Rule("All sent.", times=None))
    conversation = desk.converse(functions=["post"])
    text = "post three"
    for _ in range(10):
        try:
            turn = conversation.say(text, budget=Budget(calls=spent))
            break
        except BudgetSpent:
            assert is_settled(conversation.transcript.messages)
            spent, text = spent + 1, "go on"
    assert turn.text == "All sent."
    assert desk.sent == sorted(set(desk.sent))
