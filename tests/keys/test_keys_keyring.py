"""The system's keyring: only a real one, and never one that a kernel waits for in vain."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import keyring
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest
from fake_keyring import FakeKeyring, Forgetful, Locked, Silent, of_module

from babyagi_nb.errors import KeyStoreError
from babyagi_nb.keys.keyring import SystemKeyring, real_backend

NOT_REAL = (
    "keyring.backends.null", "keyring.backends.fail", "keyrings.alt.file", "keyrings.alt.Gnome",
    "keyring.backends.chainer", "somebody.elses", "keyring.backends.SecretService.fake",
)  # fmt: skip


@pytest.mark.parametrize("module", NOT_REAL)
def test_what_keeps_values_in_plain_text_or_nowhere_is_no_keyring(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: of_module(module))
    assert real_backend() is None
    assert SystemKeyring().available() is False


@pytest.mark.parametrize("kind", [keyring.backends.null.Keyring, keyring.backends.fail.Keyring])
def test_the_librarys_own_empty_keyrings_are_none(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", kind)
    assert real_backend() is None


def test_of_several_the_real_one_is_used_and_not_the_chain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = FakeKeyring()
    chain = of_module("keyring.backends.chainer", backends=(of_module("keyrings.alt.file"), real))
    monkeypatch.setattr(keyring, "get_keyring", lambda: chain)
    assert real_backend() is real


@pytest.mark.parametrize("system", ["macOS", "Windows", "SecretService", "libsecret", "kwallet"])
def test_the_systems_own_is_used(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = of_module(f"keyring.backends.{system}")
    monkeypatch.setattr(keyring, "get_keyring", lambda: real)
    keys = SystemKeyring()
    assert keys.set("service", "a-value") == "the system's keyring"
    assert real.kept == {("babyagi_nb", "service"): "a-value"}


def test_a_locked_keyring_is_a_clear_line_without_the_value() -> None:
    keys = SystemKeyring(backend=Locked)
    assert keys.get("service") is None
    assert keys.trouble == "the system's keyring refused: RuntimeError"
    with pytest.raises(KeyStoreError, match=r"refused.*unlock it") as caught:
        keys.set("service", "canary-value")
    assert "canary" not in str(caught.value)


def test_a_silent_keyring_is_waited_for_once() -> None:
    silent = Silent()
    keys = SystemKeyring(backend=lambda: silent, patience=0.05, asking=0.05)
    assert keys.get("one") is None
    assert "did not answer within 0.05 seconds" in keys.trouble
    assert keys.get("two") is None
    assert not keys.available()
    silent.release.set()


def test_a_keyring_that_cannot_even_be_found_is_none() -> None:
    def find() -> Any:
        raise ConnectionError("no bus")

    keys = SystemKeyring(backend=find)
    assert keys.get("service") is None
    assert keys.trouble == "the system's keyring refused: ConnectionError"


def test_a_keyring_that_drops_values_is_not_believed() -> None:
    with pytest.raises(KeyStoreError, match="no system keyring that keeps"):
        SystemKeyring(backend=Forgetful).set("service", "a-value")


def test_an_answer_counts_for_a_minute() -> None:
    now = [0.0]
    backend = FakeKeyring()
    keys = SystemKeyring(backend=lambda: backend, clock=lambda: now[0])
    backend.kept["babyagi_nb", "service"] = "first"
    assert [keys.get("service"), keys.get("service"), keys.get("none"), keys.get("none")] == [
        "first", "first", None, None,
    ]  # fmt: skip
    assert backend.asked == 2
    backend.kept["babyagi_nb", "service"] = "second"
    now[0] = 61.0
    assert keys.get("service") == "second"


def test_the_library_is_not_loaded_before_a_key_is_asked_for() -> None:
    script = (
        "import sys\nfrom babyagi_nb.app import BabyAGI\nBabyAGI(':memory:', namespace={})\n"
        "late = {'keyring', 'cryptography', 'platformdirs'}\nprint(sorted(late & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
