"""``%babyagi chat`` and ``%babyagi chats``, in a shell of this process."""

from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import pytest
from shell_desk import bare_shell_fixture, desk_fixture  # noqa: F401 - fixtures

from babyagi_nb import kernel_app
from babyagi_nb.app import BabyAGI
from babyagi_nb.jupyter.commands.chat import ask_person
from babyagi_nb.testing import Reply, Rule, ScriptedModel, call
from babyagi_nb.widgets.chatview import ChatTable, ChatView

ADD = "def add(a: int, b: int) -> int:\n    return a + b"
POST = "def post(text: str) -> int:\n    sent.append(text)\n    return len(sent)"


@pytest.fixture
def model(desk: Any, tmp_path: Path) -> ScriptedModel:
    """A model that is asked by the kernel's application; its script is set by each test."""
    made = ScriptedModel()
    app = BabyAGI(tmp_path / "store", namespace=desk.shell.user_ns, model=made)
    app.add_function("add", ADD, effects="pure", description="Add two numbers.")
    desk.shell.user_ns["sent"] = []
    app.add_function("post", POST, effects="once", description="Send a message to the team.")
    kernel_app.use(app)
    return made


def say(model: ScriptedModel, *replies: Any) -> None:
    from babyagi_nb.testing.script import Script

    model.script = Script([each if isinstance(each, Rule) else Rule(each) for each in replies])


def adding() -> Reply:
    return Reply(calls=(call("add", {"a": 2, "b": 3}),))


def test_a_line_is_a_turn_and_shows_calls_and_answer(desk: Any, model: ScriptedModel) -> None:
    say(model, adding(), "It's **five**.")
    value = desk.ok("%babyagi chat what's 2 + 3?").value
    assert isinstance(value, ChatView)
    assert value.plain() == '✓ add {"a": 2, "b": 3} → 5\nIt\'s **five**.'
    html = value._repr_mimebundle_()["text/html"]
    assert "It&#x27;s **five**." in html
    assert "2 requests" in html


def test_a_cell_is_a_turn_too_and_the_conversation_goes_on(desk: Any, model: ScriptedModel) -> None:
    say(model, "Hello.", "You said hi.")
    desk.ok("%%babyagi chat\nhi\n\nthere")
    assert desk.ok("%babyagi chat what did I say").value.plain() == "You said hi."
    sent = [each["content"] for each in model.requests[-1].fields["messages"][1:]]
    assert sent == ["hi\n\nthere", "Hello.", "what did I say"]


def test_a_new_conversation_forgets_and_an_old_one_can_go_on(
    desk: Any, model: ScriptedModel
) -> None:
    say(model, "One.", "Two.", "Three.")
    desk.ok("%babyagi chat first")
    desk.ok("%babyagi chat --new second")
    assert len(model.requests[-1].fields["messages"]) == 2
    table = desk.ok("%babyagi chats").value
    assert isinstance(table, ChatTable)
    assert [line.split() for line in table.plain().splitlines()[1:3]] == [
        ["1", "second", "1", "scripted"],
        ["2", "first", "1", "scripted"],
    ]
    desk.ok("%babyagi chat id=2 third")
    sent = [each["content"] for each in model.requests[-1].fields["messages"][1:]]
    assert sent == ["first", "One.", "third"]
    assert desk.ok("%babyagi chats 1").value.plain() == "> first\nOne.\n> third\nThree."
    assert "no conversation 7" in desk.refused("%babyagi chats 7")
    assert "leave one out" in desk.refused("%babyagi chat --new id=2 hello")


def test_a_transcript_shows_what_was_called(desk: Any, model: ScriptedModel) -> None:
    wrong = Reply(calls=(call("add", {"a": 2}),))
    say(model, wrong, adding(), "Five.")
    desk.ok("%babyagi chat add 2 and 3")
    lines = desk.ok("%babyagi chats 1").value.plain().splitlines()
    assert lines[0] == "> add 2 and 3"
    assert lines[1].startswith("⊘ add {\"a\": 2} → arguments of add: 'b' is missing")
    assert lines[2:] == ['✓ add {"a": 2, "b": 3} → 5', "Five."]


