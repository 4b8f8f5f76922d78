"""Test cases of killed runs: a folder whose runs are killed, and a reference without kills."""

from __future__ import annotations

import hashlib
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fetch.web import serving
from tests.kills.harness import (
    Kill,
    Run,
    Runner,
    assert_consistent,
    assert_same_tree,
    listings_of,
)
from tests.repository.hosted import Repository
from tests.repository.packages import put
from tests.sampled import some_of

CONFIGS = (
    "",
    "[channels.beta]\nprereleases = true\n",
    "changes = true\n",
    'prereleases = false\nchanges = true\n[channels.beta]\nprereleases = true\n[channels.small]\nextensions = ["anvil"]\n',
    'retention = 1\n[[blocklist]]\nid = "beacon"\nreason = "Deletes presets"\n',
)
IDS = ("anvil", "beacon", "gear_tool")
VERSIONS = ("1.0.0", "1.1.0", "2.0.0-beta.1")


@dataclass
class Statistics:
    """Statistics of killed runs."""

    kills: int = 0
    ended_first: int = 0
    """Runs that ended before their kill."""
    with_workers: int = 0
    """Kills while worker processes were running."""
    longest_survival: float = 0.0
    longest_next: float = 0.0
    kinds: dict[str, int] = field(default_factory=dict)

    def count(self, kill: Kill, status: int) -> None:
        if status != -9:
            self.ended_first += 1
            return
        self.kills += 1
        moment = "during" if kill.when == "torn" else kill.when
        kind = "at a random time" if kill.after_seconds is not None else f"{moment} a write"
        kind += ", with its group" if kill.group else ", parent only"
        self.kinds[kind] = self.kinds.get(kind, 0) + 1

    def summary(self) -> str:
        """Return the statistics as lines of text."""
        kinds = [f"    {number:6,} {kind}" for kind, number in sorted(self.kinds.items())]
        return "\n".join(
            [
                f"  {self.kills:,} kills, {self.with_workers:,} of them with worker processes",
                *kinds,
                f"  runs that ended before their kill: {self.ended_first:,}",
                f"  longest life of a process after the kill: {self.longest_survival:.2f} s",
                f"  longest run after a kill: {self.longest_next:.2f} s",
            ]
        )


class _Case:
    """Common parts of both commands."""

    private: str

    def __init__(self, root: Path, runner: Runner) -> None:
        self.runner = runner
        self.folder, self.reference = root / "killed" / "repo", root / "reference" / "repo"
        self.statistics = Statistics()
        self.states: list[dict[str, bytes]] = [{}]
        self.seconds, self.writes = 0.0, 0
        """Duration and writes of the last reference run."""
        self.changed: set[str] = set()
        """Packages replaced or removed since the last complete run."""
        self.snapshots = root / "snapshots"

    def arguments(self, folder: Path) -> list[str]:
        raise NotImplementedError

    def start(self, folder: Path, *more: str, **options: Any) -> Run:
        return self.runner.start(folder, *self.arguments(folder), *more, **options)

    def run_reference(self) -> None:
        """Update the reference, and record its listings as a valid state."""
        start = time.monotonic()
        run = self.start(self.reference)
        assert run.wait() == 0, run.output
        self.seconds, self.writes = time.monotonic() - start, run.writes
        self.states.append(listings_of(self.reference))

    def run_killed(self, kill: Kill, *, is_fresh: bool = False) -> bool:
        """Kill a run and check what it leaves; return False if it ended before."""
        run = self.start(self.folder, kill=kill, is_fresh=is_fresh)
        helpers = set(run.processes()) - {run.pid} if kill.after_seconds is not None else set()
        status = run.wait()
        assert status in (0, -9), run.output
        self.statistics.count(kill, status)
        self.statistics.with_workers += bool(helpers)
        assert_consistent(self.folder, *self.states, changed=self.changed)
        survival = run.assert_gone()
        self.statistics.longest_survival = max(survival, self.statistics.longest_survival)
        return status == -9

    def killed_at_each_write(self) -> Iterator[None]:
        """Run, and yield for states that a kill at a write would leave in the folder: a sample, or all."""
        self.snapshots.mkdir()
        run = self.start(self.folder, snapshots=str(self.snapshots))
        assert run.wait() == 0, run.output
        states, changed = self.states, self.changed
        for snapshot in some_of(sorted(self.snapshots.iterdir())):
            shutil.rmtree(self.folder)
            snapshot.rename(self.folder)
            self.states, self.changed = states, changed
            assert_consistent(self.folder, *states, changed=changed)
            yield
        shutil.rmtree(self.snapshots)

    def finish(self, *, is_fresh: bool = False, ignored: tuple[str, ...] = ()) -> None:
        """Check that the next run succeeds without waiting, and equals the reference."""
        start = time.monotonic()
        shared = str(self.snapshots) if self.snapshots.exists() else ""
        run = self.start(self.folder, *self.without_waiting(), is_fresh=is_fresh, shared=shared)
        assert run.wait() == 0, run.output
        self.statistics.longest_next = max(time.monotonic() - start, self.statistics.longest_next)
        assert_same_tree(self.folder, self.reference, private=self.private, ignored=ignored)
        self.states = [listings_of(self.reference)]
        self.changed = set()
        assert_consistent(self.folder, *self.states)

    def without_waiting(self) -> list[str]:
        """Return the arguments that disable waiting for the lock."""
        return []


