"""Measures `extery list` and `extery search` with thousands of listed extensions: whole processes.

Times are medians and, in brackets, the fastest run, which depends less on what else the machine does. The limit is that of the
issue for 5,000 extensions: 60 ms.

    python benchmarks/client_list.py [--runs 11] [--entries 5000 100000]
"""

from __future__ import annotations

import argparse
import compileall
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.client.samples import make_entry, make_package, state_of  # noqa: E402

from extery.client.index.database import refresh_index  # noqa: E402
from extery.client.repositories import Repository, change_repositories  # noqa: E402
from extery.client.targets import Target  # noqa: E402
from extery.client.transaction import target_lock, transaction  # noqa: E402
from extery.listing.entries import Entry, dump_listing, make_listing  # noqa: E402

EXTERY = Path(sys.executable).with_name("extery")
LIMIT, LIMITED_TO = 60.0, 5_000
INSTALLED = 20
STUDIO = Repository("studio", "https://example.org/index.json")
WORDS = [
    "gear",
    "node",
    "mesh",
    "curve",
    "light",
    "render",
    "bake",
    "rig",
    "sculpt",
    "paint",
    "brush",
    "dust",
    "moon",
    "wave",
    "tree",
]
COMMANDS = {
    f"list ({INSTALLED} installed)": ["list"],
    "list --available": ["list", "--available"],
    "list --updatable": ["list", "--updatable"],
    "search WORD": ["search", "gear"],
    "search, 2 words": ["search", "node", "sculpt"],
    "info ID": ["info", "gear_gear_0"],
}


def sample_entries(number: int) -> list[Entry]:
    """Return this many different extensions."""
    size = len(WORDS)
    return [
        make_entry(
            f"{WORDS[i % size]}_{WORDS[i // size % size]}_{i}",
            "1.1.0",
            tagline=f"Makes a {WORDS[i % 7]} of every {WORDS[i % 13]} in the scene",
            website=f"https://example.org/extensions/{i}",
            tags=["Mesh", "3D View"],
            permissions={"files": "Import and export"},
        )
        for i in range(number)
    ]


def main() -> int:
    """Measure and print; exit with 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--entries", type=int, nargs="+", default=[5_000, 100_000])
    options = parser.parse_args()
    compileall.compile_dir(ROOT / "src" / "extery", quiet=1)
    good = True
    bare = _milliseconds([sys.executable, "-c", "pass"], options.runs)
    print(f"{'python -c pass':38}{_text(bare)}")
    for number in options.entries:
        with tempfile.TemporaryDirectory() as folder:
            target = _make_target(Path(folder, "extensions"), number)
            for name, arguments in COMMANDS.items():
                command = [str(EXTERY), *arguments, "--dir", str(target.folder)]
                times = _milliseconds(command, options.runs)
                is_over = number == LIMITED_TO and min(times) > LIMIT
                good = good and not is_over
                print(f"{number:>8,}  {name:28}{_text(times)}{'  OVER' if is_over else ''}")
    print(f"limit for {LIMITED_TO:,}, fastest run: {LIMIT:.0f} ms")
    return 0 if good else 1


def _make_target(folder: Path, number: int) -> Target:
    target = Target(folder, (4, 2, 99))
    change_repositories(target, lambda _: [STUDIO])
    entries = sample_entries(number)
    path = STUDIO.listing_in(target)
    path.parent.mkdir(parents=True)
    path.write_bytes(dump_listing(make_listing(entries)))
    with transaction(target, "install") as change:
        for item in entries[:INSTALLED]:
            package = make_package(folder.parent / "packages", item["id"])
            change.install(STUDIO, item["id"], state_of(package), package)
        change.commit()
    with target_lock(target, "sync"):
        started = time.perf_counter()
        refresh_index(target)
        seconds = time.perf_counter() - started
        print(f"{number:>8,}  {'index made':28}{seconds * 1000:7.0f} ms")
    return target


def _milliseconds(command: list[str], runs: int) -> list[float]:
    times = []
    for run in range(runs + 1):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        if run:  # the first fills the caches
            times.append((time.perf_counter() - started) * 1000)
    return times


def _text(times: list[float]) -> str:
    return f"{median(times):7.0f} ms ({min(times):.0f})"


if __name__ == "__main__":
    sys.exit(main())
