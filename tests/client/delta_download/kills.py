"""Kills downloads at random moments, and completes them afterwards.

A child process downloads a package, as a delta or over several connections, and is killed. Then the target is the old
or the new package, no other file is left than the part file, and the next download gives the new package.

    python -m tests.client.delta_download.kills [--count 300] [--seed N]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from extery.client.delta_download import download_delta
from extery.fetch import DownloadRequest, Fetcher, download
from tests.fetch.web import Web, serving, wait
from tests.zips.tools import by_zipfile, noise

ROOT = Path(__file__).parents[3]
CHILD = """
import sys
from pathlib import Path
from tests.client.delta_download.kills import complete
print("ready", flush=True)
sys.stdin.readline()
complete(*sys.argv[1:])
print("done", flush=True)
"""
#: Delay of each response, so that kills fall into all phases.
DELAY = 0.01


@dataclass
class Statistics:
    """Outcomes of kills."""

    kills: int = 0
    already_complete: int = 0
    with_part_file: int = 0
    deltas_afterwards: int = 0

    def summary(self) -> str:
        return (
            f"{self.kills} kills: {self.already_complete} after the end, "
            f"{self.with_part_file} left a part file, {self.deltas_afterwards} were completed as deltas"
        )


def packages() -> tuple[bytes, bytes]:
    """Return an old and a new package of 13 MB with changes at many places."""

    def files(version: int) -> dict[str, bytes]:
        same = {f"{number:02}a.png": noise(600_000, number) for number in range(20)}
        changed = {f"{number:02}b.png": noise(60_000, (version, number)) for number in range(20)}
        return dict(sorted((same | changed).items()))

    return by_zipfile(files(1)), by_zipfile(files(2))


def complete(folder: str, url: str, size: str, sha256: str, kind: str) -> bool:
    """Download the package as the client does; return whether that was a delta."""
    place = Path(folder)
    request = DownloadRequest(url, int(size), sha256)
    to, part = place / "package.zip", place / "package.part"
    with Fetcher() as fetcher:
        if kind == "delta" and download_delta(
            request, old=place / "old.zip", to=to, part=part, fetcher=fetcher
        ):
            return True
        download(request, to=to, part=part, fetcher=fetcher, connections=4)
    return False


def run(count: int, seed: int, folder: Path) -> Statistics:
    """Kill ``count`` downloads; raise `AssertionError` for a wrong file."""
    chance = random.Random(seed)
    statistics = Statistics()
    old, new = packages()
    with serving() as web:
        web.fail("/new.zip", *[wait(DELAY)] * 10**6)
        url = web.put("/new.zip", new)
        arguments = [url, str(len(new)), hashlib.sha256(new).hexdigest()]
        seconds = {"delta": 0.0, "pieces": 0.0}
        for number in range(count + 2):
            kind = ("delta", "pieces")[number % 2]
            place = folder / str(number)
            place.mkdir()
            (place / "old.zip").write_bytes(old)
            (place / "package.zip").write_bytes(old)
            moment = chance.uniform(0, 1.1 * seconds[kind]) if number > 1 else None
            took = _run_child([str(place), *arguments, kind], moment)
            if moment is None:
                seconds[kind] = took
                assert (place / "package.zip").read_bytes() == new
                continue
            _check(place, old, new, statistics)
            kind = chance.choice(["delta", "pieces"])
            statistics.deltas_afterwards += complete(str(place), *arguments, kind)
            assert (place / "package.zip").read_bytes() == new
            assert {path.name for path in place.iterdir()} == {"old.zip", "package.zip"}
            for path in place.iterdir():
                path.unlink()
        _check_requests(web)
    return statistics


def _run_child(arguments: list[str], moment: float | None) -> float:
    """Run a download; kill it after ``moment`` seconds. Returns the seconds that it took."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd=ROOT,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        start = time.monotonic()
        child.stdin.write(b"\n")
        child.stdin.flush()
        if moment is None:
            assert child.stdout.readline() == b"done\n"
        else:
            time.sleep(moment)
            child.kill()
        return time.monotonic() - start


def _check(place: Path, old: bytes, new: bytes, statistics: Statistics) -> None:
    statistics.kills += 1
    content = (place / "package.zip").read_bytes()
    assert content in (old, new)
    statistics.already_complete += content == new
    names = {path.name for path in place.iterdir()}
    statistics.with_part_file += "package.part" in names
    assert names <= {"old.zip", "package.zip", "package.part", "package.part.etag"}
    if "package.part" in names:
        assert new.startswith((place / "package.part").read_bytes())


def _check_requests(web: Web) -> None:
    assert all(seen.path == "/new.zip" for seen in web.seen)


def main() -> None:
    """Kill, and print what was left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        print(run(options.count, options.seed, Path(folder)).summary())


if __name__ == "__main__":
    main()
