"""``%babyagi key``: values go in unseen, and what is said of them is true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shell_desk import bare_shell_fixture, desk_fixture  # noqa: F401 - fixtures

from babyagi_nb.core import scrubbing
from babyagi_nb.jupyter.commands import keys
from babyagi_nb.jupyter.outgoing import Outgoing
from babyagi_nb.keys.redaction import Redaction

CANARY = "sk-canary-0123456789"


@pytest.fixture
def say(desk: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Run ``%babyagi key …`` and return what it shows; getpass answers with the canary."""
    monkeypatch.setattr(keys, "getpass", lambda prompt: CANARY)

    def run(line: str) -> str:
        text = str(desk.ok(f"%babyagi key {line}").value.plain())
        assert CANARY not in text
        return text

    return run


def test_check_tells_where_a_key_is_who_needs_it_and_what_to_do(
    desk: Any, say: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSIDE", "a-value-of-the-environment")
    say("set token")
    desk.ok("%%babyagi_function keys=token,outside,absent\ndef use(): return token")
    lines = {line.split()[0]: line for line in say("check").splitlines()[1:] if line.split()}
    assert "encrypted file" in lines["token"]
    assert "environment variable OUTSIDE" in lines["outside"]
    assert "missing" in lines["absent"]
    assert "%babyagi key set absent" in lines["absent"]
    assert all("use" in lines[name] for name in ("token", "outside", "absent"))
    assert "absent" not in say("check token")
    assert desk.refused("%babyagi key check absnt").startswith("NotFound: no key 'absnt'")


def test_removing_names_the_places_and_who_is_left_without(
    desk: Any, say: Callable[[str], str]
) -> None:
    say("set token")
    desk.ok("%%babyagi_function keys=token\ndef use(): return token")
    told = say("rm token")
    assert "key 'token' removed from the encrypted file; use cannot run without it" in told
    assert "needs the key 'token', which has no value" in desk.refused("use()")


def test_removing_says_that_the_environment_still_supplies_a_key(
    say: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "a-value-of-the-environment")
    assert "but the environment variable TOKEN goes first" in say("set token")
    told = say("rm token")
    assert "removed from the encrypted file" in told
    assert "the environment variable TOKEN still supplies it" in told


def test_a_key_that_another_project_left_can_be_removed(
    desk: Any, say: Callable[[str], str]
) -> None:
    say("set token")
    desk.ok("import babyagi_nb")
    app = desk.ok("babyagi_nb.get_func_instance()").value
    app.changes.forget_key("token")
    assert "encrypted file" in say("list")
    assert "removed from the encrypted file" in say("rm token")
    assert desk.refused("%babyagi key rm token").startswith("NotFound: no key 'token'")


def test_a_damaged_file_is_told_by_check_and_stops_nothing_else(
    desk: Any, say: Callable[[str], str], private_folder: Path
) -> None:
    say("set token")
    (private_folder / "keys.vault").write_text("{")
    assert "is damaged" in say("check")
    assert "missing" in say("list")
    assert "is damaged" in desk.refused("%babyagi key rm token")


class Session:
    """A kernel's session, as far as it encodes."""

    def __init__(self) -> None:
        import json

        self.pack: Any = lambda message: json.dumps(message).encode()


class Shell:
    def __init__(self) -> None:
        self.kernel = self
        self.session = Session()


def test_messages_of_a_kernel_leave_without_the_value() -> None:
    redaction = Redaction()
    redaction.learn("token", CANARY)
    scrubbing.enlist(redaction)
    shell = Shell()
    before = shell.session.pack
    outgoing = Outgoing(shell)
    outgoing.enter()
    content = {"data": {"text/plain": repr(CANARY)}, "metadata": {}, "execution_count": 3}
    assert shell.session.pack(content) == (
        b'{"data":{"text/plain":"\'[key token]\'"},"metadata":{},"execution_count":3}'
    )
    header = {"msg_id": CANARY, "msg_type": "stream"}
    assert CANARY.encode() in shell.session.pack(header)
    outgoing.leave()
    assert shell.session.pack is before


def test_leaving_does_not_undo_what_somebody_wrapped_since() -> None:
    shell = Shell()
    outgoing = Outgoing(shell)
    outgoing.enter()
    theirs = shell.session.pack = lambda message: b"{}"
    outgoing.leave()
    assert shell.session.pack is theirs


def test_a_shell_without_a_kernel_is_left_as_it_is() -> None:
    outgoing = Outgoing(object())
    outgoing.enter()
    outgoing.leave()
    assert outgoing._session is None
