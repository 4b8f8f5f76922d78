"""Putting a repository on disk, so that readers and crashes meet the old one or the new one.

Packages come before the listing that names them, the listing before its compressed variants,
and what is not needed any more goes last. A compressed variant has the time of the listing
that it was made of: one with another time is out of date, and says so.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

from extery.core.errors import Unavailable, Where
from extery.core.files import atomic_write, fsync_directory, read_regular, refuse_symlink
from extery.listing import delta

_LEFT = re.compile(r"\.(index\.(json|html)(\.gz|\.br)?|(repo|state|changes)\.json)\.\w{8}\.new")
#: What a listing is on disk.
LISTING_FILES = ("index.json", "index.json.gz", "index.json.br")
CHANGES = delta.FILENAME
#: Smaller listings are compressed in less time than it takes to start a thread.
_WORTH_A_THREAD = 100_000
_LEFT_LINK = re.compile(r"\..*\.zip\.\w{8}\.new")


def put(path: Path, data: bytes) -> bool:
    """Write ``data`` in one step, unless it is there already: then caches may keep theirs."""
    with _writing(path):
        if _holds(path, data):
            return False
        with atomic_write(path) as file:
            file.write(data)
    return True


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(data) and read_regular(path) == data


def write_changes(path: Path, data: bytes) -> list[Path]:
    """Write what changes when ``data`` takes the place of the listing at ``path``; what was written.

    Changes that lead to ``data`` already are those of a run that was killed before it wrote the listing.
    """
    place = path.with_name(CHANGES)
    old, known = _content(path), _content(place)
    if old != data and delta.target_digest(known) == delta.listing_digest(data):
        return []
    return [place] if put(place, delta.record_change(old, data, known)) else []


def _content(path: Path) -> bytes:
    try:
        return read_regular(path)
    except OSError:
        return b""


def write_listing(
    path: Path, data: bytes, *, meanwhile: Callable[[], object] = lambda: None
) -> list[Path]:
    """Write a listing with its compressed variants; what was written.

    ``meanwhile`` is done while others compress.
    """
    written = []
    packers = dict(_packers())
    with _writing(path):
        is_new = not _holds(path, data)
        if not packers.get(".br"):
            with suppress(FileNotFoundError):
                path.with_name(f"{path.name}.br").unlink()  # it could only become older
    packed = {ending: _begin(pack, data, aside=is_new) for ending, pack in packers.items()}
    if put(path, data):
        written.append(path)
    meanwhile()
    with _writing(path):
        time = path.stat().st_mtime_ns
        for ending, result in packed.items():
            variant = path.with_name(path.name + ending)
            if not is_new and variant.is_file() and variant.stat().st_mtime_ns == time:
                continue
            if put(variant, result()):
                written.append(variant)
            os.utime(variant, ns=(time, time))
    return written


def _begin(pack: Callable[[bytes], bytes], data: bytes, *, aside: bool) -> Callable[[], bytes]:
    """Begin to compress ``data`` in a thread, or else do it when asked for; call the result to have it.

    Compressing lets the interpreter go on, so all variants are made while the listing is written.
    """
    if not aside or len(data) < _WORTH_A_THREAD:
        return lambda: pack(data)
    import threading

    made: list[bytes] = []
    thread = threading.Thread(target=lambda: made.append(pack(data)), daemon=True)
    thread.start()

    def result() -> bytes:
        thread.join()
        return made[0] if made else pack(data)

    return result


def _packers() -> Iterator[tuple[str, Callable[[bytes], bytes]]]:
    """Ending -> function. Brotli is smaller and quicker, but not always installed."""
    yield ".gz", _gzip
    with suppress(ImportError):
        compress = import_module("brotli").compress
        # The window, half a megabyte, makes listings smaller than a larger one, in less memory.
        yield ".br", lambda data: compress(data, quality=5, lgwin=19)


def _gzip(data: bytes) -> bytes:
    """A gzip file without name and time, so that it depends on the data alone.

    The highest level takes half as long again, for one byte of a hundred.
    """
    packer = zlib.compressobj(6, zlib.DEFLATED, 31, 9)
    return packer.compress(data) + packer.flush()


def link_packages(folder: Path, names: Iterable[str], *, source: Path) -> list[Path]:
    """Have the packages of ``source`` in ``folder`` too: as second names, or else as copies."""
    written = []
    for name in names:
        path, original = folder / name, source / name
        with _writing(path):
            if is_same(path, original):
                continue
            # Not by its own name, which may be as long as a name can be.
            new = folder / f".{zlib.crc32(os.fsencode(name)):08x}.zip.{os.getpid():08d}.new"
            new.unlink(missing_ok=True)
            try:
                _link(original, new)
                new.replace(path)
            except BaseException:
                new.unlink(missing_ok=True)
                raise
            written.append(path)
    if written:  # on disk before a listing that names them
        with _writing(folder):
            fsync_directory(folder)
    return written


def is_same(path: Path, original: Path) -> bool:
    """Whether a file is another name, or a copy, of ``original``."""
    try:
        one, other = path.stat(), original.stat()
    except OSError:
        return False
    if (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino):
        return True
    # Size and time alone may be those of another version: some tools give all files one time.
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns) and has_same_bytes(
        path, original
    )


def has_same_bytes(path: Path, original: Path) -> bool:
    """Whether both can be read and have the same content."""
    import filecmp

    try:
        return filecmp.cmp(path, original, shallow=False)
    except OSError:
        return False


def _link(original: Path, new: Path) -> None:
    try:
        os.link(original.resolve(), new)
    except OSError:  # another file system, or one without second names
        import shutil

        shutil.copyfile(original, new)
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        about = original.stat()
        os.utime(new, ns=(about.st_atime_ns, about.st_mtime_ns))


def make_folder(folder: Path, *, root: Path) -> None:
    """Make the folder of a listing, if it is not there; below ``root`` none may be a link."""
    with _writing(folder):
        for own in (folder, *folder.parents):
            if own == root:
                break
            refuse_symlink(own)
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            fsync_directory(folder.parent)


def remove_temporary_files(folder: Path, *, has_links: bool) -> None:
    """Remove half-written files of a run that was ended from outside.

    Only a run that has the lock may do this. ``has_links``: it is the folder of a listing, in
    which nobody else makes packages.
    """
    if has_links and folder.is_symlink():
        return
    with suppress(OSError):
        hidden = [item for item in os.scandir(folder) if item.name[0] == "."]
        for item in hidden:
            if _LEFT.fullmatch(item.name) or (has_links and _LEFT_LINK.fullmatch(item.name)):
                os.unlink(item)


def remove(paths: Iterable[Path], *, root: Path) -> None:
    """Remove files of earlier runs that belong to no listing any more, and emptied folders."""
    for path in paths:
        with suppress(OSError):
            path.unlink()
        with suppress(OSError):
            for folder in path.parents:
                if folder == root or root not in folder.parents:
                    break
                folder.rmdir()


def stat_outputs(root: Path, names: Iterable[str]) -> dict[str, list[int]]:
    """What identifies the files that a run wrote, or found to be right; missing ones are left out."""
    found = {}
    for name in names:
        with suppress(OSError):
            about = (root / name).stat()
            found[name] = [about.st_size, about.st_mtime_ns, about.st_ino]
    return found


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable.of(
            "generate.unwritable",
            f"{path} cannot be written: {error.strerror or os.strerror(error.errno or 0)}",
            hint="check that you may write there, and that the disk has room",
            where=Where(str(path)),
        ) from error
