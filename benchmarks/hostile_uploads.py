"""Measures what hostile packages cost when the site reads them, and what isolation costs for ordinary ones.

Prints for each input: what the check of its upload found, the peak memory of its process, and seconds; then the seconds of all
other functions that would read it if it were stored (wheels, unpacking for clamd, source index, comparison), and how many of
them its process did not survive; by how much the memory of this process rose, and what was left behind (processes, temporary
files). Then the time to check an ordinary and a large add-on in isolation and in this process.

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
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

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
            "input                       KB  found                     memory seconds  others ended"
            "   here  left"
        )
        for name in options.inputs or HOSTILE:
            path = Path(folder, "input.zip")
            command = [sys.executable, __file__, "--write", str(path), name]
            subprocess.run(command, check=True)
            with path.open("rb") as file:
                _measure(name, HOSTILE[name].codes, file, path.stat().st_size)
        for size in ("ordinary", "large"):
            _measure_add_on(Path(folder), size, options.runs)


def _measure(name: str, expected: Sequence[str], file: BinaryIO, size: int) -> None:
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
    others, ended = _measure_others(file)
    here = _memory("VmHWM") - memory
    left = processes_below(os.getpid()).keys() - below
    files = {p for p in set(Path(tempfile.gettempdir()).iterdir()) - before if "isolated" in p.name}
    codes = sorted(
        {p.code for p in found.problems},
        key=lambda code: (code not in expected, code.startswith("code.un")),
    )
    remains = f"{len(left)}, {len(files)}" if left or files else "nothing"
    assert isolation().pid == template
    print(
        f"{name:25} {size // 1000:6}  {', '.join(codes)[:25] or '-':25}"
        f" {found.peak_memory / 1e6:4.0f} MB {seconds:5.2f} s {others:5.2f} s {ended:5}"
        f" {max(here, 0) / 1000:3.0f} MB  {remains}"
    )


def _measure_others(file: BinaryIO) -> tuple[float, int]:
    """Call what reads stored packages; return the seconds of all, and how many have ended without a reply."""
    from extery.core.errors import ExteryError
    from extery.isolation.limits import Limits, ProcessEnded
    from extery_site.project.isolation import isolation

    name = {"name": "input.zip"}
    calls: dict[str, dict[str, Any]] = {
        **dict.fromkeys(("hash-wheels", "source-texts", "inventory", "fingerprints"), name),
        "judge-names": name,
        "read-wheels": {**name, "numbers": [0]},
        "compare-packages": {},
    }
    limits = Limits(output=40_000_000, processes=True)
    ended, started = 0, time.monotonic()
    for function, arguments in calls.items():
        try:
            isolation().call(function, file, arguments, limits)
        except ProcessEnded:
            ended += 1
        except ExteryError:  # it refuses the package
            pass
    try:
        with isolation().stream("unpack-package", file, {}, Limits(output=10**10)) as frames:
            for _ in frames:
                pass
    except ProcessEnded:
        ended += 1
    return time.monotonic() - started, ended


def _memory(field: str) -> int:
    """Return a value of the memory of this process in kilobytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{field}:")[2].split()[0])


def _measure_add_on(folder: Path, size: str, runs: int) -> None:
    from extery.rules.engine import Scope
    from extery.rules.engine import check_package as check_here
    from extery_site.scanning.package_check import check_package

    path = folder / f"{size}.zip"
    path.write_bytes(_add_on(modules=1 if size == "ordinary" else 60))
    isolated, here = [], []
    for _ in range(runs + 1):
        with path.open("rb") as file:
            started = time.monotonic()
            check_package(file, path.name)
            middle = time.monotonic()
            check_here(file, name=path.name, scope=Scope.UPLOAD)
            isolated.append(middle - started)
            here.append(time.monotonic() - middle)
    print(f"check of an add-on, {size}, {path.stat().st_size // 1000:,} KB:")
    for name, seconds in (("isolated", isolated[1:]), ("here", here[1:])):
        least, median = min(seconds) * 1000, statistics.median(seconds) * 1000
        print(f"  {name:10} {least:6.0f} ms at least, median {median:.0f} ms")
    more = [one - other for one, other in zip(isolated[1:], here[1:], strict=True)]
    print(f"  median of the differences {statistics.median(more) * 1000:.0f} ms")


def _add_on(*, modules: int) -> bytes:
    """Return an add-on with modules of 400 functions; a large one has images too."""
    from tests.site.packages import package

    source = random.Random(1)
    code = {
        f"m{number}.py": "\n".join(
            f"def f{i}(a):\n    return a + {source.random()}\n" for i in range(400)
        )
        for number in range(modules)
    }
    images = range(80 if modules > 1 else 0)
    data: bytes = package(
        files={**code, **{f"data/{i}.bin": source.randbytes(100_000) for i in images}}
    )
    return data


if __name__ == "__main__":
    main()
