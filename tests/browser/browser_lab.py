"""A JupyterLab or Notebook server that sees nothing of this machine's settings, and its project.

The front end is the one that was built in this checkout: the server's own data folder links to it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["BUILT", "Server", "find_node", "serving"]

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "babyagi_nb" / "labextension"
TOKEN = "none-but-us"
PATIENCE = 90
"""Seconds until the server must answer."""


@dataclass(frozen=True, kw_only=True)
class Server:
    url: str
    token: str
    project: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes]


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Run a server over a fresh project below *folder*, until the block ends."""
    if not (BUILT / "package.json").exists():
        raise AssertionError("the front end is not built; run `make front`")
    project, env = folder / "project", _environment(folder / "home")
    project.mkdir(parents=True)
    (project / "pyproject.toml").write_text("", encoding="utf-8")
    filled = [sys.executable, str(Path(__file__).with_name("browser_project.py"))]
    subprocess.run(filled, cwd=project, env=env, check=True, timeout=120)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *_options(port, project)],
            cwd=project, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
        server = Server(
            url=f"http://127.0.0.1:{port}", token=TOKEN, project=project, env=env, process=process
        )
        try:
            _wait(server, log)
            yield server
        finally:
            with suppress(OSError):
                _end_kernels(server)
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def find_node() -> str | None:
    """The Node.js that builds the front end drives the browser as well; None without one."""
    found = subprocess.run(
        ["sh", str(ROOT / "tools" / "find-node")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return f"{found.stdout.strip()}/node" if found.returncode == 0 else None


def _environment(home: Path) -> dict[str, str]:
    data = home / "data"
    (data / "labextensions").mkdir(parents=True)
    (data / "labextensions" / "babyagi-nb").symlink_to(BUILT)
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    no_news = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(no_news), "utf-8")
    foreign = ("BABYAGI_", "OPENAI_", "IPYTHON", "JUPYTER", "PYTEST_", "XDG_", "MPL")
    env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return env | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / ".ipython"),
        "BABYAGI_CONFIG_DIR": str(home / "babyagi"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(data),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "PYTHONPATH": str(ROOT),
    }


def _options(port: int, project: Path) -> list[str]:
    return [
        "--no-browser", "--allow-root", "--expose-app-in-browser",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={project}", f"--IdentityProvider.token={TOKEN}",
        "--ServerApp.jpserver_extensions={'notebook': True}",
        "--LabApp.news_url=", "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip


def _wait(server: Server, log: Path) -> None:
    """Until the server answers; what it wrote is in the error when it does not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.process.poll() is None:
        with suppress(OSError), _ask(server, "/api/status"):
            return
        with suppress(subprocess.TimeoutExpired):
            server.process.wait(0.3)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _end_kernels(server: Server) -> None:
    with _ask(server, "/api/kernels") as answer:
        kernels = json.load(answer)
    for kernel in kernels:
        _ask(server, f"/api/kernels/{kernel['id']}", method="DELETE").close()


def _ask(server: Server, path: str, method: str = "GET") -> Any:
    request = urllib.request.Request(
        server.url + path, method=method, headers={"Authorization": f"token {server.token}"}
    )
    return urllib.request.urlopen(request, timeout=10)
