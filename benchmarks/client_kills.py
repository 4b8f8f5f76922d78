"""Kills `extery install`, `update`, `remove` and `undo` at random moments, and runs several at once.

After each kill the next command has to find the old state or the new one, every file of an extension to be intact,
and nothing else on disk. Then several processes change the same folder at once: each has to succeed or to say why it does not, and
nothing may be lost. Prints the numbers; exits with 1 if anything is wrong.

    python benchmarks/client_kills.py [--kills 1000] [--rounds 100] [--processes 2,8] [--files 200]
"""

from __future__ import annotations

import argparse
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
OPERATIONS = ("install", "update", "remove", "undo")


def main() -> None:
    """Run both tests; exit with 1 after a violation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--processes", default="2,8")
    parser.add_argument("--files", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="extery-kills-") as name:
        farm = Farm(Path(name), options.files)
        violations = kill(farm, options.kills)
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
        self.start = {operation: folder / f"start-{operation}" for operation in OPERATIONS}
        for operation, target in self.start.items():
            self.run(target, *self._install("1.0.0"))
            if operation == "install":
                self.run(target, "remove", "gear_tool")
                self.run(target, "gc", "--keep-operations", "0", "--keep-days", "0")
            if operation == "undo":
                self.run(target, "remove", "gear_tool")

    def _install(self, version: str) -> list[str]:
        return ["install-file", str(self.packages[version])]

    def command(self, operation: str) -> list[str]:
        """Return the arguments of an operation."""
        return {
            "install": self._install("1.0.0"),
            "update": self._install("2.0.0"),
            "remove": ["remove", "gear_tool"],
            "undo": ["undo"],
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


def leftovers(target: Path) -> list[str]:
    """Return what neither Blender nor the journal accounts for."""
    areas = [path for path in target.glob("user_default/.extery/*/*") if path.name != "old"]
    files = [*target.rglob("*.new"), *target.rglob("index.lock"), *target.rglob("*.holder")]
    return [str(path) for path in [*areas, *files]]


def kill(farm: Farm, count: int) -> int:
    """Kill commands at random moments; return the number of violations."""
    rng = random.Random(42)
    seen: Counter[tuple[str, str]] = Counter()
    violations = 0
    target = farm.folder / "target"
    for number in range(count):
        operation = OPERATIONS[number % len(OPERATIONS)]
        shutil.copytree(farm.start[operation], target, symlinks=True)
        before = version_of(farm, target)
        process = farm.popen(target, *farm.command(operation))
        time.sleep(rng.uniform(0.05, 0.45))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        ended = process.returncode == 0
        farm.run(target, "gc")  # the next command
        after = version_of(farm, target)
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


def race(farm: Farm, processes: int, rounds: int) -> int:
    """Run several commands at once; return the number of violations."""
    violations, outcomes = 0, Counter[int]()
    target = farm.folder / "race"
    commands = [farm.command("install"), farm.command("update"), farm.command("remove")]
    for _ in range(rounds):
        running = [
            farm.popen(target, *commands[number % len(commands)]) for number in range(processes)
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
        state, left = version_of(farm, target), leftovers(target)
        if state == "broken" or left:
            violations += 1
            print(f"violation: {state!r}, left {left}")
    print(
        f"{processes} processes, {rounds} rounds: {outcomes[0]} succeeded, "
        f"{outcomes[1]} gave a reason, {violations} violations"
    )
    return violations


if __name__ == "__main__":
    main()
