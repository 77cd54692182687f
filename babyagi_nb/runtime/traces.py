"""Tracebacks as the user should see them: their frames, their exception, one note of ours."""

from __future__ import annotations

import traceback
from pathlib import Path

from babyagi_nb.ids import RunId

__all__ = ["note_run", "text_of"]

_LIMIT = 16_000
"""Characters of a traceback that the log keeps: its end, where the cause stands."""

_ROOM = str(Path(__file__).parent)


def text_of(error: BaseException) -> str:
    """*error* as Python would print it, our frames left out, bounded."""
    try:
        shown = traceback.TracebackException.from_exception(error, limit=-40, compact=True)
        for each in _chain(shown):
            each.stack = traceback.StackSummary.from_list(
                [frame for frame in each.stack if not frame.filename.startswith(_ROOM)]
            )
        text = "".join(shown.format())
    except Exception:
        # An exception whose own __str__ raises must not hide that there was one.
        text = f"{type(error).__name__}: <no text: its __str__ raised>"
    return text if len(text) <= _LIMIT else "…" + text[-_LIMIT:]


def note_run(error: BaseException, function: str, run: RunId) -> None:
    """Tell which run failed, once: the innermost run speaks, outer ones stay silent."""
    mark = "__babyagi_run__"
    if getattr(error, mark, None) is None:
        try:
            setattr(error, mark, run)
            error.add_note(f"in {function}, run {run}: %babyagi logs {run}")
        except Exception:
            # An exception class may refuse attributes; the log still has the run.
            return


def _chain(shown: traceback.TracebackException) -> list[traceback.TracebackException]:
    found: list[traceback.TracebackException] = []
    waiting: list[traceback.TracebackException | None] = [shown]
    while waiting:
        each = waiting.pop()
        if each is not None and each not in found:
            found.append(each)
            waiting += [each.__cause__, each.__context__, *(each.exceptions or ())]
    return found
