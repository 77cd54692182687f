"""A process that has secrets and does nothing: it says what was done to it when it is asked."""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import signal
import sys


def main() -> None:
    folder, name, secret = sys.argv[1:4]
    signals: list[int] = []
    for number in (signal.SIGUSR1, signal.SIGIO):
        signal.signal(number, lambda got, frame: signals.append(got))
    os.chdir(folder)
    opened = os.open(secret, os.O_RDONLY)
    mapped = mmap.mmap(os.open(f"{folder}/mapped", os.O_RDONLY), 0, prot=mmap.PROT_READ)
    memory = ctypes.create_string_buffer(os.environ["CANARY_MEMORY"].encode())
    ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)
    about = {"fd": opened, "address": ctypes.addressof(memory), "mapped": len(mapped)}
    print(json.dumps(about), flush=True)
    for _ in sys.stdin:
        print(json.dumps({"signals": signals, "memory": memory.value.decode("latin1")}), flush=True)


if __name__ == "__main__":
    main()
