"""The filter of system calls, run by a machine of our own for both kinds of processor."""

from __future__ import annotations

import errno
import os
import struct

import pytest
from bpf_machine import call_data, run
from hypothesis import given
from hypothesis import strategies as st

from babyagi_nb.sandbox.inside import bpf, seccomp
from babyagi_nb.sandbox.inside.bpf import ALLOW, KILL, OWN_PID, Case, Decision, Test, refuse
from babyagi_nb.sandbox.inside.syscalls import MACHINES, Machine

PID = 4711
REFUSED, ABSENT, PRETENDED = refuse(errno.EPERM), refuse(errno.ENOSYS), refuse(0)
EACH_MACHINE = pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)


def verdict(machine: Machine, name: str, *arguments: int, abi: int = 7) -> int:
    written = seccomp.program(machine, abi).bytes(PID)
    return run(written, call_data(machine.numbers[name], machine.audit, arguments))


# ---- the table, and what the assembler makes of it


@EACH_MACHINE
@pytest.mark.parametrize("abi", [1, 2, 3, 4, 7])
def test_every_call_gets_the_decision_of_the_table(machine: Machine, abi: int) -> None:
    written = seccomp.program(machine, abi).bytes(PID)
    table = seccomp.decisions(machine, abi)
    assert set(table) == set(machine.numbers.values())
    for number, decision in table.items():
        got = run(written, call_data(number, machine.audit))
        assert got == judge(decision, (0,) * 6), machine.name_of(number)


@EACH_MACHINE
def test_what_is_not_on_the_list_is_refused(machine: Machine) -> None:
    conditional = set(seccomp._by_arguments())
    named = (
        set(seccomp.ALLOWED.split())
        | set(seccomp.ABSENT.split())
        | set(seccomp.PRETENDED.split())
        | set(seccomp.WITHOUT_ATTRIBUTES.split())
        | conditional
        | {"truncate"}
    )
    for name in set(machine.numbers) - named:
        assert verdict(machine, name) == REFUSED, name


@EACH_MACHINE
def test_numbers_above_the_newest_and_in_gaps_look_like_an_older_kernel(machine: Machine) -> None:
    written = seccomp.program(machine, 7).bytes(PID)
    known = set(machine.numbers.values())
    unknown = [number for number in range(machine.newest) if number not in known]
    beyond = [machine.newest + 1, 512, 0x3FFFFFFF, 0x40000000, 0x40000039, -1]
    for number in [*unknown, *beyond]:
        assert run(written, call_data(number, machine.audit)) == ABSENT, number


@EACH_MACHINE
@pytest.mark.parametrize("audit", [0x40000003, 0x40000028, 0xC0000015, 0])
def test_a_call_of_another_kind_of_machine_ends_the_process(machine: Machine, audit: int) -> None:
    written = seccomp.program(machine, 7).bytes(PID)
    for number in (0, 1, 11, 59, machine.newest + 5):
        assert run(written, call_data(number, audit)) == KILL


@EACH_MACHINE
def test_names_in_the_lists_are_real_and_decided_once(machine: Machine) -> None:
    lists = [
        seccomp.ALLOWED.split(),
        seccomp.ABSENT.split(),
        seccomp.PRETENDED.split(),
        seccomp.WITHOUT_ATTRIBUTES.split(),
        list(seccomp._by_arguments()),
    ]
    names = [name for each in lists for name in each]
    assert len(names) == len(set(names))
    assert set(names) <= set(MACHINES["x86_64"].numbers) | set(MACHINES["aarch64"].numbers)


@EACH_MACHINE
def test_numbers_are_unique_and_the_common_ones_as_documented(machine: Machine) -> None:
    assert len(set(machine.numbers.values())) == len(machine.numbers)
    first = {"x86_64": (0, 59, 257, 322, 435), "aarch64": (63, 221, 56, 281, 435)}[machine.name]
    names = ("read", "execve", "openat", "execveat", "clone3")
    assert tuple(machine.numbers[name] for name in names) == first
    assert machine.numbers["landlock_restrict_self"] == 446
    assert machine.newest == machine.numbers["file_setattr"] == 469


def test_newer_machines_have_none_of_the_replaced_calls() -> None:
    replaced = {"open", "creat", "fork", "vfork", "stat", "link", "chmod", "utime", "mknod"}
    assert not replaced & set(MACHINES["aarch64"].numbers)
    assert replaced <= set(MACHINES["x86_64"].numbers)


