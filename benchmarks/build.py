"""Compares `extery build` with Blender's, on a folder of 501 files and 52 MB, and `extery validate` with 1,000 packages.

The peer in the same run is ``build`` of ``blender_ext.py`` in the bpy wheels that `make blender` installs, with the same
Python. Whole processes run alternately (A B A B …); times are medians, and the ratio is the median of the ratios of the pairs.

    python benchmarks/build.py [--runs 7] [--megabytes 52] [--packages 1000] [--blender 5.0]
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from tests.blender.install import installed  # noqa: E402
from tests.samples.packages import ADD_ON, MANIFEST  # noqa: E402

from generate import _MEASURE_MEMORY  # noqa: E402
from packages import _wheel_file, fill  # noqa: E402

EXTERY = Path(sys.executable).with_name("extery")
#: Limits of the ratio to the peer: a first build, one without the cache, one after a change of one file; of the size.
MAX_RATIO, MAX_RATIO_CHANGED, MAX_SIZE = 0.3, 0.13, 1.005
#: Seconds for all packages in one process, and MB of a build with a file of 100 MB.
MAX_VALIDATE, MAX_MEMORY = 0.5, 120
_FILES = 500
_LARGE = 100_000_000
_WORDS = [
    "self",
    "context",
    "mesh",
    "vertex",
    "edge",
    "face",
    "object",
    "scene",
    "return",
    "import",
    "def",
    "class",
    "for",
    "if",
    "in",
    "not",
]


def source_folder(folder: Path, megabytes: float) -> Path:
    """Write the source of an extension: 16 % Python, 24 % JSON, 30 % noise, 20 % floats and 10 % wheels."""
    chance = random.Random(11)
    size = int(megabytes * 1e6)
    folder.mkdir()
    wheels = [f"wheels/lib{number}-1.0.0-py3-none-any.whl" for number in range(5)]
    (folder / MANIFEST).write_bytes(ADD_ON + f"wheels = {[f'./{w}' for w in wheels]}\n".encode())
    (folder / "__init__.py").write_text("def register(): ...\n")
    kinds: list[tuple[str, int, float, Callable[[random.Random, int], bytes]]] = [
        ("py", 300, 0.16, _python),
        ("json", 80, 0.24, _json),
        ("bin", 60, 0.3, lambda chance, count: chance.randbytes(count)),
        ("f32", 55, 0.2, _floats),
    ]
    for suffix, count, share, make in kinds:
        for number in range(count):
            path = folder / f"part{number % 12}" / f"{suffix}_{number}.{suffix}"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(make(chance, int(size * share / count)))
    (folder / "wheels").mkdir()
    for name in wheels:
        library = name.split("/")[1].split("-")[0]
        (folder / name).write_bytes(_wheel_file(library, chance.randbytes(size // 50)))
    return folder


def _python(chance: random.Random, size: int) -> bytes:
    lines, total = [], 0
    while total < size:
        depth = chance.randrange(4)
        line = "    " * depth + " ".join(
            f"{chance.choice(_WORDS)}_{chance.randrange(300)}" for _ in range(chance.randint(2, 9))
        )
        lines.append(line)
        total += len(line) + 1
    return "\n".join(lines).encode()[:size]


def _json(chance: random.Random, size: int) -> bytes:
    rows = [
        {
            "name": f"{chance.choice(_WORDS)}.{n}",
            "at": [round(chance.gauss(0, 9), 4) for _ in range(3)],
            "id": n,
        }
        for n in range(size // 60)
    ]
    return json.dumps(rows).encode()[:size]


def _floats(chance: random.Random, size: int) -> bytes:
    return struct.pack(f"<{size // 4}f", *(chance.gauss(0, 1) for _ in range(size // 4)))


class Tool:
    """One of the two tools, with an output folder of its own."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.command = command
        self.folder = folder
        self.environment = os.environ | environment
        folder.mkdir()

    def arguments(self, source: Path) -> list[str]:
        return [
            *(*self.command, "build", "--source-dir", str(source)),
            *("--output-dir", str(self.folder)),
        ]

    def seconds(self, source: Path) -> float:
        """Return the wall time of a whole run."""
        start = time.perf_counter()
        subprocess.run(
            self.arguments(source), check=True, capture_output=True, env=self.environment
        )
        return time.perf_counter() - start

    def peak_memory(self, source: Path) -> float:
        """Return the peak memory of a whole run, in MB."""
        command = [sys.executable, "-ISc", _MEASURE_MEMORY, *self.arguments(source)]
        done = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, env=self.environment
        )
        return float(done.stdout) / 1024

    @property
    def size(self) -> int:
        [package] = self.folder.glob("*.zip")
        return package.stat().st_size


