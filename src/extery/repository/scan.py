"""The packages of a folder: which there are, and what each one says of itself."""

from __future__ import annotations

import os
import stat
from io import BufferedReader, BytesIO, FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from extery.core.errors import InvalidPackage, NotFound, Problem, ProblemList, Where
from extery.listing.entries import Entry, entry
from extery.listing.serialized import SerializedEntry
from extery.package.error_capture import capture_errors

if TYPE_CHECKING:
    from extery.manifest.document import Manifest
    from extery.package import Package

_ENDING = ".zip"
_AT_ONCE = 1_000_000
#: A longer card has a picture in it, which need not be remembered twice.
_SHORT_CARD = 4_000


class PackageFile(NamedTuple):
    """A package as its folder shows it. The file is taken as unchanged while all of this is."""

    name: str
    size: int
    mtime_ns: int
    inode: int


class ScannedPackage(NamedTuple):
    """The result of reading an archive: ``listed`` is its entry, ``None`` if Blender cannot install it.

    ``problems`` are its errors; an archive with problems can be listed all the same. Depends on nothing but the
    file, so it may be made in another process and cached. The places of problems begin with the file's name.
    ``facts`` are for the page, as JSON, with the ``card`` that it has there by itself and its ``marks``;
    ``None`` if they were not asked for.
    """

    name: str
    size: int = 0
    sha256: str = ""
    listed: SerializedEntry | None = None
    problems: tuple[Problem, ...] = ()
    facts: bytes | None = None

    @property
    def entry(self) -> Entry | None:
        """The entry, if the archive has one."""
        return self.listed and self.listed.entry


def find_packages(folder: Path, problems: ProblemList) -> list[PackageFile]:
    """The packages directly in ``folder``, sorted by name; hidden files are none.

    Raises `NotFound` if there is no such folder.
    """
    found = []
    try:
        with os.scandir(folder) as items:
            for item in items:
                name = item.name
                if name.startswith(".") or name[-4:].lower() != _ENDING:
                    continue
                if _is_archive(item, folder, problems):
                    found.append(_found(item))
    except OSError as error:
        raise NotFound.of(
            "generate.folder-missing",
            f"there is no folder {folder}: {error.strerror}",
            hint="give the folder that has the packages, on this computer",
            where=Where(str(folder)),
        ) from error
    return sorted(found)


def _found(item: os.DirEntry[str]) -> PackageFile:
    try:
        about = item.stat()
    except OSError:  # a link that leads nowhere: reading it will tell
        return PackageFile(item.name, 0, 0, 0)
    return PackageFile(item.name, about.st_size, about.st_mtime_ns, about.st_ino)


def _is_archive(item: os.DirEntry[str], folder: Path, problems: ProblemList) -> bool:
    name = item.name
    if item.is_dir():
        problems.add(
            "generate.folder-named-zip",
            f"{name} is a folder and not listed",
            hint="put packages into the folder itself",
            where=Where(str(folder / name)),
        )
        return False
    if not item.is_file() and not item.is_symlink():
        problems.add(
            "generate.not-a-file",
            f"{name} is a pipe or a device, and not listed",
            hint="save the package as a file",
            where=Where(str(folder / name)),
        )
        return False
    if not name.endswith(_ENDING):
        problems.add(
            "generate.suffix-uppercase",
            f"{name} is not listed: its name has to end in {_ENDING}",
            hint=f"rename it to {name[: -len(_ENDING)]}{_ENDING}",
            where=Where(str(folder / name)),
        )
        return False
    return True


def scan_package(path: Path, *, with_metadata: bool = False) -> ScannedPackage:
    """Read and check one package, if asked with the facts for the page; never raises for a bad one."""
    problems = ProblemList()
    archive = ScannedPackage(path.name, facts=b"{}")
    with capture_errors(problems, _printable(path.name)):
        try:
            _check_name(path)
            with _opened(path) as file:
                archive = _read(file, path.name, problems, with_metadata=with_metadata)
        except OSError as error:  # gone or out of reach since it was opened
            problems.add(
                "package.unreadable",
                f"{path.name} cannot be read: {error.strerror}",
                hint="check the file, then generate again",
                where=Where(path.name),
            )
    if not problems:
        return archive
    return archive._replace(problems=tuple(_in_archive(problem, path) for problem in problems))


