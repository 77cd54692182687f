"""A kernel without Jupyter: an application and its hub, spoken to in lines of JSON.

Each line that comes in is ``{"peer": …, "message": …}``, where a peer is a widget of the page; so
is each line that goes out. Run as ``python browser_bare_kernel.py``; it ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from browser_project import fill

from babyagi_nb.app import BabyAGI
from babyagi_nb.jupyter.bridge import Bridge
from babyagi_nb.jupyter.hub import Hub, Peer


def main() -> None:
    # What functions print is not part of the conversation.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    telling = threading.Lock()

    def sender(number: int) -> Callable[[dict[str, Any]], None]:
        def send(message: dict[str, Any]) -> None:
            with telling:
                print(json.dumps({"peer": number, "message": message}), file=out, flush=True)

        return send

    app = BabyAGI(":memory:", namespace={}, notify=lambda message: None)
    fill(app)
    hub = Hub(Bridge(lambda: app, concurrent=True))
    peers: dict[int, Peer] = {}
    for line in sys.stdin:
        told = json.loads(line)
        number = told["peer"]
        if number not in peers:
            peers[number] = hub.join(sender(number))
        hub.receive(peers[number], told["message"], main=True)
    hub.close()
    app.close()


if __name__ == "__main__":
    main()
