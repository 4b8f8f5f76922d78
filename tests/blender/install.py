"""Puts the Blender clients that the tests drive into the cache: one virtual environment per version, made in one step.

Run it with ``python tests/blender/install.py``. It uses nothing but the standard library, and it is also the one place that says
where those environments are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

VERSIONS = {"4.2": "4.2.23", "5.0": "5.0.1"}
"""The series that the tests name, and the release of ``bpy`` that stands for it."""

PYTHON = (3, 11)
"""Both releases were built for this Python and run in no other."""

# Written last, after the import has been seen to work: an environment without it is not taken for a whole one.
MARKER = ".extery-complete"

# bpy closes its exit handlers badly (4.2.23 can end with a segmentation fault), so the check leaves without them.
IMPORT_CHECK = (
    "import bpy, os, sys; print(bpy.app.version_string.split()[0]); sys.stdout.flush(); os._exit(0)"
)


class InstallError(Exception):
    """Something that the person at the terminal has to put right."""


@dataclass(frozen=True)
class Installed:
    """One environment with ``bpy`` in it, whether it exists yet or not."""

    series: str
    folder: Path

    @property
    def release(self) -> str:
        return VERSIONS[self.series]

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
        library = "Lib" if os.name == "nt" else f"lib/python{PYTHON[0]}.{PYTHON[1]}"
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
    """The folder for things that are dear to fetch: ``EXTERY_CACHE``, or the platform's place for caches."""
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
    """Where the environment of that series is, or will be."""
    return Installed(series, cache_folder() / f"bpy-{VERSIONS[series]}")


def install(series: str) -> bool:
    """Make the environment of that series; false if a whole one was there already."""
    target = installed(series)
    if target.complete:
        return False
    if target.python.exists() and not _import_error(target):
        # A whole environment that was made by hand, or by someone who was stopped before the last step.
        (target.folder / MARKER).write_text(f"bpy {target.release}\n")
        return False
    target.folder.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target) as made:
        _make(made)
        shutil.rmtree(target.folder, ignore_errors=True)
        try:
            made.folder.rename(target.folder)
        except OSError:
            if not target.complete:  # otherwise somebody else was faster, and theirs is as good
                raise
    return True


@contextmanager
def _beside(target: Installed) -> Iterator[Installed]:
    """A folder next to the target to work in. A rename is then all that is left, and only the interpreter is used, which survives it."""
    folder = Path(tempfile.mkdtemp(prefix=f".{target.folder.name}-", dir=target.folder.parent))
    try:
        yield Installed(target.series, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(made: Installed) -> None:
    python, pip = _find_python(), _find_pip()
    _run([python, "-m", "venv", "--without-pip", made.folder], "making the virtual environment")
    # No index is named: it comes from pip's own configuration.
    _run(
        [
            *pip,
            "--python",
            made.python,
            "install",
            "--quiet",
            "--only-binary",
            ":all:",
            f"bpy=={made.release}",
        ],
        f"installing bpy {made.release}",
    )
    if error := _import_error(made):
        raise InstallError(f"bpy {made.release} was installed but cannot be imported: {error}")
    (made.folder / MARKER).write_text(f"bpy {made.release}\n")


def _find_python() -> str:
    wanted = f"{PYTHON[0]}.{PYTHON[1]}"
    candidates = [sys.executable] if sys.version_info[:2] == PYTHON else []
    candidates += [
        found for name in (f"python{wanted}", "python3", "python") if (found := shutil.which(name))
    ]
    for candidate in candidates:
        asked = subprocess.run(
            [candidate, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"],
            check=False,
            capture_output=True,
            text=True,
        )
        if asked.returncode == 0 and asked.stdout.strip() == wanted:
            return candidate
    raise InstallError(
        f"bpy needs CPython {wanted}, and none was found: install it so that 'python{wanted}' is on PATH"
    )


def _find_pip() -> list[str]:
    for python in (sys.executable, _find_python()):
        if (
            subprocess.run(
                [python, "-m", "pip", "--version"], check=False, capture_output=True
            ).returncode
            == 0
        ):
            return [python, "-m", "pip", "--disable-pip-version-check"]
    raise InstallError(
        "pip was not found in this Python nor in the one bpy needs: run this script with a Python that has it"
    )


def _import_error(environment: Installed) -> str:
    """Why bpy cannot be imported there, for example a library that the system lacks; empty if it can."""
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
    """Install every version that is missing and say in one line each where it is."""
    try:
        for series in VERSIONS:
            news = "installed" if install(series) else "already there"
            print(f"bpy {VERSIONS[series]}: {news}, {installed(series).folder}")
    except InstallError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
