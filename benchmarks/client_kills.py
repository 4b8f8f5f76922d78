"""Kills `extery install`, `update`, `remove`, `undo` and `sync` at random moments, and runs several at once.

After each kill the next command has to find the old state or the new one, every file of an extension or listing to be
intact, and nothing else on disk. Moments are spread over the time that the command takes, without its start. Then several processes change the same folder at once: each has to succeed or to say why it does not, and
nothing may be lost. Prints the numbers; exits with 1 if anything is wrong.

    python benchmarks/client_kills.py [--kills 1000] [--rounds 100] [--processes 2,8] [--files 200]
        [--operations install,sync] [--seed N]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

EXTERY = Path(sys.executable).with_name("extery")
MANIFEST = """\
schema_version = "1.0.0"
id = "{id}"
version = "{version}"
name = "{id}"
tagline = "Turns gears"
maintainer = "Ada Tester"
type = "add-on"
license = ["SPDX:GPL-3.0-or-later"]
blender_version_min = "4.2.0"
"""
OPERATIONS = ("install", "update", "remove", "undo", "sync")
#: Kills are between these shares of the time that a command takes.
MOMENTS = (0.2, 1.1)
#: Entries of a listing that is synced.
ENTRIES = 2_000


def main() -> None:
    """Run both tests; exit with 1 after a violation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--processes", default="2,8")
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--operations", default=",".join(OPERATIONS))
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="extery-kills-") as name:
        farm = Farm(Path(name), options.files)
        operations = options.operations.split(",")
        violations = kill(farm, options.kills, operations, random.Random(options.seed))
        for count in map(int, options.processes.split(",")):
            violations += race(farm, count, options.rounds)
    sys.exit(1 if violations else 0)


class Farm:
    """Packages of two versions, and folders of extensions in the state before each operation."""

    def __init__(self, folder: Path, files: int) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "EXTERY_CACHE": str(folder / "cache"),
            "EXTERY_CONFIG": str(folder / "config"),
        }
        self.packages = {
            version: write_package(folder / "packages", version, files)
            for version in ("1.0.0", "2.0.0")
        }
        self.listings = [listing_of(ENTRIES, version) for version in ("1.0.0", "2.0.0")]
        self.online = folder / "online"
        self.online.mkdir()
        self.start = {operation: folder / f"start-{operation}" for operation in OPERATIONS}
        for operation, target in self.start.items():
            if operation == "sync":
                self.prepare_sync(target)
                continue
            self.run(target, *self._install("1.0.0"))
            if operation == "install":
                self.run(target, "remove", "gear_tool")
                self.run(target, "gc", "--keep-operations", "0", "--keep-days", "0")
            if operation == "undo":
                self.run(target, "remove", "gear_tool")

    def prepare_sync(self, target: Path) -> None:
        for listing in self.listings:
            (self.online / "index.json").write_bytes(listing)
            if listing is self.listings[0]:
                self.run(target, "repo", "add", str(self.online), "--name", "studio")
                self.run(target, "sync")

    def _install(self, version: str) -> list[str]:
        return ["install-file", str(self.packages[version])]

    def command(self, operation: str) -> list[str]:
        """Return the arguments of an operation."""
        return {
            "install": self._install("1.0.0"),
            "update": self._install("2.0.0"),
            "remove": ["remove", "gear_tool"],
            "undo": ["undo"],
            "sync": ["sync"],
        }[operation]

    def popen(self, target: Path, *arguments: str) -> subprocess.Popen[str]:
        command = [str(EXTERY), *arguments, "--dir", str(target), "--blender", "4.2"]
        return subprocess.Popen(
            command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, target: Path, *arguments: str) -> str:
        process = self.popen(target, *arguments)
        output, _ = process.communicate()
        if process.returncode:
            sys.exit(f"extery {' '.join(arguments)} failed:\n{output}")
        return output


