"""Write a repository so that readers, and a crash at any time, find the old state or the new one.

Packages are written before the listing that names them, the listing before its compressed variants, and files
that are no longer needed are removed last. A compressed variant has the modification time of its listing;
one with another time is out of date.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from extery.core.errors import Unavailable, Where
from extery.core.files import atomic_write, fsync_directory, read_regular, refuse_symlink
from extery.listing import LISTING_FILENAME, delta
from extery.listing.delta import CHANGES_FILENAME

_TEMPORARY_FILE = re.compile(
    r"\.(index\.(json|html)(\.gz|\.br)?|(repo|state|changes)\.json)\.\w{8}\.new"
)
PAGE_FILENAME = "index.html"
#: The listing of add-ons from before Blender 4.2.
LEGACY_LISTING = "repo.json"
#: A listing with its compressed variants.
LISTING_FILES = (LISTING_FILENAME, f"{LISTING_FILENAME}.gz", f"{LISTING_FILENAME}.br")
#: Compressing fewer bytes takes less time than starting a thread.
_MIN_THREAD_BYTES = 100_000
_TEMPORARY_LINK = re.compile(r"\..*\.zip\.\w{8}\.new")


def write_if_changed(path: Path, data: bytes) -> bool:
    """Write ``data`` atomically; return False if the file has it already and keeps its time."""
    with _writing(path):
        if _has_content(path, data):
            return False
        with atomic_write(path) as file:
            file.write(data)
    return True


def _has_content(path: Path, data: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(data) and read_regular(path) == data


def write_changes(path: Path, data: bytes) -> list[Path]:
    """Write ``changes.json`` for ``data`` replacing the listing at ``path``; return the files that changed.

    Changes that lead to ``data`` already are from a run that was killed before it wrote the listing.
    """
    changes_path = path.with_name(CHANGES_FILENAME)
    old, changes = read_or_empty(path), read_or_empty(changes_path)
    if old != data and delta.target_digest(changes) == delta.listing_digest(data):
        return []
    updated = delta.record_change(old, data, changes)
    return [changes_path] if write_if_changed(changes_path, updated) else []


def read_or_empty(path: Path) -> bytes:
    """Return the bytes of a file; none if it cannot be read."""
    try:
        return read_regular(path)
    except OSError:
        return b""


def write_listing(
    path: Path, data: bytes, *, meanwhile: Callable[[], object] = lambda: None
) -> list[Path]:
    """Write a listing with its compressed variants; return the files that changed.

    ``meanwhile`` is called while threads compress.
    """
    written = []
    compressors = dict(_compressors())
    with _writing(path):
        is_new = not _has_content(path, data)
        if not compressors.get(".br"):
            with suppress(FileNotFoundError):
                path.with_name(f"{path.name}.br").unlink()  # it would be out of date
    packed = {
        suffix: _compress_later(compress, data, in_thread=is_new)
        for suffix, compress in compressors.items()
    }
    if write_if_changed(path, data):
        written.append(path)
    meanwhile()
    with _writing(path):
        time = path.stat().st_mtime_ns
        for suffix, result in packed.items():
            variant = path.with_name(path.name + suffix)
            if not is_new and variant.is_file() and variant.stat().st_mtime_ns == time:
                continue
            if write_if_changed(variant, result()):
                written.append(variant)
            os.utime(variant, ns=(time, time))
    return written


def _compress_later(
    compress: Callable[[bytes], bytes], data: bytes, *, in_thread: bool
) -> Callable[[], bytes]:
    """Return a function that returns the compressed ``data``, compressed in a thread or by the call.

    Compressors release the interpreter lock, so all variants are compressed while the listing is written.
    """
    if not in_thread or len(data) < _MIN_THREAD_BYTES:
        return lambda: compress(data)
    import threading

    results: list[bytes] = []
    thread = threading.Thread(target=lambda: results.append(compress(data)), daemon=True)
    thread.start()

    def result() -> bytes:
        thread.join()
        return results[0] if results else compress(data)

    return result


def _compressors() -> Iterator[tuple[str, Callable[[bytes], bytes]]]:
    """Yield suffixes and compressors. Brotli is smaller and faster, but optional."""
    yield ".gz", _gzip
    with suppress(ImportError):
        compress = import_module("brotli").compress
        # Quality 5 saves 4 % and takes half as long again. The window is half a megabyte, for little memory.
        yield ".br", lambda data: compress(data, quality=4, lgwin=19)


def _gzip(data: bytes) -> bytes:
    """Return a gzip file without name and time, so that it depends only on the data and the library.

    Level 6 saves 1 % and takes half as long again. zlib-ng, if it is installed, takes half the time.
    """
    library: Any = zlib
    with suppress(ImportError):
        library = import_module("zlib_ng.zlib_ng")
    packer = library.compressobj(5, zlib.DEFLATED, 31, 9)
    packed: bytes = packer.compress(data) + packer.flush()
    return packed


def link_packages(folder: Path, names: Iterable[str], *, source: Path) -> list[Path]:
    """Link the packages of ``source`` into ``folder``, or copy them; return the new files."""
    written = []
    for name in names:
        path, original = folder / name, source / name
        with _writing(path):
            if is_same(path, original):
                continue
            # The package's own name may have the maximum length already.
            new = folder / f".{zlib.crc32(os.fsencode(name)):08x}.zip.{os.getpid():08d}.new"
            new.unlink(missing_ok=True)
            try:
                _link(original, new)
                new.replace(path)
            except BaseException:
                new.unlink(missing_ok=True)
                raise
            written.append(path)
    if written:  # durable before a listing names them
        with _writing(folder):
            fsync_directory(folder)
    return written


def is_same(path: Path, original: Path) -> bool:
    """Return whether a file is a hard link or a copy of ``original``."""
    try:
        status, other = path.stat(), original.stat()
    except OSError:
        return False
    if (status.st_dev, status.st_ino) == (other.st_dev, other.st_ino):
        return True
    # Some tools give all files the same time, so size and time are not enough.
    return (status.st_size, status.st_mtime_ns) == (
        other.st_size,
        other.st_mtime_ns,
    ) and has_same_bytes(path, original)


def has_same_bytes(path: Path, original: Path) -> bool:
    """Return whether both files can be read and have the same content."""
    import filecmp

    try:
        return filecmp.cmp(path, original, shallow=False)
    except OSError:
        return False


def _link(original: Path, new: Path) -> None:
    try:
        os.link(original.resolve(), new)
    except OSError:  # another file system, or one without hard links
        import shutil

        shutil.copyfile(original, new)
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        status = original.stat()
        os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))


def make_folder(folder: Path, *, root: Path) -> None:
    """Create the folder of a listing; no folder below ``root`` may be a symbolic link."""
    with _writing(folder):
        for path in (folder, *folder.parents):
            if path == root:
                break
            refuse_symlink(path)
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            fsync_directory(folder.parent)


def remove_temporary_files(folder: Path, *, has_packages: bool) -> None:
    """Remove the temporary files of a killed run; the caller must hold the lock.

    ``has_packages``: it is the folder of a listing, into which packages are linked.
    """
    if has_packages and folder.is_symlink():
        return
    with suppress(OSError):
        hidden = [item for item in os.scandir(folder) if item.name[0] == "."]
        for item in hidden:
            if _TEMPORARY_FILE.fullmatch(item.name) or (
                has_packages and _TEMPORARY_LINK.fullmatch(item.name)
            ):
                os.unlink(item)


def remove(paths: Iterable[Path], *, root: Path) -> None:
    """Remove files of earlier runs, and folders that become empty."""
    for path in paths:
        with suppress(OSError):
            path.unlink()
        with suppress(OSError):
            for folder in path.parents:
                if folder == root or root not in folder.parents:
                    break
                folder.rmdir()


def stat_outputs(root: Path, names: Iterable[str]) -> dict[str, list[int]]:
    """Return size, time and inode of the existing files among ``names``."""
    outputs = {}
    for name in names:
        with suppress(OSError):
            status = (root / name).stat()
            outputs[name] = [status.st_size, status.st_mtime_ns, status.st_ino]
    return outputs


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable.of(
            "generate.unwritable",
            where=Where(str(path)),
            path=str(path),
            reason=error.strerror or os.strerror(error.errno or 0),
        ) from error
