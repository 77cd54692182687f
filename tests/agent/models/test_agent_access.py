"""Which server is asked and with which key; a key goes nowhere that the user did not say."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.agent.models.access import (
    OPENAI,
    Picked,
    address,
    host_of,
    is_here,
    server_for,
)
from babyagi_nb.errors import ModelUnavailable, UsageError
from babyagi_nb.settings import Settings

_ELSEWHERE = "https://models.example.org/v1"
_HERE = "http://127.0.0.1:11434/v1"


def _asked(
    settings: Settings | None = None,
    environment: Mapping[str, str] | None = None,
    picked: Picked | None = None,
) -> tuple[str, str]:
    server = server_for(settings or Settings(), environment or {}, picked or Picked())
    return server.base_url, server.key


def test_openai_is_asked_with_its_key_where_nothing_is_said() -> None:
    assert _asked() == (OPENAI, "openai_api_key")


def test_a_project_cannot_have_another_key_sent_to_openai() -> None:
    assert _asked(Settings(model_key="github_token")) == (OPENAI, "openai_api_key")


def test_an_address_elsewhere_that_only_the_project_names_is_not_asked() -> None:
    with pytest.raises(ModelUnavailable, match="%babyagi model NAME url=") as caught:
        _asked(Settings(base_url=_ELSEWHERE))
    assert caught.value.kind == "unconfirmed"


def test_a_server_on_this_machine_is_asked_without_a_key() -> None:
    assert _asked(Settings(base_url=_HERE)) == (_HERE, "")
    assert _asked(Settings(base_url=_HERE, model_key="other")) == (_HERE, "")


@pytest.mark.parametrize("name", ["OPENAI_BASE_URL", "BABYAGI_BASE_URL"])
def test_an_address_of_the_environment_is_the_users_word(name: str) -> None:
    settings = Settings(base_url=_ELSEWHERE if name == "BABYAGI_BASE_URL" else "")
    assert _asked(settings, {name: _ELSEWHERE}) == (_ELSEWHERE, "openai_api_key")


def test_a_project_cannot_name_a_key_for_the_environments_server() -> None:
    settings = Settings(model_key="github_token")
    environment = {"OPENAI_BASE_URL": _ELSEWHERE}
    assert _asked(settings, environment)[1] == "openai_api_key"
    named = environment | {"BABYAGI_MODEL_KEY": "github_token"}
    assert _asked(settings, named)[1] == "github_token"


def test_what_the_user_picked_goes_before_settings_and_environment() -> None:
    picked = Picked(model="m", base_url=_ELSEWHERE, key="their_key", trusted=True)
    environment = {"OPENAI_BASE_URL": "https://other.example.org/v1"}
    assert _asked(Settings(base_url=_HERE), environment, picked) == (_ELSEWHERE, "their_key")


def test_a_server_here_that_was_picked_gets_only_a_key_that_was_named() -> None:
    assert _asked(picked=Picked(base_url=_HERE, trusted=True)) == (_HERE, "")
    assert _asked(picked=Picked(base_url=_HERE, key="k", trusted=True)) == (_HERE, "k")


def test_a_pick_that_nobody_vouches_for_is_worth_no_more_than_a_setting() -> None:
    with pytest.raises(ModelUnavailable, match="nobody but this project"):
        _asked(picked=Picked(base_url=_ELSEWHERE, key="openai_api_key"))
    assert _asked(picked=Picked(base_url=_HERE, key="openai_api_key")) == (_HERE, "")
    assert _asked(picked=Picked(base_url=OPENAI, key="other")) == (OPENAI, "openai_api_key")


@pytest.mark.parametrize(
    "text",
    ["", "localhost:11434", "ftp://x/v1", "http://", "file:///etc/passwd", "http://[::1",
     "https://me:secret@example.org/v1", "https://example.org/v1?key=1", "http://x:99999/"],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        address(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:1/v1", True), ("http://a.localhost/v1", True),
        ("http://127.9.9.9/v1", True), ("http://[::1]:8000/v1", True),
        ("http://localhost.example.org/v1", False), ("http://127.0.0.1.example.org", False),
        ("http://192.168.1.5:11434/v1", False), ("https://example.org/localhost", False),
        ("http://0.0.0.0/v1", False),
    ],
)  # fmt: skip
def test_only_this_machine_is_here(url: str, here: bool) -> None:
    assert is_here(url) is here


@given(
    st.sampled_from(["http", "HTTPS"]),
    st.from_regex(r"[a-z]{1,8}\.[a-z]{2,4}", fullmatch=True),
    st.none() | st.integers(1, 65535),
    st.sampled_from(["", "/", "/v1", "/v1/", "/a/b//"]),
)
def test_an_address_has_one_spelling(scheme: str, host: str, port: int | None, path: str) -> None:
    text = f"{scheme}://{host}{'' if port is None else f':{port}'}{path}"
    once = address(text)
    assert address(once) == once
    assert address(text.upper().replace(path.upper(), path)) == once
    assert host_of(once).startswith(host)
