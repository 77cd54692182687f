"""A real kernel whose person answers when a password is asked for."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from babyagi_nb import installation

PATIENCE = 90.0
"""Seconds."""


class CanaryKernel:
    """Runs cells and keeps every message that the kernel sent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = environment(folder)
        self.messages: list[bytes] = []
        self._answers: list[str] = []
        self.log = folder / "kernel.log"
        self.manager = KernelManager(kernel_name="python3")
        with open(self.log, "wb") as log:
            self.manager.start_kernel(
                cwd=str(folder / "project"), env=self.env, stdout=log, stderr=log
            )
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    def run(self, code: str, *answers: str) -> str:
        """Run a cell, answering what it asks; return everything it showed."""
        self._answers = list(answers)
        shown: list[str] = []

        def seen(message: dict[str, Any]) -> None:
            text = json.dumps(message["content"], ensure_ascii=False, default=str)
            self.messages.append(text.encode("utf-8", "surrogatepass"))
            shown.append(text)

        reply = self.client.execute_interactive(
            code, allow_stdin=True, timeout=PATIENCE, output_hook=seen, stdin_hook=self._answer
        )
        self.messages.append(json.dumps(reply["content"], default=str).encode())
        assert not self._answers, f"not asked for: {shown}"
        return "\n".join(shown)

    def _answer(self, message: dict[str, Any]) -> None:
        assert message["content"]["password"], "asked for in the open"
        self.client.input(self._answers.pop(0))

    def close(self) -> None:
        """End the kernel as a front end does; its last files are written then."""
        if self.manager.has_kernel:
            self.client.stop_channels()
            self.manager.shutdown_kernel()


def environment(folder: Path) -> dict[str, str]:
    """The environment of somebody new, all of whose files are below *folder*."""
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "50-babyagi.py").write_text(installation.STARTUP, encoding="utf-8")
    (folder / "project").mkdir(exist_ok=True)
    (folder / "project" / "pyproject.toml").touch()
    foreign = ("BABYAGI_", "IPYTHON", "JUPYTER_", "PYTEST_", "XDG_", "MPL")
    env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return env | {
        "HOME": str(folder),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "BABYAGI_CONFIG_DIR": str(folder / "config"),
        "PYTHONPATH": str(Path(installation.__file__).parents[1]),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
