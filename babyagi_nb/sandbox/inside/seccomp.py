"""Which system calls confined code may make: an allow-list, as data.

Three answers besides yes:

- *refused* (``EPERM``): the call is known and not on the list. What is not named here is refused.
- *absent* (``ENOSYS``): numbers above the newest known, and calls for which every library has an
  older way. ``clone3`` and ``openat2`` take their flags by address, where a filter cannot look.
- *pretended* (0): the chmod and utime family, so that copying and unpacking files works. Nothing
  is changed: Landlock guards neither, so that no confined call of them may reach the kernel.

Calls that exist for both good and bad are allowed by their arguments: threads but no processes,
signals to this process only, sockets in pairs only, files without the flags that older Landlocks
overlook, and so on. Arguments behind an address (``sendmsg``) cannot be seen; where that matters,
the object on which the call would be harmful cannot be made in the first place: a pair of
*datagram* sockets could write to any unix socket on the machine, a pair of streams cannot.
"""

from __future__ import annotations

import ctypes
import errno
from dataclasses import replace

from babyagi_nb.sandbox.inside import bpf
from babyagi_nb.sandbox.inside.bpf import ALLOW, OWN_PID, Case, Decision, Program, Test, refuse
from babyagi_nb.sandbox.inside.libc import prctl, syscall
from babyagi_nb.sandbox.inside.syscalls import Machine

__all__ = ["available", "decisions", "install", "program"]

_REFUSED = Decision(refuse(errno.EPERM))
_ABSENT = Decision(refuse(errno.ENOSYS))

ALLOWED = """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close
    close_range dup dup2 dup3 pipe pipe2 fsync fdatasync ftruncate fallocate flock fadvise64
    readahead sync_file_range copy_file_range sendfile getdents getdents64
    stat lstat fstat newfstatat statx access faccessat faccessat2 readlink readlinkat
    statfs fstatfs getcwd chdir fchdir umask
    rename renameat renameat2 mkdir mkdirat rmdir unlink unlinkat symlink symlinkat

    mmap mprotect munmap mremap msync madvise brk membarrier
    futex futex_waitv futex_wait futex_wake futex_requeue set_robust_list rseq set_tid_address
    arch_prctl restart_syscall exit exit_group wait4 waitid

    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend
    sigaltstack pause alarm getitimer setitimer
    poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait
    epoll_pwait2 eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime
    timerfd_gettime timer_create timer_settime timer_gettime timer_getoverrun timer_delete
    time gettimeofday clock_gettime clock_getres nanosleep clock_nanosleep times

    getpid gettid getppid getpgrp getpgid getsid getuid geteuid getgid getegid getresuid
    getresgid getgroups capget getrlimit getrusage getpriority uname sysinfo getcpu getrandom
    sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max
    sched_get_priority_min sched_rr_get_interval

    recvfrom recvmsg shutdown getsockname getpeername getsockopt
"""
"""Calls without conditions: on what is open, on memory, time, signals to oneself, and paths that
Landlock judges (or that only tell metadata)."""

ABSENT = """
    clone3 openat2 io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents
    io_uring_setup io_uring_enter io_uring_register pidfd_open mbind get_mempolicy set_mempolicy
    set_mempolicy_home_node pkey_alloc pkey_free pkey_mprotect map_shadow_stack mseal cachestat
    uretprobe uprobe statmount listmount file_getattr file_setattr
"""
PRETENDED = "chmod fchmod fchmodat fchmodat2 utime utimes futimesat utimensat"
WITHOUT_ATTRIBUTES = """
    setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
    removexattr lremovexattr fremovexattr setxattrat getxattrat listxattrat removexattrat
"""
"""Extended attributes: answered as by a file system that has none."""

_THREAD = 0x00010900
"""``CLONE_VM | CLONE_SIGHAND | CLONE_THREAD``: what makes a thread a thread."""
_THREAD_MAY = 0x007D0F00
"""What else the C libraries ask for with it: nothing with namespaces, tracing or other parents."""
_ACCESS_MODE, _CREATE, _TRUNCATE, _UNNAMED = 0o3, 0o100, 0o1000, 0o20000000
_SET_ID_BITS = (0o4000, 0o2000)
_FASTOPEN = 0x20000000
_UNIX, _STREAM, _SEQUENCED = 1, 1, 5

_COMMANDS_OF_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
"""Duplicating, flags and record locks; no signals to owners, leases, seals, larger pipes."""
_COMMANDS_OF_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x802C542A)
"""Is it a terminal, how much can be read, blocking, closing on exec."""
_OPTIONS_OF_PRCTL = (2, 3, 15, 16, 21, 23, 39, 0x53564D41)
"""Names of threads and of memory, and reading what was set."""
_OPTIONS_OF_SOCKETS = {1: (2, 7, 8, 9, 13, 20, 21, 66, 67), 6: (1, 3, 4, 5, 6, 12, 18)}
"""By level: buffers, time limits, keeping alive, lingering; TCP's delays and acknowledgements."""


