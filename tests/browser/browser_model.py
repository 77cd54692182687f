"""A model for the browser: it builds one function, posts twice, and says hostile things.

It is scripted: what is tested is what the dashboard makes of it.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "agent" / "building"))

import building_bench as bench
from browser_project import HOSTILE

from babyagi_nb.testing import FaultServer, Reply, Request, Rule, call

__all__ = ["modelling"]

PLAN = {
    "functions": [each for each in bench.PLAN["functions"] if each["name"] == "label_of"],
    "main": "label_of",
}
SPEECH = (
    f"{HOSTILE} [a link](javascript:window.__pwned=1) \x1b[31mred\x1b[0m\n"
    f"```html\n{HOSTILE}\n```\n**done**"
)
POSTING = 'def post(text: str) -> str:\n  """Post a text."""\n  return f"posted {text}"\n'
CHATTING = "You are an assistant in a notebook"
WAITING = 60
"""Seconds after which a model that says nothing gives up, should nobody stop it."""


@contextmanager
def modelling() -> Iterator[FaultServer]:
    """A server until the block ends; whoever waits for its silence then is let go."""
    over = threading.Event()
    (building,) = bench.answering(plan=PLAN)

    def silent(request: Request) -> Any:
        over.wait(WAITING)
        return "Nothing."

    rules = [
        Rule(silent, contains="until doomsday", times=None),
        Rule(_chat, system=CHATTING, times=None),
        building,
    ]
    # A question that was stopped leaves its server talking to nobody.
    server = FaultServer(rules)
    try:
        yield server
    finally:
        over.set()
        server.close()


def _chat(request: Request) -> Any:
    said = [each["content"] for each in request.messages if each["role"] == "user"][-1]
    if "hostile" in said:
        return SPEECH
    if "in code" in said:
        return f"One function, indented by two spaces:\n\n```python\n{POSTING}```\n\nThat is all."
    if request.messages[-1]["role"] == "tool":
        return "One was posted, one was not."
    return Reply(
        text="I will post both.",
        calls=(call("post", {"text": "first"}), call("post", {"text": "second"})),
    )
