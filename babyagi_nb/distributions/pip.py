"""The package installer as a process of its own.

It is asked in an empty directory, without input, and with nothing configured but what says where
packages come from and how to reach that place: a ``target`` or ``no-deps`` in somebody's
configuration would make the installation another one than was reported. With an index of our own
given, no configured one is asked beside it; two indexes for one name are how a foreign package gets
in.
"""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from babyagi_nb.errors import PackageError

__all__ = ["Answer", "Pip"]

_PLACES = ("index-url", "extra-index-url", "find-links", "no-index")
_WAYS = (
    "cert", "client-cert", "proxy", "trusted-host", "timeout", "default-timeout", "retries",
    "cache-dir", "no-cache-dir", "keyring-provider", "require-virtualenv", "break-system-packages",
)  # fmt: skip
_SECTIONS = ("global", "install", ":env:")
"""Where an option may be configured; the last one that has it counts."""
_QUIET = ("--no-input", "--disable-pip-version-check")
_DEFAULT_INDEX = re.compile(r"--index-url.*?\(default:? (\S+?)\)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How the installer ended."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True, kw_only=True)
class Pip:
    """The installer of one interpreter."""

    python: str = sys.executable
    index: str = ""
    """Address of the only index to ask; empty means whatever the installer is configured for."""
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    seconds: float = 600.0
    """Wall time that one run may take."""

    def run(self, command: str, *words: str) -> Answer:
        """Run it, and return how it ended; raises :class:`~babyagi_nb.errors.PackageError`.

        An interrupt ends it, and whatever it started, before it goes on.
        """
        return self._ask([command, *_QUIET, *words], self._clean | self._settings)

    @cached_property
    def configured(self) -> Mapping[str, str]:
        """What the user configured by file or variable, by option; the nearest word counts."""
        answer = self._ask(["config", "list"], dict(self.environment))
        if answer.code:
            raise PackageError(
                "the configuration of pip cannot be read", fix="`pip config debug` shows it"
            )
        found: dict[str, tuple[int, str]] = {}
        for line in answer.output.splitlines():
            name, _, quoted = line.partition("=")
            section, _, option = name.rpartition(".")
            rank = _SECTIONS.index(section) if section in _SECTIONS else -1
            with suppress(ValueError, SyntaxError):
                value = str(ast.literal_eval(quoted)).strip()
                if value and rank >= found.get(option, (0, ""))[0]:
                    found[option] = (rank, value)
        return {option: value for option, (_, value) in found.items()}

    @cached_property
    def indexes(self) -> tuple[str, ...]:
        """Addresses of every index that is asked, credentials included; not for showing."""
        if self.index:
            return (self.index,)
        given = self.configured
        if given.get("no-index", "0").lower() in ("1", "true", "yes", "on", "t", "y"):
            return ()
        first = given.get("index-url") or self._default_index
        return tuple(filter(None, (first, *given.get("extra-index-url", "").split())))

    @cached_property
    def has_age(self) -> bool:
        """Whether it can itself leave out files that are too young."""
        return "--uploaded-prior-to" in self._help

    @property
    def _default_index(self) -> str:
        match = _DEFAULT_INDEX.search(self._help)
        return match[1] if match else ""

    @cached_property
    def _help(self) -> str:
        return self._ask(["install", "--help"], self._clean | {"COLUMNS": "400"}).output

    @cached_property
    def _clean(self) -> dict[str, str]:
        """The environment without a word to the installer."""
        kept = {
            name: value for name, value in self.environment.items() if not name.startswith("PIP_")
        }
        return {**kept, "PIP_CONFIG_FILE": os.devnull, "PYTHONSAFEPATH": "1"}

    @cached_property
    def _settings(self) -> dict[str, str]:
        wanted = _WAYS if self.index else (*_PLACES, *_WAYS)
        taken = {"retries": "2"}
        taken |= {name: self.configured[name] for name in wanted if name in self.configured}
        if self.index:
            taken["index-url"] = self.index
        return {f"PIP_{name.replace('-', '_').upper()}": value for name, value in taken.items()}

    def _ask(self, words: Sequence[str], environment: Mapping[str, str]) -> Answer:
        command = [self.python, "-m", "pip", *words]
        # A file in the current directory could pass for a requirement or for a module of pip.
        with tempfile.TemporaryDirectory(prefix="babyagi-") as empty:
            try:
                process = subprocess.Popen(
                    command, cwd=empty, env=dict(environment), stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                    encoding="utf-8", errors="replace", start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                raise PackageError(
                    f"pip cannot be started: {error.strerror}",
                    fix=f"is {self.python!r} still there?",
                ) from error
            try:
                output, errors = process.communicate(timeout=self.seconds)
            except subprocess.TimeoutExpired:
                _end(process)
                raise PackageError(
                    f"pip did not end within {self.seconds:g} s", fix="is the index reachable?"
                ) from None
            except BaseException:
                _end(process)
                raise
        if process.returncode and "No module named pip" in errors:
            raise PackageError(
                "this environment has no pip", fix=f"run `{self.python} -m ensurepip` once"
            )
        return Answer(code=process.returncode, output=output, errors=errors)


def _end(process: subprocess.Popen[str]) -> None:
    """Kill it with all it started, and wait until it is gone."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    with suppress(Exception):
        process.communicate(timeout=10)
