"""The short attach: one hardened in-memory DuckDB per store, and the index file only inside a hold.

DuckDB lets a single process have a file. Kernels therefore keep an in-memory instance and attach
the index just for a piece of work: take the turnstile (shared to read, exclusive to write), ATTACH,
work, DETACH, let go. Results are always fetched whole, because an open cursor would keep the
file attached. A store in memory runs the same code with a database that stays attached.

The instance is closed to the outside before anything else runs: no file but the index and its
log, no extensions, no Python variables as tables, and then the configuration is locked. Nothing is
checkpointed behind our back; :mod:`~babyagi_nb.store.guard` says why.

Errors of DuckDB leave this file as errors of ours:

- another program has the file, also after a short wait: ``StoreLocked``
- disk full or read-only: ``StoreUnwritable``
- not readable as a database: ``StoreDamaged``
- everything else: the ``duckdb.Error`` itself, for the caller to word
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from babyagi_nb.errors import StoreError
from babyagi_nb.store.worker import Cancelled, Task, Worker

if TYPE_CHECKING:
    import duckdb

    from babyagi_nb.store.home import Home
    from babyagi_nb.store.lock import Turnstile

__all__ = ["Attach", "Connection", "Hold", "IndexMissing"]

T = TypeVar("T")

Attach = Callable[[Callable[["Hold"], Any]], Any]
"""Attaches the index for one piece of work and returns what that returned."""

_PATIENCE = 2.0
"""Seconds to wait for a foreign program that has the index file open."""

_ENDINGS = ("", ".wal", ".wal.checkpoint", ".wal.recovery")
"""The index, and what DuckDB keeps beside it."""


class IndexMissing(StoreError):
    """There is no index file yet, or it was just moved aside."""


class Hold:
    """The attached index during one piece of work; useless afterwards.

    Tables of the index are ``store.data.NAME``.
    """

    def __init__(
        self, instance: duckdb.DuckDBPyConnection, task: Task[Any], writable: bool
    ) -> None:
        self._instance = instance
        self._task = task
        self.writable = writable
        self._at_end: list[Callable[[], None]] = []

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run *statement* and return every row."""
        return self._run(statement, parameters).fetchall()

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        self._run(statement, parameters)

    def empty(self, table: str) -> None:
        """Take every row out of *table*, by making the table anew.

        DuckDB leaves deleted rows in the statistics by which ``ORDER BY … LIMIT`` passes over parts
        of a table, and that then finds fewer rows than there are, or none.
        """
        self.execute(f"CREATE OR REPLACE TABLE {table} AS FROM {table} WHERE false")

    def some(
        self, statement: str, parameters: Sequence[Any], limit: int
    ) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Run *statement* and return its column names and at most *limit* rows."""
        cursor = self._run(statement, parameters)
        names = tuple(column[0] for column in cursor.description or ())
        return names, cursor.fetchmany(limit) if names else []

    def statements(self, text: str) -> list[tuple[str, str]]:
        """Kind and text of every statement in *text*, without running any."""
        found = self._instance.extract_statements(text)
        return [(each.type.name, each.query) for each in found]

    @contextlib.contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[None]:
        """All or nothing; rolled back whatever happens inside, an interrupt included."""
        self._run("BEGIN TRANSACTION READ ONLY" if read_only else "BEGIN TRANSACTION", ())
        try:
            yield
            self._run("COMMIT", ())
        except BaseException:
            self.roll_back()
            raise

    def roll_back(self) -> None:
        import duckdb

        with contextlib.suppress(duckdb.Error):
            self._instance.execute("ROLLBACK")

    def at_end(self, action: Callable[[], None]) -> None:
        """Do *action* once the file is detached again."""
        self._at_end.append(action)

    def finish(self) -> None:
        for action in self._at_end:
            action()

    def _run(self, statement: str, parameters: Sequence[Any]) -> duckdb.DuckDBPyConnection:
        self._task.check()
        if parameters:
            return self._instance.execute(statement, [_bindable(each) for each in parameters])
        return self._instance.execute(statement)


class Connection:
    """Gives out holds; everything runs on this object's one worker thread."""

    def __init__(self, home: Home | None, turnstile: Turnstile | None) -> None:
        self.home = home
        self._turnstile = turnstile
        self._worker = Worker("babyagi-store")
        self._instance: duckdb.DuckDBPyConnection | None = None

    def read(self, work: Callable[[Hold], T], *, timeout: float | None = 10.0) -> T:
        """Do *work* on the index, attached for reading; other kernels may read meanwhile.

        Raises :class:`IndexMissing` when there is no file.
        """
        return self._submit(self._held(work, False, timeout))

    def write(self, work: Callable[[Hold], T], *, timeout: float | None = 10.0) -> T:
        """Do *work* with the store to ourselves; a missing file is made."""
        return self._submit(self._held(work, True, timeout))

    def alone(self, work: Callable[[Attach], T], *, timeout: float | None = 10.0) -> T:
        """Do *work* on the store's files, nothing attached, everybody else kept out.

        *work* gets a function that attaches the index for one piece of work, and may call it
        between its steps.
        """

        def held(task: Task[T]) -> T:
            with self._turn(True, timeout, task):
                return work(lambda inner: self._attached(inner, task, True))

        return self._submit(held)

    def quiet(self, work: Callable[[], T], *, timeout: float | None = 10.0) -> T:
        """Do *work* on the store's files, nothing attached, while nobody folds or archives."""

        def held(task: Task[T]) -> T:
            with self._turn(False, timeout, task):
                return work()

        return self._submit(held)

    def interrupt(self) -> None:
        """Stop the statement that is running, if any; safe from any thread."""
        instance = self._instance
        if instance is not None:
            instance.interrupt()

    def close(self) -> None:
        """Let go of the instance; the next piece of work makes a new one."""
        self._worker.close()
        self._drop()

    # -- on the worker's thread ------------------------------------------------------------

    def _submit(self, work: Callable[[Task[T]], T]) -> T:
        try:
            return self._worker.run(work, self.interrupt)
        except Cancelled as error:
            raise StoreError("the query was stopped") from error

    def _held(
        self, work: Callable[[Hold], T], writable: bool, timeout: float | None
    ) -> Callable[[Task[T]], T]:
        def held(task: Task[T]) -> T:
            with self._turn(writable, timeout, task):
                return self._attached(work, task, writable)

        return held

    def _attached(self, work: Callable[[Hold], T], task: Task[Any], writable: bool) -> T:
        import duckdb

        hold: Hold | None = None
        try:
            instance = self._open()
            self._attach(instance, writable, task)
            hold = Hold(instance, task, writable)
            return work(hold)
        except duckdb.InterruptException as error:
            raise Cancelled from error
        except duckdb.Error as error:
            raise self._translate(error) from error
        finally:
            self._detach()
            if hold is not None:
                hold.finish()

    @contextlib.contextmanager
    def _turn(self, writable: bool, timeout: float | None, task: Task[Any]) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            if self._turnstile is not None:
                take = self._turnstile.exclusive if writable else self._turnstile.shared
                task.in_line = True
                stack.enter_context(take(timeout))
                task.in_line = False
            task.check()
            yield

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self._instance is None:
            self._instance = _hardened(self.home)
            if self.home is None:
                self._instance.execute("ATTACH ':memory:' AS store")
        return self._instance

    def _attach(self, instance: duckdb.DuckDBPyConnection, writable: bool, task: Task[Any]) -> None:
        from babyagi_nb.store.faults import is_foreign_lock, is_of_a_later_format

        if self.home is None:
            return
        if not writable and not self.home.index.exists():
            raise IndexMissing(f"no index at {str(self.home.index)!r}", fix="it is made by a fold")
        # 1.5 is the oldest format that other tools of today open.
        options = "STORAGE_VERSION 'v1.5.0'" if writable else "READ_ONLY"
        statement = f"ATTACH {_quoted(str(self.home.index))} AS store ({options})"
        give_up = time.monotonic() + _PATIENCE
        while True:
            task.check()
            try:
                instance.execute(statement)
                return
            except Exception as error:
                if is_of_a_later_format(error) and options in statement:
                    # Another tool made it so; what we can read we can write as well.
                    statement = statement.removesuffix(f" ({options})")
                    continue
                if not is_foreign_lock(error) or time.monotonic() > give_up:
                    raise
            time.sleep(0.02)

    def _detach(self) -> None:
        if self.home is None or self._instance is None:
            return
        try:
            self._instance.execute("DETACH DATABASE IF EXISTS store")
        except Exception:
            # An instance that cannot let go of the file is closed, which does.
            self._drop()

    def _drop(self) -> None:
        instance, self._instance = self._instance, None
        if instance is not None:
            with contextlib.suppress(Exception):
                instance.close()

    def _translate(self, error: duckdb.Error) -> Exception:
        """Word an error about the file as ours; others stay as they are."""
        from babyagi_nb.store.faults import breaks_the_instance, worded

        if breaks_the_instance(error):
            self._drop()
        return worded(error, self._where) or error

    @property
    def _where(self) -> str:
        return repr(str(self.home.index)) if self.home else "the store in memory"


def _hardened(home: Home | None) -> duckdb.DuckDBPyConnection:
    import duckdb

    instance = duckdb.connect(
        ":memory:",
        config={
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "memory_limit": "2GB",
            "threads": 2,
        },
    )
    index = str(home.index) if home else ""
    files = [index + end for end in _ENDINGS] if home else []
    for statement in (
        f"SET allowed_paths = [{', '.join(map(_quoted, files))}]",
        f"SET temp_directory = {_quoted(str(home.path / 'spill') if home else '')}",
        "SET checkpoint_threshold = '1TB'",
        "SET checkpoint_on_detach = 'DISABLED'",
        "SET enable_progress_bar = false",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        instance.execute(statement)
    return instance


def _bindable(value: Any) -> Any:
    """Half a surrogate pair, which no row holds either, becomes a question mark."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()
    return value


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
