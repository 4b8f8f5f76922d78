"""Measures the CPU time of the first ``extery serve`` on an empty folder, until its first response.

The peer in the same run is ``django-admin migrate`` with the same settings on another empty folder.
CPU time is the user and system time of the process and its children; medians of all rounds.

    python benchmarks/first_start.py [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

MAX_SECONDS = 5


def main() -> None:
    """Measure and print; exit with 1 above the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    starts, later_starts, migrations = [], [], []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory(prefix="extery-benchmark-") as folder:
            data = Path(folder) / "data"
            starts.append(serve(data))
            later_starts.append(serve(data))
            migrations.append(migrate(Path(folder) / "peer"))
    first, later, peer = map(statistics.median, (starts, later_starts, migrations))
    missed = first > MAX_SECONDS
    print(f"CPU time until the first response, median of {options.rounds} rounds\n")
    print(f"{'':22}{'CPU time':>9}{'of peer':>9}{'limit':>7}")
    print(f"{'django-admin migrate':22}{peer:7.2f} s{1:9.2f}")
    print(
        f"{'extery serve, first':22}{first:7.2f} s{first / peer:9.2f}{MAX_SECONDS:5} s"
        f"  {'exceeded' if missed else 'met'}"
    )
    print(f"{'extery serve, later':22}{later:7.2f} s{later / peer:9.2f}")
    sys.exit(1 if missed else 0)


def serve(data: Path) -> float:
    """Return the CPU seconds of a server that is stopped after its first response."""
    before = cpu_of_children()
    log = data.with_suffix(".log")
    command = [sys.executable, "-m", "extery", "serve", "--port", "0", "--data", str(data)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            with urllib.request.urlopen(address(process, log), timeout=60) as response:
                response.read()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    return cpu_of_children() - before


def address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the server listens; return its URL."""
    while process.poll() is None:
        if match := re.search(r"http://127\.0\.0\.1:\d+/", log.read_text(encoding="utf-8")):
            return match[0]
        time.sleep(0.02)
    sys.exit(f"the server did not start:\n{log.read_text(encoding='utf-8')}")


def migrate(data: Path) -> float:
    """Return the CPU seconds of the migrations alone."""
    before = cpu_of_children()
    data.mkdir()
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
        env={
            **os.environ,
            "EXTERY_DATA": str(data),
            "DJANGO_SETTINGS_MODULE": settings_module(),
        },
        check=True,
    )
    return cpu_of_children() - before


def settings_module() -> str:
    """Return the settings of the server."""
    from extery_site.project.startup import SETTINGS_MODULE

    return SETTINGS_MODULE


def cpu_of_children() -> float:
    """Return the CPU time of all descendants that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
