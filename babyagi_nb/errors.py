"""Every error the package raises on purpose, in one tree.

::

    BabyAGIError
    ├── UsageError              what was typed cannot be read (option, argument, subcommand)
    ├── RegistrationError       a cell, decorator or call cannot become a function
    │   ├── SourceError         the source does not parse, or holds what no function may hold
    │   ├── NameSettlementError a free name is neither dependency, import, key nor notebook name
    │   ├── DependencyError     an unknown dependency or a circle of dependencies
    │   └── TestFailure         a test that travels with the function failed
    ├── NotFound                no such function, version, run, pack or key
    ├── CallError               a stored function could not be called
    │   ├── ArgumentError       an argument does not fit the declared type (also a ``TypeError``)
    │   ├── MissingName         a notebook name, import or key is absent (also a ``NameError``)
    │   ├── RunTimeout          the declared time limit passed (also a ``TimeoutError``)
    │   ├── NotGranted          it was not approved, or not for this (also a ``PermissionError``)
    │   ├── SandboxUnavailable  no sandbox of the needed tier can be started here
    │   ├── SandboxRefused      what would cross the sandbox's border may not
    │   └── SandboxedError      what a sandboxed function raised, where it is no builtin exception
    ├── KeyStoreError           the value of a key cannot be kept, read or removed
    ├── PackageError            a package may not, or cannot, be installed
    ├── PackError               a pack cannot be loaded; names file and line
    ├── ModelError              a model cannot be asked, or its answer is of no use
    │   ├── ModelUnavailable    no model, key or server, or the server refuses who asks
    │   ├── ModelRefused        the model, or a filter of its server, declined to answer
    │   ├── AnswerError         what it answered does not have the form that was asked for
    │   └── BudgetSpent         calls, tokens, seconds or cost: what was allowed is spent
    ├── BuildError              a build ended without what it was to build; it can be resumed
    └── StoreError              the store cannot do what was asked
        ├── StoreLocked         somebody else holds it
        ├── StoreDamaged        a file of the store cannot be read
        ├── StoreTooNew         written by a newer version of this package
        ├── StoreUnwritable     full or read-only disk, or no permission
        └── QueryRefused        a query that is not a single read-only statement

A message says what and where; ``fix`` says the mend. An error raised *inside* a stored function
is the user's own exception and passes through unchanged.

>>> str(NotFound("no function 'wrld'", fix="did you mean 'world'?"))
"no function 'wrld'; did you mean 'world'?"
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "AnswerError",
    "ArgumentError",
    "BabyAGIError",
    "BudgetSpent",
    "BuildError",
    "CallError",
    "DependencyError",
    "KeyStoreError",
    "MissingName",
    "ModelError",
    "ModelRefused",
    "ModelUnavailable",
    "NameSettlementError",
    "NotFound",
    "NotGranted",
    "PackError",
    "PackageError",
    "QueryRefused",
    "RegistrationError",
    "RunTimeout",
    "SandboxRefused",
    "SandboxUnavailable",
    "SandboxedError",
    "SourceError",
    "StoreDamaged",
    "StoreError",
    "StoreLocked",
    "StoreTooNew",
    "StoreUnwritable",
    "TestFailure",
    "UsageError",
    "near",
]


class BabyAGIError(Exception):
    """A mistake that has a mend. IPython and Jupyter show it as one line, and as an error.

    ``_render_traceback_`` is IPython's own protocol for custom exceptions: the shell shows the
    returned lines, keeps name and value of the error, and notebook runners fail the cell.
    """

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message}; {self.fix}" if self.fix else self.message

    def _render_traceback_(self) -> list[str]:
        lines = [f"{type(self).__name__}: {self}", *getattr(self, "__notes__", ())]
        # A message may quote what somebody else wrote; it must not act on a terminal.
        return ["".join(map(_visible, str(line))) for line in lines]


class UsageError(BabyAGIError):
    """What was typed cannot be read."""


class RegistrationError(BabyAGIError):
    """A cell, decorator or call cannot become a function; the store is as it was."""


class SourceError(RegistrationError):
    """The source does not parse, or holds what no function may hold.

    ``line`` counts from 1 within the text that was given. ``syntax`` is the parser's own error
    when there is one, so that a front end can show it as Python would.
    """

    def __init__(
        self,
        message: str,
        *,
        fix: str = "",
        line: int | None = None,
        syntax: SyntaxError | None = None,
    ) -> None:
        super().__init__(message, fix=fix)
        self.line = line
        self.syntax = syntax


class NameSettlementError(RegistrationError):
    """A free name is neither dependency, import, key nor notebook name."""


class DependencyError(RegistrationError):
    """An unknown dependency, or a circle of dependencies; the circle is named in full."""


class TestFailure(RegistrationError):
    """A test that travels with the function failed; the test's own exception is the cause."""

    __test__ = False


