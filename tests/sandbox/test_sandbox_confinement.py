"""A confined process keeps its scratch directory, threads and what it was handed; nothing else."""

from __future__ import annotations

import os
import re
import signal
import site
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from confined_child import confined

from babyagi_nb.sandbox.inside import (
    bpf,
    confinement,
    landlock,
    libc,
    limits,
    privileges,
    readable,
)
from babyagi_nb.sandbox.inside.confinement import Ability, CannotConfine, ability
from babyagi_nb.sandbox.inside.syscalls import MACHINES

ABIS = pytest.mark.parametrize("abi", [1, 2, 3, 4, None])


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


# ---- what stays possible


@ABIS
def test_the_scratch_directory_is_there_to_work_in(scratch: Path, abi: int | None) -> None:
    code = """
import shutil, sqlite3, tempfile, zipfile
os.makedirs("a/b"); open("a/b/one", "w").write("1"); os.rename("a/b/one", "a/b/two")
shutil.copy2("a/b/two", "copy"); shutil.move("copy", "a/moved"); os.symlink("a", "link")
open("a/moved", "w").write("22")
with zipfile.ZipFile("z.zip", "w") as packed: packed.write("a/moved")
with zipfile.ZipFile("z.zip") as packed: packed.extractall("out")
with tempfile.TemporaryFile() as unnamed: unnamed.write(b"x")
rows = sqlite3.connect("db"); rows.execute("create table t (x)"); rows.commit()
found = sorted(os.listdir("."))
shutil.rmtree("a"); os.unlink("link")
result = [found, open("out/a/moved").read()]
"""
    done = confined(code, scratch, abi=abi)
    assert done.result == [["a", "db", "link", "out", "z.zip"], "22"]


def test_threads_event_loops_and_imports_work(scratch: Path) -> None:
    code = """
import asyncio, concurrent.futures, decimal, ssl, threading, zoneinfo
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    squares = list(pool.map(lambda x: x * x, range(5)))
lock = threading.Lock()
looped = asyncio.run(asyncio.wait_for(asyncio.sleep(0.001, "slept"), 5))
certificates = ssl.create_default_context().cert_store_stats()["x509_ca"] >= 0
result = [squares, looped, str(zoneinfo.ZoneInfo("Europe/Berlin")), certificates]
"""
    assert confined(code, scratch).result == [[0, 1, 4, 9, 16], "slept", "Europe/Berlin", True]


def test_installed_packages_can_still_be_imported(scratch: Path) -> None:
    code = "import numpy\nresult = int((numpy.ones((50, 50)) @ numpy.ones((50, 50))).sum())"
    assert confined(code, scratch, memory=2 << 30).result == 125000


def test_granted_files_and_directories_are_read_and_nothing_beside_them(
    scratch: Path, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("file", "beside", "folder/inside"):
        (tmp_path / name).write_text(name)
    code = """
def attempt(path, mode="r"):
    try:
        return open(given["base"] + path, mode).read()
    except OSError as error:
        return type(error).__name__
result = [attempt("/file"), attempt("/folder/inside"), os.listdir(given["base"] + "/folder"),
          attempt("/beside"), attempt("/file", "r+"), attempt("/folder/new", "x")]
"""
    reads = (str(tmp_path / "file"), str(tmp_path / "folder"))
    assert confined(code, scratch, reads=reads, base=str(tmp_path)).result == [
        "file", "folder/inside", ["inside"], *["PermissionError"] * 3,
    ]  # fmt: skip


def test_a_connection_that_is_handed_over_can_be_used_and_not_redirected(scratch: Path) -> None:
    before = """
import socket, threading
listening = socket.create_server(("127.0.0.1", 0))
ours = socket.create_connection(listening.getsockname())
theirs, _ = listening.accept()
left, right = socket.socketpair()
socket.send_fds(left, [b"x"], [ours.fileno()])
theirs.sendall(b"from the server")
"""
    code = """
_, (fd,), _, _ = socket.recv_fds(right, 1, 1)
handed = socket.socket(fileno=fd)
handed.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
handed.settimeout(5)
handed.sendall(b"hello")
result = [handed.recv(100).decode(), handed.getpeername()[0]]
handed.setblocking(True)
for act in (lambda: handed.connect(("127.0.0.1", 1)), lambda: handed.bind(("127.0.0.1", 0)),
            lambda: handed.listen(), lambda: socket.socket(), lambda: handed.accept()):
    try:
        act()
        result.append("worked")
    except PermissionError:
        result.append("refused")
"""
    done = confined(code, scratch, before=before)
    assert done.result == ["from the server", "127.0.0.1", *["refused"] * 5]


def test_modes_and_times_seem_to_change(scratch: Path) -> None:
    code = """
open("x", "w").close()
before = os.stat("x")
os.chmod("x", 0o777); os.utime("x", (1, 1))
result = [os.stat("x").st_mode == before.st_mode, os.stat("x").st_mtime == before.st_mtime]
"""
    assert confined(code, scratch).result == [True, True]


# ---- limits


def test_memory_beyond_the_limit_is_a_memory_error(scratch: Path) -> None:
    done = confined("held = bytearray(200 << 20)", scratch, memory=100 << 20)
    assert done.said["raised"] == "MemoryError"
    assert confined("held = bytearray(50 << 20)\nresult = 1", scratch, memory=100 << 20).result == 1


def test_a_file_beyond_the_limit_is_an_error_and_no_death(scratch: Path) -> None:
    done = confined("open('big', 'wb').write(bytes(2 << 20))", scratch, file=1 << 20)
    assert done.said["raised"] == "OSError"
    assert "File too large" in done.said["message"]


def test_limits_are_hard_and_never_higher_than_before(scratch: Path) -> None:
    code = """
import resource
result = [resource.getrlimit(each) for each in
          (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE, resource.RLIMIT_FSIZE)]
"""
    before = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))"
    assert confined(code, scratch, before=before).result == [[256, 256], [0, 0], [1000, 1000]]


