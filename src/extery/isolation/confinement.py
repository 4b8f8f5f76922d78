"""How the processes of isolated functions are confined on this system.

``namespaces``: on Linux, if the system lets users make them. The template has no network, sees no other processes in
/proc, can write no file, and has empty folders in place of those that it is told to hide. Each call has its own processes,
and its own temporary folder in memory; the kernel removes both with the first process of the call.
``bubblewrap``: the same, by a program that a system may allow to make namespaces; all calls share one temporary
folder.
``filter``: on Linux without namespaces. System calls that make sockets fail. Files can be read as the user can.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

from extery.isolation import linux
from extery.isolation.limits import Limits

Confinement = Literal["namespaces", "bubblewrap", "filter"]
#: In order of preference.
CONFINEMENTS: tuple[Confinement, ...] = ("namespaces", "bubblewrap", "filter")
#: Processes and threads of a call at once, with namespaces; a check of a package needs two.
MAX_PROCESSES = 64
#: Folders that exist on every Linux. One of them is covered by the temporary folder of a call.
_COVERED = ("/tmp", "/var/tmp", "/dev/shm", "/mnt", "/media", "/srv", "/run")  # noqa: S108


class Confined(NamedTuple):
    """A template in its confinement; ``base_memory`` is its own address space in bytes."""

    kind: Confinement
    folder: str
    base_memory: int
    own_processes: int = -1
    """Descriptor of its namespace of processes."""


def working_folder() -> str:
    """Return a folder that nothing of this Python needs, to be covered by another one."""
    needed = {os.path.realpath(path) for path in (*sys.path, sys.prefix, sys.base_prefix) if path}
    needed.add(os.path.realpath(sys.executable))
    for folder in (tempfile.gettempdir(), *_COVERED):
        real = os.path.realpath(folder)
        if Path(real).is_dir() and not any(_is_below(path, real) for path in needed):
            return real
    raise OSError("no folder for temporary files")


def hidden_folders(folders: Sequence[str]) -> list[str]:
    """Return those of the folders that exist and have nothing of this Python."""
    needed = {os.path.realpath(path) for path in (*sys.path, sys.prefix, sys.base_prefix) if path}
    real = [os.path.realpath(folder) for folder in folders]
    return [
        folder
        for folder in real
        if Path(folder).is_dir() and not any(_is_below(path, folder) for path in needed)
    ]


def _is_below(path: str, folder: str) -> bool:
    return Path(path).is_relative_to(folder)


def enter_namespaces() -> None:
    """Enter namespaces of the user, the network, files and processes: a child of this process, in which it returns.

    This process waits for the end of the child, and ends too. Raises `OSError`.
    """
    flags = linux.NEWNS | linux.NEWIPC | linux.NEWNET | linux.NEWPID
    linux.enter_user_namespace(flags)
    if child := os.fork():
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 255)
    linux.die_with_parent()


def confine_template(kind: Confinement, hidden: Sequence[str], folder: str) -> Confined:
    """Confine this process, which has one thread and has imported what it needs; with namespaces after `enter_namespaces`.

    ``folder`` is for temporary files where there are no namespaces. Raises `OSError`.
    """
    base = _address_space()
    with suppress(OSError):
        # When the memory of the machine is used up, these processes are to end before others.
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    linux.adopt_orphans()
    if kind != "namespaces":
        return Confined(kind, folder, base)
    folder = working_folder()
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    # The file systems of kernels show the environment of other processes of the user.
    for path in ("/proc", *hidden_folders(hidden)):
        linux.mount_memory(path, 4096)
    linux.set_read_only("/", is_read_only=True, flags=linux.AT_RECURSIVE)
    return Confined(kind, folder, base, own)


def fork(confined: Confined) -> int:
    """Fork; with namespaces, the child is the first process of a new one."""
    if confined.kind != "namespaces":
        return os.fork()
    linux.unshare(linux.NEWPID)
    try:
        return os.fork()
    finally:
        # In the child this has no effect: it is in its namespace already.
        with suppress(OSError):
            linux.enter_namespace(confined.own_processes, linux.NEWPID)


def confine_job(confined: Confined, limits: Limits, folder: str) -> None:
    """Confine a child of the template that is going to make one call, in ``folder``. Raises `OSError`."""
    linux.die_with_parent()
    if confined.kind == "namespaces":
        linux.unshare(linux.NEWNS)
        linux.mount_memory(folder, limits.disk)
        limit_processes()
        linux.drop_capabilities()
    else:
        os.setsid()
    os.chdir(folder)
    tempfile.tempdir = folder
    with suppress(OSError):  # a machine for which there is no filter
        linux.forbid_sockets(and_processes=not limits.processes)


def limit_processes() -> None:
    """Limit the processes of this call, which are counted in a user namespace of its own.

    The limit counts the processes of a user; without the namespace, those of the site and of other calls would be among them.
    Linux does not limit those of root.
    """
    import resource

    with suppress(OSError):  # a system on which namespaces cannot be nested
        linux.unshare(linux.NEWUSER)
        resource.setrlimit(resource.RLIMIT_NPROC, (MAX_PROCESSES, MAX_PROCESSES))


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")
