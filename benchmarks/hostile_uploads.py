"""Measures what hostile packages cost when the site checks them, and what isolation costs for an ordinary one.

Prints for each input: what was found, the peak memory of its process, by how much that of this process rose, seconds, and
what was left behind (processes, temporary files). Then the median time to check an ordinary add-on in isolation and in this process.

    python benchmarks/hostile_uploads.py [--runs 20] [INPUT ...]    # Linux
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

sys.path.insert(0, str(Path(__file__).parent.parent))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("inputs", nargs="*", metavar="INPUT")
    options = parser.parse_args()
    from tests.site.scanning.hostile_archives import HOSTILE

    if options.write:
        [name] = options.inputs
        options.write.write_bytes(HOSTILE[name].make())
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EXTERY_DATA"] = f"{folder}/data"
        from extery_site.project.startup import load_settings

        load_settings()
        import django

        django.setup()
        print(
            "input                       KB  found                     memory  here  seconds  left"
        )
        for name in options.inputs or HOSTILE:
            path = Path(folder, "input.zip")
            command = [sys.executable, __file__, "--write", str(path), name]
            subprocess.run(command, check=True)
            with path.open("rb") as file:
                _measure(name, file, path.stat().st_size)
        _measure_ordinary(Path(folder), options.runs)


def _measure(name: str, file: BinaryIO, size: int) -> None:
    from extery.isolation.processes import processes_below
    from extery_site.project.isolation import isolation
    from extery_site.scanning.package_check import check_package

    template = isolation().pid
    below = processes_below(os.getpid()).keys()
    before = set(Path(tempfile.gettempdir()).iterdir())
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    memory = _memory("VmRSS")
    started = time.monotonic()
    found = check_package(file, "input.zip")
    seconds = time.monotonic() - started
    here = _memory("VmHWM") - memory
    left = processes_below(os.getpid()).keys() - below
    files = {p for p in set(Path(tempfile.gettempdir()).iterdir()) - before if "isolated" in p.name}
    codes = sorted({p.code for p in found.problems}, key=lambda code: code.startswith("code.un"))
    remains = f"{len(left)}, {len(files)}" if left or files else "nothing"
    assert isolation().pid == template
    print(
        f"{name:25} {size // 1000:6}  {', '.join(codes)[:25] or '-':25}"
        f" {found.peak_memory / 1e6:4.0f} MB {max(here, 0) / 1000:3.0f} MB {seconds:6.2f} s  {remains}"
    )


def _memory(field: str) -> int:
    """Return a value of the memory of this process in kilobytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{field}:")[2].split()[0])


def _measure_ordinary(folder: Path, runs: int) -> None:
    from tests.site.packages import package

    from extery.rules.engine import Scope
    from extery.rules.engine import check_package as check_here
    from extery_site.scanning.package_check import check_package

    source = random.Random(1)
    lines = (f"def f{i}(a):\n    return a + {source.random()}\n" for i in range(2_000))
    path = folder / "ordinary.zip"
    path.write_bytes(package(files={"code.py": "\n".join(lines)}))
    isolated, here = [], []
    for _ in range(runs + 1):
        with path.open("rb") as file:
            started = time.monotonic()
            check_package(file, path.name)
            middle = time.monotonic()
            check_here(file, name=path.name, scope=Scope.UPLOAD)
            isolated.append(middle - started)
            here.append(time.monotonic() - middle)
    for name, seconds in (("in isolation", isolated[1:]), ("in this process", here[1:])):
        least, median = min(seconds) * 1000, statistics.median(seconds) * 1000
        print(f"an ordinary add-on {name}: {least:.0f} ms at least, median {median:.0f} ms")


if __name__ == "__main__":
    main()
