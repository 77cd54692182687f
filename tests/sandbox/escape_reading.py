"""Attempts to read what was not granted: each returns whatever it got."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import subprocess
import sys
import time

from escape_tools import LIBC, Socket, attached, raw, text_of


def open_it(w):
    return text_of(w["secret"])


def open_by_system_call(w):
    fd = raw(w, "openat", -100, w["secret"].encode(), 0, 0)
    return os.read(fd, 4096)


def open_by_c_library(w):
    LIBC.fopen.restype = ctypes.c_void_p
    handle = LIBC.fopen(w["secret"].encode(), b"r")
    buffer = ctypes.create_string_buffer(4096)
    LIBC.fread(buffer, 1, 4095, ctypes.c_void_p(handle)) if handle else None
    return buffer.value


def open_with_openat2(w):
    fd = raw(w, "openat2", -100, w["secret"].encode(), struct.pack("QQQ", 0, 0, 0), 24)
    return os.read(fd, 4096)


def open_with_other_abi_bit(w):
    fd = raw(w, 0x40000000 | w["numbers"].get("open", 2), w["secret"].encode(), 0, 0)
    return os.read(fd, 4096)


def open_as_32_bit_machine(w):
    """Open and read by ``int 0x80``, from machine code in low memory."""
    if os.uname().machine != "x86_64":
        return open_it(w)
    LIBC.mmap.restype = ctypes.c_void_p
    LIBC.mmap.argtypes = [ctypes.c_void_p, *[ctypes.c_long] * 5]
    at = LIBC.mmap(None, 8192, 7, 0x62, -1, 0)
    path, data = at + 4096, at + 6144
    code = b"\x53\xb8\x05\0\0\0\xbb" + struct.pack("I", path) + b"\x31\xc9\x31\xd2\xcd\x80"
    code += b"\x89\xc3\xb8\x03\0\0\0\xb9" + struct.pack("I", data) + b"\xba\0\4\0\0\xcd\x80"
    code += b"\x5b\xc3"
    ctypes.memmove(at, code, len(code))
    ctypes.memmove(path, w["secret"].encode() + b"\0", len(w["secret"]) + 1)
    ctypes.CFUNCTYPE(ctypes.c_int)(at)()
    return ctypes.string_at(data, 512)


def open_by_io_uring(w):
    """Have the kernel's own worker open the file."""
    parameters = ctypes.create_string_buffer(120)
    ring = raw(w, "io_uring_setup", 1, ctypes.addressof(parameters))
    LIBC.mmap.restype = ctypes.c_void_p
    LIBC.mmap.argtypes = [ctypes.c_void_p, *[ctypes.c_long] * 5]
    queue = LIBC.mmap(None, 4096, 3, 1, ring, 0)
    entries = LIBC.mmap(None, 4096, 3, 1, ring, 0x10000000)
    tail, array = (
        struct.unpack_from("I", parameters, 44)[0],
        struct.unpack_from("I", parameters, 64)[0],
    )
    done = struct.unpack_from("I", parameters, 100)[0]
    path = ctypes.create_string_buffer(w["secret"].encode())
    entry = struct.pack("BBHiQQIIQ", 18, 0, 0, -100, 0, ctypes.addressof(path), 0, 0, 1)
    ctypes.memmove(entries, entry, len(entry))
    ctypes.memmove(queue + array, struct.pack("I", 0), 4)
    ctypes.memmove(queue + tail, struct.pack("I", 1), 4)
    raw(w, "io_uring_enter", ring, 1, 1, 1, 0, 0)
    _, result = struct.unpack("Qi", ctypes.string_at(queue + done, 12))
    return os.read(result, 4096)


def link_symbolically(w):
    os.symlink(w["secret"], "pointer")
    return text_of("pointer")


def link_hard(w):
    os.link(w["secret"], "same")
    return text_of("same")


def move_here(w):
    os.rename(w["secret"], "moved")
    return text_of("moved")


def exchange_with_a_file_here(w):
    with open("mine", "w") as made:
        made.write("x")
    raw(w, "renameat2", -100, w["secret"].encode(), -100, b"mine", 2)
    return text_of("mine")


