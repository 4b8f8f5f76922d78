"""A script that starts a program with limits, and on Linux in namespaces: its own processes, files and network.

Of the project it imports the system calls only, since it is started with ``-I -S`` for speed. The argument is JSON: ``command``, ``work``,
``size``, ``writable``, ``hidden``, ``memory``, ``file_size``, ``network``, ``isolates`` and ``confines``. Without namespaces, it adopts all
processes that lose their parent, so that they can be found below it.
"""

import fcntl
import json
import os
import resource
import signal
import socket
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(__file__)))))

from extery.isolation import linux

_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
#: A bound for the numbers of processes and threads in the namespace; the kernel accepts no less than 301.
_MAX_PIDS = "2048"
#: The exit status if namespaces cannot be made.
NO_NAMESPACES = 97


def main():
    job = json.loads(sys.argv[1])
    if sys.platform == "linux":
        linux.die_with_parent()
        linux.adopt_orphans()
    if not job["isolates"]:
        try:
            if job["confines"]:  # bubblewrap has made the namespaces
                linux.forbid_unix_sockets()
        except OSError as error:
            print(error, file=sys.stderr)
            sys.exit(NO_NAMESPACES)
        _limit(job)
        sys.exit(_run(job["command"]))
    try:
        _enter_namespaces(job)
    except OSError as error:
        print(f"no namespaces: {error}", file=sys.stderr)
        sys.exit(NO_NAMESPACES)
    first = os.fork()
    if first:
        _, status = os.waitpid(first, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 255)
    try:
        linux.die_with_parent()
        linux.set_name("extery-init")
        _mount(job)
        linux.limit_capabilities()
        linux.forbid_unix_sockets()
    except OSError as error:
        print(f"no namespaces: {error}", file=sys.stderr)
        os._exit(NO_NAMESPACES)
    _limit(job)
    os._exit(_run(job["command"]) & 255)


def _enter_namespaces(job):
    flags = linux.NEWNS | linux.NEWPID | linux.NEWIPC
    linux.enter_user_namespace(flags | (0 if job["network"] else linux.NEWNET))
    if not job["network"]:
        # The loopback device, for tests with a server of their own.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
            fcntl.ioctl(device, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


def _mount(job):
    """Make all files read-only, but for a folder of limited size in memory, and the files of the answer."""
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    for path in job["writable"]:
        linux.mount(path, path, flags=linux.MS_BIND)
    linux.set_read_only("/", is_read_only=True, flags=linux.AT_RECURSIVE)
    for path in job["writable"]:
        linux.set_read_only(path, is_read_only=False)
    for path in job["hidden"]:
        linux.mount_memory(path, 4096)
        linux.set_read_only(path, is_read_only=True)
    linux.mount_memory(job["work"], job["size"])
    # It fails in a container with a masked /proc. Blender does not start without one, and that of the host shows all processes.
    linux.mount("proc", "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    try:
        with open("/proc/sys/kernel/pid_max", "w", encoding="ascii") as file:
            file.write(_MAX_PIDS)
    except OSError:
        pass  # before Linux 6.14


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
