"""A package: the zip of an extension. Opening it, finding its manifest, reading its members.

Opening checks what every reader needs: that it is a zip and that its manifest can be found
and read. What a good package has beyond that is the business of `extery.checks`.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from lzma import LZMAError
from pathlib import Path
from typing import IO, BinaryIO

from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.core.files import sha256_of
from extery.core.manifest import FILENAME, MAX_BYTES, Manifest, check_manifest
from extery.core.manifest_rules import ValidTags

_START = b"PK\x03\x04"
_END = b"PK\x05\x06"
# The end record has 22 bytes and a comment of at most 64 KiB behind it.
_END_REACH = 22 + (1 << 16)
_OTHER_FORMATS = {
    b"\x1f\x8b": "a gzip file",
    b"\xfd7zXZ\x00": "an .xz file, the package form of early 2024",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"BLENDER": "a .blend file",
    b"%PDF": "a PDF",
    b"\x89PNG": "a PNG image",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
    b"<!doctype": "a web page",
    b"bl_info": "a Python file",
}

#: What reading a member can raise when its bytes are not what the directory promises.
READ_ERRORS = (zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, ValueError)


class Package:
    """An open package. Names are relative to the folder of the manifest, with ``/``."""

    def __init__(self, archive: zipfile.ZipFile, file: BinaryIO, name: str) -> None:
        self.archive = archive
        self.file = file
        self.name = name

    @cached_property
    def infos(self) -> list[zipfile.ZipInfo]:
        """Every member in the archive's own order, folders included."""
        return self.archive.infolist()

    @cached_property
    def root(self) -> str:
        """The folder of the manifest inside the archive: ``""`` or ``"folder/"``.

        Raises `InvalidPackage` if there is no manifest, or no single one.
        """
        names = [info.filename for info in self.infos]
        if FILENAME in names:
            return ""
        found = sorted({n for n in names if n.endswith(f"/{FILENAME}") and not n.startswith(".")})
        if len(found) == 1:
            return found[0][: -len(FILENAME)]
        if found:
            raise InvalidPackage.of(
                "package.manifest-ambiguous",
                f"{self.name} has {len(found)} manifests: {', '.join(found[:4])}",
                hint="make one package for each extension",
                where=Where(self.name),
            )
        raise self._without_manifest(names)

    def _without_manifest(self, names: list[str]) -> InvalidPackage:
        if self._has_bl_info():
            return InvalidPackage.of(
                "package.legacy",
                f"{self.name} is an add-on from before Blender 4.2: it has bl_info but no {FILENAME}",
                hint=f"write a {FILENAME} beside its __init__.py",
                where=Where(self.name),
            )
        similar = [n for n in names if n.lower().endswith((".toml", FILENAME))]
        files = f"{len(names)} other file{'' if len(names) == 1 else 's'}"
        hint = f"it has {', '.join(similar[:3]) or files}"
        return InvalidPackage.of(
            "package.manifest-missing",
            f"{self.name} has no {FILENAME}",
            hint=f"{hint}; the manifest belongs beside __init__.py or the theme's .xml",
            where=Where(self.name),
        )

    def _has_bl_info(self) -> bool:
        scripts = [
            i for i in self.infos if i.filename.endswith(".py") and i.filename.count("/") < 2
        ]
        for info in scripts[:50]:
            if info.file_size > MAX_BYTES:
                continue
            try:
                with self.opened(info) as member:
                    if b"bl_info" in member.read(MAX_BYTES):
                        return True
            except InvalidPackage:
                continue
        return False

    @cached_property
    def names(self) -> list[str]:
        """The files below the root, relative to it; folders and files outside are left out."""
        root = self.root
        return [
            info.filename[len(root) :]
            for info in self.infos
            # Not `is_dir`, which fails for a member without a name.
            if info.filename.startswith(root) and not info.filename.endswith("/")
        ]

    @cached_property
    def unpacked_size(self) -> int:
        """The sum of the sizes that the directory states, in bytes."""
        return sum(info.file_size for info in self.infos)

    @cached_property
    def sha256(self) -> str:
        """64 lower-case hex digits of the archive's own bytes."""
        return sha256_of(self.file)[0]

    @cached_property
    def size(self) -> int:
        """The archive's size in bytes."""
        place = self.file.tell()
        size = self.file.seek(0, io.SEEK_END)
        self.file.seek(place)
        return size

    def read(self, name: str, *, limit: int = MAX_BYTES) -> bytes:
        """The bytes of a member below the root.

        Raises `KeyError` for a name that is not there, and `InvalidPackage` for a member that
        is damaged, encrypted or, as stated or as found, larger than ``limit`` bytes.
        """
        info = self.archive.getinfo(self.root + name)
        with self.opened(info) as member:
            data = member.read(limit + 1)
        if len(data) > limit:
            raise InvalidPackage.of(
                "package.too-large",
                f"{info.filename} is larger than {limit:,} bytes",
                hint="a file of this kind is much smaller",
                where=Where(self.name, (info.filename,)),
            )
        return data

    @contextmanager
    def opened(self, info: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
        """A stream of one member; what goes wrong while reading becomes `InvalidPackage`."""
        where = Where(self.name, (info.filename,))
        if info.flag_bits & 1:
            raise InvalidPackage.of(
                "package.encrypted",
                f"{info.filename} is encrypted",
                hint="pack it again without a password",
                where=where,
            )
        try:
            with self._open(info) as member:
                yield member
        except NotImplementedError as error:
            raise InvalidPackage.of(
                "package.unsupported-compression",
                f"{info.filename} is packed with method {info.compress_type}, which Blender cannot read",
                hint="pack it again as an ordinary zip",
                where=where,
            ) from error
        except READ_ERRORS as error:
            raise InvalidPackage.of(
                "package.damaged-member",
                f"{info.filename} is damaged: {_reason(error)}",
                hint="pack or download the archive again",
                where=where,
            ) from error

    def _open(self, info: zipfile.ZipInfo) -> IO[bytes]:
        if info.compress_type not in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            return self.archive.open(info)
        # Imported here: nearly all packages are stored or deflated throughout.
        from extery.core.unpacking import open_member

        return open_member(self.archive, info)

    @cached_property
    def manifest_bytes(self) -> bytes:
        """The manifest as it stands in the archive."""
        return self.read(FILENAME)

    def check_manifest(
        self, *, strict: bool, valid_tags: ValidTags | None = None
    ) -> tuple[Manifest | None, ProblemList]:
        """The manifest with all its problems, `[build.generated]` applied."""
        return check_manifest(
            self.manifest_bytes,
            strict=strict,
            valid_tags=valid_tags,
            file=self.root + FILENAME,
            packaged=True,
        )

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest in the lenient reading of clients; raises `InvalidManifest`."""
        return Manifest.parse(
            self.manifest_bytes, strict=False, file=self.root + FILENAME, packaged=True
        )


@contextmanager
def open_package(source: Path | BinaryIO, *, name: str = "") -> Iterator[Package]:
    """Open a package from a path or a seekable binary file.

    Raises `InvalidPackage` if it is not a readable zip; the message says what it is instead.
    ``name`` is what messages call it; by default the file's own name.
    """
    if isinstance(source, Path):
        name = name or source.name
        try:
            _check_is_file(source, name)
            file: BinaryIO = source.open("rb")
        except OSError as error:
            code = (
                "package.not-found"
                if isinstance(error, FileNotFoundError)
                else "package.unreadable"
            )
            raise InvalidPackage.of(
                code,
                f"{source} cannot be opened: {error.strerror}",
                hint="check the path",
                where=Where(name),
            ) from error
        with file, open_package(file, name=name) as package:
            yield package
        return
    name = name or Path(str(getattr(source, "name", "package.zip"))).name
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise _not_a_zip(source, name, error) from error
    with archive:
        yield Package(archive, source, name)


def _check_is_file(path: Path, name: str) -> None:
    """Refuse pipes and devices: to open one may wait for ever, and a zip is read from its end."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise InvalidPackage.of(
            "package.unreadable",
            f"{path} is not an ordinary file",
            hint="a zip is read from its end: save it as a file first",
            where=Where(name),
        )


