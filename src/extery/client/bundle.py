"""A bundle: a lock file with all of its packages, in one zip or folder, to install without a network."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from extery.client.lock_file import (
    FILENAME,
    MAX_BYTES,
    LockedExtension,
    LockFile,
    parse_lock_file,
    read_lock_file,
)
from extery.client.store import Store
from extery.client.unusable import unusable
from extery.core.errors import Corrupt, ExteryError, NotFound, Where
from extery.core.files import atomic_write
from extery.fetch import DownloadRequest, Fetcher

_PACKAGES = "packages"
_BLOCK = 1 << 20


def write_bundle(
    lock: LockFile,
    to: Path,
    *,
    store: Store,
    make_fetcher: Callable[[str], Fetcher],
    on_package: Callable[[LockedExtension, str], None] = lambda _item, _state: None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Write the lock file and its packages to ``to``: a zip if its name ends in ``.zip``, else a new folder.

    ``make_fetcher`` returns the fetcher for the repository of a name. ``on_package`` is called with the state of a package,
    ``downloading`` or ``done``, ``on_progress`` with the bytes that were received. Raises an `ExteryError`; then nothing is written.
    """
    packages: dict[str, Path] = {}
    for item in lock.extensions:
        state = item.state
        if store.has(state.sha256, state.size):
            packages[state.sha256] = store.use(state.sha256)
        else:
            on_package(item, "downloading")
            request = DownloadRequest(state.source, state.size, state.sha256)
            with make_fetcher(item.repository) as fetcher:
                packages[state.sha256] = store.fetch(request, fetcher, on_progress=on_progress)
        on_package(item, "done")
    try:
        if to.suffix.lower() == ".zip":
            _write_zip(lock, packages, to)
        else:
            _write_folder(lock, packages, to)
    except OSError as error:
        raise unusable(to, error) from error


def _write_zip(lock: LockFile, packages: dict[str, Path], to: Path) -> None:
    # Stored: the packages are compressed. The same bytes for the same lock file.
    with atomic_write(to) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr(_info(FILENAME), lock.dump())
        for sha256 in sorted(packages):
            info = _info(f"{_PACKAGES}/{sha256}.zip")
            info.file_size = packages[sha256].stat().st_size
            with archive.open(info, "w") as member, packages[sha256].open("rb") as source:
                shutil.copyfileobj(source, member, _BLOCK)


def _info(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))


def _write_folder(lock: LockFile, packages: dict[str, Path], to: Path) -> None:
    """Write a folder beside ``to``, and give it its name at the end: a part of a bundle must not look like one."""
    to.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{to.name}.", suffix=".new", dir=to.parent))
    try:
        folder = new / _PACKAGES
        folder.mkdir()
        for sha256, path in packages.items():
            shutil.copyfile(path, folder / f"{sha256}.zip")
        lock.write(new / FILENAME)
        new.chmod(0o755)
        new.rename(to)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def open_lock(path: Path, store: Store) -> LockFile:
    """Read a lock file or a bundle; the packages of a bundle are verified and added to the store.

    Raises an `ExteryError`.
    """
    if path.is_dir():
        lock = read_lock_file(path / FILENAME)
        _add_packages(lock, store, path, lambda name: _open_file(path / name))
        return lock
    if not zipfile.is_zipfile(path):
        return read_lock_file(path)
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(FILENAME).file_size > MAX_BYTES:
                raise _not_a_bundle(path)
            lock = parse_lock_file(archive.read(FILENAME), str(path))
            _add_packages(lock, store, path, lambda name: _open_member(archive, name))
            return lock
    except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise _not_a_bundle(path) from error


def _not_a_bundle(path: Path) -> Corrupt:
    return Corrupt.of("lock.not-a-bundle", where=Where(str(path)), path=str(path))


@contextmanager
def _open_file(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as file:
        yield file


@contextmanager
def _open_member(archive: zipfile.ZipFile, name: str) -> Iterator[BinaryIO]:
    with archive.open(name) as file:
        yield file  # type: ignore[misc]  # it has all methods of a file


def _add_packages(
    lock: LockFile, store: Store, path: Path, open_package: Callable[[str], object]
) -> None:
    """Add the packages of a bundle to the store that are not there; those it lacks may be fetched later."""
    for item in lock.extensions:
        state = item.state
        if store.has(state.sha256, state.size):
            continue
        try:
            with open_package(f"{_PACKAGES}/{state.sha256}.zip") as file:  # type: ignore[attr-defined]
                store.add_verified(file, state.sha256, state.size)
        except (KeyError, FileNotFoundError):
            continue
        except ExteryError:
            raise
        except OSError as error:
            raise unusable(path, error) from error


def missing_packages(lock: LockFile, store: Store) -> list[str]:
    """Return the extensions whose packages are not in the store."""
    return [
        item.name for item in lock.extensions if not store.has(item.state.sha256, item.state.size)
    ]


def check_complete(lock: LockFile, store: Store) -> None:
    """Raise `NotFound` if a package is not in the store."""
    if missing := missing_packages(lock, store):
        raise NotFound.of("lock.package-missing", names=", ".join(missing[:5]), count=len(missing))
