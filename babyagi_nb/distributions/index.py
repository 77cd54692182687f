"""What an index says about one project: its files, their hashes, and when they were uploaded.

The JSON form of the simple repository interface is read (PEP 691, upload times by PEP 700). An
index that answers with a page of links instead says nothing about times; then nothing is known,
and who asks must treat that as too young.
"""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

__all__ = ["IndexFile", "Page", "read_page"]

_JSON = "application/vnd.pypi.simple.v1+json"
_LARGEST = 64 << 20
"""Bytes of one page; the largest projects take a fifth of it."""
_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFile:
    """One file that an index offers."""

    name: str
    sha256: str = ""
    uploaded: datetime | None = None
    """Aware, UTC; ``None`` when the index does not say."""
    withdrawn: bool = False

    @property
    def is_wheel(self) -> bool:
        return self.name.endswith(".whl")

    @property
    def version(self) -> str:
        """Empty for a file whose name has none."""
        try:
            if self.is_wheel:
                return str(parse_wheel_filename(self.name)[1])
            return str(parse_sdist_filename(self.name)[1])
        except (InvalidWheelFilename, InvalidSdistFilename):
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An index's answer about one project."""

    reached: bool
    """Whether it answered at all."""
    exists: bool = False
    dated: bool = False
    """Whether it is of the kind that can say when files were uploaded."""
    files: tuple[IndexFile, ...] = ()


def read_page(
    index: str,
    project: str,
    settings: Mapping[str, str] | None = None,
    *,
    seconds: float = _SECONDS,
) -> Page:
    """Ask *index* about *project*; never raises, a broken answer is one that says nothing.

    *settings* may hold ``cert`` (a file of certificates) and ``proxy``, as the installer has them.
    """
    try:
        if urlsplit(index).scheme not in ("http", "https"):
            return Page(reached=False)
        body = _fetch(_request(index, project), settings or {}, seconds)
    except urllib.error.HTTPError as error:
        error.close()
        return Page(reached=error.code in (404, 410))
    except (OSError, HTTPException, ValueError):
        return Page(reached=False)
    if body is None:
        return Page(reached=True, exists=True)
    try:
        return Page(reached=True, exists=True, dated=True, files=_files(json.loads(body)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Page(reached=True, exists=True)


def _request(index: str, project: str) -> urllib.request.Request:
    parts = urlsplit(index)
    # The name must not be able to lead anywhere else than to a project of the index.
    path = f"{parts.path.rstrip('/')}/{quote(canonicalize_name(project), safe='')}/"
    host = parts.netloc.rpartition("@")[2]
    request = urllib.request.Request(urlunsplit((parts.scheme, host, path, parts.query, "")))
    request.add_header("Accept", f"{_JSON}, text/html;q=0.1")
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        token = base64.b64encode(pair.encode()).decode()
        # Not carried over to wherever a redirection leads.
        request.add_unredirected_header("Authorization", f"Basic {token}")
    return request


def _fetch(
    request: urllib.request.Request, settings: Mapping[str, str], seconds: float
) -> bytes | None:
    """The JSON text; ``None`` for an answer of another kind or beyond the size."""
    context = ssl.create_default_context(cafile=settings.get("cert") or None)
    handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=context)]
    if "proxy" in settings:
        proxy = settings["proxy"]
        handlers.append(urllib.request.ProxyHandler({"http": proxy, "https": proxy}))
    opener = urllib.request.build_opener(*handlers)
    with opener.open(request, timeout=seconds) as answer:
        if answer.headers.get_content_type() != _JSON:
            return None
        body: bytes = answer.read(_LARGEST + 1)
    return body if len(body) <= _LARGEST else None


def _files(page: Any) -> tuple[IndexFile, ...]:
    return tuple(
        IndexFile(
            name=str(each["filename"]),
            sha256=str(each.get("hashes", {}).get("sha256", "")).lower(),
            uploaded=_moment(each.get("upload-time")),
            withdrawn=bool(each.get("yanked")),
        )
        for each in page["files"]
    )


def _moment(text: object) -> datetime | None:
    """Read an upload time; one without a zone is UTC.

    >>> _moment("2020-01-02T03:04:05.5Z").isoformat()
    '2020-01-02T03:04:05.500000+00:00'
    >>> _moment("yesterday") is None
    True
    """
    if not isinstance(text, str):
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
