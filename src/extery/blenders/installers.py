"""Install wheels from the package index with uv if it is there, else with pip, each by its own configuration."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from extery.core.files import folder_size
from extery.core.text import os_error_text

#: Seconds between two reports of the bytes on disk.
_INTERVAL = 1.0
_MAX_REASON = 600


def install_wheels(
    requirements: Iterable[str],
    *,
    environment: Path | None = None,
    target: Path | None = None,
    python: str = "",
    watched: Path | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> str:
    """Install wheels for the interpreter ``environment``, or into the folder ``target`` for the version ``python``.

    Returns why it failed, or an empty text. ``on_progress`` is called with the bytes in the folder ``watched``.
    """
    where = ["--python-version", python, "--target", str(target)] if target else []
    wheels = ["--only-binary", ":all:", *requirements]
    uv = shutil.which("uv")
    if uv:
        interpreter = ["--python", str(environment)] if environment else []
        command = [uv, "pip", "install", "--quiet", *interpreter, *where, *wheels]
    else:
        pip = _find_pip()
        if not pip:
            return "neither uv nor pip was found: install one of them"
        interpreter = ["--python", str(environment)] if environment else []
        options = ["--quiet", "--no-compile", "--disable-pip-version-check"]
        command = [*pip, *interpreter, "install", *options, *where, *wheels]
    return run(command, watched=watched, on_progress=on_progress)


def _find_pip() -> list[str]:
    """Return the command of a pip: of this Python, else on PATH."""
    for candidate in ([sys.executable, "-m", "pip"], ["pip3"], ["pip"]):
        program = shutil.which(candidate[0])
        if program and not run([program, *candidate[1:], "--version"]):
            return [program, *candidate[1:]]
    return []


def run(
    command: Sequence[str],
    *,
    watched: Path | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> str:
    """Run a program; return the end of what it prints if it fails, or an empty text."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        process = subprocess.Popen(  # noqa: S603 (pip, uv or venv)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=inherited,
            text=True,
            errors="replace",
        )
    except OSError as error:
        return os_error_text(error)
    with process:
        try:
            while True:
                try:
                    output, _ = process.communicate(timeout=_INTERVAL if watched else None)
                    break
                except subprocess.TimeoutExpired:
                    if watched:
                        on_progress(folder_size(watched))
        except BaseException:
            process.kill()
            raise
    if process.returncode == 0:
        return ""
    lines = [line for line in output.splitlines() if line.strip() and "WARNING" not in line]
    return "\n".join(lines)[-_MAX_REASON:] or f"exit status {process.returncode}"
