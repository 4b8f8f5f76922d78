"""Compares `extery server-generate` with Blender's, on 5,000 packages of 2.4 GB.

The peer in the same run is ``server-generate`` of ``blender_ext.py`` in the bpy wheels that `make blender`
installs, with the same Python. Whole processes run alternately (A B A B …); times are medians, and the ratio is
the median of the ratios of the pairs. The packages are created once, in the user's cache.

    python benchmarks/generate.py [--count 5000] [--bytes N] [--runs 5] [--growth] [--blender 5.0]
"""

from __future__ import annotations

import argparse
import compileall
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from tests.blender.install import installed  # noqa: E402

from packages import BYTES, COUNT, cached, write_package  # noqa: E402

EXTERY = Path(sys.executable).with_name("extery")
#: Limits of the ratio to the peer: without a state, without changes, with one package more.
MAX_RATIO_NEW, MAX_RATIO_UNCHANGED, MAX_RATIO_ADDED = 0.55, 0.05, 0.11
#: Limits of the peak memory in MB and of the compressed size of an entry in bytes.
MAX_MEMORY, MAX_ENTRY = 60, 110
GROWTH = (5_000, 10_000, 20_000, 50_000)
_SMALL = 3_000


#: Runs its arguments as a command and prints the peak memory of the child in KB.
_MEASURE_MEMORY = """\
import os, resource, sys
null = os.open(os.devnull, os.O_WRONLY)
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ,
    file_actions=[(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)])
if os.waitpid(pid, 0)[1]:
    sys.exit("the command failed: " + " ".join(sys.argv[1:]))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


class Tool:
    """One of the two tools, with a folder of its own."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.command = command
        self.folder = folder

    def remove_output(self) -> None:
        """Remove the output of earlier runs."""
        for pattern in ("index.*", ".extery/*"):
            for path in self.folder.glob(pattern):
                path.unlink()

    def add(self, number: int) -> None:
        """Add a package to the folder."""
        write_package(self.folder, number, 64_000, version="1.0.0")

    def _arguments(self, *, html: bool) -> list[str]:
        html_option = ["--html"] if html else []
        return [*self.command, "server-generate", "--repo-dir", str(self.folder), *html_option]

    def seconds(self, *, html: bool = False) -> float:
        """Return the wall time of a whole run."""
        start = time.perf_counter()
        subprocess.run(
            self._arguments(html=html),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return time.perf_counter() - start

    def peak_memory(self, *, html: bool = False) -> float:
        """Return the peak memory of a whole run, in MB.

        A process inherits the peak of the one that forks it, and this one is larger than both
        tools. So a small interpreter starts the tool.
        """
        command = [sys.executable, "-ISc", _MEASURE_MEMORY, *self._arguments(html=html)]
        result = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        return float(result.stdout) / 1024


@contextmanager
def tools(packages: Path, peer: list[str], *, count: int) -> Iterator[tuple[Tool, Tool]]:
    """Yield both tools, each with its own folder of the same packages."""
    with tempfile.TemporaryDirectory(prefix="generate-", dir=packages.parent) as folder:
        found = []
        for name, command in (("extery", [str(EXTERY)]), ("peer", peer)):
            target = Path(folder, name)
            target.mkdir()
            for path in sorted(packages.glob("*.zip"))[:count]:
                (target / path.name).hardlink_to(path)
            found.append(Tool(command, target))
        yield found[0], found[1]


def main() -> int:
    """Measure and print; exit with 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--bytes", type=int, default=0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--growth", action="store_true", help="also up to 50,000 small packages")
    parser.add_argument("--blender", default="5.0", choices=["4.2", "5.0"])
    options = parser.parse_args()
    blender = installed(options.blender)
    if not blender.is_complete:
        print("The peer is not installed: run 'make blender'.")
        return 2
    compileall.compile_dir(ROOT / "src" / "extery", quiet=1)
    peer = [sys.executable, str(blender.command_line_tool)]
    packages = cached(count=options.count, total=options.bytes or BYTES // COUNT * options.count)
    print(
        f"server-generate of extery and of Blender {blender.release.version} (peer), {options.runs} pairs, medians"
    )
    with tools(packages, peer, count=options.count) as (ours, theirs):
        good = _compare(ours, theirs, count=options.count, runs=options.runs)
    if options.growth:
        _grow(peer)
    return 0 if good else 1


def _compare(ours: Tool, theirs: Tool, *, count: int, runs: int) -> bool:
    print(f"\n{f'{count:,} packages':28}{'extery':>10}{'peer':>10}{'ratio':>8}{'limit':>9}")
    ours.seconds(), theirs.seconds()  # reads the files into memory

    def remove_output(tool: Tool, _: int) -> None:
        tool.remove_output()

    def change_nothing(_: Tool, __: int) -> None:
        """Keep the folder unchanged."""

    def add_one(tool: Tool, run: int) -> None:
        tool.add(1_000_000 + run)

    time.sleep(0.1)  # until the clock of the file system has ticked
    good = [
        _row("without a state", ours, theirs, remove_output, MAX_RATIO_NEW, runs),
        _row("nothing changed", ours, theirs, change_nothing, MAX_RATIO_UNCHANGED, runs),
    ]
    ours.seconds(html=True), theirs.seconds(html=True)
    good.append(
        _row("one added, with page", ours, theirs, add_one, MAX_RATIO_ADDED, runs, html=True)
    )
    for name, html in (("peak memory", False), ("peak memory, with page", True)):
        peaks = []
        for tool in (ours, theirs):
            tool.remove_output()
            peaks.append(tool.peak_memory(html=html))
        good.append(_limit(name, peaks[0], MAX_MEMORY, "MB", peaks[1]))
    good.append(_sizes(ours, theirs))
    return all(good)


def _sizes(ours: Tool, theirs: Tool) -> bool:
    """Print the bytes per entry of each variant; clients get the smallest one that they accept."""
    entries = len(list(ours.folder.glob("*.zip")))
    before = (theirs.folder / "index.json").stat().st_size / entries
    sizes = {
        path.name: path.stat().st_size / entries
        for name in ("index.json", "index.json.gz", "index.json.br")
        if (path := ours.folder / name).exists()
    }
    for name, size in sizes.items():
        print(f"{f'{name} per entry':28}{size:7.1f} B {before:8.1f} B {size / before:8.3f}")
    return _limit("smallest variant per entry", min(sizes.values()), MAX_ENTRY, "B", before)


def _row(
    name: str,
    ours: Tool,
    theirs: Tool,
    prepare: Callable[[Tool, int], None],
    limit: float,
    runs: int,
    *,
    html: bool = False,
) -> bool:
    times: list[tuple[float, float]] = []
    for run in range(runs):
        for tool in (ours, theirs):
            prepare(tool, run)
        times.append((ours.seconds(html=html), theirs.seconds(html=html)))
    one, other = (median(column) for column in zip(*times, strict=True))
    ratio = median(a / b for a, b in times)
    verdict = "" if ratio <= limit else "  exceeded"
    print(f"{name:28}{one:8.3f} s{other:8.3f} s{ratio:8.3f}{limit:9.3f}{verdict}")
    return ratio <= limit


def _limit(name: str, value: float, limit: float, unit: str, peer: float) -> bool:
    verdict = "" if value <= limit else "  exceeded"
    ratio = value / peer
    print(
        f"{name:28}{value:7.1f} {unit:2}{peer:7.1f} {unit:2}{ratio:8.3f}{limit:6.0f} {unit:2}{verdict}"
    )
    return value <= limit


def _grow(peer: list[str]) -> None:
    """Print how time and memory grow with the number of small packages."""
    packages = cached(count=GROWTH[-1], total=GROWTH[-1] * _SMALL)
    print(f"\n{'small packages':>16}{'without state':>16}{'unchanged':>12}{'one added':>13}"
          f"{'memory':>9}{'peer':>10}{'memory':>9}")  # fmt: skip
    for count in GROWTH:
        with tools(packages, peer, count=count) as (ours, theirs):
            for tool in (ours, theirs):  # reads names and files into memory
                for path in tool.folder.glob("*.zip"):
                    path.read_bytes()
            peak = ours.peak_memory()
            ours.remove_output()
            first = ours.seconds()
            again = median(ours.seconds() for _ in range(3))
            ours.add(1_000_000)
            added = ours.seconds()
            other = theirs.seconds()
            print(f"{count:16,}{first:14.3f} s{again:10.3f} s{added:11.3f} s"
                  f"{peak:6.0f} MB{other:8.3f} s{theirs.peak_memory():6.0f} MB")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
