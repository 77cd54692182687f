"""Keeping the machinery out of tracebacks: between a cell and its function, nothing of ours shows.

IPython leaves out frames that have a true local ``__tracebackhide__``. Frames of ours below the
cell are marked after the fact, when an exception passes, because only then is it known whose
exception it is. Extra names written to ``f_locals`` stay with the frame.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType

import IPython

from babyagi_nb.errors import BabyAGIError

__all__ = ["hide_machinery"]

_OURS = str(Path(__file__).parents[1])
_SHELL = str(Path(IPython.__file__).parent)
_MACHINERY = tuple(f"{path}/" if "/" in path else f"{path}\\" for path in (_OURS, _SHELL))


def hide_machinery(error: BaseException) -> None:
    """Hide every frame of ours and of the shell that *error* passes on its way to the cell.

    An error of ours that speaks for itself needs nothing; an error that arose in our own code is a
    mistake of ours, and then its frames must be seen.
    """
    trace = error.__traceback__
    if trace is None or isinstance(error, BabyAGIError):
        return
    last = trace
    while last.tb_next is not None:
        last = last.tb_next
    if _is_machinery(last.tb_frame) and not isinstance(error, KeyboardInterrupt):
        return
    while trace is not None:
        _hide(trace.tb_frame)
        trace = trace.tb_next
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _is_machinery(frame):
        # The shell marks the frame that runs cells; it ends our part of the stack.
        if frame.f_locals.get("__tracebackhide__") == "__ipython_bottom__":
            break
        _hide(frame)
        frame = frame.f_back


def _hide(frame: FrameType) -> None:
    if _is_machinery(frame) and "__tracebackhide__" not in frame.f_locals:
        frame.f_locals["__tracebackhide__"] = True


def _is_machinery(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_MACHINERY)
