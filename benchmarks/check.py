"""Compares `extery check` with ruff on the same sources: whole processes, a typical add-on, one of 1,000 modules, a large zip.

Both run alternately (A B A B …); times are medians, and the ratio is the median of the ratios of the pairs. ruff runs
all of its rules, without a cache. The memory is the peak of the largest process of `extery check`, for a zip with a
file of 100 MB.

    python benchmarks/check.py [--runs 5] [--modules 20 1000] [--megabytes 100]
"""

from __future__ import annotations

import argparse
import compileall
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.samples.packages import ADD_ON, MANIFEST  # noqa: E402

EXTERY = Path(sys.executable).with_name("extery")
RUFF = Path(sys.executable).with_name("ruff")
#: Modules -> seconds that `extery check` may take.
LIMITS = {20: 1.0, 1000: 5.0}
MEMORY_LIMIT = 150_000_000

_MODULE = '''
import os

import bpy
from bpy.props import FloatProperty, IntProperty

from . import {neighbour}

SIZES = {{"small": 1, "large": 2, "count": {number}}}


class GEARS_OT_add_{number}(bpy.types.Operator):
    """Add a gear."""

    bl_idname = "gears.add_{number}"
    bl_label = "Add Gear {number}"

    teeth: IntProperty(name="Teeth", default=12, min=3)
    radius: FloatProperty(name="Radius", default=1.0, min=0.01)

    def execute(self, context):
        mesh = bpy.data.meshes.new(self.bl_label)
        points = [(x * self.radius, y * self.radius, 0.0) for x, y in self.outline(self.teeth)]
        mesh.from_pydata(points, [], [tuple(range(len(points)))])
        item = bpy.data.objects.new(mesh.name, mesh)
        context.collection.objects.link(item)
        if item.name in SIZES:
            self.report({{"INFO"}}, f"Added {{item.name}} with {{len(points)}} points")
        return {{"FINISHED"}}

    @staticmethod
    def outline(teeth):
        result = []
        for index in range(teeth * 2):
            depth = 1.0 if index % 2 else 0.8
            result.append((depth * index / teeth, depth * (teeth - index) / teeth))
        return result


def helper_{number}(values, limit=10):
    total = sum(value for value in values if value < limit)
    for key, value in sorted(SIZES.items()):
        if value > total and os.sep not in key:
            total += len(key) * {neighbour}.SIZES.get(key, 0)
    return total
'''


def main() -> int:
    """Measure and print; exit with 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--modules", type=int, nargs="+", default=list(LIMITS))
    parser.add_argument("--megabytes", type=int, default=100, help="size of the file in the zip")
    options = parser.parse_args()
    compileall.compile_dir(ROOT / "src" / "extery", quiet=1)
    print(f"extery check and ruff check --select ALL, {options.runs} pairs, medians of seconds\n")
    print(f"{'':24}{'lines':>9}{'extery':>9}{'ruff':>9}{'ratio':>8}{'limit':>8}")
    with tempfile.TemporaryDirectory() as folder:
        good = [_compare(Path(folder), number, options.runs) for number in options.modules]
        good.append(_large_zip(Path(folder), options.megabytes))
    if not all(good):
        print("A limit is exceeded.")
    return 0 if all(good) else 1


def _compare(folder: Path, modules: int, runs: int) -> bool:
    source = folder / f"gears_{modules}"
    lines = _write(source, modules)
    extery = [str(EXTERY), "check", "--quiet", str(source)]
    ruff = [
        str(RUFF),
        "check",
        "--isolated",
        "--no-cache",
        "--quiet",
        "--select",
        "ALL",
        "--exit-zero",
        str(source),
    ]
    pairs = [(_seconds(extery), _seconds(ruff)) for _ in range(runs)]
    own, peer = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    ratio = median(first / second for first, second in pairs)
    limit = LIMITS.get(modules)
    shown = f"{limit:.1f}" if limit else "-"
    print(f"{f'{modules} modules':24}{lines:>9,}{own:>9.2f}{peer:>9.2f}{ratio:>8.1f}{shown:>8}")
    return limit is None or own <= limit


def _write(folder: Path, modules: int) -> int:
    """Write an add-on whose modules import each other in a ring; return its lines."""
    folder.mkdir()
    (folder / MANIFEST).write_bytes(ADD_ON)
    (folder / "__init__.py").write_text(
        "from . import module_0\n\n\ndef register(): ...\n\n\ndef unregister(): ...\n"
    )
    lines = 8
    for number in range(modules):
        text = _MODULE.format(number=number, neighbour=f"module_{(number + 1) % modules}")
        (folder / f"module_{number}.py").write_text(text * 2)
        lines += 2 * text.count("\n")
    return lines


def _large_zip(folder: Path, megabytes: int) -> bool:
    """Check a package with a file that cannot be compressed; print its peak memory."""
    package = folder / "large.zip"
    block = random.Random(1).randbytes(1_000_000)
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(MANIFEST, ADD_ON)
        archive.writestr("__init__.py", "def register(): ...\n\n\ndef unregister(): ...\n")
        with archive.open("data.bin", "w") as file:
            for _ in range(megabytes):
                file.write(block)
    seconds = _seconds([str(EXTERY), "check", "--quiet", str(package)])
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(
        f"\nA package with a file of {megabytes} MB: {seconds:.2f} s, peak memory {memory / 1e6:.0f} MB (limit {MEMORY_LIMIT / 1e6:.0f})"
    )
    return memory <= MEMORY_LIMIT


def _seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
