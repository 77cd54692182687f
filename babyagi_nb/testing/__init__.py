"""Test doubles that belong to the product: what our own tests use, users need as much.

- :class:`FaultServer`: a model server on this machine that says what a script tells it, records
  what it is asked, and fails in every way that servers fail.
- :class:`ScriptedModel`: the same scripts without a socket, in the place of a model.
- :class:`Rule`, :class:`Reply`, :func:`call`: what a script is made of; :class:`Request` is what
  its functions are given, and what is recorded.
- :mod:`~babyagi_nb.testing.faults`: the catalogue of what goes wrong, ``faults.ALL``; a
  :class:`Fault` of your own is one more value.
- ``python -m babyagi_nb.testing SCRIPT.json``: the server by itself.

A scripted model shows what the code around a model does. It says nothing about a model.

>>> from babyagi_nb.testing import FaultServer, Rule, faults
>>> rules = [Rule(faults.rate_limited(), "Four.", contains="2 + 2"), Rule("Hello!", times=None)]
>>> with FaultServer(rules) as server:
...     server.url.startswith("http://127.0.0.1:"), server.requests
(True, [])
"""

from __future__ import annotations

from babyagi_nb.testing import faults
from babyagi_nb.testing.fault import Fault
from babyagi_nb.testing.reply import Reply, call
from babyagi_nb.testing.request import Request
from babyagi_nb.testing.script import Rule
from babyagi_nb.testing.scripted import ScriptedModel
from babyagi_nb.testing.server import FaultServer
from babyagi_nb.testing.vectors import vector

__all__ = [
    "Fault",
    "FaultServer",
    "Reply",
    "Request",
    "Rule",
    "ScriptedModel",
    "call",
    "faults",
    "vector",
]
