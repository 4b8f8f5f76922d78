"""Time of the inventory of add-ons, compared with Python's own parser on the same files.

Each folder below FOLDER is an add-on, read as `extery inspect` does; give ``addons_core`` of a bpy wheel for real ones. By default the
parts of this project are taken for add-ons. Times are CPU seconds of all processes, medians of the runs: with two cores, large
add-ons take less.

    python benchmarks/inventory.py [FOLDER] [--runs 3] [--add-ons 1000] [--limit 10]
"""

from __future__ import annotations

import argparse
import ast
import sys
from contextlib import suppress
from pathlib import Path

from cpu_time import measured
from extery.author.inspect import inspect_path
from extery.inventory.model import Inventory

ROOT = Path(__file__).resolve().parent.parent
SECONDS_LIMIT = 10.0


def parse_all(files: list[bytes]) -> None:
    for data in files:
        with suppress(SyntaxError):  # of a newer Python
            ast.parse(data)


def inspect_all(folders: list[Path]) -> list[Inventory]:
    found = []
    for folder in folders:
        inventory = inspect_path(folder).inventory
        assert inventory is not None
        found.append(inventory)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "src" / "extery")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--add-ons", type=int, default=1_000, help="at most")
    parser.add_argument("--limit", type=float, default=SECONDS_LIMIT, help="seconds")
    options = parser.parse_args()
    folders = [one for one in sorted(options.folder.iterdir()) if any(one.glob("*.py"))]
    folders = folders[: options.add_ons]
    files = [path.read_bytes() for folder in folders for path in sorted(folder.rglob("*.py"))]
    lines = sum(data.count(b"\n") for data in files)
    parsed = measured(lambda: parse_all(files), options.runs)
    seconds = measured(lambda: inspect_all(folders), options.runs)
    entries = sum(len(inventory.entries) for inventory in inspect_all(folders))
    print(f"{len(folders)} add-ons, {lines} lines, {entries} entries")
    print(f"{seconds:.2f} s CPU, {seconds / parsed:.2f} times ast.parse ({parsed:.2f} s)")
    if seconds <= options.limit:
        return 0
    print(f"the limit is exceeded: {options.limit} s")
    return 1


if __name__ == "__main__":
    sys.exit(main())
