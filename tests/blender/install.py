"""Installs the Blender clients of the tests into the cache: one virtual environment per version.

Run it with ``python tests/blender/install.py``. It needs the standard library only, and is the one place that says
where those environments are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Release:
    """A release of ``bpy`` on PyPI."""

    version: str
    python: str
    """The version of CPython that it needs."""


RELEASES = {
    "4.2": Release("4.2.23", "3.11"),
    "4.5": Release("4.5.15", "3.11"),
    "5.0": Release("5.0.1", "3.11"),
    "5.2": Release("5.2.3", "3.13"),
    "5.3": Release("5.3.0", "3.13"),
}
"""Every series that ``make blender`` installs."""

VERSIONS = {series: release.version for series, release in RELEASES.items()}
"""Every series and its release: short tests run with each."""

ENDS = (next(iter(RELEASES)), next(reversed(RELEASES)))
"""The oldest and the newest series: tests with many starts of Blender run with these two."""

# Each installation downloads and unpacks about a gigabyte; more at a time compete for the disk.
PARALLEL_INSTALLS = 3

# Written last, after a successful import: an environment without it is incomplete.
MARKER = ".extery-complete"

# The exit handlers of bpy can crash (4.2.23), so the check skips them.
IMPORT_CHECK = (
    "import bpy, os, sys; print(bpy.app.version_string.split()[0]); sys.stdout.flush(); os._exit(0)"
)


class InstallError(Exception):
    """An error that the user has to correct."""


@dataclass(frozen=True)
class Installed:
    """An environment with ``bpy``, which may not exist yet."""

    series: str
    folder: Path

    @property
    def release(self) -> str:
        return RELEASES[self.series].version

    @property
    def python_version(self) -> str:
        return RELEASES[self.series].python

    @property
    def complete(self) -> bool:
        return (self.folder / MARKER).is_file() and self.python.exists()

    @property
    def python(self) -> Path:
        """The interpreter that can import ``bpy``."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def scripts(self) -> Path:
        """Blender's own folder of Python scripts inside the wheel."""
        library = "Lib" if os.name == "nt" else f"lib/python{self.python_version}"
        return self.folder / library / "site-packages" / "bpy" / self.series / "scripts"

    @property
    def command_line_tool(self) -> Path:
        """Blender's stand-alone tool for extensions, which needs no ``bpy``."""
        return self.scripts / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py"

    @property
    def tags(self) -> Path:
        """The file with Blender's own lists of tags."""
        return self.scripts / "modules" / "_bpy_internal" / "extensions" / "tags.py"


def cache_folder() -> Path:
    """Return the folder for large downloads: ``EXTERY_CACHE``, or the cache folder of the platform."""
    if chosen := os.environ.get("EXTERY_CACHE"):
        return Path(chosen).expanduser().resolve()
    if sys.platform == "win32":
        return (
            Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
            / "extery"
            / "cache"
        )
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "extery"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "extery"


def installed(series: str) -> Installed:
    """Return the environment of a series."""
    return Installed(series, cache_folder() / f"bpy-{RELEASES[series].version}")


def install(series: str) -> bool:
    """Create the environment of a series; return False if a complete one exists."""
    target = installed(series)
    if target.complete:
        return False
    if target.python.exists() and not _import_error(target):
        # Complete, but made by hand or interrupted before the last step.
        (target.folder / MARKER).write_text(f"bpy {target.release}\n")
        return False
    target.folder.parent.mkdir(parents=True, exist_ok=True)
    with _working_folder(target) as made:
        _make(made)
        shutil.rmtree(target.folder, ignore_errors=True)
        try:
            made.folder.rename(target.folder)
        except OSError:
            if not target.complete:  # otherwise another process was faster
                raise
    return True


@contextmanager
def _working_folder(target: Installed) -> Iterator[Installed]:
    """A temporary folder next to the target, to be renamed; the interpreter works after that."""
    folder = Path(tempfile.mkdtemp(prefix=f".{target.folder.name}-", dir=target.folder.parent))
    try:
        yield Installed(target.series, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(made: Installed) -> None:
    python = find_python(made.python_version)
    if python is None:
        raise InstallError(
            f"bpy {made.release} needs CPython {made.python_version}, and none was found: install it"
            f" as 'python{made.python_version}' on PATH, with pyenv or with uv"
        )
    pip = _find_pip(python)
    _run([python, "-m", "venv", "--without-pip", made.folder], "making the virtual environment")
    # No index is named: it comes from pip's own configuration.
    _run(
        [
            *pip,
            "--python",
            made.python,
            "install",
            "--quiet",
            "--no-compile",  # tests import few of the modules
            "--only-binary",
            ":all:",
            f"bpy=={made.release}",
        ],
        f"installing bpy {made.release}",
    )
    if error := _import_error(made):
        raise InstallError(f"bpy {made.release} was installed but cannot be imported: {error}")
    (made.folder / MARKER).write_text(f"bpy {made.release}\n")


def find_python(version: str) -> Path | None:
    """Find an interpreter of a version such as ``"3.13"``: this one, on PATH, pyenv's or uv's.

    Each candidate is run: a shim of pyenv can be on PATH and fail because its version is not enabled.
    """
    return next(filter(lambda found: _is_python(found, version), _candidates(version)), None)


def _candidates(version: str) -> Iterator[Path]:
    yield Path(sys.executable)
    for name in (f"python{version}", "python3", "python"):
        if found := shutil.which(name):
            yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted((pyenv / "versions").glob(f"{version}*/bin/python"), reverse=True)
    if uv := shutil.which("uv"):
        asked = subprocess.run(
            [uv, "python", "find", version], check=False, capture_output=True, text=True
        )
        if asked.returncode == 0:
            yield Path(asked.stdout.strip())


def _is_python(candidate: Path, version: str) -> bool:
    try:
        asked = subprocess.run(
            [candidate, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"],
            check=False,
            capture_output=True,
            text=True,
        )
    except OSError:
        return False
    return asked.returncode == 0 and asked.stdout.strip() == version


def _find_pip(python: Path) -> list[str | Path]:
    for candidate in (sys.executable, python):
        asked = subprocess.run(
            [candidate, "-m", "pip", "--version"], check=False, capture_output=True
        )
        if asked.returncode == 0:
            return [candidate, "-m", "pip", "--disable-pip-version-check"]
    raise InstallError(
        "pip was not found in this Python nor in the one bpy needs: run this script with a Python that has it"
    )


def _import_error(environment: Installed) -> str:
    """Return why bpy cannot be imported, such as a missing system library, or an empty text."""
    asked = subprocess.run(
        [environment.python, "-I", "-c", IMPORT_CHECK], check=False, capture_output=True, text=True
    )
    if asked.returncode != 0:
        return (asked.stderr.strip().splitlines() or [f"exit status {asked.returncode}"])[-1]
    found = asked.stdout.split()[-1:]
    return "" if found == [environment.release] else f"found another release: {found}"


def _run(command: list[str | Path], what: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise InstallError(f"{what} failed:\n{done.stdout}{done.stderr}".rstrip())


def main() -> int:
    """Install every missing release; print where each is or why it failed."""
    status = 0
    with ThreadPoolExecutor(PARALLEL_INSTALLS) as pool:
        started = [(series, pool.submit(install, series)) for series in RELEASES]
        for series, installing in started:
            release = RELEASES[series].version
            try:
                state = "installed" if installing.result() else "already there"
            except InstallError as error:
                print(f"error: {error}", file=sys.stderr)
                status = 1
            else:
                print(f"bpy {release}: {state}, {installed(series).folder}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
