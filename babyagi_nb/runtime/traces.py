"""Tracebacks as the user should see them: their frames, their exception, one note of ours.

An exception is a stranger's object: asking it for its text, its notes or even its class runs its
code. Whatever that raises, ``SystemExit`` included, is the exception's own failure to speak, and
never takes the place of the exception.
"""

from __future__ import annotations

import re
import traceback
from collections import deque
from pathlib import Path
from types import TracebackType

from babyagi_nb.core import scrubbing
from babyagi_nb.ids import RunId

__all__ = ["kind_of", "line_of", "note_run", "text_of", "words_of"]

_LIMIT = 16_000
"""Characters of a traceback that the log keeps: its end, where the cause stands."""

_LINE = 300

_FRAMES = 40

_LINKED = 10
"""Exceptions that one traceback shows, from the last one back."""

_CELL = re.compile(r"[/\\]ipykernel_\d+[/\\]\d+\.py$")
"""A kernel calls a cell by a file that never exists; its name says nothing but a process's id."""

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
    return f"{kind_of(error)}: {' '.join(scrubbing.head(words_of(error), _LINE).split())}"


def text_of(error: BaseException) -> str:
    """*error* as Python would print it, our frames left out, bounded."""
    try:
        text = "".join(_told(error).format())
    except BaseException:
        text = f"{kind_of(error)}: {_MUTE}"
    return text if len(text) <= _LIMIT else "…" + scrubbing.tail(text, _LIMIT)


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


def _told(error: BaseException) -> traceback.TracebackException:
    """*error* with what led to it, the nearest ten; each with its own frames only.

    The standard library would look up the position of every frame of every exception first, which
    takes seconds where a recursion without end fails at each of its levels.
    """
    linked: list[BaseException] = [error]
    while (cause := _behind(linked[-1])) is not None and len(linked) < _LINKED:
        if any(cause is each for each in linked):
            break
        linked.append(cause)
    known = {id(each) for each in (*linked, *map(_behind, linked))}
    shown = [_alone(each, known) for each in linked]
    for this, behind, one in zip(shown, shown[1:], linked, strict=False):
        if one.__cause__ is not None:
            this.__cause__ = behind
        else:
            this.__context__ = behind
    return shown[0]


def _behind(error: BaseException) -> BaseException | None:
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _alone(error: BaseException, known: set[int]) -> traceback.TracebackException:
    """*error* without its causes, which are *known* already."""
    told = traceback.TracebackException(
        type(error), error, _own_frames(error.__traceback__), compact=True, _seen={*known}
    )
    for frame in told.stack:
        if _CELL.search(frame.filename):
            frame.filename = "<cell>"
    # With ``_seen`` given, the standard library leaves these to its caller.
    told.__cause__ = told.__context__ = told.exceptions = None
    if isinstance(error, BaseExceptionGroup):
        told.exceptions = [_told(each) for each in error.exceptions]
    return told


def _own_frames(trace: TracebackType | None) -> TracebackType | None:
    """The last forty entries of *trace* that are not ours."""
    kept: deque[TracebackType] = deque(maxlen=_FRAMES)
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(_ROOM):
            kept.append(trace)
        trace = trace.tb_next
    found: TracebackType | None = None
    for each in reversed(kept):
        found = TracebackType(found, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return found
