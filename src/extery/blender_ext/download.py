"""Downloads of `install`: parallel, resumed, retried and verified by `extery.fetch`."""

from __future__ import annotations

import threading
import time
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from extery.blender_ext.local import RepositoryFolder
from extery.blender_ext.messages import Messages
from extery.blender_ext.remote import open_fetcher, report_failure
from extery.core.errors import ExteryError, Unavailable
from extery.core.files import hash_file
from extery.fetch import DownloadRequest, download, listing_url, resolve_archive_url, run_all
from extery.fetch.part_file import PartFile
from extery.listing.entries import Entry

#: A package is retried more often than a listing, since each attempt continues the last one.
_ATTEMPTS = 5
#: Connections over which a large package is received.
_CONNECTIONS = 6
#: Seconds between two messages about progress.
_INTERVAL = 0.1


class _Job(NamedTuple):
    identifier: str
    request: DownloadRequest
    target: Path


class _Progress:
    """The progress of all downloads together, from several threads."""

    def __init__(self, jobs: Sequence[_Job], messages: Messages) -> None:
        self._messages = messages
        self._lock = threading.Lock()
        self._text = (
            f'Downloading "{jobs[0].identifier}"'
            if len(jobs) == 1
            else f"Downloading {len(jobs)} packages"
        )
        self._total = sum(job.request.size for job in jobs)
        self._done = 0
        self._reported_at = 0.0

    def add(self, received: int) -> None:
        """Count bytes and report them, not too often; raises `Interrupted`."""
        self._messages.check()
        with self._lock:
            self._done += received
            now = time.monotonic()
            if now - self._reported_at < _INTERVAL:
                return
            self._reported_at = now
            done = self._done
        self._messages.progress(self._text, done, self._total)


def download_all(
    arguments: Namespace,
    entries: Sequence[Entry],
    folder: RepositoryFolder,
    messages: Messages,
) -> dict[str, Path]:
    """Return id -> verified package of all entries, except those whose download failed: these are reported."""
    packages: dict[str, Path] = {}
    jobs: list[_Job] = []
    for entry in entries:
        target = folder.cached_package(entry["id"])
        try:
            job = _Job(entry["id"], _request(arguments, entry), target)
        except ExteryError as error:
            report_failure(error, "install", messages.fatal_error, messages)
            continue
        if _is_complete(target, job.request):
            packages[entry["id"]] = target
        else:
            jobs.append(job)
    if not jobs:
        return packages
    progress = _Progress(jobs, messages)
    with open_fetcher(arguments, messages, attempts=_ATTEMPTS) as fetcher:

        def fetch(job: _Job) -> None:
            download(
                job.request,
                to=job.target,
                part=_part(job),
                fetcher=fetcher,
                on_progress=progress.add,
                connections=_CONNECTIONS,
            )

        failed = run_all(jobs, fetch, fetcher=fetcher)
    messages.check()
    for job, failure in failed:
        _clean_up(job, failure)
        report_failure(failure, f'install "{job.identifier}"', messages.fatal_error, messages)
    failures = {job.identifier for job, _ in failed}
    return packages | {job.identifier: job.target for job in jobs if job.identifier not in failures}


def _part(job: _Job) -> Path:
    return job.target.with_name(f"{job.target.name}.part")


def _clean_up(job: _Job, error: ExteryError) -> None:
    """Remove the part file unless the next run can continue it."""
    part = PartFile(_part(job))
    with suppress(OSError):
        if part.size == 0 or not isinstance(error, Unavailable):
            part.remove()


def _request(arguments: Namespace, entry: Entry) -> DownloadRequest:
    url = resolve_archive_url(listing_url(arguments.remote_url), entry["archive_url"])
    digest = entry["archive_hash"].removeprefix("sha256:").lower()
    return DownloadRequest(url, entry["archive_size"], digest)


def _is_complete(path: Path, request: DownloadRequest) -> bool:
    """Return whether the package is here already, from an earlier run."""
    try:
        if path.is_symlink() or path.stat().st_size != request.size:
            return False
        return hash_file(path) == (request.sha256, request.size)
    except OSError:
        return False
