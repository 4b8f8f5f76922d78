"""Time of judging code for compatibility on one core, compared with Python's own parser on the same files.

The folder is read and judged as `extery compat` does, with one child process; times are CPU seconds of all processes, medians
of the runs. By default the code is the tests and sources of this project, repeated to 140,000 lines; give a folder with add-ons,
such as ``addons_core`` of a bpy wheel, for real ones. Also printed: size of the table, milliseconds to load it, and the
share of attributes whose owner's type is known.

    python benchmarks/compatibility.py [FOLDER] [--runs 3] [--lines 140000]
"""

from __future__ import annotations

import argparse
import ast
import gc
import sys
import time
from functools import partial
from pathlib import Path

from cpu_time import measured
from extery.analysis.pool import Limits, Source, analyze_all
from extery.blender_api.table import DATA_FILE, load_api
from extery.compatibility.findings import Judge, judge
from extery.core.collector import without_collector

ROOT = Path(__file__).resolve().parent.parent
LINES_LIMIT = 140_000
SECONDS_LIMIT = 3.0
BYTES_LIMIT = 150_000
LOAD_LIMIT = 70.0


def read_files(folder: Path, lines: int) -> list[bytes]:
    """Return the modules of a folder, repeated until they have so many lines."""
    files = [path.read_bytes() for path in sorted(folder.rglob("*.py"))]
    total, found = 0, []
    while total < lines and files:
        for data in files:
            found.append(data)
            total += data.count(b"\n")
            if total >= lines:
                break
    return found


def start_of(data: bytes, limit: int) -> bytes:
    return data[:limit]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "src")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--lines", type=int, default=LINES_LIMIT)
    options = parser.parse_args()
    files = read_files(options.folder, options.lines)
    sources = [
        Source(f"m{number}.py", len(data), partial(start_of, data))
        for number, data in enumerate(files)
    ]
    start = time.perf_counter()
    load_api.cache_clear()
    api = load_api()
    loaded = (time.perf_counter() - start) * 1000
    names = api.varying_names()

    def parse() -> None:
        # As the child process does it: what is kept would be searched for cycles, for longer than it is parsed.
        gc.disable()
        for data in files:
            ast.parse(data)
        gc.enable()

    parsed = measured(parse, options.runs)

    def find() -> None:
        with without_collector():
            modules = analyze_all(sources, [], Limits(processes=1), wanted=names)
            judge(modules, api, api.series)

    judged = measured(find, options.runs)
    modules = analyze_all(sources, [], Limits(processes=1), wanted=names)
    statistics = Judge(modules, api, api.series).statistics()
    lines = sum(data.count(b"\n") for data in files)
    size = DATA_FILE.stat().st_size
    share = statistics.resolved / max(1, statistics.accesses)
    print(
        f"{lines} lines: {judged:.2f} s CPU, {judged / parsed:.2f} times ast.parse ({parsed:.2f} s)"
    )
    print(f"table: {size} bytes, loaded in {loaded:.1f} ms")
    print(f"attributes whose owner is known: {share:.1%} of {statistics.accesses}")
    is_good = judged <= SECONDS_LIMIT * lines / LINES_LIMIT and size <= BYTES_LIMIT
    if is_good and loaded <= LOAD_LIMIT:
        return 0
    print(f"a limit is exceeded: {SECONDS_LIMIT} s, {BYTES_LIMIT} bytes, {LOAD_LIMIT} ms")
    return 1


if __name__ == "__main__":
    sys.exit(main())
