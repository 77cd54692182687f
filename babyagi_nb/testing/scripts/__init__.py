"""Scripts of the walkthrough notebooks, and examples of how a script is written.

=============  ===================================  ==============
script         what the model can be asked          notebook
=============  ===================================  ==============
``statement``  a report of a bank statement         06_self_build
``role``       functions for a bookkeeper           07_self_build_role
``chat``       stock, prices and orders of a shop   08_chat
=============  ===================================  ==============

What is not in the script is answered with status 500, which ends a build with a clear line.

>>> with serve("statement") as server:
...     server.models
('scripted',)
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from babyagi_nb.errors import UsageError, near
from babyagi_nb.testing.server import FaultServer

__all__ = ["NAMES", "serve"]

NAMES = ("statement", "role", "chat")


def serve(name: str, **options: Any) -> FaultServer:
    """Begin to serve the script *name* on this machine, until its :meth:`FaultServer.close`.

    *options* are those of :class:`~babyagi_nb.testing.FaultServer`. Raises
    :class:`~babyagi_nb.errors.UsageError` for a script that is not there.
    """
    if name not in NAMES:
        raise UsageError(f"there is no script {name!r}", fix=near(name, NAMES))
    return FaultServer(import_module(f"{__name__}.{name}").RULES, **options)
