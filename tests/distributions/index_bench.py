"""A package index on this machine, with wheels made by hand."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from babyagi_nb.distributions.pip import Pip

OLD = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)
_JSON = "application/vnd.pypi.simple.v1+json"


def wheel(
    name: str, version: str, *, requires: tuple[str, ...] = (), module: str = ""
) -> tuple[str, bytes]:
    """File name and bytes of a wheel with one module that says its version."""
    stem = f"{name.replace('-', '_')}-{version}"
    module = module or name.replace("-", "_")
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {each}\n" for each in requires)
    files = {
        f"{module}.py": f"version = {version!r}\n",
        f"{stem}.dist-info/METADATA": metadata,
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\n"
        "Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={_digest(text.encode())},{len(text)}\n" for path, text in files.items()
    )
    files[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return f"{stem}-py3-none-any.whl", packed.getvalue()


def _digest(data: bytes) -> str:
    digest = hashlib.sha256(data).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def sources(name: str, version: str) -> tuple[str, bytes]:
    """File name and bytes of a source archive whose setup says that it was run."""
    packed = io.BytesIO()
    text = b"raise SystemExit('the setup of a source archive was run')\n"
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo(f"{name}-{version}/setup.py")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    return f"{name}-{version}.tar.gz", packed.getvalue()


@dataclass
class Index:
    """What is served, and what was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    metadata: dict[str, bytes] = field(default_factory=dict)
    """Metadata of wheels, offered beside them, so that a look needs no download."""
    projects: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    credentials: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/index"

    def add(
        self,
        made: tuple[str, bytes],
        uploaded: datetime | None,
        *,
        sha256: str = "",
        yanked: bool = False,
    ) -> None:
        file, data = made
        name = file.partition("-")[0].replace("_", "-")
        self.files[file] = data
        entry: dict[str, Any] = {
            "filename": file,
            "url": f"http://127.0.0.1:{self.port}/files/{file}",
            "hashes": {"sha256": sha256 or hashlib.sha256(data).hexdigest()},
            "yanked": yanked,
        }
        if file.endswith(".whl"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                inner = next(each for each in archive.namelist() if each.endswith("/METADATA"))
                self.metadata[f"{file}.metadata"] = archive.read(inner)
            digest = hashlib.sha256(self.metadata[f"{file}.metadata"]).hexdigest()
            entry["core-metadata"] = {"sha256": digest}
        if uploaded is not None:
            entry["upload-time"] = uploaded.isoformat().replace("+00:00", "Z")
        self.projects.setdefault(name, []).append(entry)

    def answer(self, path: str) -> tuple[int, str, bytes]:
        if path.startswith("/index/"):
            project = path.removeprefix("/index/").strip("/")
            if project not in self.projects:
                return 404, "text/plain", b"no such project"
            page = {
                "meta": {"api-version": "1.1"},
                "name": project,
                "versions": [],
                "files": self.projects[project],
            }
            return 200, _JSON, json.dumps(page).encode()
        file = path.rpartition("/")[2]
        data = self.files.get(file) or self.metadata.get(file)
        return (200, "application/octet-stream", data) if data else (404, "text/plain", b"")


def fill(index: Index) -> None:
    """One project for every way it can go."""
    index.add(wheel("plain", "1.0"), OLD)
    index.add(wheel("plain", "0.5"), OLD)
    index.add(wheel("parent", "1.0", requires=("plain>=0.5",)), OLD)
    index.add(wheel("likes-old", "1.0", requires=("plain<1",)), OLD)
    index.add(wheel("likes-new", "1.0", requires=("plain>=1",)), OLD)
    index.add(wheel("restless", "0.9"), OLD)
    index.add(wheel("restless", "1.0"), YESTERDAY)
    index.add(wheel("newborn", "1.0"), YESTERDAY)
    index.add(wheel("young-parent", "1.0", requires=("newborn",)), OLD)
    index.add(wheel("undated", "1.0"), None)
    index.add(sources("sourceonly", "1.0"), OLD)
    index.add(wheel("tampered", "1.0"), OLD, sha256="0" * 64)
    index.add(wheel("withdrawn", "1.0"), OLD, yanked=True)
    index.add(wheel("misnamed", "1.0", module="something_else"), OLD)
    index.add(wheel("orphan", "1.0", requires=("no-such-package-at-all",)), OLD)


@pytest.fixture(scope="session", name="index")
def index_fixture() -> Iterator[Index]:
    index = Index()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.asked.append(self.path)
            index.credentials.append(self.headers.get("Authorization", ""))
            code, kind, body = index.answer(self.path)
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Whoever asked may be killed before the answer; that is part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    index.port = server.server_address[1]
    fill(index)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield index
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session", name="clean")
def clean_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An environment in which no index, proxy or installer is configured, and that is not CI's."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            patch.delenv(name, raising=False)
            patch.delenv(name.upper(), raising=False)
        yield {
            "PATH": os.defpath,
            "HOME": str(tmp_path_factory.mktemp("home")),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_CACHE_DIR": "1",
        }


@pytest.fixture(scope="session", name="pip")
def pip_fixture(index: Index, clean: dict[str, str]) -> Pip:
    return Pip(index=index.address, environment=clean)


def without_age(pip: Pip) -> Pip:
    """The same installer, as if it could not leave out young files itself."""
    other = Pip(python=pip.python, index=pip.index, environment=pip.environment)
    other.__dict__.update(pip.__dict__, has_age=False)
    return other