def walk_up_from_here(w):
    return text_of("../" * 20 + w["secret"].lstrip("/"))


def walk_up_from_what_is_granted(w):
    return text_of(w["granted_folder"] + "/../" + os.path.basename(w["secret"]))


def follow_a_link_in_what_is_granted(w):
    return text_of(w["granted_folder"] + "/out")


def change_directory(w):
    os.chdir(os.path.dirname(w["secret"]))
    return text_of(os.path.basename(w["secret"]))


def change_directory_by_descriptor(w):
    os.fchdir(os.open(os.path.dirname(w["secret"]), os.O_PATH))
    return text_of(os.path.basename(w["secret"]))


def change_the_root(w):
    os.chroot(os.path.dirname(w["secret"]))
    return text_of("/" + os.path.basename(w["secret"]))


def reopen_a_path_descriptor(w):
    return text_of(f"/proc/self/fd/{os.open(w['secret'], os.O_PATH)}")


def through_the_own_root(w):
    return text_of("/proc/self/root" + w["secret"])


def through_the_victims_root(w):
    return text_of(f"/proc/{w['victim']}/root{w['secret']}")


def by_file_handle(w):
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128))
    mount = ctypes.c_int()
    raw(
        w, "name_to_handle_at", -100, w["secret"].encode(), ctypes.addressof(handle),
        ctypes.addressof(mount), 0,
    )  # fmt: skip
    folder = os.open(w["granted_folder"], os.O_RDONLY)
    return os.read(raw(w, "open_by_handle_at", folder, ctypes.addressof(handle), 0), 4096)


def list_a_directory(w):
    return os.listdir(w["folder"])


def list_by_descriptor(w):
    return os.listdir(os.open(w["folder"], os.O_RDONLY | os.O_DIRECTORY))


def list_the_home(w):
    return os.listdir(os.path.dirname(w["secret"]))


def list_a_directory_that_was_entered(w):
    os.chdir(w["folder"])
    return os.listdir(".")


def metadata(w):
    """Size, and where a link points: told by calls that no Landlock judges."""
    return [os.stat(w["sized"]).st_size, os.readlink(w["link"])]


def extended_attribute(w):
    return os.getxattr(w["secret"], "user.canary")


def watch_a_directory(w):
    watcher = raw(w, "inotify_init1", 0)
    raw(w, "inotify_add_watch", watcher, w["folder"].encode(), 0xFFF)
    return os.read(watcher, 4096)


def import_from_outside(w):
    sys.path.insert(0, w["modules"])
    import canary_module

    return canary_module.TOKEN


def run_a_file(w):
    import runpy

    return runpy.run_path(w["modules"] + "/canary_module.py")["TOKEN"]


def sqlite_file(w):
    import sqlite3

    return (
        sqlite3.connect(f"file:{w['database']}?mode=ro", uri=True)
        .execute("select * from canary")
        .fetchall()
    )


def attach_to_sqlite(w):
    import sqlite3

    connection = sqlite3.connect("own.db")
    connection.execute("attach ? as other", (w["database"],))
    return connection.execute("select * from other.canary").fetchall()


def system_file_of_users(w):
    return text_of("/etc/passwd")


def system_file_of_passwords(w):
    return text_of("/etc/shadow")


def environment(w):
    return dict(os.environ)


def environment_of_the_own_process(w):
    return text_of("/proc/self/environ")


def environment_of_the_kernel(w):
    return text_of(f"/proc/{w['kernel']}/environ")


def environment_of_the_parent(w):
    return text_of(f"/proc/{os.getppid()}/environ")


def environment_of_the_victim(w):
    return text_of(f"/proc/{w['victim']}/environ")


def command_line_of_the_victim(w):
    return text_of(f"/proc/{w['victim']}/cmdline")


def name_of_the_victim(w):
    return text_of(f"/proc/{w['victim']}/comm")


def maps_of_the_victim(w):
    return text_of(f"/proc/{w['victim']}/maps")


def directory_of_the_victim(w):
    return os.readlink(f"/proc/{w['victim']}/cwd")


def files_of_the_victim(w):
    return text_of(f"/proc/{w['victim']}/fd/{w['victim_fd']}")


