"""Find the packages of a folder, and read the entry and page metadata of each."""

from __future__ import annotations

import os
import stat
from io import BufferedReader, BytesIO, FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from extery.core.errors import InvalidPackage, NotFound, Problem, ProblemList, Where
from extery.listing.entries import Entry, make_entry
from extery.listing.serialized import SerializedEntry
from extery.package.error_capture import capture_errors

if TYPE_CHECKING:
    from extery.manifest.schemas.v1_0_0 import ValidTags
    from extery.package import Package
    from extery.rules.blender_verdicts import Refusal
    from extery.rules.report import CheckReport

_SUFFIX = ".zip"
#: Flags to open a package: a pipe without a writer does not block.
_READ = os.O_RDONLY
for _flag in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    _READ |= getattr(os, _flag, 0)
#: Smaller files are read at once.
_MAX_IN_MEMORY = 1_000_000
#: Longer cards contain an image, which the state file should not have twice.
_MAX_CACHED_CARD = 4_000


class PackageFile(NamedTuple):
    """A package and its ``stat`` values. While all of them are equal, the file counts as unchanged."""

    name: str
    size: int
    mtime_ns: int
    inode: int


class ScannedPackage(NamedTuple):
    """The result of reading a package: its entry is ``None`` if Blender cannot install it.

    ``problems`` are those that repositories report; a package with problems can be listed all the same. The result depends on
    the file and the valid tags only, so it may be computed in another process and cached. The places of problems begin with
    the file's name. ``metadata`` is JSON for the page, with the finished ``card`` and the ``filter_fields`` of
    the package; ``None`` if it was not requested.
    """

    name: str
    size: int = 0
    sha256: str = ""
    serialized: SerializedEntry | None = None
    problems: tuple[Problem, ...] = ()
    metadata: bytes | None = None
    #: The Blenders that refuse the package, see `extery.rules.blender_verdicts`.
    refusals: tuple[Refusal, ...] = ()

    @property
    def entry(self) -> Entry | None:
        """The parsed entry."""
        return self.serialized and self.serialized.entry


def find_packages(folder: Path, problems: ProblemList) -> list[PackageFile]:
    """Return the packages directly in ``folder``, without hidden files, sorted by name.

    Raises `NotFound` if the folder does not exist.
    """
    files = []
    try:
        with os.scandir(folder) as items:
            for item in items:
                name = item.name
                if name.startswith(".") or name[-4:].lower() != _SUFFIX:
                    continue
                if _is_package_file(item, folder, problems):
                    files.append(_package_file(item, name))
    except OSError as error:
        raise NotFound.of(
            "generate.folder-missing",
            where=Where(str(folder)),
            folder=str(folder),
            reason=error.strerror or str(error),
        ) from error
    return sorted(files)


def _package_file(item: os.DirEntry[str], name: str) -> PackageFile:
    try:
        status = item.stat()
    except OSError:  # a dangling link: reading it adds a problem
        return PackageFile(name, 0, 0, 0)
    return PackageFile(name, status.st_size, status.st_mtime_ns, status.st_ino)


def _is_package_file(item: os.DirEntry[str], folder: Path, problems: ProblemList) -> bool:
    name = item.name
    if name.endswith(_SUFFIX) and item.is_file():  # nearly always
        return True
    if item.is_dir():
        problems.add("generate.folder-named-zip", where=_place(folder, name), name=name)
        return False
    if not item.is_file() and not item.is_symlink():
        problems.add("generate.not-a-file", where=_place(folder, name), name=name)
        return False
    if not name.endswith(_SUFFIX):
        problems.add(
            "generate.suffix-uppercase",
            where=_place(folder, name),
            name=name,
            corrected=name[: -len(_SUFFIX)] + _SUFFIX,
        )
        return False
    return True


def _place(folder: Path, name: str) -> Where:
    return Where(str(folder / name))


def scan_package(
    folder: Path, name: str, *, with_metadata: bool = False, valid_tags: ValidTags | None = None
) -> ScannedPackage:
    """Read and check the package ``name``, with its metadata for the page if requested; never raises.

    ``valid_tags`` maps types to their tags; ``None`` means Blender's own, ``{}`` disables the check.
    """
    path = f"{folder}{os.sep}{name}"  # a new `Path` would take longer than opening the file
    problems = ProblemList()
    package = ScannedPackage(name, metadata=b"{}")
    with capture_errors(problems, _printable(name)):
        try:
            _check_name(name)
            with _open(path, name) as file:
                package = _read(
                    file, name, problems, with_metadata=with_metadata, valid_tags=valid_tags
                )
        except OSError as error:  # removed or out of reach since it was opened
            problems.add(
                "package.unreadable",
                where=Where(name),
                variant="read",
                file=name,
                reason=error.strerror or str(error),
            )
    if not problems:
        return package
    if not package.refusals:
        package = package._replace(refusals=_refusals(problems))
    return package._replace(problems=tuple(_in_package(problem, name) for problem in problems))


