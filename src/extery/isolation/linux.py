"""System calls of Linux that confine a process. Imports the standard library only: a script starts with it for speed.

All functions raise `OSError` if the system forbids what they do.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import struct
from functools import cache
from pathlib import Path
from typing import Any

NEWNS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
_PR_SET_PDEATHSIG, _PR_SET_NAME, _PR_CAPBSET_DROP = 1, 15, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_MOUNT_SETATTR, _RDONLY, AT_RECURSIVE, _AT_FDCWD = 442, 1, 0x8000, -100
_CAPABILITY_VERSION = 0x20080522

#: Machine -> its number in filters of system calls, and the numbers of socket() and socketpair().
_SYSTEM_CALLS = {"x86_64": (0xC000003E, 41, 53), "aarch64": (0xC00000B7, 198, 199)}
#: Machine -> the number of clone(), and those of fork(), vfork(), execve() and execveat().
_PROCESS_CALLS = {"x86_64": (56, (57, 58, 59, 322)), "aarch64": (220, (221, 281))}
_IO_URING_SETUP, _CLONE3, _X32, _CLONE_THREAD = 425, 435, 0x40000000, 0x10000
_DENY, _ALLOW, _NO_SUCH_CALL = 0x50000 | errno.EACCES, 0x7FFF0000, 0x50000 | errno.ENOSYS
_LOAD, _EQUAL, _NOT_LESS, _HAS_BIT, _AND, _END = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
#: Operation, instructions to skip if true and if false, operand.
_Line = tuple[int, int, int, int]


@cache
def libc() -> Any:
    """Return the C library of this process."""
    return ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    """Raise the error of a system call that failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def die_with_parent() -> None:
    """Kill this process when the thread that made it ends."""
    libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def adopt_orphans() -> None:
    """Make this process the parent of all below it that lose theirs."""
    libc().prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def set_name(name: str) -> None:
    """Set the name of this process that lists of processes show."""
    libc().prctl(_PR_SET_NAME, name.encode(), 0, 0, 0)


def unshare(flags: int) -> None:
    """Leave the namespaces of the flags for new ones."""
    check(libc().unshare(flags), "unshare")


def enter_user_namespace(flags: int) -> None:
    """Enter new namespaces: of the user, who stays the same in it, and those of the flags. Needs /proc."""
    user, group = os.getuid(), os.getgid()
    unshare(NEWUSER | flags)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path("/proc/self", name).write_text(text, encoding="ascii")


def enter_namespace(descriptor: int, flag: int) -> None:
    """Enter a namespace of one kind that is open; of processes, only the next children are in it."""
    check(libc().setns(descriptor, flag), "setns")


def mount(
    source: str, target: str, kind: str | None = None, flags: int = 0, data: str | None = None
) -> None:
    """Call mount(2)."""
    encoded = [text and os.fsencode(text) for text in (source, target, kind)]
    check(libc().mount(*encoded, ctypes.c_ulong(flags), data and data.encode()), f"mount {target}")


def mount_memory(target: str, size: int) -> None:
    """Put an empty folder in memory, of limited bytes, over a folder."""
    mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, f"size={size},mode=700")


def set_read_only(path: str, *, is_read_only: bool, flags: int = 0) -> None:
    """Make a mount read-only or writable; with `AT_RECURSIVE` all below it too."""
    attributes = struct.pack("QQQQ", *((_RDONLY, 0) if is_read_only else (0, _RDONLY)), 0, 0)
    done = libc().syscall(
        ctypes.c_long(_MOUNT_SETATTR),
        _AT_FDCWD,
        os.fsencode(path),
        flags,
        attributes,
        len(attributes),
    )
    check(done, f"mount_setattr {path}")


def limit_capabilities() -> None:
    """Let no program that is started from here have a capability."""
    for capability in range(64):
        libc().prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def drop_capabilities() -> None:
    """Give up all capabilities of this process, and of what it starts."""
    limit_capabilities()
    check(libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    header = struct.pack("Ii", _CAPABILITY_VERSION, 0)
    check(libc().capset(header, bytes(24)), "capset")


def forbid_unix_sockets() -> None:
    """Let system calls fail that make sockets which reach a service of this computer by a path, such as that of Docker.

    Read-only files do not prevent it, nor does a namespace of the network. Pairs of connected sockets stay allowed, but not
    those of datagrams, which can be connected anew, and neither io_uring, which makes sockets without these calls.
    """
    machine, socket_call, pair_call = _calls()
    _filter(
        machine,
        (_EQUAL, 0, 4, socket_call),
        (_LOAD, 0, 0, 16),  # the family
        (_EQUAL, 0, 1, socket.AF_UNIX),
        (_END, 0, 0, _DENY),
        (_END, 0, 0, _ALLOW),
        (_EQUAL, 0, 6, pair_call),
        (_LOAD, 0, 0, 24),  # the type, with flags
        (_AND, 0, 0, 0xF),
        (_EQUAL, 2, 0, socket.SOCK_STREAM),
        (_EQUAL, 1, 0, socket.SOCK_SEQPACKET),
        (_END, 0, 0, _DENY),
        (_END, 0, 0, _ALLOW),
    )


def forbid_sockets(*, and_processes: bool) -> None:
    """Let system calls fail that make sockets; and those that make processes, but not threads."""
    machine, socket_call, pair_call = _calls()
    lines = [*_deny(socket_call), *_deny(pair_call)]
    if and_processes:
        clone, others = _PROCESS_CALLS[os.uname().machine]
        lines += [line for number in others for line in _deny(number)]
        # The flags of clone3 are in memory, which a filter cannot read; the C library uses clone then.
        lines += _deny(_CLONE3, _NO_SUCH_CALL)
        lines += [
            (_EQUAL, 0, 4, clone),
            (_LOAD, 0, 0, 16),
            (_HAS_BIT, 1, 0, _CLONE_THREAD),
            (_END, 0, 0, _DENY),
            (_END, 0, 0, _ALLOW),
        ]
    _filter(machine, *lines)


def _deny(number: int, action: int = _DENY) -> tuple[_Line, _Line]:
    return (_EQUAL, 0, 1, number), (_END, 0, 0, action)


def _calls() -> tuple[int, int, int]:
    if os.uname().machine not in _SYSTEM_CALLS:
        raise OSError(errno.ENOSYS, "no filter of system calls for this machine")
    return _SYSTEM_CALLS[os.uname().machine]


def _filter(machine: int, *lines: _Line) -> None:
    program = (
        (_LOAD, 0, 0, 4),  # the machine
        (_EQUAL, 1, 0, machine),
        (_END, 0, 0, _DENY),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_NOT_LESS, 0, 1, _X32),
        (_END, 0, 0, _DENY),
        *_deny(_IO_URING_SETUP),
        *lines,
        (_END, 0, 0, _ALLOW),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    job = ctypes.create_string_buffer(struct.pack("HP", len(program), ctypes.addressof(code)))
    check(libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    check(libc().prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, job, 0, 0), "seccomp")
