"""What the rooms ask of one another: narrow protocols, each with a real and an in-memory adapter.

The composition root (``app.py``) hands them out; nobody else knows which adapter is behind one.
Every protocol here has one contract suite in ``tests/contracts`` that all its adapters pass.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from babyagi_nb.core.catalogue import Catalogue
from babyagi_nb.core.events import Event, Transaction
from babyagi_nb.core.runs import Run, RunFilter, Statistics
from babyagi_nb.ids import FunctionName, KernelId, RunId, TransactionId

__all__ = [
    "Decision",
    "Definitions",
    "Finding",
    "Fresh",
    "Journal",
    "Keys",
    "Maintenance",
    "News",
    "Notify",
    "Queries",
    "RunLog",
    "Shelf",
    "Span",
    "Table",
    "Vectors",
]


class Journal(Protocol):
    """Where ended runs go, and the board on which open ones stand.

    ``begin`` takes the encoded start of a record (a JSON object, no newline); ``end`` and
    ``append`` take whole records ending in a newline, and have put them where a SIGKILL cannot
    reach them when they return. No method raises for a full, read-only or vanished disk: lines
    are then kept in memory up to a bound, written later, and drops are counted.
    All methods may be called from any thread.
    """

    kernel: KernelId

    def begin(self, line: bytes) -> int:
        """Put an open run on the board; return its slot, or ``-1`` when the board is full."""
        ...

    def end(self, slot: int, line: bytes) -> None:
        """Append the record of a run that ended, then free its slot."""
        ...

    def release(self, slot: int) -> None:
        """Free a slot without a record (runs whose log policy drops them)."""
        ...

    def append(self, line: bytes) -> None:
        """Append a record that never stood on the board."""
        ...

    def abandon(self, run: RunId) -> None:
        """Free whatever slot holds *run*, for a caller that an interrupt kept from learning it."""
        ...

    def wrote(self, run: RunId) -> bool:
        """Whether a record of *run* was appended; slow, for use after an interrupt."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a writer decided under the lock: the events, and their wording for the history."""

    events: Sequence[Event]
    summary: str
    undoes: TransactionId | None = None


class Definitions(Protocol):
    """The definition log: every change to functions, triggers and key names, in one order."""

    catalogue: Catalogue

    def refresh(self) -> set[FunctionName]:
        """Apply what other kernels wrote since; return the names of touched functions. Cheap."""
        ...

    def transact(self, decide: Callable[[Catalogue], Decision]) -> Transaction | None:
        """Let *decide* look at the newest catalogue under the lock, and write what it returns.

        Either all events are durable (fsynced) and applied when this returns, or none is.
        ``None`` when the decision holds no events. Whatever *decide* raises passes through and
        nothing is written. Raises :class:`~babyagi_nb.errors.StoreUnwritable` or
        :class:`~babyagi_nb.errors.StoreLocked`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Result of a query: column names and rows of plain Python values."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False
    """Whether rows beyond the asked limit were left out."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """What happened in the log since the last look."""

    runs: tuple[Run, ...] = ()
    """Runs that began or ended, oldest first."""
    dropped: int = 0
    """How many more there were."""


class News(Protocol):
    """One watcher's place in the log. Costs whoever writes nothing; meant for one thread."""

    def poll(self, limit: int) -> Fresh:
        """What is new since the last poll, about *limit* runs at most; the newest are kept.

        A run that was told as begun is told again when it ended, however much is dropped.
        """
        ...


class Queries(Protocol):
    """Reading the log and the catalogue. A run is seen as soon as its record is written."""

    def runs(self, wanted: RunFilter) -> list[Run]:
        """Runs that match, newest first, open ones included as ``started``."""
        ...

    def run(self, id: str) -> Run:
        """One run by id or by a unique prefix or suffix of it; raises ``NotFound``."""
        ...

    def tree(self, id: str) -> list[Run]:
        """Every run of the call tree that *id* belongs to, triggered ones too, oldest first."""
        ...

    def count(self, wanted: RunFilter) -> int: ...

    def statistics(self, since: int | None = None) -> list[Statistics]: ...

    def sql(self, statement: str, parameters: Sequence[Any] = (), *, limit: int = 1000) -> Table:
        """One read-only statement over the public views; raises ``QueryRefused`` for others."""
        ...

    def interrupt(self) -> None:
        """Stop the query that is under way, if any; safe from any thread."""
        ...

    def news(self) -> News:
        """Watch the log from now on."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the doctor's report."""

    level: Literal["ok", "note", "warning", "problem"]
    subject: str
    message: str
    fix: str = ""


