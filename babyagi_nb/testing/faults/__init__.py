"""The catalogue of faults: everything that a model, its server and the way to it did to somebody.

Each is a constructor without necessary arguments; :data:`ALL` has one of each by name. Five kinds:
``transport``, ``stream``, ``content``, ``tools`` and ``code``.

>>> ALL["rate_limited"].kind, ALL["rate_limited"].recovers
('transport', True)
>>> print(ALL["html_page"].about)
Status 200 with a web page: the address is that of something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from babyagi_nb.testing.fault import Fault
from babyagi_nb.testing.faults import code, content, stream, tools, transport
from babyagi_nb.testing.faults.code import *  # noqa: F403
from babyagi_nb.testing.faults.content import *  # noqa: F403
from babyagi_nb.testing.faults.stream import *  # noqa: F403
from babyagi_nb.testing.faults.tools import *  # noqa: F403
from babyagi_nb.testing.faults.transport import *  # noqa: F403

_GROUPS = (transport, stream, content, tools, code)

__all__ = ["ALL"]
for _group in _GROUPS:
    __all__ += _group.__all__

ALL: Mapping[str, Fault] = MappingProxyType(
    {name: getattr(group, name)() for group in _GROUPS for name in group.__all__}
)
"""One of each fault, as it is by default."""
