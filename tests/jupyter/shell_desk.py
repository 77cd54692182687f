"""A shell of our own in this process, with a store in a temporary directory."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from babyagi_nb import kernel_app


@dataclass
class Shown:
    """What one cell left behind."""

    value: Any = None
    error: BaseException | None = None
    lines: list[str] = field(default_factory=list)
    """Plain text of what was displayed and printed."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Desk:
    """Runs cells as a person would."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell

    def run(self, code: str) -> Shown:
        with capture_output() as caught:
            result = self.shell.run_cell(code, store_history=True)
        lines = [str(each.data["text/plain"]) for each in caught.outputs if each.data]
        return Shown(
            value=result.result,
            error=result.error_in_exec or result.error_before_exec,
            lines=lines + caught.stdout.splitlines(),
        )

    def ok(self, code: str) -> Shown:
        shown = self.run(code)
        if shown.error is not None:
            raise AssertionError("".join(traceback.format_exception(shown.error)))
        return shown

    def offered(self, code: str) -> list[str]:
        """Completions at the end of *code*, as a front end gets them."""
        with provisionalcompleter():
            return [each.text for each in self.shell.Completer.completions(code, len(code))]

    def refused(self, code: str) -> str:
        shown = self.run(code)
        assert shown.error is not None, shown
        return f"{type(shown.error).__name__}: {shown.error}"


@pytest.fixture(scope="session", name="bare_shell")
def bare_shell_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    config = Config()
    config.HistoryManager.enabled = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        shell = InteractiveShell.instance(config=config)
        yield shell
        InteractiveShell.clear_instance()


@pytest.fixture(name="desk")
def desk_fixture(
    bare_shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """A fresh namespace and a fresh store; the extension is loaded."""
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    for name in ("BABYAGI_STORE_PATH", "BABYAGI_PACKS", "BABYAGI_VALIDATE"):
        monkeypatch.delenv(name, raising=False)
    bare_shell.reset(new_session=True)
    kernel_app.use(None)
    bare_shell.run_line_magic("load_ext", "babyagi_nb")
    yield Desk(bare_shell)
    bare_shell.run_line_magic("unload_ext", "babyagi_nb")
