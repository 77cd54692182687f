"""The encrypted file: private, all or nothing, and never written over when it does not open."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from babyagi_nb.errors import KeyStoreError
from babyagi_nb.keys.vault import Vault

CANARY = "canary-value-0123456789"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Vault(tmp_path / "private").set("service", CANARY)
    return tmp_path / "private"


def modes(folder: Path) -> dict[str, int]:
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    return {**found, ".": stat.S_IMODE(folder.stat().st_mode)}


def test_the_files_are_the_users_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Vault(tmp_path / "deep" / "private").set("service", CANARY)
    finally:
        os.umask(before)
    assert modes(tmp_path / "deep" / "private") == {
        ".": 0o700, ".lock": 0o600, "keys.secret": 0o600, "keys.vault": 0o600,
    }  # fmt: skip


def test_no_value_stands_in_a_file(folder: Path) -> None:
    for path in folder.iterdir():
        assert b"canary" not in path.read_bytes()
        assert CANARY.encode().hex().encode() not in path.read_bytes()
    assert list(json.loads((folder / "keys.vault").read_text())["keys"]) == ["service"]


def test_asking_makes_no_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "private")
    assert vault.get("service") is None
    assert vault.forget("service") is False
    assert not (tmp_path / "private").exists()


def test_the_same_value_looks_different_each_time(folder: Path) -> None:
    before = (folder / "keys.vault").read_bytes()
    Vault(folder).set("service", CANARY)
    assert (folder / "keys.vault").read_bytes() != before


def test_another_kernel_sees_a_change_at_once(folder: Path) -> None:
    one, other = Vault(folder), Vault(folder)
    assert one.get("service") == CANARY
    other.set("service", "another-value")
    assert one.get("service") == "another-value"
    other.forget("service")
    assert one.get("service") is None


def _flip(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _renamed(data: bytes) -> bytes:
    return data.replace(b'"service"', b'"openai"')


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "a flipped bit in a value": _flip(-20),
    "cut in the middle": lambda data: data[: len(data) // 2],
    "emptied": lambda data: b"",
    "no object": lambda data: b"[1, 2]\n",
    "deeply nested": lambda data: b"[" * 100_000,
    "no text": lambda data: bytes(range(256)),
    "a value under another name": _renamed,
    "a value that is no text": lambda data: b'{"format": 1, "keys": {"service": 1}}',
    "a value that is too short": lambda data: b'{"format": 1, "keys": {"service": "AAAA"}}',
    "a value that is no base64": lambda data: b'{"format": 1, "keys": {"service": "%%%"}}',
    "another format": lambda data: b'{"format": "x", "keys": {}}',
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_file_is_told_and_never_written_over(folder: Path, how: str) -> None:
    file = folder / "keys.vault"
    damaged = DAMAGE[how](file.read_bytes())
    file.write_bytes(damaged)
    vault = Vault(folder)
    for use in (
        lambda: vault.get("service"),
        lambda: vault.set("other", "a-value"),
        lambda: vault.forget("service"),
        lambda: vault.sources(),
    ):
        with pytest.raises(KeyStoreError, match=r"keys\.vault' is damaged.*from a backup"):
            use()
    assert file.read_bytes() == damaged


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_no_changed_byte_gives_another_value(folder: Path, data: st.DataObject) -> None:
    file = folder / "keys.vault"
    whole = file.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    bit = data.draw(st.integers(0, 7))
    file.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])
    try:
        assert Vault(folder).get("service") in (CANARY, None)
    except KeyStoreError:
        pass
    finally:
        file.write_bytes(whole)


def test_a_file_of_a_newer_version_is_left_alone(folder: Path) -> None:
    (folder / "keys.vault").write_text('{"format": 2, "keys": []}')
    with pytest.raises(KeyStoreError, match="newer version; update"):
        Vault(folder).set("other", "a-value")


@pytest.mark.parametrize("damage", ["gone", "cut", "another"])
def test_without_its_secret_the_file_does_not_open(folder: Path, damage: str) -> None:
    secret, before = folder / "keys.secret", (folder / "keys.vault").read_bytes()
    if damage == "gone":
        secret.unlink()
    elif damage == "cut":
        secret.write_bytes(secret.read_bytes()[:-9])
    else:
        secret.write_bytes(b"babyagi-secret-1 " + b"0" * 64 + b"\n")
    with pytest.raises(KeyStoreError, match=r"is gone|is damaged"):
        Vault(folder).set("service", "a-value")
    assert (folder / "keys.vault").read_bytes() == before


@pytest.mark.parametrize("name", ["keys.vault", "keys.secret"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_may_read_is_refused_with_the_mend(
    folder: Path, name: str, mode: int
) -> None:
    (folder / name).chmod(mode)
    with pytest.raises(KeyStoreError, match=rf"mode {mode:04o}\); chmod 600 .*{name}"):
        Vault(folder).get("service")
    (folder / name).chmod(0o600)
    assert Vault(folder).get("service") == CANARY


def test_a_folder_that_others_may_change_is_refused_with_the_mend(folder: Path) -> None:
    folder.chmod(0o777)
    with pytest.raises(KeyStoreError, match=r"others may change .*; chmod 700 "):
        Vault(folder).get("service")


def test_a_link_in_the_place_of_the_file_is_not_followed(folder: Path, tmp_path: Path) -> None:
    file = folder / "keys.vault"
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyStoreError, match="links are not followed"):
        Vault(folder).get("service")


def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(folder: Path) -> None:
    (folder / "keys.vault").unlink()
    os.mkfifo(folder / "keys.vault", 0o600)
    with pytest.raises(KeyStoreError, match="is no file of keys"):
        Vault(folder).get("service")


def test_a_place_that_cannot_be_written_is_a_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeyStoreError, match=r"cannot be used: .*BABYAGI_CONFIG_DIR"):
        Vault(tmp_path / "file" / "private").set("service", CANARY)


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*names: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(KeyStoreError, match="No space left"):
        Vault(folder).set("service", "another-value")
    monkeypatch.undo()
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "keys.secret", "keys.vault"]
    assert Vault(folder).get("service") == CANARY


def test_kernels_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom babyagi_nb.keys.vault import Vault\n"
        "vault = Vault(Path(sys.argv[1]))\n"
        "for number in range(15):\n"
        "    vault.set(f'k{sys.argv[2]}_{number}', f'value-{sys.argv[2]}-{number}')\n"
    )
    folder = tmp_path / "private"
    kernels = [
        subprocess.Popen([sys.executable, "-c", script, str(folder), str(each)])
        for each in range(3)
    ]
    assert [kernel.wait(60) for kernel in kernels] == [0, 0, 0]
    vault = Vault(folder)
    wanted = {f"k{one}_{two}": f"value-{one}-{two}" for one in range(3) for two in range(15)}
    assert {name: vault.get(name) for name in vault.sources()} == wanted
