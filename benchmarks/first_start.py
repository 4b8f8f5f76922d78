"""CPU time of the first ``extery serve`` on an empty folder, until its first answer.

Peer in the same run: ``django-admin migrate`` with the same settings on another empty folder.
Counted is user and system time of the process and its children.

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
    """Measure, print, and fail above the limit."""
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
    print(f"django-admin migrate {peer:6.2f} s of CPU   1.00")
    print(f"first extery serve   {first:6.2f} s of CPU   {first / peer:4.2f}")
    print(f"later extery serve   {later:6.2f} s of CPU   {later / peer:4.2f}")
    missed = first > MAX_SECONDS
    print(f"at most {MAX_SECONDS} s for the first start: {'MISSED' if missed else 'reached'}")
    sys.exit(1 if missed else 0)


def serve(data: Path) -> float:
    """CPU seconds of a server that is stopped after its first answer."""
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
    """Where the server listens, once it does."""
    while process.poll() is None:
        if match := re.search(r"http://127\.0\.0\.1:\d+/", log.read_text(encoding="utf-8")):
            return match[0]
        time.sleep(0.02)
    sys.exit(f"the server did not start:\n{log.read_text(encoding='utf-8')}")


def migrate(data: Path) -> float:
    """CPU seconds of the migrations alone."""
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
    """The settings that the server uses."""
    from extery_site.project.startup import SETTINGS_MODULE

    return SETTINGS_MODULE


def cpu_of_children() -> float:
    """User and system time of all children that have ended, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
