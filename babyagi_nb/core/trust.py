"""Who may run what: grants, approvals, and the state of a version.

What the user typed runs in the kernel. Everything else (a model's code, a pack, an import) starts
as a *draft*: it runs in the sandbox, and there with nothing but its arguments. An
:class:`Approval` is the user's word on one version. It says what is granted, and it is bound to a
hash of the code *and* of everything the code depends on, so any change voids it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from babyagi_nb.errors import UsageError
from babyagi_nb.ids import FunctionName, VersionNumber

if TYPE_CHECKING:
    from babyagi_nb.core.records import FunctionSpec, FunctionVersion

__all__ = [
    "NOTHING", "Approval", "Grants", "State", "Trust", "asked", "bind", "is_trusted", "reach",
    "read_grants", "wording",
]  # fmt: skip

Trust = Literal["kernel", "sandbox"]
"""Where a function is to run."""

State = Literal["own", "draft", "approved", "denied", "revoked"]
"""``own``: the user's, who needs nobody's word. Only ``own`` and ``approved`` may be active."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """What a function may use beyond its arguments. Empty is the least.

    >>> Grants(keys=("openai",)) <= Grants(keys=("openai", "other"), kernel=True)
    True
    """

    keys: tuple[str, ...] = ()
    """Names of keys whose values it is given."""
    hosts: tuple[str, ...] = ()
    """``host:port`` it may connect to; ``*.host:port`` covers subdomains."""
    reads: tuple[str, ...] = ()
    """Files and directories it may read."""
    calls: tuple[str, ...] = ()
    """Stored functions that it may have run in the kernel, instead of a copy in the sandbox."""
    memory: int | None = None
    """Bytes, where more than the usual limit."""
    seconds: float | None = None
    """Wall time, where more than the usual limit."""
    kernel: bool = False
    """Whether it runs in the kernel, with everything the user may do."""

    def __le__(self, other: Grants) -> bool:
        """Whether *other* covers all of this."""
        names = all(
            set(getattr(self, name)) <= set(getattr(other, name))
            for name in ("keys", "hosts", "reads", "calls")
        )
        limits = all(
            mine is None or (theirs is not None and mine <= theirs)
            for mine, theirs in ((self.memory, other.memory), (self.seconds, other.seconds))
        )
        return names and limits and self.kernel <= other.kernel

    def __bool__(self) -> bool:
        return self != NOTHING

    def without(self, other: Grants) -> Grants:
        """What of this *other* does not cover."""
        return Grants(
            keys=_rest(self.keys, other.keys),
            hosts=_rest(self.hosts, other.hosts),
            reads=_rest(self.reads, other.reads),
            calls=_rest(self.calls, other.calls),
            memory=_excess(self.memory, other.memory),
            seconds=_excess(self.seconds, other.seconds),
            kernel=self.kernel and not other.kernel,
        )


NOTHING = Grants()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The user's word on one version."""

    name: FunctionName
    number: VersionNumber
    binding: str
    """Hash of the version and its closure, see :func:`bind`."""
    grants: Grants = NOTHING
    by: str = "user"
    """``user``, or ``shipped`` for packs that are part of this package."""
    packages: tuple[str, ...] = ()
    """Installed distributions it was approved with, as ``name==version``."""
    seal: str = ""
    """Signature over :meth:`message` with a secret of the user's, kept outside the store."""

    def message(self) -> bytes:
        """What the seal is over: everything but the seal."""
        members = {each.name: getattr(self, each.name) for each in fields(self)}
        del members["seal"]
        members["grants"] = grants_to_json(self.grants)
        return json.dumps(members, sort_keys=True, separators=(",", ":")).encode()

    def sealed(self, sign: Callable[[bytes], str]) -> Approval:
        return replace(self, seal=sign(self.message()))


def asked(spec: FunctionSpec) -> Grants:
    """All that *spec* asks for: what was declared beside it, and its keys."""
    return replace(
        spec.asks,
        keys=tuple(dict.fromkeys((*spec.asks.keys, *spec.keys))),
        kernel=spec.asks.kernel or (spec.trust == "kernel" and not is_trusted(spec)),
    )


def is_trusted(spec: FunctionSpec) -> bool:
    """Whether it is the user's own word, typed or called by the user's own code."""
    return spec.origin == "user"


def reach(
    start: Iterable[FunctionVersion], lookup: Callable[[FunctionName], FunctionVersion | None]
) -> dict[FunctionName, FunctionVersion | None]:
    """*start* and every version that it depends on, directly or not, nearest first.

    ``lookup`` gives the version that a dependency means, or ``None`` for one that does not count;
    its name is in the answer all the same.
    """
    found: dict[FunctionName, FunctionVersion | None] = {each.name: each for each in start}
    waiting = list(found.values())
    for version in waiting:
        for name in version.spec.dependencies if version is not None else ():
            if name not in found:
                found[name] = lookup(name)
                waiting.append(found[name])
    return found