def _refusals(problems: ProblemList) -> tuple[Refusal, ...]:
    """Return the Blenders that refuse a package that cannot be opened."""
    from extery.rules.report import CheckReport

    report = CheckReport("package", "")
    report.problems = problems
    return report.refusals


def _read(
    file: BytesIO | FileIO, name: str, problems: ProblemList, **options: Any
) -> ScannedPackage:
    report, metadata, size, sha256 = _check(file, name, problems, **options)
    manifest = report.installable_manifest
    if manifest is None:
        return ScannedPackage(name, metadata=b"{}", refusals=report.refusals)
    item = make_entry(
        manifest, archive_url=f"./{quote(name)}", archive_size=size, archive_hash=sha256
    )
    text = None if metadata is None else _dump_metadata(item, metadata)
    serialized = SerializedEntry.of(item)
    return ScannedPackage(name, size, sha256, serialized, metadata=text, refusals=report.refusals)


def _dump_metadata(item: Entry, metadata: dict[str, Any]) -> bytes:
    """Return the metadata as JSON, with the card of the package unless it is too long to cache."""
    from json import dumps

    from extery.repository.page.cards import card
    from extery.repository.page.filter_form import filter_fields

    text = card([item], metadata)
    if len(text) <= _MAX_CACHED_CARD:
        metadata |= {"card": text, "filter_fields": filter_fields(item)}
    return dumps(metadata, separators=(",", ":")).encode("ascii")


def _check(
    file: BytesIO | FileIO,
    name: str,
    problems: ProblemList,
    *,
    with_metadata: bool,
    valid_tags: ValidTags | None,
) -> tuple[CheckReport, dict[str, Any] | None, int, str]:
    """Return the report, the metadata of an installable package if requested, size and SHA-256."""
    # Imported here: a run without changed packages opens none.
    from extery.package import open_package
    from extery.rules.engine import CheckReport, Scope, check_open_package

    source = file if isinstance(file, BytesIO) else BufferedReader(file)
    faults, report = ProblemList(), CheckReport("package", name)
    try:
        with open_package(source, name=name, problems=faults) as package:
            sha256 = package.sha256  # first: then the members that are stored are read only once
            check_open_package(
                package,
                report,
                scope=Scope.REPOSITORY,
                opening_problems=faults,
                valid_tags=valid_tags,
            )
            problems.extend(report.problems)
            manifest = report.installable_manifest
            metadata = _read_metadata(package) if with_metadata and manifest else None
            return report, metadata, package.size, sha256
    finally:
        if isinstance(source, BufferedReader):
            source.detach()


def _read_metadata(package: Package) -> dict[str, Any]:
    from extery.repository.page.metadata import read_metadata

    return read_metadata(package)


def _open(path: str, name: str) -> BytesIO | FileIO:
    """Open a package; a small one is read at once, which is faster than many short reads."""
    try:
        descriptor = os.open(path, _READ)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise InvalidPackage.of(
                    "package.unreadable", where=Where(name), variant="not-a-file", file=name
                )
            if status.st_size > _MAX_IN_MEMORY:
                file = FileIO(descriptor)
                descriptor = -1
                return file
            return BytesIO(_read_all(descriptor, status.st_size))
        finally:
            if descriptor >= 0:
                os.close(descriptor)
    except OSError as error:
        is_missing = isinstance(error, FileNotFoundError)
        raise InvalidPackage.of(
            "package.not-found" if is_missing else "package.unreadable",
            where=Where(name),
            file=name,
            reason=error.strerror or str(error),
        ) from error


def _read_all(descriptor: int, size: int) -> bytes:
    """Return the bytes of a file, nearly always with one call: its size may have changed since ``size`` was read."""
    data = os.read(descriptor, size + 1)
    if len(data) == size:
        return data
    with FileIO(descriptor, closefd=False) as file:
        return data + file.readall()


def _check_name(name: str) -> None:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidPackage.of("generate.name-not-unicode", name=_printable(name)) from None


def _in_package(problem: Problem, name: str) -> Problem:
    """Return the problem with the name of the package before its place."""
    file = _printable(name)
    if problem.where.file not in ("", name):
        file += f"/{problem.where.file}"
    return problem._replace(where=problem.where._replace(file=file))


def _printable(name: str) -> str:
    if name.isascii():
        return name
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def in_folder(problem: Problem, folder: Path) -> Problem:
    """Return the problem of a package with the folder before its place."""
    file = f"{_printable(str(folder))}{os.sep}{problem.where.file}"
    return problem._replace(where=problem.where._replace(file=file))