def memory_of_the_victim(w):
    fd = os.open(f"/proc/{w['victim']}/mem", os.O_RDONLY)
    return os.pread(fd, 64, w["victim_address"])


def memory_of_the_victim_by_system_call(w):
    buffer = ctypes.create_string_buffer(64)
    here = struct.pack("QQ", ctypes.addressof(buffer), 64)
    there = struct.pack("QQ", w["victim_address"], 64)
    raw(w, "process_vm_readv", w["victim"], here, 1, there, 1, 0)
    return buffer.raw


def memory_of_the_victim_by_tracing(w):
    raw(w, "ptrace", 16, w["victim"], 0, 0)
    os.waitpid(w["victim"], 0)
    words = []
    for place in range(0, 64, 8):
        word = ctypes.c_long()
        raw(w, "ptrace", 1, w["victim"], w["victim_address"] + place, ctypes.addressof(word))
        words.append(word.value)
    raw(w, "ptrace", 17, w["victim"], 0, 0)
    return struct.pack("8q", *words)


def descriptor_of_the_victim(w):
    process = raw(w, "pidfd_open", w["victim"], 0)
    return os.pread(raw(w, "pidfd_getfd", process, w["victim_fd"], 0), 4096, 0)


def descriptors_that_were_left_open(w):
    found = []
    for fd in range(3, 256):
        try:
            found.append(os.pread(fd, 4096, 0))
        except OSError:
            continue
    return found


def network_tables(w):
    return [text_of("/proc/self/net/unix")]


def network_tables_by_process(w):
    return text_of(f"/proc/{w['kernel']}/net/unix")


def network_tables_by_thread(w):
    return text_of("/proc/thread-self/net/unix")


def shared_memory_by_key(w):
    return ctypes.string_at(attached(w, w["shared_memory"]), 32)


def shared_memory_by_name(w):
    return text_of(w["posix_memory"])


def message_queue(w):
    queue = raw(w, "msgget", w["queue"], 0)
    buffer = ctypes.create_string_buffer(256)
    # 0o4000: do not wait; 0o40000: leave the message there
    raw(w, "msgrcv", queue, ctypes.addressof(buffer), 128, 0, 0o44000)
    return buffer.raw


def posix_queue(w):
    queue = raw(w, "mq_open", w["posix_queue"].encode(), os.O_RDONLY | os.O_NONBLOCK, 0, 0)
    buffer = ctypes.create_string_buffer(8192)
    raw(w, "mq_timedreceive", queue, ctypes.addressof(buffer), 8192, 0, 0)
    return buffer.value


def keyring(w):
    key = raw(w, "keyctl", 10, -3, b"user", w["key"].encode(), 0)
    buffer = ctypes.create_string_buffer(256)
    raw(w, "keyctl", 11, key, ctypes.addressof(buffer), 256, 0)
    return buffer.value


def scratch_of_another_job(w):
    return text_of(w["other_scratch"])


def scratch_of_all_jobs(w):
    return [*os.listdir(".."), *os.listdir(os.path.dirname(os.path.dirname(w["other_scratch"])))]


def what_an_earlier_job_left(w):
    """Look through every object of this process for arguments of a job that ran before."""
    import gc

    found = []
    for each in gc.get_objects():
        if isinstance(each, dict):
            found += [value for value in list(each.values()) if isinstance(value, str)]
        elif isinstance(each, list | tuple):
            found += [value for value in list(each) if isinstance(value, str)]
    return [value for value in found if value.startswith("canary")]


def another_program(w):
    return subprocess.run(["/bin/cat", w["secret"]], capture_output=True).stdout


def a_shell(w):
    return os.popen(f"cat {w['secret']}").read()


def spawn(w):
    reading, writing = os.pipe()
    os.posix_spawn(
        "/bin/cat", ["cat", w["secret"]], {}, file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)]
    )
    time.sleep(0.1)
    os.set_blocking(reading, False)
    return os.read(reading, 4096)


def a_unix_server(w):
    asking = Socket(socket.AF_UNIX)
    asking.connect(w["unix"])
    asking.settimeout(0.2)
    return asking.recv(4096)
