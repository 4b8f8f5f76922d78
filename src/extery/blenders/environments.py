"""Environments with the module ``bpy``: virtual environments in the cache, made when they are first needed.

An environment is complete if its marker, which is written last, names the requirements of today. It is made in a folder
beside its own and renamed, under a lock, so a killed process leaves none that is half done.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from extery.blenders.installers import install_wheels, run
from extery.blenders.pythons import find_python
from extery.blenders.releases import RELEASES, SYSTEM_PACKAGES, Release
from extery.core.cache_folder import cache_folder
from extery.core.errors import Conflict, NotFound, Unavailable
from extery.core.file_lock import FileLock, LockTimeout
from extery.core.files import format_size
from extery.core.text import os_error_text

MARKER = ".extery-complete"
#: What pytest needs in Blender's Python: the same for all, as an add-on is tested and not pytest.
TOOLS = ("coverage==7.17.5", "pytest==9.2.0")

# The exit handlers of bpy can crash (4.2.23), so the check skips them.
_IMPORT_CHECK = (
    "import bpy, os, sys; print(bpy.app.version_string.split()[0]); sys.stdout.flush(); os._exit(0)"
)
#: Seconds to wait for another process that makes the same environment.
_WAIT = 3600.0

#: Is called with the bytes on disk so far.
OnProgress = Callable[[int], None]


class Environment(NamedTuple):
    """The environment of a series, which may not exist yet."""

    series: str
    folder: Path

    @property
    def release(self) -> Release:
        return RELEASES[self.series]

    @property
    def is_complete(self) -> bool:
        return _has_marker(self.folder, self.release.requirements) and self.python.exists()

    @property
    def python(self) -> Path:
        """The interpreter that can import ``bpy``."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def scripts(self) -> Path:
        """Blender's own folder of Python scripts inside the wheel."""
        library = "Lib" if os.name == "nt" else f"lib/python{self.release.python}"
        return self.folder / library / "site-packages" / "bpy" / self.series / "scripts"


def environments_folder() -> Path:
    """Return the folder of all environments. Raises `RuntimeError` if the user has no home folder."""
    return cache_folder().expanduser().absolute() / "blenders"


def environment_of(series: str) -> Environment:
    """Return the environment of a series of `RELEASES`."""
    return Environment(series, environments_folder() / f"bpy-{RELEASES[series].version}")


def make_environment(
    series: str,
    *,
    on_progress: OnProgress = lambda _: None,
    on_wait: Callable[[str], None] = lambda _: None,
) -> bool:
    """Make the environment of a series; return False if there is a complete one.

    Raises `NotFound` without its Python, `Conflict` if another process does not end its work, and `Unavailable` if the
    installation fails.
    """
    environment = environment_of(series)

    def make(folder: Path) -> None:
        made = Environment(series, folder)
        _create(made, on_progress)
        if error := _import_error(made):
            raise Unavailable.of(
                "environment.failed",
                variant="import",
                name=f"Blender {series}",
                reason=error,
                libraries=" ".join(SYSTEM_PACKAGES),
            )

    if environment.is_complete:
        return False
    _require_space(environment.folder.parent, environment.release)
    requirements = environment.release.requirements
    return _make_once(environment.folder, requirements, f"Blender {series}", make, on_wait)


def make_tools(python: str, *, on_wait: Callable[[str], None] = lambda _: None) -> Path:
    """Return the folder with pytest and coverage for a Python such as ``3.13``; make it if there is none.

    Raises the errors of `make_environment`.
    """
    folder = environments_folder() / f"tools-{python}"

    def make(made: Path) -> None:
        error = install_wheels(TOOLS, target=made, python=python)
        if error:
            raise _failed("pytest", error)
        if interpreter := find_python(python):
            _compile(interpreter, made)

    if not _has_marker(folder, TOOLS):
        _make_once(folder, TOOLS, "pytest", make, on_wait)
    return folder


def _make_once(
    folder: Path,
    requirements: list[str] | tuple[str, ...],
    name: str,
    make: Callable[[Path], None],
    on_wait: Callable[[str], None],
) -> bool:
    """Make a folder with ``make`` and the marker; return False if another process has made it meanwhile."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = _locked(folder, name, on_wait)
        try:
            if _has_marker(folder, requirements):
                return False
            for old in folder.parent.glob(f".{folder.name}-*"):  # of a killed process
                shutil.rmtree(old, ignore_errors=True)
            made = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            try:
                make(made)
                (made / MARKER).write_text(_marker(requirements), "utf-8")
                shutil.rmtree(folder, ignore_errors=True)
                made.rename(folder)
            finally:
                shutil.rmtree(made, ignore_errors=True)
        finally:
            lock.release()
    except OSError as error:
        raise _failed(name, os_error_text(error)) from error
    return True


def _locked(folder: Path, name: str, on_wait: Callable[[str], None]) -> FileLock:
    lock = FileLock(folder.parent / f".{folder.name}.lock")
    try:
        lock.acquire()
    except LockTimeout:
        on_wait(f"another process that installs {name}")
        try:
            lock.acquire(timeout=_WAIT)
        except LockTimeout as error:
            raise Conflict.of("environment.locked", name=name, path=str(folder)) from error
    return lock


def _create(made: Environment, on_progress: OnProgress) -> None:
    python = find_python(made.release.python)
    if python is None:
        raise NotFound.of("environment.no-python", series=made.series, python=made.release.python)
    made.folder.rmdir()  # venv of Python 3.13 wants to create it
    venv = [str(python), "-m", "venv", "--without-pip", str(made.folder)]
    if error := run(venv) or install_wheels(
        made.release.requirements,
        environment=made.python,
        on_progress=on_progress,
        watched=made.folder,
    ):
        raise _failed(f"Blender {made.series}", error)
    _compile(made.python, made.scripts.parents[2])


def _compile(python: Path, folder: Path) -> None:
    """Compile the modules in a folder: a test cannot write there, and would compile them each time."""
    run([str(python), "-m", "compileall", "-q", "-j", "0", str(folder)])


def _import_error(made: Environment) -> str:
    """Return why bpy cannot be imported, such as a missing system library, or an empty text."""
    try:
        asked = subprocess.run(  # noqa: S603 (the interpreter of the new environment)
            [str(made.python), "-I", "-c", _IMPORT_CHECK],
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=300,
        )
    except subprocess.TimeoutExpired:
        return "importing it takes more than 300 seconds"
    if asked.returncode != 0:
        return (asked.stderr.strip().splitlines() or [f"exit status {asked.returncode}"])[-1]
    found = asked.stdout.split()[-1:]
    return "" if found == [made.release.version] else f"found another release: {found}"


def _has_marker(folder: Path, requirements: list[str] | tuple[str, ...]) -> bool:
    try:
        return (folder / MARKER).read_text("utf-8") == _marker(requirements)
    except (OSError, ValueError):
        return False


def _marker(requirements: list[str] | tuple[str, ...]) -> str:
    return "".join(f"{line}\n" for line in requirements)


def _require_space(folder: Path, release: Release) -> None:
    """Raise `Unavailable` if the disk has less space than the installation needs."""
    existing = next((one for one in (folder, *folder.parents) if one.is_dir()), folder)
    try:
        free = shutil.disk_usage(existing).free
    except OSError:
        return
    needed = release.download + release.installed
    if free < needed:
        raise Unavailable.of(
            "environment.no-space",
            path=str(folder),
            needed=format_size(needed),
            free=format_size(free),
        )


def _failed(name: str, reason: str) -> Unavailable:
    return Unavailable.of("environment.failed", name=name, reason=reason)
