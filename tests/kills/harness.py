"""Kill runs of `extery` at chosen or random moments, and compare with complete runs."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli

from extery.listing.delta import apply_changes
from extery.listing.entries import parse_listing

RUNNER = Path(__file__).with_name("runner.py")
#: Seconds after which processes of a killed run count as hanging.
HANG = 300


@dataclass(frozen=True)
class Kill:
    """The moment of a kill: at write number ``at`` or ``after_seconds``, alone or with its process group.

    ``when`` is ``before`` or ``after`` the write, or ``torn``: before it, with half of the file's content.
    """

    at: int = 0
    when: str = "before"
    group: bool = False
    after_seconds: float | None = None


NEVER = Kill()


class Run:
    """A run that has been started. Its process id is also that of its session and its group."""

    def __init__(self, pid: int, wait: Callable[[], int], log: Path) -> None:
        self.pid, self.wait, self._log = pid, wait, log

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def writes(self) -> int:
        """The number of writes of a run that has ended by itself."""
        return int(self._log.with_name(f"{self._log.name}.writes").read_text())

    def kill(self, *, group: bool) -> None:
        with suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(self.pid, signal.SIGKILL)

    def processes(self) -> list[int]:
        """Processes of the run's session that are alive."""
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError, ValueError):
                state, _, _, session, *_ = path.read_text().rpartition(")")[2].split()
                if int(session) == self.pid and state not in "ZX":
                    found.append(int(path.parent.name))
        return found

    def assert_gone(self) -> float:
        """Wait until no process of the run is alive; the seconds that took."""
        start = time.monotonic()
        while alive := self.processes():
            waited = time.monotonic() - start
            assert waited < HANG, f"{alive} outlive their parent {self.pid}"
            time.sleep(0.01)
        return time.monotonic() - start


class Runner:
    """Starts runs: forks of a prepared process, or if ``is_fresh``, of a new interpreter each."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._server = subprocess.Popen(
            [sys.executable, str(RUNNER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def close(self) -> None:
        self._server.communicate()

    def start(
        self,
        folder: Path,
        *arguments: str,
        kill: Kill = NEVER,
        is_fresh: bool = False,
        snapshots: str = "",
        shared: str = "",
    ) -> Run:
        """Start a run; it stores ``snapshots`` there, or shares files with those in ``shared``."""
        log = self._logs / "output.txt"
        job = {
            "arguments": arguments,
            "folder": str(folder),
            "log": str(log),
            "at": kill.at,
            "when": kill.when,
            "group": kill.group,
            "snapshots": snapshots,
            "shared": shared,
        }
        if is_fresh:
            process = subprocess.Popen(
                [sys.executable, str(RUNNER), json.dumps(job)], start_new_session=True
            )
            run = Run(process.pid, process.wait, log)
        else:
            pid = self._ask(job)
            run = Run(pid, lambda: self._ask({"wait": pid}), log)
        if kill.after_seconds is not None:
            time.sleep(kill.after_seconds)
            run.kill(group=kill.group)
        return run

    def _ask(self, job: dict[str, Any]) -> int:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(job).encode() + b"\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())


@contextmanager
def running(logs: Path) -> Iterator[Runner]:
    runner = Runner(logs)
    try:
        yield runner
    finally:
        runner.close()


def listings_of(folder: Path) -> dict[str, bytes]:
    """Every listing below a folder, by its name."""
    found = [folder / "index.json", *folder.glob("[!.]*/index.json")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if path.exists()}


def assert_consistent(
    folder: Path, *states: dict[str, bytes], changed: Collection[str] = ()
) -> None:
    """Check that readers see the listings of one of ``states`` and all files that these need.

    Packages called ``changed`` were replaced or removed by the user, and may differ from the listing.
    """
    now = listings_of(folder)
    for name, data in now.items():
        allowed = [state[name] for state in states if name in state]
        assert data in allowed, f"{name} is neither the old nor a new listing"
        path = folder / name
        listing = parse_listing(data)
        for item in listing.data:
            is_changed = item["archive_url"].removeprefix("./") in changed
            if item["id"] not in listing.blocked and not is_changed:
                package = (path.parent / item["archive_url"]).read_bytes()
                assert len(package) == item["archive_size"], item["archive_url"]
                digest = f"sha256:{hashlib.sha256(package).hexdigest()}"
                assert digest == item["archive_hash"], item["archive_url"]
        for ending, unpack in ((".gz", gzip.decompress), (".br", brotli.decompress)):
            variant = path.with_name(path.name + ending)
            if variant.exists():
                content = unpack(variant.read_bytes())
                assert content in allowed, f"{variant.name} is of no listing"
                if variant.stat().st_mtime_ns == path.stat().st_mtime_ns:
                    assert content == data, f"{variant.name} is out of date and does not show it"
        changes = path.with_name("changes.json")
        if changes.exists():
            document = json.loads(changes.read_bytes())
            assert document["version"] == "v1"
            for listing_data in [*allowed, data]:
                assert apply_changes(listing_data, changes.read_bytes()) in [None, *allowed]
    for page in folder.rglob("index.html"):
        text = page.read_text()
        assert text.lower().startswith("<!doctype html>"), page
        assert text.rstrip().endswith("</html>"), page


def tree(folder: Path, *, private: str) -> dict[str, str]:
    """Every file below a folder with its hash, and every folder; of the ``private`` folder only the names."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        is_file = path.is_file() and not name.startswith(private)
        found[name] = hashlib.sha256(path.read_bytes()).hexdigest()[:8] if is_file else ""
    return found


def assert_same_tree(
    folder: Path, reference: Path, *, private: str, ignored: tuple[str, ...] = ()
) -> None:
    """Check that both have the same files and contents; of ``ignored`` files only the names."""
    one, other = (tree(path, private=private) for path in (folder, reference))
    for found in (one, other):
        found |= dict.fromkeys((name for name in found if Path(name).name in ignored), "")
    different = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    assert not different, {name: (one.get(name), other.get(name)) for name in different}


def random_kill(chance: random.Random, *, writes: int, seconds: float) -> Kill:
    """Return a random kill in a run with this number of writes and duration."""
    group = chance.random() < 0.5
    if chance.random() < 0.35:
        return Kill(after_seconds=chance.uniform(0, seconds * 1.1), group=group)
    when = chance.choice(["before", "before", "after", "torn"])
    return Kill(chance.randint(1, max(writes, 1)), when, group)