def _not_a_zip(file: BinaryIO, name: str, error: Exception) -> InvalidPackage:
    """Look at the bytes and say what the file is instead of a readable zip."""
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    start = file.read(512)
    file.seek(max(0, size - _END_REACH))
    has_end = _END in file.read()
    where = Where(name)
    if not size:
        return InvalidPackage.of(
            "package.empty", f"{name} is empty", hint="download or build it again", where=where
        )
    if start.startswith(_START) and not has_end:
        return InvalidPackage.of(
            "package.truncated",
            f"{name} is cut off: it begins like a zip but has no directory at its end",
            hint=f"only {size:,} bytes arrived; download or copy it again",
            where=where,
        )
    if start.startswith(_START) or has_end:
        return InvalidPackage.of(
            "package.damaged",
            f"{name} is a damaged zip: {_reason(error)}",
            hint="build or download it again",
            where=where,
        )
    what = next(
        (text for magic, text in _OTHER_FORMATS.items() if start.lstrip().startswith(magic)), ""
    )
    if start[257:262] == b"ustar":
        what = "a tar archive"
    return InvalidPackage.of(
        "package.not-zip",
        f"{name} is not a zip archive" + (f" but {what}" if what else ""),
        hint="pack the folder with 'extery build', which makes a zip",
        where=where,
    )


def _reason(error: Exception) -> str:
    text = str(error) or type(error).__name__
    return text[:1].lower() + text[1:]
