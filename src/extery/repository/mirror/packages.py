"""Download the packages of a plan, and inspect them by the rules.

A failed download stops no other one; what it means for the listing is decided in `extery.repository.mirror.run`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

from extery.core.errors import ExteryError
from extery.fetch import Fetcher, download, run_all
from extery.fetch.addresses import redact_url
from extery.listing.entries import Entry
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.repository.mirror.inspection import at_package, inspect_package
from extery.repository.mirror.plan import Plan
from extery.repository.mirror.state import MirrorState, OwnedFile


class MirrorProgress(NamedTuple):
    """Packages and bytes of the downloads: received, and in total."""

    packages: int
    of_packages: int
    received: int
    of_bytes: int


def record_ownership(plan: Plan, state: MirrorState) -> None:
    """Save the names of all files before the first is written: the next run may remove files of a killed run."""
    present = set(plan.present)
    for name, request in plan.packages.items():
        before = state.files.get(name)
        is_same = before is not None and name in present and before.sha256 == request.sha256
        rules = before.rules if before is not None and is_same else ""
        state.files[name] = OwnedFile(
            request.sha256, request.size, redact_url(request.url), rules=rules
        )
    for name in present:
        state.mark_verified(name)
    state.save()


def fetch_packages(
    plan: Plan,
    state: MirrorState,
    fetcher: Fetcher,
    *,
    max_concurrent: int,
    on_progress: Callable[[MirrorProgress], None],
    valid_tags: ValidTags | None = None,
) -> list[tuple[str, ExteryError]]:
    """Download missing packages, inspect them and those not inspected by the current rules and tags.

    Returns the names of the packages that failed with their errors; that of one that may not be listed is
    a `RefusedPackage`. Problems of others are added to ``state.flawed``, the Blenders that refuse them to
    ``state.refusals``.
    """
    counter = _ProgressCounter(plan, on_progress)
    entries: dict[str, list[Entry]] = {}
    for entry in (*plan.entries, *plan.complete):
        entries.setdefault(entry["archive_url"][2:], []).append(entry)
    missing = set(plan.fetch)
    memory_lock = threading.Lock()  # each inspection may use as much memory as a package is allowed

    def fetch(name: str) -> None:
        path = state.folder / name
        if name in missing:
            request = plan.packages[name]
            part = state.parts_folder / f"{request.sha256}.part"
            download(request, to=path, part=part, fetcher=fetcher, on_progress=counter.add_bytes)
            state.mark_verified(name)
            counter.add_package()
        state.flawed.pop(name, None)
        state.refusals.pop(name, None)
        with memory_lock:
            inspection = inspect_package(
                path,
                entries[name],
                valid_tags=valid_tags,
                checkpoint=fetcher.raise_if_stopped,
            )
            if inspection.problems:
                state.flawed[name] = [at_package(name, p) for p in inspection.problems]
            if inspection.refusals:
                state.refusals[name] = inspection.refusals
        state.files[name].rules = state.rules

    outdated = [name for name in plan.present if state.files[name].rules != state.rules]
    return run_all([*plan.fetch, *outdated], fetch, fetcher=fetcher, max_concurrent=max_concurrent)


class _ProgressCounter:
    """Adds up the progress of all downloads. Thread-safe."""

    def __init__(self, plan: Plan, on_progress: Callable[[MirrorProgress], None]) -> None:
        self._progress = MirrorProgress(0, len(plan.fetch), 0, plan.bytes_to_fetch)
        self._on_progress = on_progress
        self._lock = threading.Lock()

    def add_bytes(self, received: int) -> None:
        self._add(0, received)

    def add_package(self) -> None:
        self._add(1, 0)

    def _add(self, packages: int, received: int) -> None:
        with self._lock:
            before = self._progress
            self._progress = before._replace(
                packages=before.packages + packages, received=before.received + received
            )
            self._on_progress(self._progress)
