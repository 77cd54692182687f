"""``python -m babyagi_nb enable | disable | status`` and the startup file it looks after."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import babyagi_nb.installation as installation
from babyagi_nb.__main__ import main
from babyagi_nb.errors import BabyAGIError

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def own_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))


def prefix_file(tmp_path: Path) -> Path:
    return tmp_path / "env/etc/ipython/startup/50-babyagi.py"


def user_file(tmp_path: Path) -> Path:
    return tmp_path / "ipython/profile_default/startup/50-babyagi.py"


def test_the_file_of_the_wheel_is_the_file_that_enable_writes() -> None:
    shipped = ROOT / "jupyter-config/ipython/startup/50-babyagi.py"
    assert shipped.read_text(encoding="utf-8") == installation.STARTUP


def test_enable_writes_into_the_environment_when_there_is_one(tmp_path: Path) -> None:
    assert installation.enable().path == prefix_file(tmp_path)
    assert prefix_file(tmp_path).read_text(encoding="utf-8") == installation.STARTUP


def test_enable_leaves_a_system_wide_python_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    assert installation.enable().path == user_file(tmp_path)


def test_a_conda_environment_counts_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    (tmp_path / "env/conda-meta").mkdir(parents=True)
    assert installation.default_scope() == "prefix"


def test_without_ipythondir_the_profile_is_in_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("IPYTHONDIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    place = installation.place("user")
    assert place.path == tmp_path / ".ipython/profile_default/startup/50-babyagi.py"


def test_enable_twice_changes_nothing(tmp_path: Path) -> None:
    installation.enable()
    before = prefix_file(tmp_path).stat()
    assert installation.enable().state == "current"
    assert prefix_file(tmp_path).stat() == before


def test_enable_renews_a_file_of_another_version(tmp_path: Path) -> None:
    path = installation.enable().path
    path.write_text(installation.STARTUP + "# older\n", encoding="utf-8")
    assert installation.place("prefix").state == "outdated"
    assert installation.enable().state == "current"


def test_a_file_that_is_not_ours_is_neither_replaced_nor_removed(tmp_path: Path) -> None:
    prefix_file(tmp_path).parent.mkdir(parents=True)
    prefix_file(tmp_path).write_text("print('mine')\n", encoding="utf-8")
    for command in (installation.enable, installation.disable):
        with pytest.raises(BabyAGIError, match="not written by babyagi_nb; move it away first"):
            command()
    assert prefix_file(tmp_path).read_text(encoding="utf-8") == "print('mine')\n"


def test_disable_removes_both_files_unless_told_which(tmp_path: Path) -> None:
    installation.enable("prefix")
    installation.enable("user")
    assert [each.scope for each in installation.disable("user")] == ["user"]
    assert prefix_file(tmp_path).exists()
    assert not user_file(tmp_path).exists()
    installation.enable("user")
    assert [each.scope for each in installation.disable()] == ["prefix", "user"]
    assert installation.disable() == ()


def test_a_directory_that_may_not_be_written_is_named_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("a file where a directory should be", encoding="utf-8")
    with pytest.raises(BabyAGIError, match=r"cannot write .*enable --user"):
        installation.enable("prefix")


def test_the_commands_say_what_they_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 1
    assert "autoload in this environment: off" in capsys.readouterr().out
    assert main(["enable"]) == 0
    assert str(prefix_file(tmp_path)) in capsys.readouterr().out
    assert main(["status"]) == 0
    assert "autoload in this environment: on" in capsys.readouterr().out
    assert main(["disable"]) == 0
    assert f"removed {prefix_file(tmp_path)}" in capsys.readouterr().out
    assert main(["disable"]) == 0
    assert capsys.readouterr().out == "nothing to remove\n"


def test_a_command_that_fails_says_why_on_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "env").write_text("", encoding="utf-8")
    assert main(["enable", "--prefix"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("shell", [None, object()])
def test_the_startup_file_never_breaks_a_kernel(shell: object) -> None:
    """Whatever stands behind ``get_ipython``, and even if nothing does."""
    namespace: dict[str, object] = {} if shell is None else {"get_ipython": lambda: shell}
    names = set(namespace)
    exec(compile(installation.STARTUP, "50-babyagi.py", "exec"), namespace)
    assert set(namespace) - names <= {"__builtins__", "__doc__"}
