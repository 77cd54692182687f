"""Which paths an interpreter must read to work: its libraries, and what libraries look up.

The list is for everybody who runs the same interpreter on the same machine; it holds nothing of the
person who runs it. Of the interpreter's own directories only the parts with code and data of
libraries count, never a whole prefix: a prefix may be a home directory, or hold a project. A
directory that was put on ``sys.path`` by other means than installing into it (an editable install,
say) is granted by its importable entries alone, so that what lies beside the code stays unread.

Paths of the process itself are kept apart (:func:`of_the_process`): they name a different file in
each process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress

__all__ = ["devices", "links", "of_the_process", "paths"]

_OF_A_PREFIX = (
    "lib", "lib64", "ssl/cacert.pem", "ssl/cert.pem", "ssl/certs", "ssl/openssl.cnf", "etc/fonts",
    "share/fonts", "share/gdal", "share/icu", "share/locale", "share/mime", "share/proj",
    "share/zoneinfo",
)  # fmt: skip

_OF_THE_SYSTEM = (
    # libraries, and how the loader finds them
    "/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib",
    "/usr/local/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
    "/etc/alternatives",  # links only; Debian chooses libraries by them
    "/nix/store", "/gnu/store",
    # certificates that are meant to be trusted; never private keys
    "/etc/ssl/certs", "/etc/ssl/cert.pem", "/etc/ssl/openssl.cnf", "/etc/pki/tls/certs",
    "/etc/pki/tls/cert.pem", "/etc/pki/tls/openssl.cnf", "/etc/pki/ca-trust/extracted",
    "/etc/ca-certificates", "/etc/crypto-policies", "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates", "/usr/share/crypto-policies",
    # time zones, languages, kinds of files, fonts
    "/usr/share/zoneinfo", "/etc/localtime", "/etc/timezone", "/usr/share/locale",
    "/usr/share/i18n", "/etc/mime.types", "/usr/share/mime", "/usr/share/fonts",
    "/usr/local/share/fonts", "/usr/share/fontconfig", "/etc/fonts", "/var/cache/fontconfig",
    # what thread pools and allocators ask about the machine
    "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/vm/overcommit_memory", "/sys/devices/system/cpu",
    "/sys/devices/system/node", "/sys/fs/cgroup", "/sys/kernel/mm/transparent_hugepage",
)  # fmt: skip

_OF_THE_PROCESS = (
    "/proc/self/cgroup", "/proc/self/maps", "/proc/self/mountinfo", "/proc/self/smaps_rollup",
    "/proc/self/stat", "/proc/self/statm", "/proc/self/status", "/proc/self/fd",
)  # fmt: skip

_INSTALLED = ("site-packages", "dist-packages")
_CODE = (".py", ".pyc", ".so")


def of_the_process() -> tuple[str, ...]:
    """What a process may read about itself: no environment, no network tables, no other task."""
    return _OF_THE_PROCESS


def devices() -> dict[str, bool]:
    """Devices that may be read, and whether they may be written as well."""
    return {"/dev/null": True, "/dev/zero": False, "/dev/random": False, "/dev/urandom": False}


def paths(search: Iterable[str] | None = None) -> tuple[str, ...]:
    """Existing files and directories that every confined process may read, with all below them.

    ``search`` is the module search path to serve, by default this interpreter's. None of the paths
    lies below another, and none is a symbolic link.

    >>> any(os.__file__.startswith(path) for path in map(os.path.join, paths(), [""] * 999))
    True
    """
    entries = sys.path if search is None else search
    wanted = [
        *_OF_THE_SYSTEM,
        *_interpreter(),
        *_certificates(),
        *(part for entry in entries for part in _of(entry)),
    ]
    return _outermost(os.path.realpath(path) for path in wanted if os.path.exists(path))


def links() -> dict[str, str]:
    """Symbolic links among the system's own paths, such as ``/lib``, and where each ends.

    A root directory that is put together from :func:`paths` needs them beside it.
    """
    return {path: os.path.realpath(path) for path in _OF_THE_SYSTEM if os.path.islink(path)}


def _interpreter() -> Iterator[str]:
    home = os.path.realpath(os.path.expanduser("~"))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}:
        if os.path.realpath(prefix) in (home, "/"):
            yield os.path.join(prefix, "lib", version)
        else:
            yield from (os.path.join(prefix, part) for part in _OF_A_PREFIX)


def _certificates() -> Iterator[str]:
    """Where the interpreter's own TLS library was built to look for certificates."""
    with suppress(ImportError):
        import _ssl

        _, file, _, directory = _ssl.get_default_verify_paths()
        yield from (file, directory)


def _of(entry: str) -> Iterator[str]:
    """What one entry of the module search path grants."""
    if not os.path.isabs(entry):
        return
    if not os.path.isdir(entry) or os.path.basename(entry) in _INSTALLED:
        yield entry
        return
    if _below(os.path.realpath(entry), map(os.path.realpath, _interpreter())):
        return
    with os.scandir(entry) as found:
        yield from (each.path for each in found if _importable(each))


def _importable(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return False
    if entry.name.endswith((".dist-info", ".egg-info")):
        return True
    if entry.is_dir():
        return os.path.exists(os.path.join(entry.path, "__init__.py"))
    return entry.name.endswith(_CODE)


def _outermost(found: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(set(found)):
        if not (kept and _below(path, kept[-1:])):
            kept.append(path)
    return tuple(kept)


def _below(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)