def write_package(folder: Path, version: str, files: int) -> Path:
    """Write a package with many files, some of them large."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"gear_tool-{version}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("blender_manifest.toml", MANIFEST.format(id="gear_tool", version=version))
        archive.writestr("__init__.py", f"VERSION = {version!r}\n")
        for number in range(files):
            archive.writestr(f"data/{number % 9}/{number}.txt", f"{version} {number}\n" * 300)
    return path


def listing_of(entries: int, version: str) -> bytes:
    """Return a listing with this version of each of its extensions."""
    rows = [
        {
            "schema_version": "1.0.0",
            "id": f"tool_{number}",
            "name": f"Tool {number}",
            "tagline": "Turns gears",
            "version": version,
            "type": "add-on",
            "maintainer": "Ada Tester",
            "license": ["SPDX:GPL-3.0-or-later"],
            "blender_version_min": "4.2.0",
            "archive_url": f"./tool_{number}-{version}.zip",
            "archive_size": 1_000 + number,
            "archive_hash": f"sha256:{number:064x}",
        }
        for number in range(entries)
    ]
    return json.dumps({"version": "v1", "blocklist": [], "data": rows}).encode()


def version_of(farm: Farm, target: Path) -> str:
    """Return the version that is installed with all of its files, empty without one, ``broken`` otherwise."""
    folder = target / "user_default/gear_tool"
    if not folder.exists():
        return ""
    for version, path in farm.packages.items():
        with zipfile.ZipFile(path) as archive:
            expected = {name: archive.read(name) for name in archive.namelist()}
        found = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        if found == expected:
            return version
    return "broken"


def listed_version(farm: Farm, target: Path) -> str:
    """Return the version in the listing that was stored by a sync, ``broken`` if it is not whole."""
    stored = (target / "studio/.blender_ext/index.json").read_bytes()
    versions = dict(zip(farm.listings, farm.packages, strict=True))
    return versions.get(stored, "broken")


def leftovers(target: Path) -> list[str]:
    """Return what neither Blender nor the journal accounts for."""
    areas = [path for path in target.glob("*/.extery/*/*") if path.name != "old"]
    files = [*target.rglob("*.new"), *target.rglob("index.lock"), *target.rglob("*.holder")]
    return [str(path) for path in [*areas, *files]]


def kill(farm: Farm, count: int, operations: Sequence[str], rng: random.Random) -> int:
    """Kill commands at random moments; return the number of violations."""
    seen: Counter[tuple[str, str]] = Counter()
    violations = 0
    target = farm.folder / "target"
    seconds = {operation: seconds_of(farm, operation, target) for operation in operations}
    for number in range(count):
        operation = operations[number % len(operations)]
        shutil.copytree(farm.start[operation], target, symlinks=True)
        read = listed_version if operation == "sync" else version_of
        before = read(farm, target)
        process = farm.popen(target, *farm.command(operation))
        time.sleep(seconds[operation] * rng.uniform(*MOMENTS))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        ended = process.returncode == 0
        farm.run(target, "gc")  # the next command
        after = read(farm, target)
        seen[operation, "ended" if ended else "new" if after != before else "old"] += 1
        left = leftovers(target)
        if after == "broken" or left:
            violations += 1
            print(f"violation: {operation}: {after!r}, left {left}")
        shutil.rmtree(target)
    for (operation, state), times in sorted(seen.items()):
        print(f"{operation:8} {state:6} {times:6}")
    print(f"{count} kills, {violations} violations")
    return violations


def seconds_of(farm: Farm, operation: str, target: Path) -> float:
    """Return the time that a command takes."""
    shutil.copytree(farm.start[operation], target, symlinks=True)
    began = time.perf_counter()
    farm.run(target, *farm.command(operation))
    taken = time.perf_counter() - began
    shutil.rmtree(target)
    return taken


def race(farm: Farm, processes: int, rounds: int) -> int:
    """Run several commands at once; return the number of violations."""
    violations, outcomes = 0, Counter[int]()
    target = farm.folder / f"race-{processes}"
    farm.prepare_sync(target)
    commands = [farm.command(name) for name in ("install", "update", "remove", "sync")]
    for number in range(rounds):
        (farm.online / "index.json").write_bytes(farm.listings[number % 2])
        running = [
            farm.popen(target, *commands[(number + place) % len(commands)])
            for place in range(processes)
        ]
        for process in running:
            output, _ = process.communicate()
            outcomes[process.returncode] += 1
            if process.returncode not in (0, 1) or "Traceback" in output:
                violations += 1
                print(f"violation: {output}")
            elif process.returncode and "error:" not in output:
                violations += 1
                print(f"violation: no reason: {output}")
        states, left = (version_of(farm, target), listed_version(farm, target)), leftovers(target)
        if "broken" in states or left:
            violations += 1
            print(f"violation: {states}, left {left}")
    print(
        f"{processes} processes, {rounds} rounds: {outcomes[0]} succeeded, "
        f"{outcomes[1]} gave a reason, {violations} violations"
    )
    return violations


if __name__ == "__main__":
    main()