class GenerateCase(_Case):
    """Packages and channels are added, removed and replaced."""

    private = ".extery"

    def __init__(self, root: Path, runner: Runner) -> None:
        super().__init__(root, runner)
        self.pool = root / "pool"
        for folder in (self.folder, self.reference, self.pool):
            folder.mkdir(parents=True)
        self.user_files: dict[str, str] = {}
        """Files of the user: name -> hash."""
        self.options = ["--html"]
        self.write("notes.txt", b"mine")
        self.write("anvil-1.0.0.zip", self.package("anvil", "1.0.0"))

    def arguments(self, folder: Path) -> list[str]:
        return ["server-generate", "--repo-dir", str(folder), "--keep-going", *self.options]

    def without_waiting(self) -> list[str]:
        return ["--lock-timeout", "0"]

    def package(self, identifier: str, version: str) -> bytes:
        path = self.pool / f"{identifier}-{version}.zip"
        if not path.exists():
            put(self.pool, path.name, extension_id=identifier, version=version)
        return path.read_bytes()

    def write(self, name: str, data: bytes) -> None:
        for folder in (self.folder, self.reference):
            (folder / name).write_bytes(data)
        self.changed.add(name)
        self.user_files[name] = hashlib.sha256(data).hexdigest()

    def remove(self, name: str) -> None:
        for folder in (self.folder, self.reference):
            (folder / name).unlink()
        self.changed.add(name)
        del self.user_files[name]

    def configure(self, config: str) -> None:
        if config:
            self.write("blender_repo.toml", f'schema_version = "1.0.0"\n{config}'.encode())
        elif "blender_repo.toml" in self.user_files:
            self.remove("blender_repo.toml")

    def change(self, chance: random.Random) -> None:
        """Make a random change to both folders."""
        packages = [name for name in self.user_files if name.endswith(".zip")]
        kind = chance.choice(["add", "add", "remove", "replace", "configure", "bad"])
        if kind == "configure":
            self.configure(chance.choice(CONFIGS))
        elif kind == "bad":
            self.write("bad.zip", chance.randbytes(50))
        elif kind == "remove" and len(packages) > 2:
            self.remove(chance.choice(packages))
        else:
            identifier, version = chance.choice(IDS), chance.choice(VERSIONS)
            name = f"{identifier}-{version}.zip"
            if kind == "replace" and packages:
                name = chance.choice(packages)
            self.write(name, self.package(identifier, version))

    def finish(self, *, is_fresh: bool = False, ignored: tuple[str, ...] = ()) -> None:
        super().finish(is_fresh=is_fresh, ignored=ignored)
        for name, digest in self.user_files.items():
            assert hashlib.sha256((self.folder / name).read_bytes()).hexdigest() == digest, name


class MirrorCase(_Case):
    """The source publishes, withdraws and blocks; one of its packages may be missing."""

    private = ".extery-mirror"

    def __init__(
        self, root: Path, runner: Runner, stack: ExitStack, *, records_changes: bool = False
    ) -> None:
        super().__init__(root, runner)
        for folder in (self.folder, self.reference):
            folder.parent.mkdir(parents=True)
        self.repository = Repository(root / "source", stack.enter_context(serving()))
        self.repository.records_changes = records_changes
        self.options = ["--keep-going"]
        self.number = 0
        self.add("anvil")

    def arguments(self, folder: Path) -> list[str]:
        return ["mirror", self.repository.url, str(folder), *self.options]

    def add(self, identifier: str) -> None:
        self.number += 1
        version = f"1.{self.number}.0"
        self.repository.add(f"{identifier}-{version}.zip", extension_id=identifier, version=version)

    def change(self, chance: random.Random) -> None:
        """Make a random change to the source."""
        repository = self.repository
        kind = chance.choice(["add", "add", "withdraw", "block", "lose"])
        if kind == "withdraw" and len(repository.entries) > 1:
            item = chance.choice(repository.entries)
            repository.withdraw(item["id"], item["version"])
        elif kind == "block":
            is_blocked = bool(repository.blocklist)
            repository.blocklist = [] if is_blocked else [{"id": "beacon", "reason": "Bad"}]
            repository.publish()
        elif kind == "lose" and len(repository.entries) > 1:
            item = chance.choice(repository.entries)
            repository.web.pages.pop(f"/r/{item['archive_url'].removeprefix('./')}", None)
        else:
            self.add(chance.choice(IDS))
        if len(repository.entries) > 8:
            item = repository.entries[0]
            repository.withdraw(item["id"], item["version"])


def remove_output(case: _Case) -> None:
    """Remove all output of runs; files of the user stay."""
    for folder in (case.folder, case.reference):
        for path in [*folder.iterdir()] if folder.exists() else ():
            if isinstance(case, GenerateCase) and path.name in case.user_files:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    case.states = [{}]
