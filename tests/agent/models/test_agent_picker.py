"""Models of a store: listed, picked, opened; and who is sent a key."""

from __future__ import annotations

from typing import Any

import pytest
from model_desk import HASTY, desk, question

from babyagi_nb.agent.models.access import OPENAI
from babyagi_nb.agent.models.picker import Models
from babyagi_nb.core.model import Model
from babyagi_nb.errors import ModelError, ModelUnavailable, StoreUnwritable, UsageError
from babyagi_nb.keys.seal import MemorySeal
from babyagi_nb.settings import Settings
from babyagi_nb.store.shelf import MemoryShelf
from babyagi_nb.testing import FaultServer, Reply, Rule, faults
from babyagi_nb.testing.request import MODELS

_ELSEWHERE = "https://models.example.org/v1"
_SECRET = "sk-very-secret-value"


def _models(**more: Any) -> Models:
    given: dict[str, Any] = {
        "settings": Settings(), "key": {"openai_api_key": _SECRET}.get, "shelf": MemoryShelf(),
        "environment": {}, "seal": MemorySeal(), "patience": HASTY,
    }  # fmt: skip
    return Models(**(given | more))


def test_nothing_is_connected_to_before_the_first_question() -> None:
    models = _models(settings=Settings(model="m"))
    model: Model = models.open()
    assert (model.id, model.host) == ("m", "api.openai.com")
    models.close()


def test_what_the_server_has_is_listed() -> None:
    with desk(models=["b", "a", "a"]) as found:
        assert found.models.list() == ["a", "b"]


@pytest.mark.parametrize(
    "body",
    [{}, {"data": None}, {"data": "x"}, {"error": {"message": "no"}}],
)
def test_a_list_that_is_none_is_an_error(body: dict[str, Any]) -> None:
    with (
        desk(Rule(Reply(body=body), path=MODELS, times=None)) as found,
        pytest.raises(ModelError),
    ):
        found.models.list()


def test_rows_that_are_no_models_are_passed_over() -> None:
    body = {"data": [{"id": "a"}, {"id": 3}, "b", {}, {"id": "x\x1b[2J" + "y" * 900}]}
    with desk(Rule(Reply(body=body), path=MODELS)) as found:
        listed = found.models.list()
    assert listed[0] == "a"
    assert len(listed) == 2
    assert "\x1b" not in listed[1]
    assert len(listed[1]) <= 200


def test_an_argument_goes_before_a_pick_and_that_before_the_settings() -> None:
    models = _models(settings=Settings(model="set"))
    assert models.open().id == "set"
    assert models.picked() == ("set", OPENAI)
    models.pick("picked")
    assert models.open().id == "picked"
    assert models.picked() == ("picked", OPENAI)
    assert models.open("said").id == "said"


def test_a_pick_is_kept_in_the_store() -> None:
    shelf, seal = MemoryShelf(), MemorySeal()
    _models(shelf=shelf, seal=seal).pick("m", _ELSEWHERE + "/")
    later = _models(shelf=shelf, seal=seal)
    assert later.picked() == ("m", _ELSEWHERE)
    assert later.open().host == "models.example.org"
    later.pick("n")
    assert later.picked() == ("n", _ELSEWHERE)
    later.pick("n", "")
    assert later.picked() == ("n", OPENAI)


def test_a_store_from_elsewhere_brings_no_word_about_servers_along() -> None:
    shelf = MemoryShelf()
    _models(shelf=shelf).pick("m", _ELSEWHERE)
    other = _models(shelf=shelf, seal=MemorySeal())
    with pytest.raises(ModelUnavailable, match="nobody but this project"):
        other.open()
    other.pick("m")
    with pytest.raises(ModelUnavailable, match="nobody but this project"):
        other.open()
    assert other.picked() == ("m", _ELSEWHERE)
    other.pick("m", _ELSEWHERE)
    assert other.open().host == "models.example.org"