def test_this_machine_counts_as_its_table_says() -> None:
    from babyagi_nb.sandbox.inside.libc import syscall

    machine = MACHINES[os.uname().machine]
    assert syscall(machine.numbers["getpid"]) == os.getpid()
    assert syscall(machine.numbers["getppid"]) == os.getppid()
    with pytest.raises(OSError, match=r"Bad file descriptor"):
        syscall(machine.numbers["close"], -1)


# ---- decisions by arguments

THREAD = 0x3D0F00


@EACH_MACHINE
def test_threads_start_and_processes_do_not(machine: Machine) -> None:
    assert verdict(machine, "clone", THREAD) == ALLOW
    for flags in (17, 0x01200011, THREAD & ~0x10000, THREAD | 0x2000, THREAD | 0x4000):
        assert verdict(machine, "clone", flags) == REFUSED, hex(flags)
    for namespace in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert verdict(machine, "clone", THREAD | namespace) == REFUSED
    assert verdict(machine, "clone3") == ABSENT
    for name in {"fork", "vfork", "execve", "execveat", "unshare", "setns"} & set(machine.numbers):
        assert verdict(machine, name) == REFUSED


@EACH_MACHINE
def test_signals_go_to_the_own_process_only(machine: Machine) -> None:
    for name in ("kill", "tgkill"):
        assert verdict(machine, name, PID, 15) == ALLOW
        for other in (PID + 1, 1, 0, -1, -PID):
            assert verdict(machine, name, other, 15) == REFUSED, other
    for name in ("tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"):
        assert verdict(machine, name, PID, 15) == REFUSED


@EACH_MACHINE
def test_limits_are_read_and_never_set(machine: Machine) -> None:
    for whom in (0, PID):
        assert verdict(machine, "prlimit64", whom, 9, 0, 1 << 40) == ALLOW
        assert verdict(machine, "prlimit64", whom, 9, 1 << 40, 0) == REFUSED
        assert verdict(machine, "prlimit64", whom, 9, 0x1000, 0) == REFUSED
    assert verdict(machine, "prlimit64", PID + 1, 9, 0, 1 << 40) == REFUSED
    assert verdict(machine, "setrlimit", 9, 0x1000) == REFUSED


@EACH_MACHINE
def test_files_open_but_not_with_what_old_landlocks_overlook(machine: Machine) -> None:
    for abi in (1, 7):
        assert verdict(machine, "openat", 0, 0, os.O_RDONLY, abi=abi) == ALLOW
        for writing in (os.O_WRONLY, os.O_RDWR):
            flags = writing | os.O_TRUNC | os.O_CREAT
            assert verdict(machine, "openat", 0, 0, flags, 0o644, abi=abi) == ALLOW
        for flags in (os.O_TRUNC, 3, 3 | os.O_TRUNC, os.O_TRUNC | os.O_CREAT):
            assert verdict(machine, "openat", 0, 0, flags, 0o644, abi=abi) == REFUSED, flags
    assert verdict(machine, "openat2") == ABSENT


@EACH_MACHINE
def test_no_new_file_lends_its_owners_identity(machine: Machine) -> None:
    made = os.O_CREAT | os.O_WRONLY
    unnamed = 0o20000000 | machine.o_directory | os.O_RDWR
    for mode in (0o4755, 0o2755, 0o6755):
        for flags in (made, unnamed):
            assert verdict(machine, "openat", 0, 0, flags, mode) == REFUSED
            assert verdict(machine, "openat", 0, 0, flags, 0o755) == ALLOW
    assert verdict(machine, "openat", 0, 0, os.O_RDONLY, 0o4755) == ALLOW


@EACH_MACHINE
def test_truncating_by_path_needs_a_landlock_that_sees_it(machine: Machine) -> None:
    assert [verdict(machine, "truncate", abi=abi) for abi in (1, 2, 3, 7)] == [
        REFUSED,
        REFUSED,
        ALLOW,
        ALLOW,
    ]


@EACH_MACHINE
def test_sockets_come_in_pairs_of_streams_only(machine: Machine) -> None:
    nonblocking = 0o4000 | 0o2000000
    for kind in (1, 5):
        assert verdict(machine, "socketpair", 1, kind | nonblocking, 0) == ALLOW
    for family, kind in ((1, 2), (1, 3), (2, 1), (16, 2), (40, 1)):
        assert verdict(machine, "socketpair", family, kind, 0) == REFUSED
    for name in ("socket", "connect", "bind", "listen", "accept", "accept4", "sendmmsg"):
        assert verdict(machine, name, 1, 1, 0) == REFUSED


