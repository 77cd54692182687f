"""Real kernels, driven as a front end drives them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from babyagi_nb import installation

PATIENCE = 60.0
"""Seconds after which a test gives up on a kernel."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Outcome:
    """What a front end would show under one cell."""

    status: str = ""
    printed: str = ""
    lines: list[str] = field(default_factory=list)
    """Plain text of displays and of the result."""
    html: list[str] = field(default_factory=list)
    error: str = ""
    traceback: str = ""
    payload: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join([*self.lines, self.printed])

    def take(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "stream":
            self.printed += content["text"]
        elif kind in ("display_data", "execute_result"):
            self.lines.append(content["data"].get("text/plain", ""))
            self.html.append(content["data"].get("text/html", ""))
        elif kind == "error":
            self.error = f"{content['ename']}: {content['evalue']}"
            self.traceback = _COLOUR.sub("", "\n".join(content["traceback"]))


class Kernel:
    """One kernel and its client."""

    def __init__(self, project: Path, env: dict[str, str]) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(project), env=env)
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    def close(self) -> None:
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()

    def begin(self, code: str, *, cell_id: str | None = None) -> str:
        """Send a cell; return the id of the request."""
        content = {
            "code": code, "silent": False, "store_history": True, "user_expressions": {},
            "allow_stdin": False, "stop_on_error": False,
        }  # fmt: skip
        metadata = {} if cell_id is None else {"cellId": cell_id}
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def finish(
        self, request: str, seen: Callable[[str, dict[str, Any]], None] | None = None
    ) -> Outcome:
        """Gather everything until the cell is done; *seen* is told of each message."""
        outcome = Outcome()
        deadline = time.monotonic() + PATIENCE
        while True:
            message = self.client.get_iopub_msg(timeout=max(deadline - time.monotonic(), 0.1))
            kind, content = message["msg_type"], message["content"]
            if seen is not None:
                seen(kind, content)
            if message["parent_header"].get("msg_id") != request:
                continue
            outcome.take(kind, content)
            if kind == "status" and content["execution_state"] == "idle":
                break
        reply = self._reply(self.client.get_shell_msg, request)
        outcome.status = reply["status"]
        outcome.payload = reply.get("payload", [])
        return outcome

    def run(self, code: str, *, cell_id: str | None = None) -> Outcome:
        return self.finish(self.begin(code, cell_id=cell_id))

    def ok(self, code: str) -> Outcome:
        outcome = self.run(code)
        assert outcome.status == "ok", outcome.traceback or outcome.error
        return outcome

    def complete(self, code: str) -> list[str]:
        request = self.client.complete(code, len(code))
        return list(self._reply(self.client.get_shell_msg, request)["matches"])

    def inspect(self, code: str) -> dict[str, str]:
        request = self.client.inspect(code, len(code))
        return dict(self._reply(self.client.get_shell_msg, request)["data"])

    def debug(self, command: str, **arguments: Any) -> dict[str, Any]:
        content = {"seq": 1, "type": "request", "command": command, "arguments": arguments}
        message = self.client.session.msg("debug_request", content)
        self.client.control_channel.send(message)
        return self._reply(self.client.get_control_msg, message["header"]["msg_id"])

    def _reply(self, get: Callable[..., Any], request: str) -> dict[str, Any]:
        while True:
            message = get(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == request:
                return dict(message["content"])


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A project directory in which kernels can be started."""

    project: Path
    env: dict[str, str]
    kernels: list[Kernel] = field(default_factory=list)

    @classmethod
    def set_up(cls, folder: Path) -> Bench:
        """Nothing of the machine's own Jupyter, IPython or store settings is seen from here."""
        startup = folder / "ipython" / "profile_default" / "startup"
        startup.mkdir(parents=True)
        (startup / "50-babyagi.py").write_text(installation.STARTUP, encoding="utf-8")
        project = folder / "project"
        project.mkdir()
        (project / "pyproject.toml").touch()
        foreign = ("BABYAGI_", "IPYTHON", "JUPYTER_", "PYTEST_", "MPL")
        env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        env |= {
            "HOME": str(folder),
            "IPYTHONDIR": str(folder / "ipython"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "PYTHONPATH": str(Path(installation.__file__).parents[1]),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }
        return cls(project=project, env=env)

    def start(self) -> Kernel:
        kernel = Kernel(self.project, self.env)
        self.kernels.append(kernel)
        return kernel

    def close(self) -> None:
        for kernel in self.kernels:
            kernel.close()


@pytest.fixture(scope="module", name="bench")
def bench_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench.set_up(tmp_path_factory.mktemp("kernels"))
    yield bench
    bench.close()


@pytest.fixture(scope="module", name="kernel")
def kernel_fixture(bench: Bench) -> Kernel:
    """One kernel for all the tests of a file."""
    return bench.start()
