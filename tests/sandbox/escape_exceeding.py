"""Attempts to use or become more than was given: judged by what the process table shows."""

from __future__ import annotations

import ctypes
import os
import struct
import subprocess
import sys
import threading
import time

from escape_tools import LIBC, linger, named, raw


def raise_limits(w):
    import resource

    for limit in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE):
        try:
            resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except (OSError, ValueError):
            continue
    linger()


def raise_limits_by_system_call(w):
    raw(w, "prlimit64", 0, 9, struct.pack("QQ", 1 << 62, 1 << 62), 0)
    linger()


def use_much_memory(w):
    held = []
    for _ in range(24):
        held.append(b"x" * (32 << 20))
    linger()


def use_much_memory_without_a_map(w):
    """Fill files in memory, which no address space counts."""
    with open("/dev/zero", "rb") as zeros:
        block = zeros.read(1 << 20)
    for _ in range(64):
        fd = raw(w, "memfd_create", b"held", 0)
        for _ in range(8):
            os.write(fd, block)
    named(w["id"])
    linger()


def write_a_large_file(w):
    with open("large", "wb") as made:
        for _ in range(64):
            made.write(b"x" * (1 << 20))
            made.flush()
    named(w["id"])
    linger()


def write_many_files(w):
    """Fill the disk in small files; the limit on all of them is looked at now and then."""
    for number in range(100):
        with open(f"many{number}", "wb") as made:
            made.write(b"x" * (900 << 10))
        time.sleep(0.004)
    named(w["id"])
    linger()


def open_many_files(w):
    held = [os.open("/dev/null", os.O_RDONLY) for _ in range(5000)]
    named(w["id"])
    linger()
    return len(held)


def start_many_threads(w):
    threading.stack_size(32 << 10)
    try:
        for _ in range(20000):
            threading.Thread(target=time.sleep, args=(3,), daemon=True).start()
    except RuntimeError:
        os._exit(3)
    named(w["id"])
    linger()


def print_without_end(w):
    for _ in range(4000):
        print("x" * 10000)


def print_without_end_by_descriptor(w):
    for _ in range(4000):
        os.write(1, b"x" * 10000)


def compute_without_end(w):
    while True:
        pass


def wait_without_end(w):
    threading.Event().wait()


def die_of_a_bad_address(w):
    ctypes.string_at(1)


def leave_at_once(w):
    os._exit(0)


def abort(w):
    os.abort()


def recurse_in_c(w):
    nested = []
    for _ in range(1_000_000):
        nested = [nested]
    return nested


# ---- privileges


def take_capabilities(w):
    raw(w, "capset", struct.pack("Ii", 0x20080522, 0), struct.pack("6I", *[0xFFFFFFFF] * 6))
    linger()


def become_another_user(w):
    os.setresuid(1234, 1234, 1234)
    linger()


def become_another_group(w):
    os.setgroups([1234])
    os.setresgid(1234, 1234, 1234)
    linger()


def gain_a_user_namespace(w):
    raw(w, "unshare", 0x10000000)
    linger()


def gain_a_mount_namespace(w):
    raw(w, "unshare", 0x20000)
    linger()


def enter_the_namespaces_of_the_kernel(w):
    raw(w, "setns", raw(w, "pidfd_open", w["kernel"], 0), 0x20000)
    linger()


def change_the_personality(w):
    raw(w, "personality", 0x0040000)
    linger()


def become_urgent(w):
    os.setpriority(os.PRIO_PROCESS, 0, -10)
    linger()


def become_real_time(w):
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(5))
    linger()


def lock_memory(w):
    raw(w, "mlockall", 3)
    linger()


def leave_the_session(w):
    os.setpgid(0, 0)
    os.setsid()
    linger()


def become_root_by_sudo(w):
    subprocess.run(["sudo", "-n", w["program"], "1"], check=True)


def trade_filters(w):
    """Switch to the kernel's oldest filter, which knows four calls by their numbers."""
    LIBC.prctl(22, 0, 0, 0, 0)
    LIBC.prctl(38, 0, 0, 0, 0)
    os.close(os.open(w["secret"], os.O_RDONLY))
    named(w["id"])
    linger()


def be_traceable_again(w):
    LIBC.prctl(0x59616D61, w["victim"], 0, 0, 0)
    if LIBC.prctl(4, 1, 0, 0, 0) == 0 and LIBC.prctl(3, 0, 0, 0, 0) == 1 and w["confined"]:
        named(w["id"])
        linger()


def start_the_interpreter_again(w):
    linger()
    os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(1)"])
