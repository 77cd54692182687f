"""``%babyagi model`` and ``%babyagi ask``, where a script speaks for the models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from babyagi_nb.agent.models.patience import Patience
from babyagi_nb.agent.models.picker import Models
from babyagi_nb.core.model import Ask, Message
from babyagi_nb.errors import ModelUnavailable, UsageError
from babyagi_nb.jupyter.commands import models as commands
from babyagi_nb.keys.seal import MemorySeal
from babyagi_nb.settings import Settings
from babyagi_nb.store.shelf import MemoryShelf
from babyagi_nb.testing import FaultServer, Reply, Rule, faults


class App:
    """As much of the application as the commands use."""

    def __init__(self, server: FaultServer, model: str) -> None:
        settings = Settings(base_url=server.url, model=model)
        self.picker = Models(
            settings, lambda name: None, MemoryShelf(), None, {}, seal=MemorySeal(),
            patience=Patience(first=0.001),
        )  # fmt: skip
        self.server = server

    def open_model(self, name: str | None = None) -> Any:
        return self.picker.open(name)


@dataclass
class Typed:
    """As much of a request as the commands use."""

    app: App
    given: dict[str, Any] = field(default_factory=dict)
    rest: str = ""


@pytest.fixture
def app() -> Iterator[App]:
    with FaultServer(models=["small", "large"]) as server:
        made = App(server, "small")
        yield made
        made.picker.close()


def _speaking(app: App, *rules: Any) -> None:
    app.server.script = type(app.server.script)(rules)


def _model(app: App, **given: Any) -> str:
    return commands.model(Typed(app, given)).plain()  # type: ignore[arg-type]


def _ask(app: App, rest: str, **given: Any) -> str:
    return commands.ask(Typed(app, given, rest))  # type: ignore[arg-type]


def test_models_are_listed_and_the_one_that_is_asked_is_marked(app: App) -> None:
    shown = _model(app)
    (small,) = [line for line in shown.splitlines() if line.strip().startswith("small")]
    (large,) = [line for line in shown.splitlines() if line.strip().startswith("large")]
    assert "asked" in small
    assert "asked" not in large
    assert app.server.url in shown


def test_picking_one_says_so_and_holds(app: App) -> None:
    assert "asked: large" in _model(app, NAME="large")
    assert app.picker.open().id == "large"


def test_a_name_that_the_server_does_not_list_is_picked_and_remarked(app: App) -> None:
    shown = _model(app, NAME="huge")
    assert "does not list it" in shown
    assert "large, small" in shown
    assert app.picker.open().id == "huge"


def test_an_address_alone_shows_what_is_there_to_be_picked() -> None:
    with FaultServer(models=["small", "large"]) as server:
        app = App(server, "")
        shown = _model(app, url=server.url)
        app.picker.close()
    assert "asked: none" in shown
    assert "large" in shown


def test_a_key_alone_is_for_the_model_that_is_asked_already(app: App) -> None:
    assert "asked: small" in _model(app, key="mine")
    assert app.picker.server().key == "mine"


def test_a_server_that_is_not_there_is_said_in_one_line() -> None:
    with FaultServer(listening=False) as server:
        app = App(server, "small")
        shown = _model(app)
        app.picker.close()
    assert "no server answers" in shown
    assert "asked: small" in shown


def test_an_address_that_is_none_is_refused(app: App) -> None:
    with pytest.raises(UsageError, match="no address"):
        _model(app, NAME="m", url="localhost")


def test_a_probe_shows_what_the_model_takes(app: App) -> None:
    _speaking(app, Rule('{"legs": 8}', times=None))
    shown = _model(app, probe=True)
    assert "a JSON schema" in shown
    assert "tools" in shown


def test_an_answer_is_shown_while_it_comes_and_is_the_result_once(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    _speaking(app, "A cat \x1b[2Jis called \x1b]0;evil\x07Tom.")
    answer = _ask(app, "name a cat", system="Be short.", max_tokens=20)
    shown = capsys.readouterr().out
    assert shown == "A cat is called Tom.\n"
    assert isinstance(answer, str)
    assert answer.startswith("A cat")
    assert answer._ipython_display_() is None  # type: ignore[attr-defined]
    (request,) = app.server.requests
    assert (request.system, request.last) == ("Be short.", "name a cat")
    assert request.fields["max_tokens"] == 20
    assert request.stream


def test_an_answer_that_was_cut_says_so(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    _speaking(app, Reply(text="A c", finish="length"))
    assert _ask(app, "name a cat") == "A c"
    assert "cut off" in capsys.readouterr().out


def test_a_model_may_be_named_for_one_question(app: App) -> None:
    _speaking(app, "ok")
    _ask(app, "hi", model="large")
    assert app.server.requests[-1].model == "large"


def test_nothing_asked_is_refused(app: App) -> None:
    with pytest.raises(UsageError, match="nothing is asked"):
        _ask(app, "  ")


def test_what_was_said_before_an_error_stays_and_the_error_is_raised(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    _speaking(app, Rule(faults.stream_error_chunk(), "a long enough text to be cut in two"))
    with pytest.raises(ModelUnavailable):
        _ask(app, "hi")
    assert capsys.readouterr().out


def test_a_price_is_the_users_own_and_counts_from_then_on(app: App) -> None:
    assert "$" not in _model(app)
    assert "$0.5 and $2 a million tokens" in _model(app, price="0.5,2")
    with pytest.raises(UsageError, match=r"price=0\.5,2"):
        _model(app, price="cheap")
    with pytest.raises(UsageError, match="no price"):
        _model(app, price="-1,2")
    _speaking(
        app, Rule(Reply(text="Hi.", usage={"prompt_tokens": 1_000_000, "completion_tokens": 0}))
    )
    asked = Ask(messages=(Message(role="user", content="Hi"),), purpose="ask")
    assert app.picker.open().ask(asked).cost == 0.5
