"""The wheels of an index in a temporary folder, verified by their hashes, and their metadata."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock

from extery.author.wheels.index import MAX_WHEEL, IndexFile, PackageIndex
from extery.author.wheels.remote_metadata import MAX_METADATA, remote_metadata
from extery.core.errors import (
    Corrupt,
    InvalidInput,
    InvalidPackage,
    NotFound,
    ProblemList,
    Unavailable,
    Where,
)
from extery.core.files import format_size
from extery.fetch import DownloadRequest, download, run_all
from extery.fetch.addresses import origin_of, redact_url, split_url
from extery.fetch.deadline import Deadline
from extery.fetch.decoding import IDENTITY
from extery.fetch.documents import read_document
from extery.package import open_archive

#: Bytes of a wheel that is fetched as a whole to read its metadata.
_SMALL = 100_000
#: Requirements of one wheel.
MAX_REQUIREMENTS = 1_000
_CONNECTIONS = 4
_CONCURRENT = 8
_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")


class Downloads:
    """Wheels in ``folder``, each fetched once. Thread-safe for different files."""

    def __init__(
        self,
        index: PackageIndex,
        folder: Path,
        on_progress: Callable[[str, int], None] = lambda _name, _size: None,
    ) -> None:
        self.index = index
        self.folder = folder
        self.on_progress = on_progress
        self._requirements: dict[str, tuple[str, ...]] = {}
        self._lock = Lock()

    def path(self, file: IndexFile) -> Path:
        """Return where the wheel is once it is fetched."""
        return self.folder / file.sha256

    def fetch(self, file: IndexFile) -> Path:
        """Fetch a wheel, unless it is there; raises an `ExteryError` if its hash is not that of the index."""
        path = self.path(file)
        if path.is_file():
            return path
        fetcher, url = self.index.fetcher, self._with_credentials(file.url)
        size = file.size or self._size(url, file)
        request = DownloadRequest(url, size, file.sha256)
        try:
            download(
                request,
                to=path,
                part=path.with_suffix(".part"),
                fetcher=fetcher,
                connections=_CONNECTIONS,
                on_progress=lambda received: self.on_progress(file.filename, received),
            )
        except Corrupt as error:
            if error.code not in ("fetch.hash", "fetch.size"):
                raise
            raise Corrupt.of(
                "library.damaged", file=file.filename, index=redact_url(self.index.url)
            ) from error
        return path

    def fetch_all(self, files: Iterable[IndexFile]) -> None:
        """Fetch wheels in parallel; raises the first error."""
        unique = list({file.sha256: file for file in files}.values())
        failed = run_all(
            unique,
            self._fetch,
            fetcher=self.index.fetcher,
            max_concurrent=_CONCURRENT,
        )
        for _, error in failed:
            raise error

    def _fetch(self, file: IndexFile) -> None:
        self.fetch(file)

    def requirements_of_all(self, files: Iterable[IndexFile]) -> dict[str, tuple[str, ...]]:
        """Return the requirements of the wheels of one version by their file names.

        Wheels whose metadata have no hash in the index are assumed to have those of one of them, until `correct` has read
        their own.
        """
        files = list(files)
        with self._lock:
            unknown = [file for file in files if _key(file) not in self._requirements]
        hashed = {_key(file): file for file in unknown if file.metadata_sha256}
        others = [file for file in unknown if not file.metadata_sha256]
        first = min(others, key=_cost, default=None)
        read = [*hashed.values(), *([first] if first else [])]
        for _, error in run_all(
            read, self._read, fetcher=self.index.fetcher, max_concurrent=_CONCURRENT
        ):
            raise error
        if first is not None:
            with self._lock:
                for file in others:
                    self._requirements.setdefault(_key(file), self._requirements[_key(first)])
        return {file.filename: self._requirements[_key(file)] for file in files}

    def correct(self, files: Iterable[IndexFile]) -> bool:
        """Read the requirements in wheels that were fetched; return whether some differ from what was assumed."""
        is_different = False
        for file in files:
            own = requirements_in(read_metadata(self.path(file), file.filename), file.filename)
            is_different |= self._requirements.get(_key(file), own) != own
            self._requirements[_key(file)] = own
        return is_different

    def _read(self, file: IndexFile) -> None:
        self.index.on_visit(file.filename)
        requirements = requirements_in(self._metadata(file), file.filename)
        with self._lock:
            self._requirements[_key(file)] = requirements

    def _metadata(self, file: IndexFile) -> bytes:
        """Return the metadata of a wheel: from the index if it offers them, else from the wheel."""
        if file.metadata_sha256 is not None:
            try:
                data = self._fetch_metadata(file)
            except NotFound:
                data = b""
            if data and file.metadata_sha256 in ("", hashlib.sha256(data).hexdigest()):
                return data
        url, fetcher = self._with_credentials(file.url), self.index.fetcher
        if file.size > _SMALL and (data := remote_metadata(url, file.size, fetcher) or b""):
            return data
        return read_metadata(self.fetch(file), file.filename)

    def _fetch_metadata(self, file: IndexFile) -> bytes:
        url = self._with_credentials(f"{file.url}.metadata")
        fetcher = self.index.fetcher
        deadline = Deadline(fetcher.retry_policy.max_seconds)

        def attempt() -> bytes:
            with fetcher.open(url, {"Accept-Encoding": IDENTITY}, deadline) as response:
                return read_document(response, (), MAX_METADATA).body

        return fetcher.with_retries(url, attempt, deadline)

    def _size(self, url: str, file: IndexFile) -> int:
        """Return the size that the server states, for an index that states none."""
        with self.index.fetcher.open(url, {"Accept-Encoding": IDENTITY}) as response:
            size = response.length or 0
        if not 0 < size <= MAX_WHEEL:
            raise Unavailable.of(
                "library.size",
                file=file.filename,
                limit=format_size(MAX_WHEEL),
                url=redact_url(url),
            )
        return size

    def _with_credentials(self, url: str) -> str:
        """Return a URL with the credentials of the index, if both have the same origin."""
        user, at, _ = split_url(self.index.url).netloc.rpartition("@")
        parts = split_url(url)
        if not at or "@" in parts.netloc or origin_of(url) != origin_of(self.index.url):
            return url
        return parts._replace(netloc=f"{user}@{parts.netloc}").geturl()


def _key(file: IndexFile) -> str:
    """Return what identifies the metadata of a wheel: most wheels of a version have the same."""
    return file.metadata_sha256 or file.sha256


def _cost(file: IndexFile) -> tuple[bool, int]:
    """Return the order in which wheels are read: with metadata in the index first, then the smallest."""
    return file.metadata_sha256 is None, file.size


def read_metadata(path: Path, name: str) -> bytes:
    """Return the METADATA of a wheel on disk; raises `InvalidPackage` if there are none."""
    with path.open("rb") as file, open_archive(file, name=name, problems=ProblemList()) as archive:
        members = [m for m in archive.members if _METADATA.fullmatch(m.name)]
        if not members or members[0].size > MAX_METADATA:
            raise InvalidPackage.of("library.no-metadata", where=Where(name), file=name)
        with archive.open(members[0]) as stream:
            return stream.read(MAX_METADATA)


def requirements_in(data: bytes, name: str) -> tuple[str, ...]:
    """Return the ``Requires-Dist`` of metadata; raises `InvalidInput` if they are too many."""
    from packaging.metadata import parse_email

    raw, _ = parse_email(data)
    requirements = tuple(raw.get("requires_dist", ()))
    if len(requirements) > MAX_REQUIREMENTS:
        raise InvalidInput.of(
            "library.too-many", variant="requirements", file=name, limit=MAX_REQUIREMENTS
        )
    return requirements