def test_functions_can_be_named_and_stay_named(desk: Any, model: ScriptedModel) -> None:
    say(model, "Yes.", "Yes.", "Yes.")
    desk.ok("%babyagi chat functions=add what can you do")
    assert list(model.requests[-1].tools) == ["add", "propose_function"]
    desk.ok("%babyagi chat and now")
    assert list(model.requests[-1].tools) == ["add", "propose_function"]
    desk.ok("%babyagi chat functions=post and now")
    assert list(model.requests[-1].tools) == ["post", "propose_function"]
    assert "no function 'ad'" in desk.refused("%babyagi chat functions=ad hello")


def test_limits_are_of_the_line(desk: Any, model: ScriptedModel) -> None:
    say(model, adding(), adding(), "Five.")
    assert "budget of 1 calls is spent" in desk.refused("%babyagi chat calls=1 add 2 and 3")
    assert desk.ok("%babyagi chat go on").value.plain().endswith("Five.")


@pytest.mark.parametrize(("said", "sent"), [("y", ["hi"]), ("Yes ", ["hi"]), ("", []), ("n", [])])
def test_the_person_is_asked_at_a_prompt(
    desk: Any, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch, said: str, sent: list[str]
) -> None:
    prompts: list[str] = []
    monkeypatch.setattr(builtins, "input", lambda prompt: prompts.append(prompt) or said)
    say(model, Reply(calls=(call("post", {"text": "hi"}),)), "Done.")
    desk.ok("%babyagi chat send a message to the team")
    assert prompts == ['call post with {"text": "hi"}? [y/N] ']
    assert desk.shell.user_ns["sent"] == sent


def test_where_there_is_no_prompt_the_answer_is_no(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(builtins, "input", closed)
    assert ask_person("call it?") is False


def test_an_interrupt_at_the_prompt_ends_the_turn(
    desk: Any, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(builtins, "input", interrupted)
    say(model, Reply(calls=(call("post", {"text": "hi"}),)), "Went on.")
    shown = desk.run("%babyagi chat send a message to the team")
    assert isinstance(shown.error, KeyboardInterrupt)
    assert desk.ok("%babyagi chat go on").value.plain() == "Went on."


def test_a_message_is_needed(desk: Any, model: ScriptedModel) -> None:
    assert "needs MESSAGE" in desk.refused("%babyagi chat")
    assert "nothing was said" in desk.refused("%babyagi chat '\x00'")


def test_without_a_model_the_line_says_how_to_get_one(desk: Any) -> None:
    assert desk.refused("%babyagi chat hello").startswith("ModelUnavailable")


def test_what_is_shown_while_it_happens_gives_way_to_the_result(
    desk: Any, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel's front end changes one output in place; at the end it is as at the beginning."""
    import IPython.display

    shown: list[Any] = []

    class Handle:
        def update(self, bundle: Any, raw: bool) -> None:
            assert raw
            json.dumps(bundle)
            shown.append(bundle)

    def display(bundle: Any, raw: bool, display_id: bool) -> Handle:
        shown.append(bundle)
        return Handle()

    monkeypatch.setattr(IPython.display, "display", display)
    monkeypatch.setattr(desk.shell, "kernel", object(), raising=False)
    say(model, adding(), "It is five.")
    desk.ok("%babyagi chat 2 + 3?")
    assert shown[0] == shown[-1] == {"text/plain": ""}
    texts = [each["text/plain"] for each in shown]
    assert any(text.startswith("▶ add") for text in texts)
    assert any("→ 5" in text for text in texts)
    assert any("text/html" in each for each in shown)


def test_what_was_done_before_an_error_stays_on_the_page(
    desk: Any, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    import IPython.display

    shown: list[Any] = []

    class Handle:
        def update(self, bundle: Any, raw: bool) -> None:
            shown.append(bundle)

    monkeypatch.setattr(IPython.display, "display", lambda *args, **options: Handle())
    monkeypatch.setattr(desk.shell, "kernel", object(), raising=False)
    say(model, adding())
    desk.refused("%babyagi chat calls=1 2 + 3?")
    assert shown[-1]["text/plain"].splitlines() == [
        '✓ add {"a": 2, "b": 3} → 5',
        "(the budget is spent)",
    ]
