"""Which server is asked, and with which key: decided once, with the user's word for it.

A project's settings come with the project, and a store can be copied: whoever wrote them is not
always the user. A key must not go where they say, and neither must questions, which hold the user's
code. So a server needs the *user's* word, unless it is OpenAI's own or on this machine:

- The address stands in the user's environment (``OPENAI_BASE_URL``, ``BABYAGI_BASE_URL``); or
- the user said it in this store: ``%babyagi model NAME url=ADDRESS``, which is kept sealed with the
  user's own secret, so that a copied or edited store brings no word along.

A key goes only to the server it is for:

===================================  ======================================================
server                               key
===================================  ======================================================
OpenAI's own                         ``openai_api_key``, or one that the user named
from the user's environment          ``openai_api_key``, or the one the environment names
said by the user, elsewhere          the one that was named with it, else the settings' one
said by the user, on this machine    the one that was named with it, else none
on this machine, by settings         none
elsewhere, by settings               not asked at all
===================================  ======================================================
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlsplit

from babyagi_nb.errors import ModelUnavailable, UsageError

__all__ = [
    "OPENAI",
    "Picked",
    "Seal",
    "Server",
    "Wishes",
    "address",
    "host_of",
    "is_here",
    "sealed_text",
    "server_for",
]

OPENAI = "https://api.openai.com/v1"
OPENAI_KEY = "openai_api_key"
Origin = Literal["openai", "environment", "picked", "settings"]


class Seal(Protocol):
    """Tells what this user signed from what somebody else wrote."""

    def sign(self, message: bytes) -> str: ...

    def holds(self, message: bytes, signature: str) -> bool: ...


class Wishes(Protocol):
    """What settings say about models."""

    @property
    def model(self) -> str: ...
    @property
    def base_url(self) -> str: ...
    @property
    def model_key(self) -> str: ...
    @property
    def embeddings(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """What was picked in a store."""

    model: str = ""
    base_url: str = ""
    """Empty: as the settings say."""
    key: str = ""
    """Name of the key for ``base_url``; empty: none was named."""
    trusted: bool = False
    """Whether it is this user's own word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that may be asked."""

    base_url: str
    key: str
    """Name of the key that may be sent there; empty: none may."""
    origin: Origin

    @property
    def host(self) -> str:
        return host_of(self.base_url)


def server_for(wishes: Wishes, environment: Mapping[str, str], picked: Picked) -> Server:
    """The server to ask.

    Raises :class:`~babyagi_nb.errors.ModelUnavailable` for one that the user did not vouch for.

    >>> class Settings: base_url, model_key = "http://localhost:11434/v1", "openai_api_key"
    >>> server_for(Settings(), {}, Picked())
    Server(base_url='http://localhost:11434/v1', key='', origin='settings')
    """
    if picked.base_url:
        return _picked(wishes, environment, picked)
    known = {address(each) for each in _named(environment) if each}
    wanted = address(wishes.base_url or environment.get("OPENAI_BASE_URL", "") or OPENAI)
    named = environment.get("BABYAGI_MODEL_KEY", "")
    own = wishes.model_key if wishes.model_key in (OPENAI_KEY, named) else OPENAI_KEY
    if wanted == OPENAI:
        said = picked.key if picked.trusted else ""
        return Server(base_url=wanted, key=said or own, origin="openai")
    if wanted in known:
        return Server(base_url=wanted, key=own, origin="environment")
    return _unvouched(wanted, "settings")


def _picked(wishes: Wishes, environment: Mapping[str, str], picked: Picked) -> Server:
    wanted = address(picked.base_url)
    if not picked.trusted:
        if wanted == OPENAI:
            return Server(base_url=wanted, key=OPENAI_KEY, origin="openai")
        return _unvouched(wanted, "picked")
    key = picked.key or ("" if is_here(wanted) else wishes.model_key)
    return Server(base_url=wanted, key=key, origin="picked")


def _unvouched(wanted: str, origin: Origin) -> Server:
    if is_here(wanted):
        return Server(base_url=wanted, key="", origin=origin)
    raise ModelUnavailable(
        f"nobody but this project says that models are asked at {wanted}",
        fix=f"if you want that, say %babyagi model NAME url={wanted}", kind="unconfirmed",
    )  # fmt: skip


def _named(environment: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(environment.get(each, "") for each in ("OPENAI_BASE_URL", "BABYAGI_BASE_URL"))


def sealed_text(base_url: str, key: str) -> bytes:
    """What is sealed when the user says that *base_url* may be asked, with the key called *key*."""
    return b"ask models at\n" + json.dumps([base_url, key]).encode()


def address(text: str) -> str:
    """*text* as one spelling of an address; raises :class:`~babyagi_nb.errors.UsageError`.

    >>> address("HTTP://LocalHost:11434/v1/")
    'http://localhost:11434/v1'
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme.lower() not in ("http", "https") or not host or not host.isprintable():
        raise UsageError(
            f"{text[:200]!r} is no address of a server", fix="write http://localhost:11434/v1"
        )
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise UsageError(
            "the address of a model server holds no password and no query",
            fix="keep the key with %babyagi key set openai_api_key",
        )
    place = f"[{host}]" if ":" in host else host
    port_part = f":{port}" if port else ""
    return f"{parts.scheme.lower()}://{place}{port_part}{parts.path.rstrip('/')}"


def host_of(base_url: str) -> str:
    """Host and port of an address.

    >>> host_of("http://localhost:11434/v1")
    'localhost:11434'
    """
    return urlsplit(base_url).netloc


def is_here(base_url: str) -> bool:
    """Whether the server is on this machine.

    >>> is_here("http://127.0.0.1:8000/v1"), is_here("http://localhost.example.org/v1")
    (True, False)
    """
    host = urlsplit(base_url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
