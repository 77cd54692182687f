"""The process tier: one interpreter for one job, with the limits that the system has.

This is no boundary. The job could read the user's files and use the network; what is had is that a
crash, a leak or an endless loop stays out of the kernel, and that the process is gone afterwards.
"""

from __future__ import annotations

import json
import os
import select
import socket
import sys
import threading

from babyagi_nb.sandbox.inside import job
from babyagi_nb.sandbox.inside.wire import Channel

__all__ = ["main"]


def main(arguments: list[str]) -> None:
    """Serve one job: a descriptor of the channel (or a port of this machine), and settings."""
    settings = json.loads(arguments[1])
    connection = _connection(arguments[0])
    _limit(settings["memory"], settings["file"])
    _end_with(connection)
    os.chdir(settings["scratch"])
    job.serve(Channel(connection))
    os._exit(0)


def _connection(where: str) -> socket.socket:
    if not where.startswith("port:"):
        return socket.socket(fileno=int(where))
    # Where no descriptor can be inherited; the secret on stdin shows who we are.
    made = socket.create_connection(("127.0.0.1", int(where.removeprefix("port:"))), 30)
    made.settimeout(None)
    made.sendall(bytes.fromhex(sys.stdin.readline()))
    return made


def _limit(memory: int, file: int) -> None:
    """Limit what can be limited; a system that does not know a limit goes without."""
    try:
        import resource
    except ImportError:
        return
    if sys.platform == "linux":
        from babyagi_nb.sandbox.inside import limits

        limits.impose(memory, file)
        return
    for limit, value in ((resource.RLIMIT_FSIZE, file), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(limit, (value, value))
        except (OSError, ValueError):
            continue


def _end_with(connection: socket.socket) -> None:
    """End this process when the kernel closes its end, whatever the job is doing."""
    if not hasattr(select, "poll"):
        return

    def wait() -> None:
        poll = select.poll()
        # Asking for nothing still tells of the other side's end, and of that alone.
        poll.register(connection, 0)
        poll.poll()
        os._exit(0)

    threading.Thread(target=wait, daemon=True, name="kernel").start()
