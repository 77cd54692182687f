"""Tracebacks as the user should see them: their frames, their exception, one note of ours.

An exception is a stranger's object: asking it for its text, its notes or even its class runs its
code. Whatever that raises, ``SystemExit`` included, is the exception's own failure to speak, and
never takes the place of the exception.
"""

from __future__ import annotations

import traceback
from pathlib import Path

from babyagi_nb.ids import RunId

__all__ = ["kind_of", "line_of", "note_run", "text_of", "words_of"]

_LIMIT = 16_000
"""Characters of a traceback that the log keeps: its end, where the cause stands."""

_LINE = 300

_ROOM = str(Path(__file__).parent)


_MUTE = "<no text: its __str__ raised>"


def kind_of(error: BaseException) -> str:
    """Name of the class of *error*, without asking its metaclass."""
    return str(type.__dict__["__name__"].__get__(type(error)))


def words_of(error: BaseException) -> str:
    """What ``str(error)`` says, or that it says nothing."""
    try:
        return str(error)
    except BaseException:
        return _MUTE


def line_of(error: BaseException) -> str:
    """Kind and words of *error* in one short line."""
    return f"{kind_of(error)}: {' '.join(words_of(error)[:_LINE].split())}"


def text_of(error: BaseException) -> str:
    """*error* as Python would print it, our frames left out, bounded."""
    try:
        shown = traceback.TracebackException.from_exception(error, limit=-40, compact=True)
        for each in _chain(shown):
            each.stack = traceback.StackSummary.from_list(
                [frame for frame in each.stack if not frame.filename.startswith(_ROOM)]
            )
        text = "".join(shown.format())
    except BaseException:
        text = f"{kind_of(error)}: {_MUTE}"
    return text if len(text) <= _LIMIT else "…" + text[-_LIMIT:]


def note_run(error: BaseException, function: str, run: RunId) -> None:
    """Tell which run failed, once: the innermost run speaks, outer ones stay silent."""
    mark = "__babyagi_run__"
    try:
        if getattr(error, mark, None) is None:
            setattr(error, mark, run)
            error.add_note(f"in {function}, run {run}: %babyagi logs {run}")
    except BaseException:
        # An exception class may refuse attributes; the log still has the run.
        return


def _chain(shown: traceback.TracebackException) -> list[traceback.TracebackException]:
    found: dict[int, traceback.TracebackException] = {}
    waiting: list[traceback.TracebackException | None] = [shown]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in found:
            found[id(each)] = each
            waiting += [each.__cause__, each.__context__, *(each.exceptions or ())]
    return list(found.values())