@EACH_MACHINE
def test_what_is_sent_goes_where_the_socket_is_connected(machine: Machine) -> None:
    assert verdict(machine, "sendto", 5, 0x1000, 10, 0x4000, 0, 0) == ALLOW
    assert verdict(machine, "sendto", 5, 0x1000, 10, 0, 0x7FFF00001000, 16) == REFUSED
    assert verdict(machine, "sendto", 5, 0x1000, 10, 0, 0x100000000, 16) == REFUSED
    assert verdict(machine, "sendto", 5, 0x1000, 10, 0x20000000, 0, 0) == REFUSED
    assert verdict(machine, "sendmsg", 5, 0x1000, 0x4000) == ALLOW
    assert verdict(machine, "sendmsg", 5, 0x1000, 0x20004000) == REFUSED


@EACH_MACHINE
def test_no_owner_of_a_descriptor_is_signalled(machine: Machine) -> None:
    for command in (8, 10, 15, 1024, 1026, 1031, 1033):  # owner, signal, lease, notify, size, seal
        assert verdict(machine, "fcntl", 3, command) == REFUSED, command
    for command in (1, 2, 3, 4, 5, 6, 7, 1030):
        assert verdict(machine, "fcntl", 3, command) == ALLOW, command
    for command in (0x5412, 0x541C, 0x8901, 0x8902, 0x5423, 0x540E):  # typing, console, owner...
        assert verdict(machine, "ioctl", 0, command) == refuse(errno.ENOTTY), hex(command)
    assert verdict(machine, "ioctl", 0, 0x5401) == ALLOW


@EACH_MACHINE
def test_a_process_changes_nothing_about_itself_but_names(machine: Machine) -> None:
    for option in (1, 4, 8, 22, 24, 28, 35, 36, 38, 47, 0x59616D61):
        assert verdict(machine, "prctl", option) == REFUSED, option
    assert verdict(machine, "prctl", 15) == ALLOW


@EACH_MACHINE
def test_modes_and_times_are_pretended(machine: Machine) -> None:
    for name in set(seccomp.PRETENDED.split()) & set(machine.numbers):
        assert verdict(machine, name) == PRETENDED


# ---- the assembler, for any table


def judge(decision: Decision, arguments: tuple[int, ...]) -> int:
    """What a decision means, said plainly."""
    for case in decision.cases:
        if all(fits(test, arguments) for test in case.tests):
            return case.verdict
    return decision.otherwise


def fits(test: Test, arguments: tuple[int, ...]) -> bool:
    value = arguments[test.argument] % (1 << 64)
    wanted = PID if test.equals == OWN_PID else test.equals
    if test.wide and value >> 32:
        return False
    return value & 0xFFFFFFFF & test.mask == wanted


words = st.sampled_from([0, 1, 2, PID, 0xFFFFFFFF, 1 << 32, (1 << 32) + 1, 0x80000000]) | (
    st.integers(0, (1 << 64) - 1)
)
tests = st.builds(
    Test,
    argument=st.integers(0, 5),
    equals=st.sampled_from([OWN_PID, 0, 1, 2, 3]),
    mask=st.sampled_from([0xFFFFFFFF, 3, 1]),
    wide=st.booleans(),
)
cases = st.builds(Case, st.sampled_from([ALLOW, REFUSED]), st.lists(tests, max_size=3).map(tuple))
tables = st.dictionaries(
    st.integers(0, 300),
    st.builds(
        Decision, st.sampled_from([ALLOW, REFUSED, ABSENT]), st.lists(cases, max_size=3).map(tuple)
    ),
    max_size=40,
)


@given(tables, st.lists(words, min_size=6, max_size=6).map(tuple))
def test_an_assembled_program_decides_as_its_table(
    table: dict[int, Decision], arguments: tuple[int, ...]
) -> None:
    unknown = Decision(ABSENT)
    written = bpf.assemble(99, table, unknown).bytes(PID)
    for number in {*table, 0, 301, *(each + 1 for each in table)}:
        expected = judge(table.get(number, unknown), arguments)
        assert run(written, call_data(number, 99, arguments)) == expected


def test_a_program_is_written_for_one_process() -> None:
    machine = MACHINES["x86_64"]
    prepared = seccomp.program(machine, 7)
    assert prepared.pid_at
    assert prepared.bytes(5) != prepared.bytes(6)
    assert all(
        struct.unpack_from("=I", prepared.bytes(77), place) == (77,) for place in prepared.pid_at
    )


def test_a_table_too_large_for_the_kernel_is_refused() -> None:
    one = Case(ALLOW, tuple(Test(place, 1) for place in range(6)))
    table = {number: Decision(number, (one,)) for number in range(400)}
    with pytest.raises(ValueError, match="4096"):
        bpf.assemble(1, table, Decision(ABSENT))