class NotFound(BabyAGIError, LookupError):
    """No such function, version, run, pack or key."""


class CallError(BabyAGIError):
    """A stored function could not be called."""


class ArgumentError(CallError, TypeError):
    """An argument does not fit the declared type or value."""


class MissingName(CallError, NameError):
    """A notebook name, import or key that the function was registered with is absent."""


class RunTimeout(CallError, TimeoutError):
    """The declared time limit of a run passed."""


class NotGranted(CallError, PermissionError):
    """A function was not approved, its approval is void, or it does not cover what was asked."""


class SandboxUnavailable(CallError):
    """No sandbox can be started here, or none of the tier that is required."""


class SandboxRefused(CallError):
    """A result that is no JSON or too large, an argument that cannot travel, a dead process."""


class SandboxedError(CallError):
    """What a sandboxed function raised, where it is no builtin exception; ``kind`` is its class."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class KeyStoreError(BabyAGIError):
    """The value of a key cannot be kept, read or removed."""


class PackageError(BabyAGIError):
    """A package may not be installed, or cannot be."""


class PackError(BabyAGIError):
    """A pack cannot be loaded; the message names file and line, and the store is as it was."""


class ModelError(BabyAGIError):
    """A model cannot be asked, or what it answered is of no use.

    ``kind`` is one word for tests and logs, such as ``unreachable``, ``key``, ``model``, ``quota``,
    ``rate``, ``timeout``, ``context``, ``server`` or ``protocol``. ``retry`` says whether asking
    again may help, ``after`` how many seconds the server asked to wait.
    """

    def __init__(
        self,
        message: str,
        *,
        fix: str = "",
        kind: str = "server",
        retry: bool = False,
        after: float | None = None,
    ) -> None:
        super().__init__(message, fix=fix)
        self.kind = kind
        self.retry = retry
        self.after = after


class ModelUnavailable(ModelError):
    """No model, key or server, or the server refuses who asks."""


class ModelRefused(ModelError):
    """The model, or a filter of its server, declined to answer."""


class AnswerError(ModelError):
    """What a model answered does not have the form that was asked for, on any rung."""


class BudgetSpent(ModelError):
    """What was allowed is spent; ``what`` is ``calls``, ``tokens``, ``seconds`` or ``cost``."""

    def __init__(self, what: str, message: str) -> None:
        super().__init__(message, fix=f"give more with {what}=N", kind="budget")
        self.what = what


class BuildError(BabyAGIError):
    """A build ended without what it was to build; ``build`` is its id, to resume it by."""

    def __init__(self, message: str, *, fix: str = "", build: str = "") -> None:
        super().__init__(message, fix=fix)
        self.build = build


class StoreError(BabyAGIError):
    """The store cannot do what was asked; nothing that was acknowledged is lost."""


class StoreLocked(StoreError):
    """Somebody else holds the store."""


class StoreDamaged(StoreError):
    """A file of the store cannot be read."""


class StoreTooNew(StoreError):
    """The store was written by a newer version of this package."""


class StoreUnwritable(StoreError):
    """The disk is full or read-only, or the directory may not be written."""


class QueryRefused(StoreError):
    """A query that is not one read-only statement over the store."""


def _visible(char: str) -> str:
    return char if char.isprintable() or char in "\n\t" else "\ufffd"


def near(word: str, known: Iterable[str]) -> str:
    """Word a suggestion for a mistyped *word*, or return ``""`` when nothing comes close.

    >>> near("dep", ["deps", "imports"])
    "did you mean 'deps'?"
    >>> near("zzz", ["deps"])
    ''
    >>> near("dep", ["deps", "deps"])
    "did you mean 'deps'?"
    """
    close = get_close_matches(word, list(dict.fromkeys(known)), n=2, cutoff=0.6)
    return f"did you mean {' or '.join(map(repr, close))}?" if close else ""
