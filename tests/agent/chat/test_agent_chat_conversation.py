"""Turns of a conversation: functions are called, answers come back, and everything is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chat_desk import Desk, Interrupting, calls, desk_open, is_settled

from babyagi_nb.agent.chat.events import (
    Asked,
    Brought,
    Note,
    TextPiece,
    ToolBegan,
    ToolEnded,
    TurnEnded,
)
from babyagi_nb.agent.chat.exchange import Limits
from babyagi_nb.agent.chat.messages import LEFT_OUT
from babyagi_nb.agent.chat.offer import SEARCH
from babyagi_nb.agent.toolbox import PROPOSE
from babyagi_nb.core.budget import Budget
from babyagi_nb.errors import (
    AnswerError,
    BudgetSpent,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    NotFound,
    StoreUnwritable,
    UsageError,
)
from babyagi_nb.testing import Reply, Rule, ScriptedModel, faults


@pytest.fixture
def desk() -> Iterator[Desk]:
    with desk_open() as made:
        yield made


def test_a_question_without_functions_is_answered(desk: Desk) -> None:
    desk.script("Four.")
    turn = desk.converse().say("what is 2 + 2?")
    assert (turn.text, turn.finish, turn.calls) == ("Four.", "stop", ())
    assert turn.spent.calls == 1
    assert turn.spent.tokens > 0
    assert str(turn) == "Four."


def test_a_function_is_called_and_its_value_goes_back(desk: Desk) -> None:
    desk.script(calls(("add", {"a": 2, "b": 3})), "Five.")
    turn = desk.converse().say("add 2 and 3")
    assert turn.text == "Five."
    assert [(each.name, each.status, each.note) for each in turn.calls] == [("add", "done", "5")]
    (told,) = desk.told()
    assert told.startswith("<data")
    assert "\n5\n" in told


def test_each_call_of_a_turn_is_a_run_below_the_turn_in_the_order_given(desk: Desk) -> None:
    desk.script(
        calls(("add", {"a": 1, "b": 1}), ("weather", {"city": "Rome"}), ("add", {"a": 2, "b": 2})),
        "Done.",
    )
    turn = desk.converse().say("add 1 and 1, the weather, add 2 and 2")
    assert turn.run is not None
    tree = desk.app.queries.tree(turn.run)
    assert [run.function for run in tree] == [
        "chat",
        "tool",
        "add",
        "tool",
        "weather",
        "tool",
        "add",
    ]
    assert {run.parent for run in tree if run.function == "tool"} == {turn.run}
    assert [each.run for each in turn.calls] == [run.id for run in tree if run.function == "tool"]
    assert tree[2].parent == tree[1].id
    assert tree[0].params["message"].startswith("add 1 and 1")
    assert tree[0].output == {"text": "Done.", "finish": "stop"}


def test_what_happens_is_told_while_it_happens(desk: Desk) -> None:
    desk.script(calls(("add", {"a": 2, "b": 3}), text="I add."), "The sum of them is five, it is.")
    turn = desk.converse().say("add 2 and 3", desk.watch)
    kinds = [type(each) for each in desk.events]
    assert kinds[:3] == [TextPiece, ToolBegan, ToolEnded]
    assert kinds[-1] is TurnEnded
    pieces = "".join(each.text for each in desk.events if isinstance(each, TextPiece))
    assert pieces == "I add.The sum of them is five, it is."
    assert len([each for each in kinds if each is TextPiece]) > 2, "it came in pieces"
    began, ended = desk.events[1].row(), desk.events[2].row()
    assert began == {
        "event": "began",
        "call": "id_0",
        "name": "add",
        "arguments": '{"a": 2, "b": 3}',
    }
    assert ended == {
        "event": "ended", "call": "id_0", "name": "add", "status": "done", "note": "5",
        "run": turn.calls[0].run,
    }  # fmt: skip
    assert desk.events[-1].row()["spent"]["calls"] == 2


def test_a_watcher_that_fails_does_not_fail_the_turn(desk: Desk) -> None:
    desk.script("Fine.")

    def watch(event: Any) -> None:
        raise RuntimeError("no display")

    assert desk.converse().say("hello", watch).text == "Fine."


@pytest.mark.parametrize(
    ("name", "arguments", "complaint"),
    [
        ("add", {"a": "2", "b": 3}, "a: '2' is a string, not integer"),
        ("add", {"a": 2}, "'b' is missing"),
        ("add", {"a": 2, "b": 3, "bb": 4}, "did you mean 'b'?"),
        ("add", '{"a": 2, "b', "the arguments are no JSON"),
        ("add", "[2, 3]", "no JSON object"),
        ("ad", {"a": 2, "b": 3}, "did you mean 'add'?"),
        ("launch_rockets", {"n": 1}, "search_functions finds others"),
        ("", {}, "there is no tool"),
    ],
)
def test_a_call_that_cannot_be_carried_out_is_explained_to_the_model(
    desk: Desk, name: str, arguments: Any, complaint: str
) -> None:
    desk.script(calls((name, arguments)), calls(("add", {"a": 2, "b": 3})), "Five.")
    turn = desk.converse().say("add 2 and 3")
    assert complaint in desk.told(1)[0]
    assert [each.status for each in turn.calls] == ["refused", "done"]
    assert turn.text == "Five."


def test_arguments_that_are_no_object_are_sent_back_as_an_empty_one(desk: Desk) -> None:
    desk.script(calls(("add", '{"a": 2, "b')), "Sorry.")
    desk.converse().say("add")
    sent = desk.model.requests[-1].fields["messages"][2]["tool_calls"][0]["function"]
    assert sent == {"name": "add", "arguments": "{}"}


@pytest.mark.parametrize("written", ['"{\\"a\\": 2, \\"b\\": 3}"', ' {"b": 3, "a": 2}\n'])
def test_arguments_in_an_odd_form_are_read_all_the_same(desk: Desk, written: str) -> None:
    desk.script(calls(("add", written)), "Five.")
    assert desk.converse().say("add").calls[0].note == "5"


def test_an_error_of_a_function_goes_back_and_ends_nothing(desk: Desk) -> None:
    desk.script(calls(("broken", {})), "It is out of paper.")
    turn = desk.converse().say("print on the printer")
    assert turn.calls[0].status == "failed"
    assert "ValueError: out of paper" in desk.told()[0]
    run = desk.app.queries.run(str(turn.calls[0].run))
    assert (run.status, run.error) == ("error", "ValueError")


def test_a_function_that_exits_ends_nothing(desk: Desk) -> None:
    desk.app.add_function("leave", "def leave():\n    raise SystemExit(3)", effects="pure")
    desk.script(calls(("leave", {})), "It left.")
    turn = desk.converse(functions=["leave"]).say("leave")
    assert (turn.calls[0].status, turn.text) == ("failed", "It left.")


def test_async_functions_and_generators_give_their_values(desk: Desk) -> None:
    desk.script(calls(("later", {"n": 1}), ("squares", {"n": 4})), "Done.")
    turn = desk.converse(functions=["later", "squares"]).say("count on and squares")
    assert [each.note for each in turn.calls] == ["2", "[0, 1, 4, 9]"]


def test_the_same_call_again_is_answered_from_memory(desk: Desk) -> None:
    desk.script(
        calls(("post", {"text": "hi"}), ("post", {"text": "hi"})),
        calls(("post", {"text": "hi"})),
        "Sent.",
    )
    turn = desk.converse(functions=["post"]).say("tell them hi")
    assert desk.sent == ["hi"]
    assert [each.status for each in turn.calls] == ["done", "known", "known"]
    assert "not repeated" in desk.told()[-1]


def test_the_next_turn_may_call_the_same_again(desk: Desk) -> None:
    again = calls(("post", {"text": "hi"}))
    desk.script(again, "Sent.", again, "Sent again.")
    conversation = desk.converse(functions=["post"])
    conversation.say("tell them hi")
    conversation.say("once more")
    assert desk.sent == ["hi", "hi"]


def test_a_model_that_always_calls_the_same_is_stopped_early(desk: Desk) -> None:
    desk.script(Rule(calls(("add", {"a": 1, "b": 1})), tools="add", times=None), "It is two.")
    turn = desk.converse().say("add 1 and 1")
    assert (turn.text, turn.finish) == ("It is two.", "rounds")
    assert len(desk.model.requests) == 4
    assert desk.tools() == []


def test_a_model_that_never_stops_calling_is_asked_for_an_answer_after_eight_rounds(
    desk: Desk,
) -> None:
    count = iter(range(100))
    loop = Rule(lambda request: calls(("add", {"a": next(count), "b": 0})), tools="add", times=None)
    desk.script(loop, "I counted to seven.")
    turn = desk.converse().say("add a lot")
    assert (turn.finish, len(turn.calls), turn.spent.calls) == ("rounds", 8, 9)
    assert "No more functions" in desk.model.requests[-1].last
    assert is_settled(desk.chats.list()[0].messages)


def test_calls_in_the_last_answer_are_left_out(desk: Desk) -> None:
    def always(request: Any) -> Reply:
        return calls(("add", {"a": len(desk.model.requests), "b": 0}), text="I must add.")

    desk.script(Rule(always, times=None))
    turn = desk.converse().say("add a lot")
    assert (turn.text, turn.finish, len(turn.calls)) == ("I must add.", "rounds", 8)


def test_fifty_calls_at_once_are_carried_out_up_to_a_bound(desk: Desk) -> None:
    fifty = calls(*(("post", {"text": str(each)}) for each in range(50)))
    desk.script(fifty, "Sent some.")
    turn = desk.converse(functions=["post"]).say("send fifty")
    assert desk.sent == [str(each) for each in range(16)]
    assert len(turn.calls) == 50
    assert [each.status for each in turn.calls] == ["done"] * 16 + ["refused"] * 34
    assert is_settled(desk.chats.list()[0].messages)


def test_the_calls_of_a_whole_turn_are_bounded(desk: Desk) -> None:
    count = iter(range(1000))
    many = Rule(
        lambda request: calls(*(("post", {"text": str(next(count))}) for _ in range(16))),
        tools="post", times=None,
    )  # fmt: skip
    desk.script(many, "Enough.")
    desk.converse(functions=["post"]).say("send")
    assert len(desk.sent) == Limits().calls


def test_results_are_cut_so_that_a_round_stays_short(desk: Desk) -> None:
    desk.app.add_function("flood", "def flood(n: int):\n    return 'x' * 1_000_000", effects="pure")
    desk.script(calls(*(("flood", {"n": each}) for each in range(16))), "Much.")
    desk.converse(functions=["flood"]).say("flood me")
    assert 16_000 < sum(map(len, desk.told())) < Limits().results + 16 * 200


def test_when_a_conversation_grows_too_long_old_turns_and_results_are_left_out(desk: Desk) -> None:
    desk.app.add_function("flood", "def flood(n: int):\n    return 'x' * 100_000", effects="pure")
    count = iter(range(100))
    flood = Rule(lambda request: calls(("flood", {"n": next(count)})), tools="flood", times=None)
    desk.script(Rule("Noted. " + "y" * 3000, contains="remember"), flood, "Much.")
    conversation = desk.converse(functions=["flood"], limits=Limits(context=40_000, results=10_000))
    conversation.say("remember this")
    conversation.say("flood me")
    for request in desk.model.requests:
        assert sum(len(text) for text in request.texts) < 45_000
    assert LEFT_OUT in desk.told()[0]
    assert "remember" not in " ".join(desk.model.requests[-1].texts)
    assert len(conversation.transcript.messages) > 10, "the transcript keeps what was not sent"


def test_a_model_with_a_short_memory_is_asked_again_with_less(desk: Desk) -> None:
    def short(request: Any) -> Any:
        return faults.context_too_long() if sum(map(len, request.texts)) > 8000 else "Short."

    desk.script("x" * 9000, Rule(short, times=None))
    conversation = desk.converse(limits=Limits(context=20_000))
    conversation.say("talk")
    assert conversation.say("and now?").text == "Short."
    sizes = [sum(map(len, each.texts)) for each in desk.model.requests]
    assert sizes[1] > 9000 > sizes[-1]


def test_a_model_whose_memory_is_too_short_for_anything_says_so(desk: Desk) -> None:
    desk.script(Rule(lambda request: faults.context_too_long(), times=None))
    with pytest.raises(ModelError) as caught:
        desk.converse().say("talk")
    assert caught.value.kind == "context"
    assert len(desk.model.requests) == 3


def test_nothing_happens_without_a_word_where_something_else_is_done(desk: Desk) -> None:
    post = calls(("post", {"text": "hi"}))
    desk.script(post, "I may not.")
    turn = desk.converse(confirm=desk.saying(False)).say("send a message to the team", desk.watch)
    assert desk.sent == []
    assert desk.asked == ['call post with {"text": "hi"}?']
    assert turn.calls[0].status == "refused"
    assert "did not allow" in desk.told()[0]
    (asked,) = [each for each in desk.events if isinstance(each, Asked)]
    assert (asked.call, asked.question) == ("id_0", 'call post with {"text": "hi"}?')


def test_with_nobody_to_ask_the_answer_is_no(desk: Desk) -> None:
    desk.script(calls(("post", {"text": "hi"})), "I may not.")
    desk.converse().say("send a message to the team")
    assert desk.sent == []


def test_a_yes_is_for_one_call(desk: Desk) -> None:
    desk.script(calls(("post", {"text": "a"}), ("post", {"text": "b"})), "Sent.")
    desk.converse(confirm=desk.saying(True)).say("send messages to the team")
    assert desk.sent == ["a", "b"]
    assert len(desk.asked) == 2


def test_arguments_that_do_not_fit_are_refused_before_anybody_is_asked(desk: Desk) -> None:
    desk.script(calls(("post", {"txt": "a"})), "Sorry.")
    desk.converse(confirm=desk.saying(True)).say("send a message to the team")
    assert desk.asked == []


def test_functions_that_were_named_are_the_only_ones_and_are_not_asked_about(desk: Desk) -> None:
    desk.script(calls(("post", {"text": "a"}), ("add", {"a": 1, "b": 1})), "Sent.")
    turn = desk.converse(functions="post").say("send a message")
    assert desk.tools(0) == ["post", PROPOSE]
    assert desk.sent == ["a"]
    assert turn.calls[1].status == "refused"


def test_permissions_can_be_given_with_the_names(desk: Desk) -> None:
    desk.script(calls(("post", {"text": "a"}), ("add", {"a": 1, "b": 1})), "Done.")
    given = {"post": "ask", "add": "deny"}
    desk.converse(functions=given, confirm=desk.saying(True)).say("go")
    assert desk.tools(0) == ["post", PROPOSE]
    assert (desk.sent, len(desk.asked)) == (["a"], 1)
    assert "there is no tool 'add'" in desk.told()[1]


def test_a_function_that_is_not_there_or_manages_the_store_cannot_be_named(desk: Desk) -> None:
    with pytest.raises(NotFound, match="did you mean 'weather'"):
        desk.converse(functions=["wether"])
    with pytest.raises(UsageError, match="manages the store"):
        desk.converse(functions=["boss"])
    with pytest.raises(UsageError, match="no permission"):
        desk.converse(functions={"add": "maybe"})


def test_a_search_brings_functions_for_the_rest_of_the_turn(desk: Desk) -> None:
    for at in range(12):
        desk.app.add_function(f"greet_{at}", f"def greet_{at}():\n    ...", description="Greet.")
    desk.script(
        calls((SEARCH, {"query": "weather in a city"})),
        calls(("weather", {"city": "Rome"})),
        "It is sunny.",
    )
    turn = desk.converse(offered=2).say("greet", desk.watch)
    assert "weather" not in desk.tools(0)
    assert "weather" in desk.tools(1)
    assert turn.calls[1].status == "done"
    brought = [each for each in desk.events if isinstance(each, Brought)]
    assert brought[0].names[0] == "weather"
    assert "weather(city: str) - The weather in a city today." in desk.told(1)[0]


def test_what_manages_the_store_is_never_offered_nor_found(desk: Desk) -> None:
    desk.script(calls((SEARCH, {"query": "manage the whole store"})), "No.")
    desk.converse().say("manage the whole store")
    assert "boss" not in desk.tools(0)
    assert "boss" not in desk.tools(1)
    assert "boss" not in desk.told()[0]


def test_a_function_that_was_not_offered_is_not_called(desk: Desk) -> None:
    for at in range(12):
        desk.app.add_function(f"greet_{at}", f"def greet_{at}():\n    ...", description="Greet.")
    desk.script(calls(("weather", {"city": "Rome"})), "No.")
    turn = desk.converse(offered=2).say("greet")
    assert turn.calls[0].status == "refused"


def test_functions_used_before_stay_at_hand(desk: Desk) -> None:
    for at in range(12):
        desk.app.add_function(f"greet_{at}", f"def greet_{at}():\n    ...", description="Greet.")
    desk.script(calls(("weather", {"city": "Rome"})), "Sunny.", "Hello.")
    conversation = desk.converse(offered=3)
    conversation.say("the weather in Rome")
    conversation.say("now greet me")
    assert desk.tools()[0] == "weather"
    assert desk.tools()[1].startswith("greet_")


def test_a_proposal_becomes_a_draft_and_nothing_more(desk: Desk) -> None:
    code = "def double(x: int) -> int:\n    return 2 * x"
    desk.script(calls((PROPOSE, {"code": code})), "Proposed.")
    turn = desk.converse().say("write me a function")
    assert turn.calls[0].status == "done"
    assert "double" not in desk.app.catalogue
    assert [row["name"] for row in desk.app.drafts()] == ["double"]


def test_names_that_servers_do_not_take_are_spoken_otherwise(desk: Desk) -> None:
    desk.app.add_function("größe", "def größe(x: int):\n    return x", effects="pure")
    desk.app.add_function(SEARCH, f"def {SEARCH}(query: str):\n    return 'mine'", effects="pure")
    desk.script(
        lambda request: calls((request.tools[0], {"x": 1}), (request.tools[1], {"query": "x"})),
        "Done.",
    )
    turn = desk.converse(functions=["größe", SEARCH]).say("go")
    assert all(name.isascii() for name in desk.tools(0))
    assert [(each.name, each.note) for each in turn.calls] == [("größe", "1"), (SEARCH, "mine")]


def test_the_value_of_a_key_never_reaches_the_model(desk: Desk) -> None:
    desk.app.add_key("token", "secret-0123456789")
    desk.app.add_function(
        "reveal", "def reveal(n: int):\n    return 'it is ' + token", key_dependencies=["token"]
    )
    desk.script(calls(("reveal", {"n": 1})), "Done.")
    turn = desk.converse(functions=["reveal"]).say("reveal")
    assert turn.calls[0].status == "done"
    assert "secret-0123456789" not in repr(desk.model.requests)
    assert "secret-0123456789" not in repr(turn)
    assert "secret-0123456789" not in repr(desk.shelf.get(f"chats/{desk.chats.ids()[0]}"))


# -- what models do wrong ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", [name for name, each in faults.ALL.items() if each.kind == "tools"]
)
def test_every_fault_of_tool_calls_ends_in_an_answer_within_bounds(desk: Desk, fault: str) -> None:
    model = desk.script(
        Rule(calls(("add", {"a": 2, "b": 3}), ("weather", {"city": "Rome"})), tools="add"),
        Rule("Five, and sunny.", times=None),
    )
    model.inject(faults.ALL[fault])
    turn = desk.converse().say("add 2 and 3, and the weather", desk.watch)
    assert turn.text == "Five, and sunny."
    assert turn.spent.calls <= 9
    assert is_settled(desk.chats.list()[0].messages)
    ids = [each["id"] for message in model.requests[-1].fields["messages"]
           for each in message.get("tool_calls", ())]  # fmt: skip
    assert all(ids)
    assert isinstance(desk.events[-1], TurnEnded)


def test_an_answer_that_is_empty_is_asked_for_once_more(desk: Desk) -> None:
    desk.script("", "There it is.")
    assert desk.converse().say("well?").text == "There it is."
    desk.script("", "")
    with pytest.raises(AnswerError, match="said nothing"):
        desk.converse().say("well?")


def test_an_answer_that_broke_off_says_so(desk: Desk) -> None:
    desk.script(Reply(text="It is because", finish="length"))
    assert desk.converse().say("why?").finish == "length"


def test_a_refusal_passes_through_and_leaves_no_trace(desk: Desk) -> None:
    desk.script(Reply(refusal="no"), "Yes.")
    conversation = desk.converse()
    with pytest.raises(ModelRefused):
        conversation.say("do it")
    assert conversation.transcript.messages == ()
    assert conversation.last is not None
    assert conversation.last.finish == "error"
    conversation.say("do that")
    assert [each.role for each in conversation.transcript.messages] == ["user", "assistant"]


# -- how turns end -----------------------------------------------------------------------------


def test_a_budget_that_is_spent_ends_the_turn_and_keeps_what_was_done(desk: Desk) -> None:
    desk.script(calls(("post", {"text": "hi"})), "Sent.")
    conversation = desk.converse(functions=["post"], budget=Budget(calls=1))
    with pytest.raises(BudgetSpent, match="give more with calls=N"):
        conversation.say("tell them hi", desk.watch)
    assert conversation.last is not None
    assert (conversation.last.finish, len(conversation.last.calls)) == ("budget", 1)
    assert [each.role for each in conversation.transcript.messages] == [
        "user", "assistant", "tool", "assistant",
    ]  # fmt: skip
    assert "budget" in conversation.transcript.messages[-1].content
    turn = conversation.say("go on", budget=Budget(calls=5))
    assert turn.text == "Sent."


def test_each_turn_has_a_budget_of_its_own(desk: Desk) -> None:
    desk.script("One.", "Two.")
    conversation = desk.converse(budget=Budget(calls=1))
    assert [conversation.say(each).text for each in ("first", "second")] == ["One.", "Two."]


def test_an_interrupt_while_the_model_answers_leaves_a_conversation_that_can_go_on(
    desk: Desk,
) -> None:
    model = Interrupting(calls(("add", {"a": 1, "b": 2})), "Three.", at=1)
    conversation = desk.converse(model)
    with pytest.raises(KeyboardInterrupt):
        conversation.say("add 1 and 2", desk.watch)
    messages = conversation.transcript.messages
    assert is_settled(messages)
    assert "half an ans" in messages[-1].content
    assert conversation.last is not None
    assert conversation.last.finish == "interrupted"
    assert isinstance(desk.events[-1], TurnEnded)
    run = desk.app.queries.run(str(conversation.last.run))
    assert run.status == "interrupted"
    model.at = 9
    assert conversation.say("go on").text == "Three."


@pytest.mark.parametrize("at", [0, 1, 2])
def test_an_interrupt_in_any_of_several_calls_answers_the_others(desk: Desk, at: int) -> None:
    desk.app.namespace["stop_at"] = at
    desk.app.add_function(
        "stop",
        "def stop(n: int):\n    if n == stop_at:\n        raise KeyboardInterrupt\n    return n",
    )
    desk.script(calls(*(("stop", {"n": each}) for each in range(3))), "Went on.")
    conversation = desk.converse(functions=["stop"])
    with pytest.raises(KeyboardInterrupt):
        conversation.say("go")
    messages = conversation.transcript.messages
    assert is_settled(messages)
    assert [each.role for each in messages] == ["user", "assistant", *["tool"] * 3, "assistant"]
    told = [each.content for each in messages if each.role == "tool"]
    assert ["done in part" in each for each in told] == [each == at for each in range(3)]
    assert ["not carried out" in each for each in told] == [each > at for each in range(3)]
    assert conversation.say("go on").text == "Went on."


def test_a_model_that_is_not_there_says_so_and_nothing_is_kept(desk: Desk) -> None:
    class Absent(ScriptedModel):
        def ask(self, *args: Any, **options: Any) -> Any:
            raise ModelUnavailable("no key", fix="%babyagi key set openai_api_key", kind="key")

    with pytest.raises(ModelUnavailable, match="key set"):
        desk.converse(Absent()).say("hello")
    assert desk.chats.list() == []


def test_two_turns_of_one_conversation_do_not_mix(desk: Desk) -> None:
    conversation = desk.converse()

    def again(request: Any) -> str:
        with pytest.raises(UsageError, match="middle of a turn"):
            conversation.say("me too")
        return "One at a time."

    desk.script(again)
    conversation.model = desk.model
    assert conversation.say("hello").text == "One at a time."


def test_nothing_and_far_too_much_cannot_be_said(desk: Desk) -> None:
    conversation = desk.converse()
    for text in ("", "  \n", "\x00"):
        with pytest.raises(UsageError, match="nothing was said"):
            conversation.say(text)
    with pytest.raises(UsageError, match="too much"):
        conversation.say("x" * 100_001)


def test_a_store_that_cannot_be_written_is_told_once_and_harms_nothing(desk: Desk) -> None:
    class Full(type(desk.shelf)):  # type: ignore[misc]
        def put(self, name: str, value: Any) -> None:
            raise StoreUnwritable("the disk is full")

    desk.script("One.", "Two.")
    desk.chats._shelf = Full()
    conversation = desk.converse()
    assert conversation.say("a", desk.watch).text == "One."
    assert conversation.say("b", desk.watch).text == "Two."
    notes = [each for each in desk.events if isinstance(each, Note)]
    assert [each.text for each in notes] == ["this conversation is not kept: the disk is full"]


def test_a_conversation_goes_on_from_its_transcript(desk: Desk) -> None:
    desk.script(calls(("add", {"a": 1, "b": 2})), "Three.", "Six.")
    first = desk.converse()
    first.say("add 1 and 2")
    again = desk.converse(transcript=desk.chats.open(first.id))
    assert again.say("twice that").text == "Six."
    sent = [each["role"] for each in desk.model.requests[-1].fields["messages"]]
    assert sent == ["system", "user", "assistant", "tool", "assistant", "user"]
    assert desk.chats.open(first.id).turns == 2
