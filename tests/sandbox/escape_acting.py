"""Attempts on processes, limits and privileges: judged by what the process table shows."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import threading
import time

from escape_tools import LIBC, became_two, linger, raw

# ---- new processes


def fork(w):
    became_two(os.fork())


def fork_by_c_library(w):
    became_two(ctypes.PyDLL(None).fork())


def fork_by_system_call(w):
    became_two(raw(w, "clone", signal.SIGCHLD, 0, 0, 0, 0))


def fork_as_a_sibling(w):
    became_two(raw(w, "clone", 0x8000 | signal.SIGCHLD, 0, 0, 0, 0))


def fork_by_clone3(w):
    became_two(raw(w, "clone3", struct.pack("8Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0), 64))


def fork_into_new_namespaces(w):
    became_two(raw(w, "clone", 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0))


def fork_twice_and_leave(w):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1)
        os._exit(0)
    linger()


def start_a_program(w):
    subprocess.Popen([w["program"], "1"])
    linger()


def start_a_program_by_spawn(w):
    os.posix_spawn(w["program"], [w["program"], "1"], {})
    linger()


def start_a_program_by_shell(w):
    os.system(f"{w['program']} 1")


def become_a_program(w):
    os.execv(w["program"], [w["program"], "1"])


def become_a_program_by_descriptor(w):
    arguments = (ctypes.c_char_p * 3)(b"x", b"1", None)
    fd = os.open(w["program"], os.O_RDONLY)
    raw(w, "execveat", fd, b"", ctypes.addressof(arguments), 0, 0x1000)


def become_a_copied_program(w):
    with open(w["program"], "rb") as source, open(w["id"], "wb") as copy:
        copy.write(source.read())
    os.chmod(w["id"], 0o755)
    os.execv("./" + w["id"], [w["id"], "1"])


def become_a_program_made_with_its_mode(w):
    with open(w["program"], "rb") as source:
        fd = os.open(w["id"], os.O_CREAT | os.O_WRONLY, 0o755)
        os.write(fd, source.read())
        os.close(fd)
    os.execv("./" + w["id"], [w["id"], "1"])


def become_a_program_in_memory(w):
    fd = raw(w, "memfd_create", w["id"].encode(), 0)
    linger()
    with open(w["program"], "rb") as source:
        os.write(fd, source.read())
    os.execve(fd, [w["id"], "1"], {})


def become_a_program_by_the_loader(w):
    loader = {"x86_64": "/lib64/ld-linux-x86-64.so.2"}.get(
        os.uname().machine, "/lib/ld-linux-aarch64.so.1"
    )
    linger()
    os.execv(loader, [loader, w["program"], "1"])


def start_a_worker_process(w):
    import multiprocessing

    worker = multiprocessing.get_context("fork").Process(target=linger)
    worker.start()
    linger()


def start_a_process_pool(w):
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(1) as pool:
        pool.submit(time.sleep, 0.25).result()


# ---- other processes


def signal_the_victim(w):
    os.kill(w["victim"], signal.SIGUSR1)


def signal_a_thread_of_the_victim(w):
    raw(w, "tgkill", w["victim"], w["victim"], signal.SIGUSR1)


def signal_a_thread_by_number(w):
    raw(w, "tkill", w["victim"], signal.SIGUSR1)


def queue_a_signal(w):
    raw(
        w,
        "rt_sigqueueinfo",
        w["victim"],
        signal.SIGUSR1,
        struct.pack("iii", 10, 0, -1) + bytes(116),
    )


def signal_by_descriptor(w):
    raw(w, "pidfd_send_signal", raw(w, "pidfd_open", w["victim"], 0), signal.SIGUSR1, 0, 0)


def signal_as_owner_of_a_socket(w):
    mine, other = socket.socketpair()
    fcntl.fcntl(mine, fcntl.F_SETOWN, w["victim"])
    fcntl.fcntl(mine, 10, signal.SIGUSR1)
    fcntl.fcntl(mine, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    other.send(b"x")


def signal_as_owner_by_device_command(w):
    mine, other = socket.socketpair()
    fcntl.ioctl(mine, 0x8901, struct.pack("i", w["victim"]))
    fcntl.fcntl(mine, 10, signal.SIGUSR1)
    fcntl.fcntl(mine, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    other.send(b"x")


def signal_the_kernel(w):
    os.kill(w["kernel"], signal.SIGUSR2)


def end_the_fork_server(w):
    os.kill(os.getppid(), signal.SIGKILL)


def slow_the_victim_down(w):
    os.setpriority(os.PRIO_PROCESS, w["victim"], 15)


def slow_all_of_the_user_down(w):
    os.setpriority(os.PRIO_PROCESS, w["kernel"], 5)


def pin_the_victim(w):
    os.sched_setaffinity(w["victim"], {min(os.sched_getaffinity(w["victim"]))})


def reschedule_the_victim(w):
    os.sched_setscheduler(w["victim"], os.SCHED_BATCH, os.sched_param(0))


def limit_the_victim(w):
    raw(w, "prlimit64", w["victim"], 7, struct.pack("QQ", 5, 5), 0)


def starve_the_victim_of_disk(w):
    raw(w, "ioprio_set", 1, w["victim"], (3 << 13) | 0)


def offer_the_victim_to_the_killer(w):
    with open(f"/proc/{w['victim']}/oom_score_adj", "w") as opened:
        opened.write("999")


def write_the_victims_memory(w):
    there = os.open(f"/proc/{w['victim']}/mem", os.O_RDWR)
    os.pwrite(there, b"changed", w["victim_address"])


def write_the_victims_memory_by_system_call(w):
    buffer = ctypes.create_string_buffer(b"changed")
    here = struct.pack("QQ", ctypes.addressof(buffer), 7)
    there = struct.pack("QQ", w["victim_address"], 7)
    raw(w, "process_vm_writev", w["victim"], here, 1, there, 1, 0)


def write_the_victims_memory_by_tracing(w):
    raw(w, "ptrace", 16, w["victim"], 0, 0)
    os.waitpid(w["victim"], 0)
    raw(w, "ptrace", 4, w["victim"], w["victim_address"], 0x6465676E616863)
    raw(w, "ptrace", 17, w["victim"], 0, 0)


def stay_after_the_end(w):
    """Answer, and go on in a thread."""
    threading.Thread(target=time.sleep, args=(5,)).start()
    return "done"


def stay_by_ignoring_signals(w):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    while True:
        time.sleep(1)


def stay_without_dying_with_the_parent(w):
    LIBC.prctl(1, 0, 0, 0, 0)
    os.setsid()
    time.sleep(5)
