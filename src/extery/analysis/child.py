"""Child processes of this Python that read a stranger's sources, with limited memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import extery


def start_child(
    module: str, memory: int, *, with_packages: bool = False
) -> subprocess.Popen[bytes]:
    """Start a module of Extery with pipes; its first argument is the limit of its memory in bytes.

    Without site-packages and the user's settings it starts in 20 ms; ``with_packages`` keeps site-packages.
    """
    folder = str(Path(extery.__file__).parent.parent)
    options = ["-P", "-s"] if with_packages else ["-P", "-S", "-s"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
    }
    return subprocess.Popen(  # noqa: S603 (this Python and a module of ours)
        [sys.executable, *options, "-m", module, str(memory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment | {"PYTHONPATH": folder, "PYTHONUTF8": "1"},
    )


def stop_child(process: subprocess.Popen[bytes] | None) -> None:
    """Kill a child and wait for its end; does nothing without one."""
    if process is not None:
        process.kill()
        process.communicate()
