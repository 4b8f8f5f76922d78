"""Find Pythons of a version on this computer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

#: Seconds that a Python may take to print its version.
_TIME_LIMIT = 60.0


def find_python(version: str) -> Path | None:
    """Find an interpreter of a version such as ``"3.13"``: this one, on PATH, pyenv's or uv's.

    Each candidate is run: a shim of pyenv can be on PATH and fail because its version is not enabled.
    """
    return next((found for found in _candidates(version) if _is_python(found, version)), None)


def _candidates(version: str) -> Iterator[Path]:
    yield Path(sys.executable)
    for name in (f"python{version}", "python3", "python"):
        if found := shutil.which(name):
            yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted((pyenv / "versions").glob(f"{version}*/bin/python"), reverse=True)
    if uv := shutil.which("uv"):
        found = _output([uv, "python", "find", version])
        if found:
            yield Path(found)


def _is_python(candidate: Path, version: str) -> bool:
    code = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
    return _output([str(candidate), "-c", code]) == version


def _output(command: list[str]) -> str:
    """Return what a program prints, or an empty text if it fails."""
    try:
        asked = subprocess.run(  # noqa: S603 (programs on the user's PATH)
            command, check=False, capture_output=True, text=True, timeout=_TIME_LIMIT
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""