def test_the_machine_is_told_of_as_it_is() -> None:
    assert limits.tasks() >= len(os.listdir("/proc/self/task"))
    assert limits.mapped() > 1 << 20


# ---- what a child inherits of its fork server


def test_no_child_outlives_the_fork_server(scratch: Path) -> None:
    server, child = os.pipe()
    code = f"""
import os, signal, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from babyagi_nb.sandbox.inside.confinement import Confinement, confine, prepare
prepared = prepare()
if os.fork() == 0:
    confine(Confinement(scratch={str(scratch)!r}, memory=1 << 28, file=1 << 20), prepared)
    os.write({child}, b"confined")
    signal.pause()
os.read(0, 1)
"""
    scratch.mkdir()
    started = subprocess.Popen(
        [sys.executable, "-I", "-c", code], stdin=subprocess.PIPE, pass_fds=[child]
    )
    os.close(child)
    assert os.read(server, 100) == b"confined"
    started.kill()
    started.wait()
    assert os.read(server, 100) == b""  # the last one who could write is gone
    os.close(server)
    assert started.stdin
    started.stdin.close()


def test_a_call_of_another_kind_of_machine_ends_the_process(scratch: Path) -> None:
    # On x86_64 the old interrupt enters the kernel as a 32-bit machine would. Elsewhere there is
    # no such instruction, and the process dies of that.
    code = """
import ctypes
place = ctypes.CDLL(None)
place.mmap.restype = ctypes.c_void_p
at = place.mmap(None, 4096, 7, 0x22, -1, 0)
ctypes.memmove(at, b"\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3", 8)
ctypes.CFUNCTYPE(ctypes.c_int)(at)()
"""
    ended = {"x86_64": signal.SIGSYS}.get(os.uname().machine, signal.SIGILL)
    assert os.WTERMSIG(confined(code, scratch).status) == ended


# ---- whatever fails is an error, and never half a confinement


@pytest.mark.parametrize(
    "step",
    [
        "limits.impose", "privileges.drop", "privileges.follow", "landlock.restrict",
        "seccomp.install",
    ],
)  # fmt: skip
def test_a_step_that_fails_raises(scratch: Path, step: str) -> None:
    between = f"""
from babyagi_nb.sandbox.inside import landlock, limits, privileges, seccomp
def fail(*anything): raise OSError(1, "planted")
{step} = fail
"""
    done = confined("result = 'went on'", scratch, between=between)
    assert done.said == {"raised": "PermissionError", "message": "[Errno 1] planted"}


@pytest.mark.parametrize(
    ("step", "complaint"),
    [("landlock.restrict", "files outside"), ("seccomp.install", "sockets can still be made")],
)
def test_a_step_that_does_nothing_is_noticed(scratch: Path, step: str, complaint: str) -> None:
    between = f"""
from babyagi_nb.sandbox.inside import landlock, seccomp
{step} = lambda *anything: None
"""
    done = confined("result = 'went on'", scratch, between=between)
    assert done.said["raised"] == "CannotConfine"
    assert complaint in done.said["message"]


def test_a_process_with_several_threads_is_refused(scratch: Path) -> None:
    between = """
import threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
"""
    done = confined("result = 'went on'", scratch, between=between)
    assert done.said["raised"] == "CannotConfine"
    assert "several threads" in done.said["message"]


def test_paths_to_read_must_be_absolute_and_there(scratch: Path, tmp_path: Path) -> None:
    assert "whole file system" in confined("", scratch, reads=("/",)).said["message"]
    assert "not an absolute" in confined("", scratch, reads=("here",)).said["message"]
    missing = confined("", scratch, reads=(str(tmp_path / "missing"),))
    assert missing.said["raised"] == "FileNotFoundError"
    assert confined("", tmp_path / "x", between="os.rmdir(given['scratch'])").said["raised"] == (
        "FileNotFoundError"
    )


def test_only_children_of_who_prepared_are_confined(scratch: Path) -> None:
    between = """
reading, writing = os.pipe()
if os.fork():
    os.close(writing)
    os.read(reading, 1)
    os._exit(0)
"""
    done = confined("result = 'went on'", scratch, between=between)
    assert done.said["message"].endswith("the parent process is gone")


