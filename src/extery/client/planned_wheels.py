"""Conflicts of wheels that a plan would make, before a package is downloaded.

The names of wheels are those of the members of a package in the store, else of the directory at the end of the remote
package, of which only that part is requested.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import BinaryIO, NamedTuple

from extery.client.package_jobs import Fetchers, MakeFetcher
from extery.client.plan import Change
from extery.client.records import Installed
from extery.client.store import Store
from extery.client.wheel_conflicts import find_conflicts_between
from extery.core.errors import ExteryError, Problem
from extery.core.files import open_regular
from extery.fetch import run_all
from extery.fetch.deadline import Deadline
from extery.fetch.ranges import Range, RangeReader, RemoteTail, UnusableRange
from extery.package.central_directory import read_directory

#: Bytes at the end of a package that are requested first: the directory of some hundred members.
_TAIL = 16_000
#: Maximum bytes of a directory that are read: that of 20,000 members.
MAX_TAIL = 2_000_000


class PlannedWheels(NamedTuple):
    """Warnings about conflicts, and the names of extensions whose wheels are known only after the download."""

    problems: list[Problem]
    unknown: list[str]


def find_planned_conflicts(
    changes: Iterable[Change],
    installed: Sequence[Installed],
    *,
    store: Store,
    make_fetcher: MakeFetcher,
) -> PlannedWheels:
    """Compare the wheels of the packages to install in a target with each other's, and with those that stay installed.

    Wheels are read only of packages that may have some. A server that sends no parts of files costs the comparison, no
    error.
    """
    planned = [*changes]
    may_have = [change for change in planned if _may_have_wheels(change)]
    jobs: dict[str, Change] = {c.candidate.sha256: c for c in may_have if c.candidate}
    found: dict[str, list[str]] = {}

    with closing(Fetchers(make_fetcher)) as fetchers:

        def run(sha256: str) -> None:
            try:
                found[sha256] = [*_wheel_names(jobs[sha256], store, fetchers)]
            except (ExteryError, UnusableRange, OSError):
                return

        run_all(jobs, run, fetcher=fetchers)
    wheels = {
        change.name: found[change.candidate.sha256]
        for change in may_have
        if change.candidate and change.candidate.sha256 in found
    }
    changed = {change.name for change in planned}
    others = {item.name: item.manifest.wheels for item in installed if item.name not in changed}
    unknown = [change.name for change in may_have if change.name not in wheels]
    return PlannedWheels(find_conflicts_between(wheels, others), unknown)


def _may_have_wheels(change: Change) -> bool:
    """Whether a package has wheels, as far as its entry states it: that of a lock file does not."""
    item = change.candidate
    return item is not None and (not item.type or bool(item.entry.get("python_versions")))


def _wheel_names(change: Change, store: Store, fetchers: Fetchers) -> Iterator[str]:
    item = change.candidate
    assert item is not None
    if store.has(item.sha256, item.size):
        with open_regular(store.path(item.sha256)) as file:
            yield from _names_in(file, item.size)
        return
    fetcher = fetchers.of(change)
    deadline = Deadline(fetcher.retry_policy.max_seconds)
    reader = RangeReader(item.url, item.size, fetcher=fetcher, deadline=deadline)
    tail = RemoteTail(reader, Range(0, item.size), expected=_TAIL, limit=MAX_TAIL)
    yield from _names_in(io.BufferedReader(tail), item.size)


def _names_in(file: BinaryIO, size: int) -> Iterator[str]:
    for entry in read_directory(file, size, "package.zip").entries:
        if entry.raw_name.endswith(b".whl"):
            yield entry.raw_name.decode("utf-8", "replace")