def _read(
    file: BytesIO | FileIO, name: str, problems: ProblemList, *, with_metadata: bool
) -> ScannedPackage:
    manifest, facts, size, sha256 = _check(file, name, problems, with_metadata=with_metadata)
    if manifest is None:
        return ScannedPackage(name, facts=b"{}")
    item = entry(manifest, archive_url=f"./{quote(name)}", archive_size=size, archive_hash=sha256)
    text = None if facts is None else _with_card(item, facts)
    return ScannedPackage(name, size, sha256, SerializedEntry.of(item), facts=text)


def _with_card(item: Entry, facts: dict[str, Any]) -> bytes:
    from json import dumps

    from extery.repository.page.cards import card
    from extery.repository.page.filters import marks

    text = card([item], facts)
    if len(text) <= _SHORT_CARD:
        facts |= {"card": text, "marks": marks(item)}
    return dumps(facts, separators=(",", ":")).encode("ascii")


def _check(
    file: BytesIO | FileIO, name: str, problems: ProblemList, *, with_metadata: bool
) -> tuple[Manifest | None, dict[str, Any] | None, int, str]:
    """The manifest if Blender can install the package, if asked the facts for the page, size and SHA-256."""
    # Imported here: a run that finds nothing changed opens no package.
    from extery.package import open_package
    from extery.rules.engine import Report, Scope, check_open_package

    source = file if isinstance(file, BytesIO) else BufferedReader(file)
    faults, report = ProblemList(), Report("package", name)
    try:
        with open_package(source, name=name, problems=faults) as package:
            sha256 = package.sha256  # first: then the members that are stored are read only once
            check_open_package(package, report, scope=Scope.REPOSITORY, opening_problems=faults)
            problems.extend(report.problems)
            manifest = report.installable_manifest
            facts = _facts(package) if with_metadata and manifest else None
            return manifest, facts, package.size, sha256
    finally:
        if isinstance(source, BufferedReader):
            source.detach()


def _opened(path: Path) -> BytesIO | FileIO:
    """The file; a small one at once and whole, which is quicker than many short reads."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # to open a pipe may wait for ever
            raise InvalidPackage.of(
                "package.unreadable",
                f"{path.name} leads to something that is no file",
                hint="save the package as a file",
                where=Where(path.name),
            )
        file = FileIO(path)
        if os.fstat(file.fileno()).st_size > _AT_ONCE:
            return file
        with file:
            return BytesIO(file.readall())
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise InvalidPackage.of(
            "package.not-found" if missing else "package.unreadable",
            f"{path.name} cannot be opened: {error.strerror}",
            hint="check the path",
            where=Where(path.name),
        ) from error


def _facts(package: Package) -> dict[str, Any]:
    from extery.repository.page.metadata import read_metadata

    return read_metadata(package)


def _check_name(path: Path) -> None:
    try:
        path.name.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidPackage.of(
            "generate.name-not-unicode",
            f"the name of {_printable(path.name)} is not Unicode",
            hint="rename the file",
        ) from None


def _in_archive(problem: Problem, path: Path) -> Problem:
    """The problem with the name of the archive before the place in it."""
    file = _printable(path.name)
    if problem.where.file not in ("", path.name):
        file += f"/{problem.where.file}"
    return problem._replace(where=problem.where._replace(file=file))


def _printable(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def in_folder(problem: Problem, folder: Path) -> Problem:
    """A problem of an archive, with the folder before its place."""
    file = f"{_printable(str(folder))}{os.sep}{problem.where.file}"
    return problem._replace(where=problem.where._replace(file=file))