class Maintenance(Protocol):
    """Keeping a store healthy."""

    path: Path | None
    """Directory of the store; ``None`` in memory."""

    def fold(self) -> int:
        """Bring everything that was journalled into the index now; return the lines taken in."""
        ...

    def backup(self, target: Path) -> Path:
        """Write a verified copy of the whole store; return where it is."""
        ...

    def restore(self, source: Path) -> None:
        """Replace the store's content by a backup's; what was there is moved aside, not deleted."""
        ...

    def doctor(self, *, repair: bool = False) -> list[Finding]: ...

    def close(self) -> None:
        """Fold what is left and let go of every file; idempotent."""
        ...


class Keys(Protocol):
    """Secret values by name; they live outside the store."""

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str) -> str:
        """Keep *value* and return in plain words where (``keyring``, ``this kernel only``)."""
        ...

    def forget(self, name: str) -> bool: ...

    def sources(self) -> Mapping[str, str]:
        """Names of keys that have a value now, with where it comes from."""
        ...

    def secrets(self) -> Iterator[tuple[str, str]]:
        """(name, value) of every value handed out so far, for redaction."""
        ...


class Notify(Protocol):
    """Tell the person at the notebook one line, outside any result."""

    def __call__(self, message: str) -> None: ...


class Span(Protocol):
    """A run in the log that is no call of a stored function."""

    output: Any
    """What it is to have returned; set it before the body ends."""

    @property
    def id(self) -> RunId | None:
        """Of the run; ``None`` where nothing is logged."""
        ...


class RunLog(Protocol):
    """Writes what happens in a body as a run: a call of a model, a build, a turn of a chat."""

    def __call__(self, name: str, params: Mapping[str, Any]) -> AbstractContextManager[Span]:
        """A run called *name* below the current run; whatever runs in the body is below it.

        An exception that leaves the body ends the run as it would a function's.
        """
        ...


class Shelf(Protocol):
    """Small JSON documents of a store by name: prices, capabilities, transcripts."""

    def get(self, name: str) -> Any | None:
        """The document, or ``None``; one that cannot be read counts as none."""
        ...

    def put(self, name: str, value: Any) -> None:
        """Replace the document, all of it or nothing; raises ``StoreUnwritable``."""
        ...

    def names(self, prefix: str = "") -> list[str]: ...

    def remove(self, name: str) -> bool: ...


class Vectors(Protocol):
    """Embeddings of texts, by the model that made them and a key of the caller's choice.

    All vectors of one model have one length. Nearness is the cosine of the angle, from -1 to 1.
    """

    def put(self, model: str, rows: Mapping[str, Sequence[float]]) -> None:
        """Keep *rows*, vectors by key; a later one replaces an earlier one of the same key.

        Raises ``UsageError`` for a vector that is empty, all zero, not finite, or of another length
        than the model's others (``forget`` the model first), and ``StoreUnwritable``.
        """
        ...

    def have(self, model: str) -> set[str]:
        """Keys with a vector of *model*."""
        ...

    def nearest(
        self,
        model: str,
        vector: Sequence[float],
        k: int,
        *,
        among: Collection[str] | None = None,
    ) -> list[tuple[str, float]]:
        """The *k* keys (of *among*, if given) nearest to *vector* with their cosine, best first.

        Raises ``UsageError`` for a vector that ``put`` would refuse.
        """
        ...

    def forget(self, model: str, keys: Collection[str] | None = None) -> None:
        """Drop the vectors of *keys*, or all of *model*; then its length is open again."""
        ...
