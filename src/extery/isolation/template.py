"""The template: a process without threads that has imported our functions, and is forked for each call. On Linux.

A message on its socket is a call, with descriptors: the file, the arguments that are files, and the ends of two pipes, for
the reply of the function and for the status, which the template writes when the process of the call has ended and left nothing
behind. A reader that closes the pipe of the status ends the call; the end of the socket ends all calls and the template.
"""

from __future__ import annotations

import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from extery.isolation import confinement, job
from extery.isolation.confinement import Confined
from extery.isolation.limits import MAX_FILES, Limits, Reason
from extery.isolation.processes import processes_below

#: Bytes of a message: names, arguments and limits.
MAX_MESSAGE = 150_000
#: Seconds after which a stream ends, however slow its caller is.
MAX_STREAM_SECONDS = 6 * 3600.0
_REASONS: dict[int, Reason] = {
    job.OUT_OF_MEMORY: "memory",
    job.TOO_MUCH_OUTPUT: "output",
    job.DISK_FULL: "disk",
}
_CPU_TOLERANCE = 0.5


def main() -> None:
    """Serve calls until the socket, whose descriptor is the first argument, is closed."""
    control = socket.socket(fileno=int(sys.argv[1]))
    setup = json.loads(control.recv(MAX_MESSAGE))
    try:
        if setup["kind"] == "namespaces":
            confinement.enter_namespaces()
        functions = _prepare(setup["functions"])
        confined = confinement.confine_template(setup["kind"], setup["hidden"], setup["folder"])
    except OSError as error:
        control.send(json.dumps({"failure": str(error)}).encode())
        return
    control.send(json.dumps({"failure": ""}).encode())
    _Template(control, functions, confined).serve()


def _prepare(paths: Mapping[str, str]) -> Mapping[str, str]:
    """Import the functions, and call what their modules have to warm up."""
    for path in paths.values():
        job.find_function(path)
        warm_up: Callable[[], None] | None = getattr(
            import_module(path.rpartition(".")[0]), "warm_up", None
        )
        if warm_up is not None:
            warm_up()
    gc.collect()
    gc.freeze()
    return paths


@dataclass
class _Call:
    pid: int
    status: int
    limits: Limits
    folder: str
    started: float
    is_stream: bool = False
    reason: Reason | None = None

    @property
    def deadline(self) -> float:
        # The caller counts how long it waits for a stream, without the time that it needs itself.
        return self.started + (MAX_STREAM_SECONDS if self.is_stream else self.limits.seconds)