def test_a_pick_that_was_edited_is_nobodys_word() -> None:
    shelf, seal = MemoryShelf(), MemorySeal()
    _models(shelf=shelf, seal=seal).pick("m", _ELSEWHERE, "openai_api_key")
    document = shelf.get("model")
    assert _SECRET not in str(document)
    for change in ({"base_url": "https://evil.example.org/v1"}, {"key": "github_token"}):
        shelf.put("model", document | change)
        with pytest.raises(ModelUnavailable):
            _models(shelf=shelf, seal=seal).open()


def test_naming_a_key_is_no_word_about_an_address() -> None:
    shelf = MemoryShelf()
    shelf.put("model", {"model": "m", "base_url": "https://evil.example.org/v1"})
    models = _models(shelf=shelf, settings=Settings(base_url="https://evil.example.org/v1"))
    with pytest.raises(ModelUnavailable, match="nobody but this project"):
        models.pick("m", key="openai_api_key")
    with pytest.raises(ModelUnavailable, match="nobody but this project"):
        models.open()


def test_a_key_may_be_named_for_the_server_that_is_asked_already() -> None:
    with desk("ok", keys={"mine": _SECRET}) as found:
        found.models.pick("scripted", key="mine")
        found.model().ask(question())
        assert "authorization" in _sent(found.server)


@pytest.mark.parametrize("document", [1, [], {"model": 3}, {"base_url": ["x"]}, {"seal": {}}])
def test_a_remembered_pick_without_sense_is_none(document: Any) -> None:
    shelf = MemoryShelf()
    shelf.put("model", document)
    assert _models(shelf=shelf).picked() == ("", OPENAI)


def test_without_a_seal_the_users_word_holds_in_this_process() -> None:
    shelf = MemoryShelf()
    models = _models(shelf=shelf, seal=None)
    models.pick("m", _ELSEWHERE)
    assert models.open().host == "models.example.org"
    with pytest.raises(ModelUnavailable):
        _models(shelf=shelf, seal=None).open()


def test_a_pick_holds_in_this_process_where_the_store_cannot_keep_it() -> None:
    class Full(MemoryShelf):
        def put(self, name: str, value: Any) -> None:
            raise StoreUnwritable("the disk is full")

    models = _models(shelf=Full())
    models.pick("m", _ELSEWHERE)
    assert models.picked() == ("m", _ELSEWHERE)
    assert models.open().id == "m"


@pytest.mark.parametrize(
    ("name", "url", "key"),
    [("", None, None), ("  ", None, None), ("a\nb", None, None), ("x" * 300, None, None),
     ("m", "nonsense", None), ("m", _ELSEWHERE, "sk-not-a-name")],
)  # fmt: skip
def test_a_pick_without_sense_changes_nothing(name: str, url: str | None, key: str | None) -> None:
    models = _models(settings=Settings(model="set"))
    with pytest.raises(UsageError):
        models.pick(name, url, key)
    assert models.picked() == ("set", OPENAI)


def test_without_a_model_the_mend_is_said() -> None:
    with pytest.raises(ModelUnavailable, match="%babyagi model NAME picks one"):
        _models().open()


def test_without_a_key_the_mend_is_said_and_nothing_is_sent() -> None:
    models = _models(settings=Settings(model="m"), key=lambda name: None)
    with pytest.raises(ModelUnavailable, match="%babyagi key set openai_api_key"):
        models.open()
    assert models.embedder() is None


@pytest.mark.parametrize("key", ["sk-ä", "sk-1\n2", "sk-\x00"])
def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ModelUnavailable, match="characters that no key has") as caught:
        _models(settings=Settings(model="m"), key=lambda name: key).open()
    assert key not in str(caught.value)


def _sent(server: FaultServer) -> set[str]:
    return set(server.requests[-1].headers)


def test_a_server_that_only_settings_name_is_sent_no_key_and_nothing_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", _SECRET)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gateway: secret")
    with desk("ok", keys={"openai_api_key": _SECRET}) as found:
        found.model().ask(question())
        assert not _sent(found.server) & {"authorization", "openai-organization", "x-gateway"}


