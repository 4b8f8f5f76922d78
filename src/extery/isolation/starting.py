"""Start a template in the best confinement that the system allows, with an environment without secrets."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import extery
from extery.isolation.bubblewrap import bubblewrap
from extery.isolation.confinement import (
    CONFINEMENTS,
    Confinement,
    hidden_folders,
    working_folder,
)
from extery.isolation.limits import IsolationError, Limits

#: Seconds in which a template imports its functions.
_START_TIMEOUT = 60.0
_MAX_ANSWER = 10_000
#: The temporary folders of templates without namespaces, followed by the number of the process that calls.
_FOLDER_PREFIX = "extery-isolated-"
#: Variables that processes of isolated functions keep.
_KEPT_VARIABLES = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TZ")
#: The confinement that a template of this program has started with: others are not tried again.
_works: dict[str, Confinement] = {}


@dataclass
class Template:
    """A running template; ``lock`` is held while something is sent to it."""

    kind: Confinement
    process: subprocess.Popen[bytes]
    control: socket.socket
    folder: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def close(self) -> None:
        """End it with all calls, and remove what it may have left."""
        self.control.close()
        try:
            self.process.wait(5.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def clean_environment() -> dict[str, str]:
    """Return the environment of a process for untrusted bytes."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        # The folders of the program, since its Python starts without the current one and the user's.
        "PYTHONPATH": os.pathsep.join(_import_folders()),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
    }


def _import_folders() -> Iterable[str]:
    source = str(Path(extery.__file__).parent.parent)
    return dict.fromkeys([source, *(path for path in sys.path if path and Path(path).is_dir())])


def python_command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of ours with this Python."""
    return [sys.executable, "-P", "-s", "-m", module, *arguments]


def start_template(functions: Mapping[str, str], hidden: Sequence[str]) -> Template:
    """Start a template for functions, by names and dotted paths, that cannot read the folders ``hidden``.

    Raises `IsolationError`.
    """
    failures = []
    for kind in [_works[""]] if _works else CONFINEMENTS:
        if kind == "bubblewrap" and not shutil.which("bwrap"):
            continue
        try:
            template = _start(kind, functions, hidden)
        except (OSError, ValueError) as error:
            failures.append(f"{kind}: {error}")
            continue
        _works[""] = kind
        return template
    raise IsolationError("; ".join(failures))


def _start(kind: Confinement, functions: Mapping[str, str], hidden: Sequence[str]) -> Template:
    control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with _closed_on_error(control), other:
        command = python_command("extery.isolation.template", str(other.fileno()))
        folder = own_folder = ""
        if kind == "bubblewrap":
            folder = working_folder()
            covered = {folder: Limits().disk, **dict.fromkeys(hidden_folders(hidden), 4096)}
            command = [*bubblewrap(covered), *command]
        elif kind == "filter":
            remove_old_folders()
            folder = own_folder = tempfile.mkdtemp(prefix=f"{_FOLDER_PREFIX}{os.getpid()}-")
        process = subprocess.Popen(  # noqa: S603  this Python and a module of ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=clean_environment(),
            cwd="/",
            pass_fds=[other.fileno()],
        )
        template = Template(kind, process, control, own_folder)
        other.close()
        setup = {
            "kind": kind,
            "functions": dict(functions),
            "hidden": list(hidden),
            "folder": folder,
        }
        try:
            control.settimeout(_START_TIMEOUT)
            control.send(json.dumps(setup).encode())
            answer = control.recv(_MAX_ANSWER)
            if not answer:
                raise OSError("it has ended while it started")
            if failure := json.loads(answer)["failure"]:
                raise OSError(failure)
            control.settimeout(None)
        except BaseException:
            template.close()
            raise
        return template


@contextmanager
def _closed_on_error(opened: socket.socket) -> Iterator[None]:
    try:
        yield
    except BaseException:
        opened.close()
        raise


def remove_old_folders() -> None:
    """Remove the temporary folders of programs that were killed together with their templates."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER_PREFIX}*-*"):
        pid = folder.name.removeprefix(_FOLDER_PREFIX).partition("-")[0]
        if pid.isdecimal() and not _is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        try:
            os.kill(pid, 0)
        except PermissionError:
            return True
        return True
    return False
