"""Server-sent events: the lines in which a streamed answer comes, put together from bytes.

An event is one or more ``data:`` lines ended by an empty line; comments and other fields are
passed over. Bytes are joined before they are decoded, so a character that was cut in two arrives
whole.
"""

from __future__ import annotations

import re

__all__ = ["Events"]

_END = re.compile(rb"\r\n|\n|\r(?!\Z)")
"""A return at the very end may be the first half of a line end."""


class Events:
    r"""Takes bytes, and hands out the data of events that are whole.

    >>> events = Events()
    >>> events.feed(b': hello\ndata: {"a"'), events.feed(b': 1}\n\ndata: [DONE]\n\n')
    ([], ['{"a": 1}', '[DONE]'])
    """

    __slots__ = ("_data", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> list[str]:
        *lines, self._rest = _END.split(self._rest + piece)
        return [event for line in lines if (event := self._line(line)) is not None]

    def end(self) -> list[str]:
        """What is left when the stream is over: some servers leave out the last empty line."""
        lines = [self._rest.rstrip(b"\r"), b""]
        self._rest = b""
        return [event for line in lines if (event := self._line(line)) is not None]

    def _line(self, line: bytes) -> str | None:
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
            return None
        if line or not self._data:
            return None
        event, self._data = b"\n".join(self._data), []
        return event.decode("utf-8", "replace")
