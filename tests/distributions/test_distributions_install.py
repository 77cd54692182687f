"""What was reported is installed, whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import venv
from dataclasses import replace
from pathlib import Path

import pytest
from index_bench import (  # noqa: F401  (fixtures)
    Index,
    clean_fixture,
    index_fixture,
    pip_fixture,
)

from babyagi_nb.distributions.classify import classify, locked
from babyagi_nb.distributions.install import install, target_of
from babyagi_nb.distributions.installed import read_installed
from babyagi_nb.distributions.needs import Need
from babyagi_nb.distributions.pip import Pip
from babyagi_nb.distributions.plan import plan
from babyagi_nb.errors import PackageError


def contents(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()} if folder.exists() else set()


def test_a_draft_gets_exactly_what_was_reported(pip: Pip, tmp_path: Path) -> None:
    target = target_of(tmp_path / "packages", "draft", 3)
    report = plan(["parent"], pip=pip)
    assert install(report, target, modules=["parent"], pip=pip) == ("parent==1.0", "plain==1.0")
    here = read_installed([target])
    wanted = [Need(module="parent"), Need(module="plain")]
    assert locked(wanted, here) == ("parent==1.0", "plain==1.0")
    assert contents(target.parent) == {"draft@3"}
    assert [each.state for each in classify([Need(module="plain")])] == ["unknown"]


def test_a_second_installation_takes_the_place_of_the_first(pip: Pip, tmp_path: Path) -> None:
    target = tmp_path / "target"
    install(plan(["plain==0.5"], pip=pip), target, pip=pip)
    install(plan(["likes-new"], pip=pip), target, modules=["likes_new"], pip=pip)
    assert (target / "plain.py").read_text() == "version = '1.0'\n"
    assert not (target / "plain-0.5.dist-info").exists()
    assert contents(tmp_path) == {"target"}


def test_a_file_that_is_not_what_its_index_says_is_not_installed(pip: Pip, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (target / "kept.py").touch()
    with pytest.raises(PackageError, match="the hash differs"):
        install(plan(["tampered"], pip=pip), target, pip=pip)
    assert contents(target) == {"kept.py"}
    assert contents(tmp_path) == {"target"}


def test_a_file_that_was_exchanged_after_the_look_is_not_installed(
    pip: Pip, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = plan(["likes-old"], pip=pip)
    file = "likes_old-1.0-py3-none-any.whl"
    monkeypatch.setitem(index.files, file, index.files[file] + b"more")
    with pytest.raises(PackageError, match="the hash differs"):
        install(report, tmp_path / "target", pip=pip)
    assert contents(tmp_path) == set()


def test_a_report_that_was_changed_installs_nothing(pip: Pip, tmp_path: Path) -> None:
    report = plan(["plain==1.0"], pip=pip)
    forged = replace(report, packages=(replace(report.packages[0], sha256="f" * 64),))
    with pytest.raises(PackageError):
        install(forged, tmp_path / "target", pip=pip)
    assert contents(tmp_path) == set()


def test_a_package_without_the_wanted_module_is_not_put_in_place(pip: Pip, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"nothing was installed.*misnamed"):
        install(plan(["misnamed"], pip=pip), tmp_path / "target", modules=["misnamed"], pip=pip)
    assert contents(tmp_path) == set()


def test_an_interrupt_leaves_nothing_and_no_process(
    pip: Pip, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = plan(["plain==1.0"], pip=pip)
    asked, go_on = threading.Event(), threading.Event()
    answer = index.answer
    started: list[subprocess.Popen[str]] = []

    def slow(path: str) -> tuple[int, str, bytes]:
        asked.set()
        go_on.wait(30)
        return answer(path)

    def interrupted(process: subprocess.Popen[str], **_: object) -> tuple[str, str]:
        started.append(process)
        assert asked.wait(30)
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(index, "answer", slow)
    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        install(report, tmp_path / "target", pip=pip)
    go_on.set()
    assert started[0].returncode is not None
    assert contents(tmp_path) == set()


def test_what_a_killed_process_left_is_tidied_by_the_next(pip: Pip, tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / f".target.{gone.pid}.abc").mkdir()
    aside = tmp_path / f".target.{gone.pid}.abd.old"
    aside.mkdir()
    (aside / "kept.py").touch()
    ours = tmp_path / f".target.{os.getpid()}.abe"
    ours.mkdir()
    with pytest.raises(PackageError):
        install(plan(["tampered"], pip=pip), tmp_path / "target", pip=pip)
    assert contents(tmp_path) == {"target", ours.name}
    assert contents(tmp_path / "target") == {"kept.py"}


@pytest.mark.parametrize(("name", "number"), [("../x", 1), ("a/b", 1), ("", 1), ("a", 0)])
def test_no_name_leads_out_of_the_folder(name: str, number: int, tmp_path: Path) -> None:
    with pytest.raises(PackageError):
        target_of(tmp_path, name, number)


def test_an_empty_report_installs_nothing(tmp_path: Path) -> None:
    assert install(plan([]), tmp_path / "target") == ()
    assert contents(tmp_path) == set()


def test_an_environment_is_changed_in_place(pip: Pip, tmp_path: Path) -> None:
    """One run in a real environment, with the installer that comes with Python."""
    folder = tmp_path / "environment"
    venv.create(folder, with_pip=True, symlinks=True)
    python = folder / "bin" / "python"
    (site,) = folder.glob("lib/python*/site-packages")
    theirs = Pip(python=str(python), index=pip.index, environment=pip.environment)

    first = plan(["plain==0.5"], pip=theirs, installed=read_installed([site]))
    assert install(first, pip=theirs) == ("plain==0.5",)
    again = plan(["plain==0.5"], pip=theirs, installed=read_installed([site]))
    assert again.packages == ()

    second = plan(["likes-new"], pip=theirs, installed=read_installed([site]))
    assert [(each.name, each.change, each.before) for each in second.packages] == [
        ("likes-new", "new", ""),
        ("plain", "upgrade", "0.5"),
    ]
    install(second, pip=theirs)
    printed = subprocess.run(
        [python, "-c", "import plain, likes_new; print(plain.version)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert printed.stdout == "1.0\n"
