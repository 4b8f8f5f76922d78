"""Peak memory of a Python script, measured in a child process."""

from __future__ import annotations

import os
import subprocess
import sys

# `ru_maxrss` of a new process starts with that of its parent; VmHWM of Linux does not.
_TELL = """
import pathlib, resource
status = pathlib.Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else []
high = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")]
print(high[0] if high else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_of(script: str, *arguments: str, **variables: str) -> int:
    """Return the peak memory of the script in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", script + _TELL, *arguments],
        capture_output=True,
        check=True,
        env={**os.environ, **variables},
    )
    return int(done.stdout)