def main() -> int:
    """Measure and print; exit with 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--megabytes", type=float, default=52)
    parser.add_argument("--large", type=int, default=_LARGE, help="bytes of the large file")
    parser.add_argument("--packages", type=int, default=1000)
    parser.add_argument("--blender", default="5.0", choices=["4.2", "5.0"])
    options = parser.parse_args()
    blender = installed(options.blender)
    if not blender.is_complete:
        print("The peer is not installed: run 'make blender'.")
        return 2
    compileall.compile_dir(ROOT / "src" / "extery", quiet=1)
    peer = [sys.executable, str(blender.command_line_tool)]
    print(
        f"build of extery and of Blender {blender.release.version} (peer), {options.runs} pairs, medians"
    )
    with tempfile.TemporaryDirectory(prefix="build-") as name:
        folder = Path(name)
        cache = {"EXTERY_CACHE": str(folder / "cache")}
        ours = Tool([str(EXTERY)], folder / "ours", cache)
        theirs = Tool(peer, folder / "theirs", {})
        source = source_folder(folder / "source", options.megabytes)
        good = _compare(ours, theirs, source, cache=folder / "cache", runs=options.runs)
        good = _large(ours, theirs, folder, options.large) and good
        good = _validate(peer, folder, options.packages, options.runs) and good
    return 0 if good else 1


def _compare(ours: Tool, theirs: Tool, source: Path, *, cache: Path, runs: int) -> bool:
    files = [path for path in source.rglob("*") if path.is_file()]
    total = sum(path.stat().st_size for path in files) / 1e6
    print(
        f"\n{f'{len(files)} files, {total:.1f} MB':28}{'extery':>10}{'peer':>10}{'ratio':>8}{'limit':>9}"
    )

    def forget(_: int) -> None:
        for path in (cache / "builds").glob("*"):
            path.unlink()

    def change_one(run: int) -> None:
        (source / "part0" / "py_0.py").write_text(f"value = {run}\n" * 5000)

    ours.seconds(source), theirs.seconds(source)  # reads the files into memory
    good = [_row("build", ours, theirs, source, forget, MAX_RATIO, runs)]
    ratio = ours.size / theirs.size
    print(f"{'size of the package':28}{ours.size / 1e6:7.2f} MB{theirs.size / 1e6:7.2f} MB{ratio:8.4f}{MAX_SIZE:9.3f}"
          f"{'' if ratio <= MAX_SIZE else '  exceeded'}")  # fmt: skip
    good.append(ratio <= MAX_SIZE)
    good.append(
        _row("again, one file changed", ours, theirs, source, change_one, MAX_RATIO_CHANGED, runs)
    )
    good.append(
        _row(
            "again, nothing changed", ours, theirs, source, lambda _: None, MAX_RATIO_CHANGED, runs
        )
    )
    return all(good)


def _row(
    name: str,
    ours: Tool,
    theirs: Tool,
    source: Path,
    prepare: Callable[[int], None],
    limit: float,
    runs: int,
) -> bool:
    times = []
    for run in range(runs):
        prepare(run)
        times.append((ours.seconds(source), theirs.seconds(source)))
    one, other = (median(column) for column in zip(*times, strict=True))
    ratio = median(a / b for a, b in times)
    verdict = "" if ratio <= limit else "  exceeded"
    print(f"{name:28}{one:8.3f} s{other:8.3f} s{ratio:8.3f}{limit:9.3f}{verdict}")
    return ratio <= limit


def _large(ours: Tool, theirs: Tool, folder: Path, size: int) -> bool:
    """Print time and memory of a build with one large file."""
    source = folder / "large"
    source.mkdir()
    (source / MANIFEST).write_bytes(ADD_ON)
    (source / "__init__.py").write_text("def register(): ...\n")
    chance = random.Random(5)
    with (source / "scene.bin").open("wb") as file:
        for _ in range(size // 1_000_000):
            file.write(_floats(chance, 500_000) + _python(chance, 500_000))
    _row(f"a file of {size / 1e6:.0f} MB", ours, theirs, source, lambda _: None, 1.0, 1)
    memory, other = ours.peak_memory(source), theirs.peak_memory(source)
    verdict = "" if memory <= MAX_MEMORY else "  exceeded"
    print(
        f"{'its peak memory':28}{memory:7.1f} MB{other:7.1f} MB{memory / other:8.3f}{MAX_MEMORY:6.0f} MB{verdict}"
    )
    return memory <= MAX_MEMORY


def _validate(peer: list[str], folder: Path, count: int, runs: int) -> bool:
    """Print the time of one process that validates all packages, and of the peer's processes for a few of them."""
    packages = sorted(fill(folder / "packages", count=count, total=count * 64_000).glob("*.zip"))
    command = [str(EXTERY), "validate", *map(str, packages)]
    ours = median(_seconds(command) for _ in range(max(1, runs // 2)))
    some = packages[:: max(1, count // 10)]
    theirs = median(_seconds([*peer, "validate", str(path)]) for path in some) * count
    verdict = "" if ours <= MAX_VALIDATE else "  exceeded"
    print(
        f"{f'validate {count:,} packages':28}{ours:8.3f} s{theirs:8.1f} s{ours / theirs:8.4f}{MAX_VALIDATE:7.1f} s{verdict}"
    )
    return ours <= MAX_VALIDATE


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr[-500:]
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