def bind(version: FunctionVersion, lookup: Callable[[FunctionName], FunctionVersion | None]) -> str:
    """Hash of *version* with everything it depends on, tagged ``c1:``.

    ``lookup`` gives the version that a dependency means now, or ``None`` when there is none. The
    hash covers each member's name, digest and origin; a changed, missing, replaced or added member
    changes it.
    """
    members = [
        [name, member.digest, member.spec.origin] if member is not None else [name]
        for name, member in sorted(reach([version], lookup).items(), key=lambda item: item[0])
    ]
    text = json.dumps(members, separators=(",", ":"))
    return f"c1:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


# -- as JSON, as words, and from words ---------------------------------------------------------


def grants_to_json(grants: Grants) -> dict[str, Any]:
    """Members that say something, as plain JSON."""
    found = {each.name: getattr(grants, each.name) for each in fields(grants)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in found.items()
        if value not in ((), None, False)
    }


def grants_from_json(members: Mapping[str, Any]) -> Grants:
    """Inverse of :func:`grants_to_json`; unknown members are refused, for they might restrict."""
    known = {each.name for each in fields(Grants)}
    if not members.keys() <= known:
        raise ValueError(f"unknown grants {sorted(members.keys() - known)}")
    read: dict[str, Any] = {
        name: tuple(map(str, value)) if isinstance(value, list) else value
        for name, value in members.items()
    }
    return Grants(**read)


def wording(grants: Grants) -> tuple[tuple[str, str], ...]:
    """What is granted in words for people: (what, which).

    >>> wording(Grants(keys=("openai",), memory=4 << 30))
    (('read the key', 'openai'), ('use memory up to', '4 GB'))
    """
    lines = [("run in the kernel", "with all that you may do")] if grants.kernel else []
    for verb, names in (
        ("read the key", grants.keys),
        ("connect to", grants.hosts),
        ("read files in", grants.reads),
        ("have run in the kernel", grants.calls),
    ):
        lines += [(verb, name) for name in names]
    if grants.memory is not None:
        lines.append(("use memory up to", _in_bytes(grants.memory)))
    if grants.seconds is not None:
        lines.append(("run for up to", f"{grants.seconds:g} s"))
    return tuple(lines)


_HOST = re.compile(r"(\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\]")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def read_grants(given: Mapping[str, Any]) -> Grants:
    """Read grants as people write them; raises :class:`~babyagi_nb.errors.UsageError`.

    >>> read_grants({"hosts": ["api.example.org"], "memory": "4 GB"})
    Grants(keys=(), hosts=('api.example.org:443',), reads=(), calls=(), memory=4294967296, ...)
    """
    memory, seconds = given.get("memory"), given.get("seconds")
    return Grants(
        keys=tuple(given.get("keys") or ()),
        hosts=tuple(dict.fromkeys(read_host(each) for each in given.get("hosts") or ())),
        reads=tuple(dict.fromkeys(_path(each) for each in given.get("reads") or ())),
        calls=tuple(given.get("calls") or ()),
        memory=None if memory is None else read_size(memory),
        seconds=None if seconds is None else float(seconds),
        kernel=bool(given.get("kernel", False)),
    )


def read_host(text: str) -> str:
    """``host`` or ``host:port`` as ``host:port``; 443 when no port is said."""
    host, colon, port = text.strip().rpartition(":")
    if not colon or (text.startswith("[") and text.endswith("]")):
        host, port = text.strip(), "443"
    if not _HOST.fullmatch(host) or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(
            f"cannot read the host {text!r}",
            fix="write api.example.org, api.example.org:8443 or *.example.org",
        )
    return f"{host.lower()}:{int(port)}"


def read_size(text: str | int) -> int:
    """``512 MB`` as bytes.

    >>> read_size("1.5 GB")
    1610612736
    """
    match = _SIZE.fullmatch(str(text).strip())
    if match is None or (size := int(float(match[1]) * _UNITS[match[2].lower()])) <= 0:
        raise UsageError(f"cannot read the size {text!r}", fix="write 512MB or 4GB")
    return size


def _path(text: str) -> str:
    if not text.startswith(("/", "~")) and not re.match(r"[A-Za-z]:[\\/]", text):
        raise UsageError(f"{text!r} is no absolute path", fix="write it from the root, or with ~")
    return text


def _in_bytes(size: int) -> str:
    for unit, power in (("GB", 30), ("MB", 20), ("KB", 10)):
        if size >= 1 << power:
            return f"{size / (1 << power):g} {unit}"
    return f"{size} bytes"


def _rest(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in mine if each not in theirs)


def _excess(mine: Any, theirs: Any) -> Any:
    return mine if mine is not None and (theirs is None or mine > theirs) else None
