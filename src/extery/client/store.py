"""The store: packages by their SHA-256, shared by all targets of a user.

A package is in the store only if its size and hash were verified. Two processes that need the same package download it
once: the second waits for the first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from extery.client.unusable import unusable
from extery.core.errors import Corrupt
from extery.core.file_lock import FileLock, LockTimeout
from extery.core.files import hash_file

if TYPE_CHECKING:
    from extery.fetch import DownloadRequest, Fetcher

_SUFFIX = ".zip"
_BLOCK = 1 << 20
#: Ends of the names of files that are not complete packages, and the age in seconds after which no command continues them.
PART_SUFFIXES = (".part", ".etag", ".new")
MAX_PART_AGE = 86_400.0
#: Connections over which a large package is received.
CONNECTIONS_OF_PACKAGE = 4
#: Time to wait for another process that downloads the same package, in seconds.
_WAIT_SECONDS = 6 * 3600


class Store:
    """The packages in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "packages"

    def path(self, sha256: str) -> Path:
        """Return the path of a package, which may not be there."""
        return self.folder.joinpath(sha256[:2], f"{sha256}{_SUFFIX}")

    def has(self, sha256: str, size: int = 0) -> bool:
        """Return whether a package is in the store; with ``size`` also whether it has that many bytes."""
        with suppress(OSError):
            actual = self.path(sha256).stat().st_size
            return actual == size if size else True
        return False

    def use(self, sha256: str) -> Path:
        """Return the path of a package in the store, and note its use: `gc` removes those that are not used."""
        path = self.path(sha256)
        with suppress(OSError):
            os.utime(path)
        return path

    def fetch(
        self,
        request: DownloadRequest,
        fetcher: Fetcher,
        *,
        old: str = "",
        on_progress: Callable[[int], None] = lambda _: None,
        on_saved: Callable[[int], None] = lambda _: None,
    ) -> Path:
        """Return the path of a package, downloaded and verified if it is not in the store.

        ``old`` is the SHA-256 of another version: of what both share nothing is fetched if the server allows it, and
        ``on_saved`` is called with the bytes that this saves. Raises an `ExteryError` if it cannot be downloaded.
        """
        path = self.path(request.sha256)
        if self.has(request.sha256, request.size):
            return self.use(request.sha256)
        with self._locked(path):
            if not self.has(request.sha256, request.size):
                self._download(request, fetcher, old, on_progress, on_saved)
        return path

    def _download(
        self,
        request: DownloadRequest,
        fetcher: Fetcher,
        old: str,
        on_progress: Callable[[int], None],
        on_saved: Callable[[int], None],
    ) -> None:
        path = self.path(request.sha256)
        part = path.with_suffix(".part")
        if old and self.has(old):
            from extery.client.delta_download import download_delta

            result = download_delta(
                request,
                old=self.path(old),
                to=path,
                part=part,
                fetcher=fetcher,
                on_progress=on_progress,
            )
            if result is not None:
                on_saved(result.saved)
                return
        from extery.fetch import download

        download(
            request,
            to=path,
            part=part,
            fetcher=fetcher,
            on_progress=on_progress,
            connections=CONNECTIONS_OF_PACKAGE,
        )

    def add(self, source: Path) -> Path:
        """Copy a package into the store, and return its path; raises `OSError`."""
        import shutil
        import tempfile

        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=".new", dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as copy, source.open("rb") as original:
                shutil.copyfileobj(original, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())
            # Of the copy: the source may change meanwhile.
            sha256, _ = hash_file(Path(name))
            path = self.path(sha256)
            path.parent.mkdir(exist_ok=True)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        return path

    def add_verified(self, source: BinaryIO, sha256: str, size: int) -> Path:
        """Copy a package with a known hash into the store; raises `Corrupt` for other bytes, and `OSError`."""
        import hashlib
        import tempfile

        path = self.path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=".new", dir=path.parent)
        try:
            digest, left = hashlib.sha256(), size
            with os.fdopen(handle, "wb") as copy:
                while block := source.read(min(_BLOCK, left + 1)):
                    digest.update(block)
                    left -= len(block)
                    if left < 0:
                        break
                    copy.write(block)
                copy.flush()
                os.fsync(copy.fileno())
            if left or digest.hexdigest() != sha256:
                raise Corrupt.of("lock.package-damaged", sha256=sha256)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        return path

    @contextmanager
    def _locked(self, path: Path) -> Iterator[None]:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path.with_suffix(".lock"))
            lock.acquire(timeout=_WAIT_SECONDS)
        except (OSError, LockTimeout) as error:
            raise unusable(path.parent, error) from error
        try:
            yield
        finally:
            lock.release()
