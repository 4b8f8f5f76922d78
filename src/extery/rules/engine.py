"""Check a folder, a manifest or a package: one call, every rule, all problems."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from extery.core.errors import InvalidManifest, InvalidPackage, ProblemList, Where
from extery.core.files import open_regular
from extery.manifest.document import (
    FILENAME,
    blender_tags,
    check_manifest,
    parse_table,
    read_manifest_bytes,
    with_generated,
)
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.package import Package, open_package
from extery.package.faults import noting_faults
from extery.rules.context import Rule, RuleContext
from extery.rules.package import init_module, members, paths, theme_xml
from extery.rules.report import Report
from extery.rules.wheels import files

_FILE_RULES: tuple[Rule, ...] = (init_module.check, theme_xml.check, files.check)
_ZIP_RULES: tuple[Rule, ...] = (members.check, paths.check)
#: Problems after which reading the members would be dangerous or pointless.
_UNREADABLE = {
    "package.unexpected",
    "package.bomb",
    "package.too-large",
    "package.too-many-members",
    "package.overlapping",
    "package.encrypted",
}
_THEME_BYTES = 16 << 20


def check_path(path: Path, *, valid_tags: ValidTags | None = None, hashed: bool = False) -> Report:
    """Check whatever lies at ``path``: a folder, a ``.toml`` or a package.

    ``valid_tags`` maps a type to its tags; ``None`` takes Blender's own, ``{}`` checks none.
    ``hashed`` asks for the SHA-256 of a package.
    """
    if os.path.isdir(path):  # noqa: PTH112 (says no where `is_dir` raises, for a very long name)
        return check_folder(path, valid_tags=valid_tags)
    if path.suffix.lower() == ".toml":
        return check_manifest_file(path, valid_tags=valid_tags)
    return check_package(path, valid_tags=valid_tags, hashed=hashed)


def check_manifest_file(path: Path, *, valid_tags: ValidTags | None = None) -> Report:
    """Check a manifest alone, without the files beside it."""
    report = Report("manifest", str(path))
    with noting_faults(report.problems, path.name):
        data = read_manifest_bytes(path)
        report.manifest, problems = check_manifest(
            data, valid_tags=_tags_or_none(valid_tags), file=path.name
        )
        report.problems.extend(problems)
    return report


def check_folder(folder: Path, *, valid_tags: ValidTags | None = None) -> Report:
    """Check the manifest in ``folder`` and the files that it needs beside it."""
    report = check_manifest_file(folder / FILENAME, valid_tags=valid_tags)
    report.kind, report.name = "folder", str(folder)
    table = _table_of(folder / FILENAME)
    contents = RuleContext(
        name=str(folder),
        names=_names_beside(folder, table),
        read=lambda name: _read(folder / name),
        table=table,
        open_file=lambda name: open_beside(folder / name),
    )
    for rule in _FILE_RULES:
        with noting_faults(report.problems, str(folder)):
            rule(contents, report.problems)
    return report


def check_package(
    source: Path | BinaryIO,
    *,
    name: str = "",
    valid_tags: ValidTags | None = None,
    hashed: bool = False,
) -> Report:
    """Check a package in every respect; never raises for what is wrong with it."""
    name = name or str(source if isinstance(source, Path) else "package.zip")
    report = Report("package", name)
    file = Path(name).name
    with (
        noting_faults(report.problems, file),
        open_package(source, name=file, problems=report.problems) as package,
    ):
        if hashed:
            report.sha256 = package.sha256
        _check_open(package, report, valid_tags)
    return report


def _check_open(package: Package, report: Report, valid_tags: ValidTags | None) -> None:
    report.size = package.size
    report.members, report.unpacked = len(package.members), package.unpacked_size
    contents = RuleContext(
        name=package.name, names=(), read=str.encode, members=package.members, size=package.size
    )
    # Of names with backslashes none is that of a manifest, which is not a fault of its own.
    has_root, is_windows = False, "path.backslash" in {p.code for p in report.problems}
    with noting_faults(ProblemList() if is_windows else report.problems, package.name):
        contents.root, contents.names = package.root, package.names
        has_root = True
    for rule in _ZIP_RULES:
        rule(contents, report.problems)
    if {problem.code for problem in report.problems} & _UNREADABLE:
        return
    if has_root:
        with noting_faults(report.problems, package.name):
            _check_manifest_and_files(package, contents, report, valid_tags)
    _check_data(package, report.problems)


def _check_manifest_and_files(
    package: Package, contents: RuleContext, report: Report, valid_tags: ValidTags | None
) -> None:
    report.manifest, problems = package.check_manifest(
        strict=True, valid_tags=_tags_or_none(valid_tags)
    )
    report.problems.extend(problems)
    table = parse_table(package.manifest_bytes, ProblemList(), FILENAME)
    if table is None:
        return
    contents.table = with_generated(table)
    contents.read = _reader(package)
    contents.open_file = _opener(package)
    for rule in _FILE_RULES:
        with noting_faults(report.problems, package.name):
            rule(contents, report.problems)


def _reader(package: Package) -> Callable[[str], bytes]:
    return lambda name: package.read_file(name, limit=_THEME_BYTES)


def _opener(package: Package) -> Callable[[str], AbstractContextManager[BinaryIO]]:
    return lambda name: package.open_seekable(package.by_name[package.root + name])


def _check_data(package: Package, problems: ProblemList) -> None:
    """Read every member once: a wrong checksum shows nowhere else."""
    known = {problem.where.path for problem in problems}
    for member in package.members:
        try:
            package.verify(member)
        except InvalidPackage as error:
            problems.extend(p for p in error.problems if p.where.path not in known)


def _tags_or_none(valid_tags: ValidTags | None) -> ValidTags | None:
    if valid_tags is None:
        return blender_tags()
    return valid_tags or None


@contextmanager
def open_beside(file: Path) -> Iterator[BinaryIO]:
    """A file of a source folder; `InvalidPackage` says why it cannot be opened."""
    try:
        stream = open_regular(file)
    except OSError as error:
        raise InvalidPackage.of(
            "package.unreadable",
            f"{file.name} cannot be read: {error.strerror}",
            hint="check that you may read it",
            where=Where(file.name),
        ) from error
    with stream:
        yield stream


def _read(file: Path) -> bytes:
    """The bytes of a small file; `InvalidPackage` says why they cannot be had."""
    with open_beside(file) as stream:
        data = stream.read(_THEME_BYTES + 1)
    if len(data) > _THEME_BYTES:
        raise InvalidPackage.of(
            "package.too-large",
            f"{file.name} is larger than {_THEME_BYTES:,} bytes",
            hint="a file of this kind is much smaller",
            where=Where(file.name),
        )
    return data


def _table_of(manifest: Path) -> dict[str, object]:
    try:
        return parse_table(read_manifest_bytes(manifest), ProblemList(), FILENAME) or {}
    except InvalidManifest:
        return {}


def _names_beside(folder: Path, table: dict[str, object]) -> list[str]:
    """The files beside the manifest, those one folder down, and the wheels that exist."""
    found: list[str] = []
    # A folder that cannot be read: its manifest cannot be read either, and that has been said.
    with suppress(OSError):
        for name in os.listdir(folder):  # noqa: PTH208 (names are all that is wanted)
            found += [name, f"{name}/__init__.py"]
    wheels = table.get("wheels")
    for wheel in wheels if isinstance(wheels, list) else []:
        if isinstance(wheel, str):
            found.append(wheel.lstrip("/"))
    return [name for name in found if _is_file(folder / name)]


def _is_file(path: Path) -> bool:
    """Whether it is one that can be reached; `Path.is_file` raises for some that cannot."""
    return os.path.isfile(path)  # noqa: PTH113
