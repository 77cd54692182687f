"""Attempts to change what was not granted, or was granted for reading: judged by the files."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct

from escape_tools import LIBC, Socket, raw


def write_it(w):
    with open(w["secret"], "w") as opened:
        opened.write("changed")


def append_to_it(w):
    with open(w["secret"], "a") as opened:
        opened.write("changed")


def create_over_it(w):
    raw(w, "creat", w["secret"].encode(), 0o600)


def truncate_on_opening(w):
    os.open(w["secret"], os.O_RDONLY | os.O_TRUNC)


def truncate_what_is_granted_on_opening(w):
    os.open(w["granted"], os.O_RDONLY | os.O_TRUNC)


def truncate_with_no_access_mode(w):
    os.open(w["granted"], 3 | os.O_TRUNC)


def truncate_by_path(w):
    os.truncate(w["secret"], 1)


def truncate_what_is_granted_by_path(w):
    os.truncate(w["granted"], 1)


def truncate_by_descriptor(w):
    os.ftruncate(os.open(w["granted"], os.O_RDONLY), 1)


def truncate_with_openat2(w):
    raw(w, "openat2", -100, w["granted"].encode(), struct.pack("QQQ", os.O_TRUNC, 0, 0), 24)


def write_what_is_granted(w):
    with open(w["granted"], "r+b") as opened:
        opened.write(b"changed")


def reopen_for_writing(w):
    reading = os.open(w["granted"], os.O_RDONLY)
    os.write(os.open(f"/proc/self/fd/{reading}", os.O_WRONLY), b"changed")


def map_for_writing(w):
    import mmap

    reading = os.open(w["granted"], os.O_RDONLY)
    mmap.mmap(reading, 8, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)[:7] = b"changed"


def protect_for_writing(w):
    LIBC.mmap.restype = ctypes.c_void_p
    LIBC.mmap.argtypes = [ctypes.c_void_p, *[ctypes.c_long] * 5]
    LIBC.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_long, ctypes.c_int]
    at = LIBC.mmap(None, 4096, 1, 1, os.open(w["granted"], os.O_RDONLY), 0)
    if LIBC.mprotect(at, 4096, 3) == 0:
        ctypes.memmove(at, b"changed", 7)


def remove_it(w):
    os.remove(w["secret"])


def remove_a_tree(w):
    import shutil

    shutil.rmtree(w["folder"])


def remove_a_directory(w):
    os.rmdir(w["folder"] + "/empty")


def rename_it(w):
    os.rename(w["secret"], w["secret"] + ".renamed")


def replace_it(w):
    with open("mine", "w") as made:
        made.write("changed")
    os.replace("mine", w["secret"])


def copy_over_it(w):
    import shutil

    with open("mine", "w") as made:
        made.write("changed")
    shutil.copyfile("mine", w["secret"])


def link_into_a_directory(w):
    with open("mine", "w") as made:
        made.write("x")
    os.link("mine", w["folder"] + "/" + w["id"])


def unnamed_file_into_a_directory(w):
    fd = os.open(".", os.O_TMPFILE | os.O_RDWR, 0o600)
    path = f"/proc/self/fd/{fd}".encode()
    raw(w, "linkat", -100, path, -100, f"{w['folder']}/{w['id']}".encode(), 0x400)


def make_a_file(w):
    with open(w["folder"] + "/" + w["id"], "x") as made:
        made.write("x")


def make_a_directory(w):
    os.mkdir(w["folder"] + "/" + w["id"])


def make_a_link(w):
    os.symlink("x", w["folder"] + "/" + w["id"])


def make_a_pipe(w):
    os.mkfifo(w["folder"] + "/" + w["id"])


def make_a_node(w):
    os.mknod(w["folder"] + "/" + w["id"], 0o100600)


def make_a_device(w):
    os.mknod(w["folder"] + "/" + w["id"], 0o020600, os.makedev(1, 3))


def make_a_socket(w):
    Socket(socket.AF_UNIX).bind(w["folder"] + "/" + w["id"])


def make_a_file_in_what_is_granted(w):
    with open(w["granted_folder"] + "/" + w["id"], "x") as made:
        made.write("x")


def make_a_file_in_shared_memory(w):
    with open("/dev/shm/" + w["id"], "x") as made:
        made.write("x")


def make_a_file_beside_the_scratch(w):
    with open("../" + w["id"], "x") as made:
        made.write("x")


def make_a_temporary_file(w):
    with open(w["base"] + "/" + w["id"], "x") as made:
        made.write("x")


def leave_a_module_for_others(w):
    with open(w["modules"] + f"/{w['id']}.pth", "x") as made:
        made.write("import os")


def change_the_mode(w):
    os.chmod(w["secret"], 0o666)


def change_the_mode_by_new_call(w):
    raw(w, "fchmodat2", -100, w["secret"].encode(), 0o666, 0)


def change_the_mode_of_what_is_granted(w):
    os.fchmod(os.open(w["granted"], os.O_RDONLY), 0o666)


def change_the_owner(w):
    os.chown(w["secret"], 1234, 1234)


def change_the_times(w):
    os.utime(w["secret"], (1, 1))


def change_the_times_of_what_is_granted(w):
    os.utime(os.open(w["granted"], os.O_RDONLY), (1, 1))


def change_an_attribute(w):
    os.setxattr(w["secret"], "user.changed", b"x")


def change_an_attribute_of_what_is_granted(w):
    os.setxattr(os.open(w["granted"], os.O_RDONLY), "user.changed", b"x")


def remove_an_attribute(w):
    os.removexattr(w["secret"], "user.canary")


def change_flags_of_what_is_granted(w):
    fd = os.open(w["granted"], os.O_RDONLY)
    now = struct.unpack("l", fcntl.ioctl(fd, 0x80086601, bytes(8)))[0]
    fcntl.ioctl(fd, 0x40086602, struct.pack("l", now ^ 0x40))


def write_to_sqlite(w):
    import sqlite3

    connection = sqlite3.connect(w["database"])
    connection.execute("insert into canary values ('changed')")
    connection.commit()


def write_to_a_pipe(w):
    os.write(os.open(w["pipe"], os.O_WRONLY | os.O_NONBLOCK), b"changed")


def write_to_a_terminal(w):
    os.write(os.open(w["terminal"], os.O_WRONLY | os.O_NOCTTY), b"changed\n")


def type_into_a_terminal(w):
    for letter in b"changed\n":
        fcntl.ioctl(os.open(w["terminal"], os.O_RDWR), 0x5412, bytes([letter]))


def mount_over_a_directory(w):
    raw(w, "mount", b"none", w["folder"].encode(), b"tmpfs", 0, 0)


def mount_by_new_calls(w):
    made = raw(w, "fsopen", b"tmpfs", 0)
    raw(w, "fsconfig", made, 6, 0, 0, 0)
    mounted = raw(w, "fsmount", made, 0, 0)
    raw(w, "move_mount", mounted, b"", -100, w["folder"].encode(), 4)


def make_a_control_group(w):
    os.mkdir(w["control_groups"] + "/" + w["id"])


def change_a_kernel_setting(w):
    with open("/proc/sys/kernel/hostname", "w") as opened:
        opened.write("changed")


def change_the_host_name(w):
    raw(w, "sethostname", b"changed", 7)


def change_the_domain_name(w):
    raw(w, "setdomainname", b"changed", 7)


def delete_by_unlinkat(w):
    folder = os.open(w["folder"], os.O_PATH)
    raw(w, "unlinkat", folder, b"plain.txt", 0)


def rename_by_descriptor(w):
    folder = os.open(w["folder"], os.O_PATH)
    raw(w, "renameat2", folder, b"plain.txt", folder, w["id"].encode(), 0)