class _Template:
    def __init__(
        self, control: socket.socket, functions: Mapping[str, str], confined: Confined
    ) -> None:
        self._control = control
        self._functions = functions
        self._confined = confined
        self._calls: dict[int, _Call] = {}
        self._wakeup, waker = os.pipe()
        os.set_blocking(self._wakeup, False)
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        try:
            while self._turn():
                pass
        finally:
            for call in self._calls.values():
                self._kill(call, "signal")
            while self._calls:
                self._reap(wait=True)

    def _turn(self) -> bool:
        """Wait for something to do and do it; return whether to go on."""
        waiting = select.poll()
        waiting.register(self._control, select.POLLIN)
        waiting.register(self._wakeup, select.POLLIN)
        for call in self._calls.values():
            waiting.register(call.status, 0)
        now = time.monotonic()
        nearest = min((call.deadline - now for call in self._calls.values()), default=None)
        ready = waiting.poll(None if nearest is None else max(0.0, nearest) * 1000 + 1)
        found = {descriptor for descriptor, _ in ready}
        if self._wakeup in found:
            with suppress(BlockingIOError):
                os.read(self._wakeup, 1024)
        now = time.monotonic()
        for call in self._calls.values():
            if call.status in found:  # its caller has closed the pipe
                self._kill(call, "signal")
            elif call.deadline <= now:
                self._kill(call, "time")
        self._reap()
        return self._control.fileno() not in found or self._receive()

    def _receive(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, MAX_MESSAGE, 3 + MAX_FILES)
        if not message:
            return False
        *files, reply, status = descriptors
        try:
            self._start(json.loads(message), files, reply, status)
        except OSError as error:  # no memory or too many processes: none of this call
            self._send_status(status, {"failure": str(error)})
            os.close(status)
        finally:
            for one in (*files, reply):
                os.close(one)
        return True

    def _start(
        self, message: Mapping[str, Any], files: Sequence[int], reply: int, status: int
    ) -> None:
        limits, is_stream = Limits(**message["limits"]), bool(message["stream"])
        path = self._functions[message["function"]]
        folder = self._confined.folder
        if self._confined.kind != "namespaces":
            folder = tempfile.mkdtemp(dir=folder)
        started = time.monotonic()
        pid = confinement.fork(self._confined)
        if pid:
            self._calls[pid] = _Call(pid, status, limits, folder, started, is_stream)
            return
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            *files, reply = _keep_only(*files, reply)
            try:
                confinement.confine_job(self._confined, limits, folder)
            except OSError:
                os._exit(job.NOT_CONFINED)
            job.limit_process(limits, self._confined.base_memory)
            with ExitStack() as opened, open(reply, "wb") as output:  # noqa: PTH123  descriptors
                source, *others = (opened.enter_context(open(one, "rb")) for one in files)  # noqa: PTH123
                arguments = message["arguments"] | dict(zip(message["files"], others, strict=True))
                run = job.run_stream if is_stream else job.run
                run(path, source, arguments, output, limits.output)
        finally:
            os._exit(1)

    def _kill(self, call: _Call, reason: Reason) -> None:
        call.reason = call.reason or reason
        with suppress(ProcessLookupError):
            os.kill(call.pid, signal.SIGKILL)

    def _reap(self, *, wait: bool = False) -> None:
        """Send the status of each call that has ended, once nothing of it is left."""
        flags = os.WEXITED | os.WNOWAIT | (0 if wait else os.WNOHANG)
        with suppress(ChildProcessError):
            while (ended := os.waitid(os.P_ALL, 0, flags)) is not None:
                call = self._calls.pop(ended.si_pid, None)
                if call is not None:
                    self._end(call)
                else:  # an orphan of a call
                    os.waitpid(ended.si_pid, 0)
                flags |= os.WNOHANG

    def _end(self, call: _Call) -> None:
        if self._confined.kind != "namespaces":
            with suppress(OSError):
                os.killpg(call.pid, signal.SIGKILL)
        _, status, usage = os.wait4(call.pid, 0)
        if self._confined.kind != "namespaces":
            self._end_strays()
            shutil.rmtree(call.folder, ignore_errors=True)
        code = os.waitstatus_to_exitcode(status)
        answer = {
            "failure": "the process cannot be confined" if code == job.NOT_CONFINED else "",
            "reason": call.reason or _reason(code, usage.ru_utime + usage.ru_stime, call.limits),
            "detail": "" if code == 0 else f"exit status {code}",
            "peak_memory": usage.ru_maxrss * 1024,
            "seconds": round(time.monotonic() - call.started, 4),
        }
        self._send_status(call.status, answer)
        os.close(call.status)

    def _end_strays(self) -> None:
        """End processes that have left the group of their call: this process has adopted them."""
        while strays := self._strays():
            for pid in strays:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            for pid in strays:
                with suppress(
                    ChildProcessError
                ):  # one below another is adopted when that has ended
                    os.waitpid(pid, 0)

    def _strays(self) -> set[int]:
        below = processes_below(os.getpid()).keys()
        return {*below}.difference(
            self._calls, *(processes_below(pid) for pid in self._calls if below)
        )

    def _send_status(self, status: int, answer: Mapping[str, Any]) -> None:
        with suppress(OSError):
            os.write(status, json.dumps(answer).encode())


def _reason(code: int, cpu_seconds: float, limits: Limits) -> Reason | None:
    """Return why a process with this exit status has no reply; ``None`` if it has one."""
    if code >= 0:
        return None if code == 0 else _REASONS.get(code, "crash")
    if -code == signal.SIGXCPU or cpu_seconds >= limits.cpu_seconds - _CPU_TOLERANCE:
        return "time"
    if -code in {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE}:
        return "crash"
    return "signal"


def _keep_only(*descriptors: int) -> list[int]:
    """Close all descriptors of this process but these and the standard ones, which lead nowhere; return their new numbers."""
    import fcntl

    end = 3 + len(descriptors)
    moved = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, end) for one in descriptors]
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(null, standard)
    numbers = [os.dup2(one, number, inheritable=False) for number, one in enumerate(moved, 3)]
    os.closerange(end, os.sysconf("SC_OPEN_MAX"))
    return numbers


if __name__ == "__main__":
    main()
