"""What every adapter of ``Keys`` does, wherever it keeps the values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from babyagi_nb.core.ports import Keys
from babyagi_nb.keys.chain import KeyChain, removed_from, source_of
from babyagi_nb.keys.environment import EnvironmentKeys
from babyagi_nb.keys.keyring import SystemKeyring
from babyagi_nb.keys.process import ProcessKeys
from babyagi_nb.keys.redaction import without_secrets
from babyagi_nb.keys.vault import Vault


class SystemStore:
    """What a system's keyring does, going by its module."""

    __module__ = "keyring.backends.SecretService"

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self.kept[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


class OwnKeys:
    """Keys as somebody else would write them: the protocol and nothing more."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._handed: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        if name in self._values:
            self._handed[name] = self._values[name]
        return self._values.get(name)

    def set(self, name: str, value: str) -> str:
        self._values[name] = self._handed[name] = value
        return "a dict"

    def forget(self, name: str) -> bool:
        return self._values.pop(name, None) is not None

    def sources(self) -> Mapping[str, str]:
        return dict.fromkeys(self._values, "a dict")

    def secrets(self) -> Iterator[tuple[str, str]]:
        return iter(list(self._handed.items()))


def _chain_on_keyring(folder: Path) -> Keys:
    store = SystemStore()
    return KeyChain(environment={}, folder=folder, keyring=lambda: store)


def _keyring(folder: Path) -> Keys:
    store = SystemStore()
    return SystemKeyring(backend=lambda: store)


ADAPTERS: dict[str, Callable[[Path], Keys]] = {
    "memory": lambda folder: ProcessKeys(),
    "keyring": _keyring,
    "vault": lambda folder: Vault(folder / "private"),
    "chain over a keyring": _chain_on_keyring,
    "chain over a file": lambda folder: KeyChain(
        environment={}, folder=folder / "private", keyring=lambda: None
    ),
    "somebody's own": lambda folder: OwnKeys(),
}
VALUES = ("sk-0123456789abcdef", "ключ 🔑 'q' \"d\" \\", "two\nlines\n", "x" * 300, "1")


@pytest.fixture(params=ADAPTERS)
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> Keys:
    return ADAPTERS[request.param](tmp_path)


@pytest.mark.parametrize("value", VALUES)
def test_a_value_comes_back_as_it_was_set(keys: Keys, value: str) -> None:
    assert keys.get("service") is None
    where = keys.set("service", value)
    assert where
    assert value not in where or value == "1"
    assert keys.get("service") == value


def test_the_last_value_set_is_the_one_in_use(keys: Keys) -> None:
    keys.set("service", "first-value")
    keys.set("other", "other-value")
    keys.set("service", "second-value")
    assert (keys.get("service"), keys.get("other")) == ("second-value", "other-value")


def test_a_forgotten_key_is_gone_and_forgetting_again_says_so(keys: Keys) -> None:
    keys.set("service", "first-value")
    keys.set("other", "other-value")
    assert keys.forget("service") is True
    assert keys.get("service") is None
    assert keys.forget("service") is False
    assert keys.get("other") == "other-value"


def test_sources_name_what_has_a_value_and_never_tell_it(keys: Keys) -> None:
    keys.set("service", "first-value")
    assert list(keys.sources()) == ["service"]
    assert keys.sources()["service"] == source_of(keys, "service") != ""
    assert "first-value" not in repr(dict(keys.sources()))
    assert removed_from(keys, "service")
    assert dict(keys.sources()) == {}
    assert source_of(keys, "service") == ""


def test_every_value_that_was_handed_out_is_kept_out(keys: Keys) -> None:
    keys.set("service", "first-value")
    keys.get("service")
    keys.set("service", "second-value")
    assert ("service", "second-value") in set(keys.secrets())
    told = without_secrets("using second-value today", keys)
    assert told == "using [key service] today"


def test_a_value_is_kept_out_after_it_was_forgotten(keys: Keys) -> None:
    keys.set("service", "first-value")
    keys.forget("service")
    assert without_secrets("it was first-value", keys) == "it was [key service]"


def test_the_environment_is_read_as_any_other_place() -> None:
    keys = EnvironmentKeys({"SERVICE": "in capitals", "other": "as given", "EMPTY": ""})
    assert (keys.get("service"), keys.get("other")) == ("in capitals", "as given")
    assert keys.get("empty") is None
    assert keys.get("missing") is None
    assert set(keys.secrets()) == {("service", "in capitals"), ("other", "as given")}
    assert dict(keys.sources()) == {
        "other": "environment variable other",
        "service": "environment variable SERVICE",
    }