def test_a_server_that_the_user_named_with_a_key_is_sent_it() -> None:
    with desk("ok", keys={"mine": _SECRET}) as found:
        found.models.pick("scripted", found.server.url, "mine")
        found.model().ask(question())
        assert "authorization" in _sent(found.server)


def test_a_server_of_the_environment_is_sent_the_key() -> None:
    with FaultServer(["ok"]) as server:
        environment = {"OPENAI_BASE_URL": server.url}
        with desk(
            settings=Settings(model="m"), environment=environment,
            keys={"openai_api_key": _SECRET},
        ) as found:  # fmt: skip
            found.model().ask(question())
        assert "authorization" in _sent(server)


def test_a_redirect_takes_the_key_nowhere() -> None:
    with FaultServer() as other:
        from babyagi_nb.testing.wire import answer

        away = faults.server_error().__class__(
            name="away", kind="transport", about="",
            sends=lambda request, good: [
                answer(307, "", headers={"Location": other.url + "/chat/completions"})
            ],
        )  # fmt: skip
        with desk(away, keys={"mine": _SECRET}) as found:
            found.models.pick("scripted", found.server.url, "mine")
            with pytest.raises(ModelUnavailable, match="elsewhere"):
                found.model().ask(question())
        assert other.requests == []


def test_a_key_that_a_server_says_back_is_not_shown() -> None:
    from babyagi_nb.testing.wire import failure

    echo = faults.server_error().__class__(
        name="echo", kind="transport", about="",
        sends=lambda request, good: [failure(401, f"Incorrect API key provided: {_SECRET}")],
    )  # fmt: skip
    with desk(echo, keys={"mine": _SECRET}) as found:
        found.models.pick("scripted", found.server.url, "mine")
        with pytest.raises(ModelUnavailable) as caught:
            found.model().ask(question())
    assert _SECRET not in str(caught.value)
    assert caught.value.kind == "key"


def test_a_key_that_was_set_a_moment_ago_is_used() -> None:
    keys: dict[str, str] = {}
    with desk(Rule("ok", times=None), keys=keys) as found:
        found.models.pick("scripted", found.server.url, "mine")
        model = found.model()
        model.ask(question())
        assert "authorization" not in _sent(found.server)
        keys["mine"] = _SECRET
        model.ask(question())
        assert "authorization" in _sent(found.server)


def test_the_embedder_is_the_model_that_the_settings_name() -> None:
    with FaultServer() as server:
        with desk(settings=Settings(base_url=server.url)) as found:
            assert found.models.embedder() is None
        settings = Settings(base_url=server.url, embeddings="vectors-1")
        with desk(settings=settings) as found:
            embedder = found.models.embedder()
            assert embedder is not None
            assert len(embedder.embed(["a"])) == 1
        assert server.requests[-1].fields["model"] == "vectors-1"


# -- probing -----------------------------------------------------------------------------------


def test_a_probe_tells_what_a_model_can_do_and_is_remembered() -> None:
    shelf = MemoryShelf()

    def answer(request: Any) -> Any:
        if request.tools:
            from babyagi_nb.testing import call

            return Reply(calls=(call("note", {"number": 7}),))
        return '{"legs": 8}'

    with desk(Rule(answer, times=None), shelf=shelf) as found:
        can = found.models.probe()
        assert len(found.server.requests) == 2
        assert (can.form, can.tools, can.probed) == ("schema", True, True)
        again = found.models.open().abilities
    assert again == can


@pytest.mark.parametrize(
    ("text", "form"), [('{"answer": "eight"}', "object"), ("It has eight legs.", "text")]
)
def test_a_server_that_passes_over_a_schema_is_found_out(text: str, form: str) -> None:
    with desk(Rule(text, times=None)) as found:
        can = found.models.probe()
    assert (can.form, can.tools) == (form, False)


def test_a_probe_of_a_server_that_is_not_there_says_so() -> None:
    with desk(listening=False) as found, pytest.raises(ModelUnavailable, match="no server"):
        found.models.probe()
