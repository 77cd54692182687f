"""The chain: one order of asking, the best place for keeping, no place that stops the others."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_keyring import FakeKeyring, Locked, Silent

from babyagi_nb.errors import KeyStoreError
from babyagi_nb.keys.chain import KeyChain, troubles_of
from babyagi_nb.keys.keyring import SystemKeyring

VALUE = "canary-value-0123456789"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def make(tmp_path: Path, told: list[str]) -> Callable[..., KeyChain]:
    def chain(backend: Any = None, **environment: str) -> KeyChain:
        return KeyChain(
            environment=environment,
            folder=tmp_path / "private",
            keyring=SystemKeyring(backend=lambda: backend, patience=0.05, asking=0.05),
            on_trouble=told.append,
        )

    return chain


def test_places_are_asked_in_order(make: Callable[..., KeyChain]) -> None:
    backend = FakeKeyring()
    keys = make(backend, SERVICE="of the environment")
    keys.kernel.set("service", "of this kernel")
    keys.keyring.set("service", "of the keyring")
    keys.vault.set("service", "of the file")
    seen = []
    for gone in ("environment", "kernel", "keyring", "vault"):
        seen.append((keys.get("service"), keys.source("service")))
        if gone == "environment":
            keys.environment._environment = {}
        else:
            getattr(keys, gone).forget("service")
    assert seen == [
        ("of the environment", "environment variable SERVICE"), ("of this kernel", "this kernel"),
        ("of the keyring", "keyring"), ("of the file", "encrypted file"),
    ]  # fmt: skip
    assert (keys.get("service"), keys.source("service")) == (None, "")


def test_a_value_goes_into_the_keyring_where_there_is_one(make: Callable[..., KeyChain]) -> None:
    backend = FakeKeyring()
    assert make(backend).set("service", VALUE) == "the system's keyring"
    assert make(backend).get("service") == VALUE
    assert make().get("service") is None


def test_a_value_goes_into_the_file_where_there_is_no_keyring(
    make: Callable[..., KeyChain],
) -> None:
    assert make().set("service", VALUE).startswith("an encrypted file; it is ")
    assert make().get("service") == VALUE


def test_a_value_stays_in_the_kernel_where_nothing_can_be_written(
    make: Callable[..., KeyChain], tmp_path: Path, told: list[str]
) -> None:
    (tmp_path / "private").touch()
    keys = make()
    assert keys.set("service", VALUE) == "this kernel only; nothing that lasts can be written"
    assert keys.get("service") == VALUE
    assert "cannot be used" in told[0]
    assert VALUE not in "".join(told)


@pytest.mark.parametrize("kind", [Locked, Silent])
def test_a_keyring_that_fails_is_told_once_and_passed_over(
    make: Callable[..., KeyChain], told: list[str], kind: Any
) -> None:
    backend = kind()
    keys = make(backend)
    assert keys.set("service", VALUE).startswith("an encrypted file")
    assert [keys.get("service") for _ in range(3)] == [VALUE] * 3
    assert len([line for line in told if "keyring" in line]) in (1, 2)
    assert len(told) == len(set(told))
    assert "system's keyring" in troubles_of(keys)[0]
    assert VALUE not in "".join(told)
    if isinstance(backend, Silent):
        backend.release.set()


def test_the_newest_value_is_not_hidden_by_an_older_place(make: Callable[..., KeyChain]) -> None:
    backend = FakeKeyring()
    keys = make(backend)
    keys.kernel.set("service", "older value")
    keys.vault.set("service", "oldest value")
    keys.set("service", VALUE)
    assert keys.get("service") == VALUE
    assert (keys.kernel.get("service"), keys.vault.get("service")) == (None, None)


def test_setting_what_the_environment_supplies_says_who_goes_first(
    make: Callable[..., KeyChain],
) -> None:
    keys = make(SERVICE="of the environment")
    assert keys.set("service", VALUE).endswith("; but the environment variable SERVICE goes first")
    assert keys.get("service") == "of the environment"


def test_removing_takes_a_key_out_of_every_place_and_names_them(
    make: Callable[..., KeyChain],
) -> None:
    keys = make(FakeKeyring(), SERVICE="of the environment")
    for place in (keys.kernel, keys.keyring, keys.vault):
        place.set("service", VALUE)
    assert keys.remove("service") == ("this kernel", "the system's keyring", "the encrypted file")
    assert keys.source("service") == "environment variable SERVICE"
    assert keys.remove("service") == ()


def test_a_damaged_file_keeps_no_other_place_from_answering(
    make: Callable[..., KeyChain], tmp_path: Path
) -> None:
    keys = make(SERVICE="of the environment")
    keys.vault.set("other", VALUE)
    (tmp_path / "private" / "keys.vault").write_text("{")
    keys = make(SERVICE="of the environment")
    assert keys.get("service") == "of the environment"
    with pytest.raises(KeyStoreError, match="is damaged"):
        keys.get("other")
    assert dict(keys.sources()) == {"service": "environment variable SERVICE"}
    assert "is damaged" in troubles_of(keys)[0]


@pytest.mark.parametrize("name", ["", "two words", "a=b", "1st", "a\nb", "x" * 201, None])
def test_a_name_that_no_function_could_use_is_refused(
    make: Callable[..., KeyChain], name: Any
) -> None:
    with pytest.raises(KeyStoreError, match=r"is no name for a key; use letters"):
        make().set(name, VALUE)


@pytest.mark.parametrize("value", ["", None, 7, b"bytes", "nul\0", "x" * 65_537])
def test_a_value_that_is_no_text_is_refused_without_being_told(
    make: Callable[..., KeyChain], value: Any
) -> None:
    with pytest.raises(KeyStoreError, match="the value of service is no text") as caught:
        make().set("service", value)
    assert "xxx" not in str(caught.value)


def test_nothing_is_added_to_the_environment(make: Callable[..., KeyChain]) -> None:
    before = dict(os.environ)
    keys = make()
    keys.set("service", VALUE)
    keys.get("service")
    assert dict(os.environ) == before
