"""Read and check one package: its entry for the listing, its problems and its metadata for the page."""

from __future__ import annotations

import os
import stat
from io import BufferedReader, BytesIO, FileIO
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from extery.core.errors import InvalidPackage, Problem, ProblemList, Where
from extery.core.text import os_error_text
from extery.listing.entries import Entry, make_entry
from extery.listing.serialized import SerializedEntry
from extery.package import Package, open_package
from extery.package.error_capture import add_exception
from extery.repository.scan import ScannedPackage, printable
from extery.rules.engine import CheckReport, Scope, check_open_package

if TYPE_CHECKING:
    from extery.manifest.schemas.v1_0_0 import ValidTags
    from extery.rules.blender_verdicts import Refusal

#: Flags to open a package: a pipe without a writer does not block.
_READ = os.O_RDONLY
for _flag in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    _READ |= getattr(os, _flag, 0)
#: Smaller files are read at once.
_MAX_IN_MEMORY = 1_000_000
#: Longer cards contain an image, which the state file should not have twice.
_MAX_CACHED_CARD = 4_000


def scan_package(
    folder: Path,
    name: str,
    *,
    with_metadata: bool = False,
    valid_tags: ValidTags | None = None,
    with_harmful: bool = False,
) -> ScannedPackage:
    """Read and check the package ``name``, with its metadata for the page if requested; never raises.

    ``valid_tags`` maps types to their tags; ``None`` means Blender's own, ``{}`` disables the check. ``with_harmful``
    is that of `extery.rules.installability.blocks_install`.
    """
    path = f"{folder}{os.sep}{name}"  # a new `Path` would take longer than opening the file
    problems = ProblemList()
    package = ScannedPackage(name, metadata=b"{}")
    try:
        _check_name(name)
        with _open(path, name) as file:
            package = _read(
                file,
                name,
                problems,
                with_metadata=with_metadata,
                valid_tags=valid_tags,
                with_harmful=with_harmful,
            )
    except OSError as error:  # removed or out of reach since it was opened
        problems.add(
            "package.unreadable",
            where=Where(name),
            variant="read",
            file=name,
            reason=os_error_text(error),
        )
    except Exception as error:
        add_exception(error, problems, printable(name))
    if not problems:
        return package
    if not package.refusals:
        package = package._replace(refusals=_refusals(problems))
    return package._replace(problems=tuple(_in_package(problem, name) for problem in problems))


def _refusals(problems: ProblemList) -> tuple[Refusal, ...]:
    """Return the Blenders that refuse a package that cannot be opened."""
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
    with_harmful: bool,
) -> tuple[CheckReport, dict[str, Any] | None, int, str]:
    """Return the report, the metadata of an installable package if requested, size and SHA-256."""
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
                with_harmful=with_harmful,
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
            reason=os_error_text(error),
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
        raise InvalidPackage.of("generate.name-not-unicode", name=printable(name)) from None


def _in_package(problem: Problem, name: str) -> Problem:
    """Return the problem with the name of the package before its place."""
    file = printable(name)
    if problem.where.file not in ("", name):
        file += f"/{problem.where.file}"
    return problem._replace(where=problem.where._replace(file=file))
