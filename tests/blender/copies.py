"""Runs in an environment of ``bpy``: makes a copy of this process, which has loaded something, for each request on a socket.

The other end is ``processes.py``. Imports nothing of the project: another Python runs it.
"""

import contextlib
import json
import os
import socket


def serve_copies(run):
    """Call ``run(request)`` in a copy of this process for each request on the socket that is stdin, until its end.

    A request is the size of a JSON object, four descriptors, and the object. The descriptors are stdin, stdout and stderr of
    the copy, and where a parent of it writes the process ID and the exit status. ``run`` ends the process.
    """
    control = socket.socket(fileno=os.dup(0))
    while size := receive(control, 4)[0]:
        text, descriptors = receive(control, int.from_bytes(size, "big"))
        if os.fork() == 0:
            control.close()
            watch(run, json.loads(text), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def receive(control, size):
    """Return exactly so many bytes and the descriptors that come with them; nothing at the end."""
    data, descriptors = b"", []
    while len(data) < size:
        part, more, _, _ = socket.recv_fds(control, size - len(data), 4)
        if not part:
            return b"", []
        data += part
        descriptors += more
    return data, descriptors


def watch(run, request, descriptors):
    """Run a copy of this process, report how it ends, and exit."""
    *stdio, status = descriptors
    child = os.fork()
    if child == 0:
        os.close(status)
        os.setsid()  # so that its sub-processes can be killed with it
        for number, descriptor in enumerate(stdio):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.environ.clear()
        os.environ.update(request["environment"])
        run(request)
    for descriptor in stdio:
        os.close(descriptor)
    os.write(status, f"{child}\n".encode())
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.write(status, f"{ended}\n".encode())
    os._exit(0)
