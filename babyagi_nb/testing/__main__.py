"""``python -m babyagi_nb.testing SCRIPT.json --port 0``: serve a script until interrupted.

The base address is the first line that it prints. It ends with 0, or with 1 and a line for each
request that the script did not expect; 2 says that the script cannot be served.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from babyagi_nb.errors import UsageError
from babyagi_nb.testing.server import FaultServer

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until an interrupt or a request to terminate, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m babyagi_nb.testing",
        description="Serve a scripted model on this machine.",
        allow_abbrev=False,
    )
    parser.add_argument("script", metavar="SCRIPT.json", help="rules and what they reply")
    parser.add_argument("--port", type=int, default=0, help="by default any that is free")
    asked = parser.parse_args(arguments)
    try:
        server = FaultServer.from_file(asked.script, port=asked.port)
    except (UsageError, OSError, OverflowError) as error:
        sys.stderr.write(f"babyagi_nb.testing: {error}\n")
        return 2
    # A shell that starts it in the background has interrupts ignored, which a process inherits.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        with server:
            sys.stdout.write(f"{server.url}\n")
            sys.stdout.flush()
            signal.pause()
    except KeyboardInterrupt:
        pass
    found = server.script.complaints(unused=False)
    for each in found:
        sys.stderr.write(f"babyagi_nb.testing: {each}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
