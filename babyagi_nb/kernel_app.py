"""The one application of this process: opened at the first use, shared by magics and module calls.

Front ends set how it is to be opened (``prepare``) before anybody uses it; nothing here touches
the disk until somebody does.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babyagi_nb.app import BabyAGI

__all__ = ["get_func_instance", "opened", "prepare", "use"]

_lock = threading.RLock()
_app: BabyAGI | None = None
_options: dict[str, Any] = {}


def get_func_instance() -> BabyAGI:
    """The kernel's application; opens it when nobody has yet, or when it was closed."""
    global _app
    with _lock:
        if _app is None or _app.closed:
            from babyagi_nb.app import BabyAGI

            _app = BabyAGI(**_options)
        return _app


def opened() -> BabyAGI | None:
    """The kernel's application if there is an open one; never opens it."""
    return None if _app is None or _app.closed else _app


def prepare(**options: Any) -> None:
    """Set keyword arguments of :class:`~babyagi_nb.app.BabyAGI` for the next opening."""
    with _lock:
        for name, value in options.items():
            if value is None:
                _options.pop(name, None)
            else:
                _options[name] = value


def use(app: BabyAGI | None) -> None:
    """Make *app* the kernel's application; ``None`` closes the present one."""
    global _app
    with _lock:
        if app is None and _app is not None:
            _app.close()
        _app = app
