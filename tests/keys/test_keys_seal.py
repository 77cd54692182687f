"""Seals: what this user approved holds, what anybody else wrote does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.errors import KeyStoreError
from babyagi_nb.keys.folder import config_folder
from babyagi_nb.keys.seal import MemorySeal, Seal

MESSAGE = b"approve f@1 b1:9f86d0"


@pytest.fixture(params=["file", "memory"])
def seal(request: pytest.FixtureRequest, tmp_path: Path) -> Seal | MemorySeal:
    return Seal(tmp_path / "private") if request.param == "file" else MemorySeal()


def test_a_seal_holds_for_its_message_alone(seal: Seal | MemorySeal) -> None:
    signature = seal.sign(MESSAGE)
    assert signature.startswith("s1:")
    assert len(signature) == 3 + 64
    assert seal.sign(MESSAGE) == signature
    assert seal.holds(MESSAGE, signature)
    assert not seal.holds(MESSAGE + b" ", signature)


_SEAL = MemorySeal()


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_two_messages_share_a_seal(one: bytes, other: bytes) -> None:
    assert _SEAL.holds(other, _SEAL.sign(one)) is (one == other)


FORGED: tuple[Any, ...] = (
    "", "s1:", "s1:" + "0" * 64, "s2:" + "0" * 64, "\ud800", "é" * 67, None, 7, b"s1:", ["s1:"],
)  # fmt: skip


@pytest.mark.parametrize("forged", FORGED, ids=repr)
def test_what_somebody_wrote_is_no_seal(seal: Seal | MemorySeal, forged: Any) -> None:
    genuine = seal.sign(MESSAGE)
    assert seal.holds(MESSAGE, forged) is False
    assert seal.holds(MESSAGE, genuine.upper()) is False
    assert seal.holds(MESSAGE, genuine[:-1]) is False


def test_another_kernel_of_the_user_accepts_it_and_another_user_does_not(tmp_path: Path) -> None:
    signature = Seal(tmp_path / "mine").sign(MESSAGE)
    assert Seal(tmp_path / "mine").holds(MESSAGE, signature)
    Seal(tmp_path / "theirs").sign(MESSAGE)
    assert not Seal(tmp_path / "theirs").holds(MESSAGE, signature)


def test_nothing_holds_and_nothing_is_made_before_the_first_seal(tmp_path: Path) -> None:
    assert Seal(tmp_path / "private").holds(MESSAGE, "s1:" + "0" * 64) is False
    assert not (tmp_path / "private").exists()


def test_a_secret_that_was_changed_or_removed_voids_what_it_sealed(tmp_path: Path) -> None:
    seal = Seal(tmp_path)
    signature = seal.sign(MESSAGE)
    (tmp_path / "seal.secret").unlink()
    assert not seal.holds(MESSAGE, signature)
    assert seal.sign(MESSAGE) != signature


@pytest.mark.parametrize("damage", ["readable", "cut", "foreign"])
def test_a_secret_that_proves_nothing_is_refused(tmp_path: Path, damage: str) -> None:
    seal = Seal(tmp_path)
    signature = seal.sign(MESSAGE)
    file = tmp_path / "seal.secret"
    if damage == "readable":
        file.chmod(0o644)
    else:
        file.write_bytes(file.read_bytes()[:30] if damage == "cut" else b"\xff" * 82)
    for use in (lambda: seal.holds(MESSAGE, signature), lambda: seal.sign(MESSAGE)):
        with pytest.raises(KeyStoreError, match=r"chmod 600|is damaged"):
            use()


def test_kernels_that_seal_first_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom babyagi_nb.keys.seal import Seal\n"
        "print(Seal(Path(sys.argv[1])).sign(b'same'))\n"
    )
    kernels = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "private")], stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    assert len({kernel.communicate(timeout=60)[0] for kernel in kernels}) == 1
    assert [kernel.returncode for kernel in kernels] == [0] * 4


def test_the_users_folder_is_the_systems_place_unless_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert config_folder({"BABYAGI_CONFIG_DIR": str(tmp_path)}) == tmp_path
    monkeypatch.delenv("BABYAGI_CONFIG_DIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert config_folder().name == "babyagi_nb"
    assert config_folder().is_relative_to(tmp_path)
