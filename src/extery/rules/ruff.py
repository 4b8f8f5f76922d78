"""Run ruff on the modules of an extension, for what its rules find and ours need not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

#: Seconds; only hostile sources reach it.
TIME_LIMIT = 30.0


class RuffFinding(NamedTuple):
    """A finding in the module ``path``; line and column count from 1."""

    path: str
    code: str
    message: str
    line: int
    column: int


def find_ruff() -> str | None:
    """Return the program beside this Python, or in the search path; ``None`` if it is not installed."""
    beside = Path(sys.executable).with_name("ruff.exe" if sys.platform == "win32" else "ruff")
    if beside.is_file():
        return str(beside)
    found = shutil.which("ruff")
    # Windows searches the current folder too, and that is often the one that is checked.
    return found if found and Path(found).resolve().parent != Path.cwd() else None


def run_ruff(
    sources: Iterable[tuple[str, bytes]], *, select: str, python: str
) -> list[RuffFinding]:
    """Return the findings of the rules ``select`` in modules of a ``python`` such as ``3.11``.

    Settings and comments of the sources other than ``noqa`` are ignored. Without ruff, or if it fails or takes too
    long, the result is empty.
    """
    program = find_ruff()
    if program is None:
        return []
    with tempfile.TemporaryDirectory(prefix="extery-") as folder:
        paths = _write(Path(folder), sources)
        command = [
            *(program, "check", "--isolated", "--no-cache", "--exit-zero", "--quiet"),
            *("--output-format", "json", "--select", select),
            *("--target-version", f"py{python.replace('.', '')}", folder),
        ]
        try:
            result = subprocess.run(  # noqa: S603 (a program that the user installed)
                command, capture_output=True, check=True, timeout=TIME_LIMIT
            )
            rows = json.loads(result.stdout)
        except (OSError, ValueError, subprocess.SubprocessError):
            return []
    return [finding for row in rows if (finding := _finding(row, paths)) is not None]


def _write(folder: Path, sources: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Write each source under a name of ours, and return the paths by these names."""
    paths = {}
    for number, (path, data) in enumerate(sources):
        file = folder.resolve() / f"{number}.py"
        file.write_bytes(data)
        paths[str(file)] = path
    return paths


def _finding(row: dict[str, Any], paths: dict[str, str]) -> RuffFinding | None:
    with suppress(KeyError, TypeError):
        place = row["location"]
        path = paths[row["filename"]]
        return RuffFinding(path, row["code"], row["message"], place["row"], place["column"])
    return None