def test_an_older_landlock_must_be_prepared_for(scratch: Path) -> None:
    program = bpf.Program(b"", ())
    prepared = confinement.Prepared(MACHINES["x86_64"], os.getppid(), 7, (), b"", program)
    wanted = confinement.Confinement(scratch=str(scratch), memory=1, file=1, abi=3)
    with pytest.raises(CannotConfine, match="newer Landlock"):
        confinement.confine(wanted, prepared)


# ---- what the system offers


def test_this_machine_says_what_it_can() -> None:
    able = ability()
    assert able == Ability(landlock.kernel_abi(), True, os.uname().machine, "")
    assert able.landlock_abi >= 1


@pytest.mark.parametrize(
    ("abi", "filters", "words"),
    [(0, True, "no Landlock"), (5, False, "no seccomp"), (0, False, "Landlock.* and no seccomp")],
)
def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, abi: int, filters: bool, words: str
) -> None:
    monkeypatch.setattr(landlock, "kernel_abi", lambda: abi)
    monkeypatch.setattr(confinement.seccomp, "available", lambda machine: filters)
    assert re.search(words, ability().reason)
    with pytest.raises(CannotConfine, match=words):
        confinement.prepare()


def test_other_systems_and_machines_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine="riscv64"))
    assert "no rule set for riscv64" in ability().reason
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "darwin has neither" in ability().reason


@pytest.mark.parametrize(("abi", "size"), [(1, 8), (2, 8), (3, 8), (4, 16), (5, 16), (6, 24)])
def test_a_ruleset_speaks_as_its_landlock_understands(abi: int, size: int) -> None:
    handled = landlock.handled(abi)
    assert len(handled.bytes()) == size
    assert handled.files.bit_length() == {1: 13, 2: 14, 3: 15, 4: 15, 5: 16, 6: 16}[abi]
    assert landlock.SCRATCH & 1 == 0  # never execution


def test_failures_of_the_system_are_errors() -> None:
    with pytest.raises(OSError, match="prctl"):
        libc.prctl(-1)
    with pytest.raises(OSError, match="system call"):
        libc.syscall(100_000)
    try:
        with pytest.raises(OSError, match="parent process is gone"):
            privileges.follow(os.getppid() + 1)
    finally:
        libc.prctl(1, 0)


# ---- what may be read


def test_nothing_of_a_person_is_readable() -> None:
    paths = readable.paths()
    private = [
        os.path.realpath(os.path.expanduser("~")), "/", "/root", "/home", "/etc", "/etc/passwd",
        "/etc/shadow", "/etc/hosts", "/tmp", "/var", "/usr", "/proc", "/proc/self", "/dev",
        os.getcwd(), str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / ".babyagi"),
        "/etc/ssl/private", "/run",
    ]  # fmt: skip
    for path in private:
        granted = [each for each in paths if path == each or path.startswith(each + "/")]
        assert granted == [], path


def test_the_libraries_of_this_interpreter_are_readable() -> None:
    paths = readable.paths()
    needed = [os.__file__, *site.getsitepackages(), socket.__file__, pytest.__file__]
    for path in filter(os.path.exists, map(os.path.realpath, needed)):
        assert any(path == each or path.startswith(each + "/") for each in paths), path
    assert not any(one != other and one.startswith(other + "/") for one in paths for other in paths)


def test_an_editable_install_grants_its_packages_and_not_what_lies_beside(tmp_path: Path) -> None:
    for name in ("package", "notes", ".hidden", "thing-1.0.dist-info"):
        (tmp_path / name).mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / ".hidden" / "__init__.py").touch()
    for name in ("module.py", "secret.txt", ".env", "data.db"):
        (tmp_path / name).touch()
    before = set(readable.paths([]))
    granted = set(readable.paths([str(tmp_path), "", "relative"])) - before
    assert {Path(each).name for each in granted} == {"package", "module.py", "thing-1.0.dist-info"}


def test_a_directory_of_installed_packages_is_granted_whole(tmp_path: Path) -> None:
    installed = tmp_path / "site-packages"
    installed.mkdir()
    assert str(installed) in readable.paths([str(installed)])


def test_an_interpreter_that_was_installed_into_a_home_does_not_open_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (tmp_path / "lib" / version).mkdir(parents=True)
    (tmp_path / "lib" / "private").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("prefix", "exec_prefix", "base_prefix", "base_exec_prefix"):
        monkeypatch.setattr(sys, name, str(tmp_path))
    granted = {each for each in readable.paths([]) if each.startswith(str(tmp_path))}
    assert granted == {str(tmp_path / "lib" / version)}


def test_certificates_are_readable_where_the_tls_library_looks() -> None:
    built = ssl.get_default_verify_paths()
    places = [built.openssl_cafile, built.openssl_capath]
    for place in map(os.path.realpath, filter(os.path.exists, places)):
        assert any(place == each or place.startswith(each + "/") for each in readable.paths())


def test_links_of_the_system_lead_where_they_say() -> None:
    for link, target in readable.links().items():
        assert os.path.islink(link)
        assert os.path.samefile(link, target)
    assert set(readable.devices()) == {"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"}
