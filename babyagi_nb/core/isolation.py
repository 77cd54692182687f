"""What the runtime asks of a sandbox: jobs, limits, what a job may ask back, and tiers.

A :class:`Job` is a closure of stored functions as text, with the arguments of one call. A sandbox
runs it in a process of its own and answers with plain JSON values, or raises. Meanwhile it tells
an :class:`Observer` what the job prints, which of its functions run, and what it asks the kernel to
do for it. Nothing that comes out of a sandbox is trusted: names, texts and values are whatever the
job chose to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from babyagi_nb.ids import FunctionName, VersionNumber

__all__ = [
    "TIERS", "Job", "Limits", "Member", "Observer", "Raised", "Sandbox", "Tier", "TierReport",
]  # fmt: skip

Tier = Literal["strong", "standard", "process"]
"""How well a sandbox holds, best first.

*strong*: a namespace of its own, and everything below. *standard*: the kernel denies files, network
and other processes. *process*: another process with limits, **not a security boundary**.
"""

TIERS: tuple[Tier, ...] = ("strong", "standard", "process")


@dataclass(frozen=True, slots=True, kw_only=True)
class TierReport:
    """Which tier this machine has, and why not a better one."""

    tier: Tier | None
    """``None``: no sandbox can be started at all."""
    reason: str
    """One line for people, such as ``bubblewrap is not installed``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one job may use."""

    seconds: float = 60.0
    """Of wall time, from the first line of the job's code; ``RunTimeout`` after that."""
    memory: int = 2 << 30
    """Bytes of address space beyond what the interpreter itself has mapped."""
    file: int = 256 << 20
    """Bytes of one file in the scratch directory."""
    scratch: int = 1 << 30
    """Bytes of all files in the scratch directory together."""
    result: int = 8 << 20
    """Bytes of JSON that the result, or one argument of a host function, may take."""
    printed: int = 1 << 20
    """Characters that are passed on from stdout and stderr together; the rest is counted."""
    runs: int = 10_000
    """Runs of functions that travelled along, and calls of host functions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One stored function that travels into the sandbox."""

    name: FunctionName
    version: VersionNumber
    code: str
    """A module text that defines it."""
    imports: tuple[str, ...] = ()
    """Import statements beside those in ``code``."""
    dependencies: tuple[FunctionName, ...] = ()
    """Names it calls: other members, or host functions of the job."""
    keys: tuple[str, ...] = ()
    """Keys that its code reads as names; those the job was not given raise when it is called."""
    is_async: bool = False
    is_generator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One call in a sandbox."""

    entry: FunctionName
    members: tuple[Member, ...]
    """The entry and every function that travels with it."""
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Arguments go in as objects (pickled by us, who are trusted); results come out as JSON."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Values of the granted keys."""
    calls: tuple[FunctionName, ...] = ()
    """Host functions: what the job may ask the kernel to run."""
    hosts: tuple[str, ...] = ()
    """``host:port`` pairs that it may connect to; ``*.example.org:443`` covers subdomains."""
    reads: tuple[str, ...] = ()
    """Absolute paths of files or directories that it may read."""
    packages: str | None = None
    """A directory of further installed packages that it may import from."""
    tests: tuple[str, ...] = ()
    """Source texts to run in the entry's namespace instead of calling it (``test_*`` functions
    and bare asserts); the result is how many there were."""
    limits: Limits = Limits()


class Raised(Exception):
    """What the code of a job raised, as text; the runtime turns it into an exception.

    ``kind`` is the class name (builtin ones bare, others with their module), ``arguments`` the
    exception's arguments if all are JSON scalars.
    """

    def __init__(
        self, kind: str, message: str, traceback: str, arguments: tuple[Any, ...] | None = None
    ) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message
        self.traceback = traceback
        self.arguments = arguments


class Observer(Protocol):
    """Told what happens inside while a job runs, in the thread that runs it.

    ``run`` numbers are the job's own: 0 is the entry, others count up. All of it is untrusted; the
    sandbox has checked types, sizes and that functions are members of the job, nothing more.
    """

    def printed(self, run: int, text: str) -> None: ...

    def began(
        self, run: int, parent: int, function: FunctionName, params: Mapping[str, Any]
    ) -> None:
        """A member other than the entry's first run started; ``params`` are previews."""
        ...

    def returned(self, run: int, output: Any) -> None:
        """That run ended well; ``output`` is a preview."""
        ...

    def raised(self, run: int, error: Raised) -> None:
        """That run ended with an exception."""
        ...

    def call(
        self, run: int, function: FunctionName, args: list[Any], kwargs: dict[str, Any]
    ) -> Any:
        """Run a host function of the job and return its result; what it raises goes back in."""
        ...

    def connected(self, run: int, host: str, port: int, allowed: bool) -> None:
        """The job asked for a connection."""
        ...


class Sandbox(Protocol):
    """Runs jobs, each in a fresh process that is gone afterwards.

    Raised by both ways to run: :class:`Raised` for what the job's own code raised;
    ``errors.SandboxUnavailable`` when no process can be started or the tier is below what is asked;
    ``errors.SandboxRefused`` for a result that is not JSON or too large, an argument that cannot
    travel, a process that died or broke the protocol; ``errors.RunTimeout``. Whatever is raised in
    the calling thread (``KeyboardInterrupt``) ends the process first. Safe from any thread.
    """

    def report(self) -> TierReport:
        """Which tier there is; probed once."""
        ...

    def run(self, job: Job, observer: Observer) -> Any:
        """Run a job to its end; a coroutine function is run in an event loop inside."""
        ...

    def steps(self, job: Job, observer: Observer) -> Iterator[Any]:
        """Run a generator (also an async one) step by step: one item for each ``next``."""
        ...

    def stop(self, job: Job) -> None:
        """End *job*, the very object, which another thread runs; its call raises there.

        Nothing happens when it has ended already.
        """
        ...

    def close(self) -> None:
        """End every process; idempotent."""
        ...