def decisions(machine: Machine, abi: int) -> dict[int, Decision]:
    """The decision for every call of a machine, by number.

    ``abi`` is Landlock's: below 3, truncating by path is refused here, for nothing else would.

    >>> from babyagi_nb.sandbox.inside.syscalls import MACHINES
    >>> machine = MACHINES["x86_64"]
    >>> decisions(machine, 7)[machine.numbers["execve"]] == Decision(refuse(errno.EPERM))
    True
    """
    table = dict.fromkeys(machine.numbers, _REFUSED)
    table |= dict.fromkeys(ALLOWED.split(), Decision(ALLOW))
    table |= dict.fromkeys(ABSENT.split(), _ABSENT)
    table |= dict.fromkeys(PRETENDED.split(), Decision(refuse(0)))
    table |= dict.fromkeys(WITHOUT_ATTRIBUTES.split(), Decision(refuse(errno.EOPNOTSUPP)))
    table |= _by_arguments()
    if abi >= 3:
        table["truncate"] = Decision(ALLOW)
    return {number: table[name] for name, number in machine.numbers.items()}


def program(machine: Machine, abi: int) -> Program:
    """The filter for a machine, ready but for the process id."""
    return bpf.assemble(machine.audit, decisions(machine, abi), _ABSENT)


def _by_arguments() -> dict[str, Decision]:
    return {
        "clone": _only(Test(0, _THREAD, _THREAD), Test(0, 0, 0xFFFFFFFF & ~_THREAD_MAY)),
        "kill": _only(Test(0, OWN_PID)),
        "tgkill": _only(Test(0, OWN_PID)),
        "prlimit64": _one_of(*((Test(0, whom), Test(2, 0, wide=True)) for whom in (0, OWN_PID))),
        "open": _opening(flags=1),
        "openat": _opening(flags=2),
        "creat": Decision(ALLOW, _set_id(mode=1)),
        "fcntl": _one_of(*((Test(1, command),) for command in _COMMANDS_OF_FCNTL)),
        "ioctl": replace(
            _one_of(*((Test(1, command),) for command in _COMMANDS_OF_IOCTL)),
            otherwise=refuse(errno.ENOTTY),
        ),
        "prctl": _one_of(*((Test(0, option),) for option in _OPTIONS_OF_PRCTL)),
        "socketpair": _one_of(
            *((Test(0, _UNIX), Test(1, kind, 0xF)) for kind in (_STREAM, _SEQUENCED))
        ),
        "sendto": _only(Test(4, 0, wide=True), Test(3, 0, _FASTOPEN)),
        "sendmsg": _only(Test(2, 0, _FASTOPEN)),
        "setsockopt": _one_of(
            *(
                (Test(1, level), Test(2, option))
                for level, options in _OPTIONS_OF_SOCKETS.items()
                for option in options
            )
        ),
    }


def _only(*tests: Test) -> Decision:
    return _one_of(tests)


def _one_of(*choices: tuple[Test, ...]) -> Decision:
    return Decision(refuse(errno.EPERM), tuple(Case(ALLOW, tests) for tests in choices))


def _opening(flags: int) -> Decision:
    """Allow opening, but for what Landlock does not see.

    Access mode 3 asks for neither reading nor writing, and yet truncates. Truncating without
    asking for writing needs only the right to read before ABI 3.
    """
    refused = refuse(errno.EPERM)
    return Decision(
        ALLOW,
        (
            Case(refused, (Test(flags, _ACCESS_MODE, _ACCESS_MODE),)),
            Case(refused, (Test(flags, _TRUNCATE, _TRUNCATE | _ACCESS_MODE),)),
            *_set_id(flags + 1, Test(flags, _CREATE, _CREATE)),
            *_set_id(flags + 1, Test(flags, _UNNAMED, _UNNAMED)),
        ),
    )


def _set_id(mode: int, *when: Test) -> tuple[Case, ...]:
    """No new file may lend its owner's identity to whoever runs it."""
    return tuple(Case(refuse(errno.EPERM), (*when, Test(mode, bit, bit))) for bit in _SET_ID_BITS)


_SECCOMP_SET_FILTER, _SECCOMP_IS_AVAILABLE = 1, 2
_ALL_THREADS = 1
_PR_GET_SECCOMP = 21
_FILTERING = 2


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def available(machine: Machine) -> bool:
    """Whether the kernel can filter, and can end a process that calls as another machine."""
    wanted = ctypes.c_uint32(bpf.KILL)
    try:
        syscall(machine.numbers["seccomp"], _SECCOMP_IS_AVAILABLE, 0, ctypes.addressof(wanted))
    except OSError:
        return False
    return True


def install(machine: Machine, instructions: bytes) -> None:
    """Put every thread of this process behind a filter, for good; needs *no new privileges*."""
    held = _FilterProgram(len(instructions) // 8, instructions)
    syscall(machine.numbers["seccomp"], _SECCOMP_SET_FILTER, _ALL_THREADS, ctypes.addressof(held))
    if prctl(_PR_GET_SECCOMP) != _FILTERING:
        raise OSError(errno.EPERM, "the filter of system calls is not in force")
