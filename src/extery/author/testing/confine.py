"""A script that starts a program with limits, and on Linux in namespaces: its own processes, files and network.

It imports nothing of the project, since it is started with ``-I -S`` for speed. The argument is JSON: ``command``, ``work``,
``size``, ``writable``, ``memory``, ``file_size``, ``network``, ``isolates`` and ``confines``. Without namespaces, it adopts all
processes that lose their parent, so that they can be found below it.
"""

import ctypes
import errno
import fcntl
import json
import os
import resource
import signal
import socket
import struct
import sys

_NEWNS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 2, 4, 8
_PR_SET_PDEATHSIG, _PR_SET_NAME, _PR_CAPBSET_DROP = 1, 15, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
#: Machine -> its number in filters of system calls, and the numbers of socket() and socketpair().
_SYSTEM_CALLS = {"x86_64": (0xC000003E, 41, 53), "aarch64": (0xC00000B7, 198, 199)}
_IO_URING_SETUP, _X32 = 425, 0x40000000
_DENY, _ALLOW = 0x50000 | errno.EACCES, 0x7FFF0000
_MOUNT_SETATTR, _RDONLY, _AT_RECURSIVE, _AT_FDCWD = 442, 1, 0x8000, -100
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
#: A bound for the numbers of processes and threads in the namespace; the kernel accepts no less than 301.
_MAX_PIDS = "2048"
#: The exit status if namespaces cannot be made.
NO_NAMESPACES = 97


def main():
    job = json.loads(sys.argv[1])
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if libc:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if not job["isolates"]:
        try:
            if job["confines"]:  # bubblewrap has made the namespaces
                _forbid_unix_sockets(libc)
        except OSError as error:
            print(error, file=sys.stderr)
            sys.exit(NO_NAMESPACES)
        _limit(job)
        sys.exit(_run(job["command"]))
    try:
        _enter_namespaces(libc, job)
    except OSError as error:
        print(f"no namespaces: {error}", file=sys.stderr)
        sys.exit(NO_NAMESPACES)
    first = os.fork()
    if first:
        _, status = os.waitpid(first, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 255)
    try:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NAME, b"extery-init", 0, 0, 0)
        _mount(libc, job)
        for capability in range(64):
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
        _forbid_unix_sockets(libc)
    except OSError as error:
        print(f"no namespaces: {error}", file=sys.stderr)
        os._exit(NO_NAMESPACES)
    _limit(job)
    os._exit(_run(job["command"]) & 255)


def _enter_namespaces(libc, job):
    user, group = os.getuid(), os.getgid()
    flags = _NEWUSER | _NEWNS | _NEWPID | _NEWIPC | (0 if job["network"] else _NEWNET)
    _check(libc.unshare(flags), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)
    if not job["network"]:
        # The loopback device, for tests with a server of their own.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
            fcntl.ioctl(device, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


def _mount(libc, job):
    """Make all files read-only, but for a folder of limited size in memory, and the files of the answer."""

    def mount(source, target, kind=None, flags=0, data=None):
        encoded = [text and os.fsencode(text) for text in (source, target, kind)]
        _check(
            libc.mount(*encoded, ctypes.c_ulong(flags), data and data.encode()), f"mount {target}"
        )

    mount("none", "/", flags=_MS_REC | _MS_PRIVATE)
    for path in job["writable"]:
        mount(path, path, flags=_MS_BIND)
    _set_read_only(libc, "/", True, _AT_RECURSIVE)
    for path in job["writable"]:
        _set_read_only(libc, path, False, 0)
    mount("tmpfs", job["work"], "tmpfs", _MS_NOSUID | _MS_NODEV, f"size={job['size']},mode=700")
    # It fails in a container with a masked /proc. Blender does not start without one, and that of the host shows all processes.
    mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    try:
        with open("/proc/sys/kernel/pid_max", "w", encoding="ascii") as file:
            file.write(_MAX_PIDS)
    except OSError:
        pass  # before Linux 6.14


def _forbid_unix_sockets(libc):
    """Let system calls fail that make sockets which reach a service of this computer by a path, such as that of Docker.

    Read-only files do not prevent it, nor does a namespace of the network. Pairs of connected sockets stay allowed, but not
    those of datagrams, which can be connected anew, and neither io_uring, which makes sockets without these calls.
    """
    if os.uname().machine not in _SYSTEM_CALLS:
        raise OSError(errno.ENOSYS, "no filter of system calls for this machine")
    machine, socket_call, pair_call = _SYSTEM_CALLS[os.uname().machine]
    load, equal, not_less, and_, end = 0x20, 0x15, 0x35, 0x54, 0x06
    # Operation, instructions to skip if true and if false, operand.
    program = (
        (load, 0, 0, 4),  # the machine
        (equal, 0, 12, machine),
        (load, 0, 0, 0),  # the number of the call
        (not_less, 10, 0, _X32),
        (equal, 9, 0, _IO_URING_SETUP),
        (equal, 2, 0, socket_call),
        (equal, 3, 0, pair_call),
        (end, 0, 0, _ALLOW),
        (load, 0, 0, 16),  # the family
        (equal, 4, 5, socket.AF_UNIX),
        (load, 0, 0, 24),  # the type, with flags
        (and_, 0, 0, 0xF),
        (equal, 2, 0, socket.SOCK_STREAM),
        (equal, 1, 0, socket.SOCK_SEQPACKET),
        (end, 0, 0, _DENY),
        (end, 0, 0, _ALLOW),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    job = ctypes.create_string_buffer(struct.pack("HP", len(program), ctypes.addressof(code)))
    _check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _check(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, job, 0, 0), "seccomp")


def _set_read_only(libc, path, is_read_only, flags):
    attributes = struct.pack("QQQQ", *((_RDONLY, 0) if is_read_only else (0, _RDONLY)), 0, 0)
    done = libc.syscall(
        ctypes.c_long(_MOUNT_SETATTR),
        _AT_FDCWD,
        os.fsencode(path),
        flags,
        attributes,
        len(attributes),
    )
    _check(done, f"mount_setattr {path}")


def _check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _limit(job):
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: job["file_size"]}
    if sys.platform == "linux":  # macOS refuses it
        limits[resource.RLIMIT_AS] = job["memory"]
    for kind, value in limits.items():
        _, hard = resource.getrlimit(kind)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    # A write beyond the limit is an error of the extension, and not the end of Blender.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _run(command):
    """Run the program and return its exit status, 128 and more for a signal; other processes that end are waited for."""
    for folder in (
        os.environ.get("HOME"),
        os.environ.get("TMPDIR"),
        os.environ.get("BLENDER_USER_RESOURCES"),
    ):
        if folder:
            os.makedirs(folder, exist_ok=True)
    child = os.fork()
    if not child:
        try:
            os.execv(command[0], command)
        except OSError as error:
            print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        finally:
            os._exit(127)
    while True:
        try:
            ended, status = os.wait()
        except ChildProcessError:
            return 127
        if ended == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


if __name__ == "__main__":
    main()
