"""The wheels of a package or a source folder on this computer, and the extension that they belong to."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from extery.author.validate import check_folder
from extery.author.wheels.checked_wheel import Known
from extery.author.wheels.contents import BundledFile, wheels_in
from extery.author.wheels.index import PackageIndex
from extery.author.wheels.report import WheelsReport, look_up, read_files
from extery.author.wheels.sbom import Extension, extension_of
from extery.core.errors import InvalidPackage, Problem, ProblemList, Where
from extery.core.wheel_names import requirement_of
from extery.manifest.document import MANIFEST_FILENAME, parse_table
from extery.package import Package, open_package
from extery.rules.checks import Checks
from extery.rules.context import RuleContext
from extery.rules.profiles import Profile

_BLOCK = 1 << 20


class PathWheels(NamedTuple):
    """An extension on this computer with the report on its wheels. ``prefix`` makes the files of problems relative to the
    current folder.
    """

    extension: Extension
    report: WheelsReport
    prefix: str

    @property
    def unreadable(self) -> list[Problem]:
        """A problem for each wheel that cannot be read."""
        package = self.report.package
        return [
            Problem.of(
                "wheel.unreadable",
                where=Where(package, (wheel.path,)) if package else Where(wheel.path),
                file=wheel.filename,
                requirement=requirement_of(wheel.filename),
                reason=wheel.facts.error,
            )
            for wheel in self.report.wheels
            if wheel.facts.error
        ]


def check_path_wheels(
    path: Path,
    *,
    index: PackageIndex | None = None,
    osv: Path | None = None,
    known: Known = lambda _sha256: None,
) -> PathWheels:
    """Check the wheels of a package, or of a folder as `extery build` would pack it; see `check_wheels`.

    Raises `InvalidPackage` or `InvalidManifest` if the path cannot be read.
    """
    if path.name == MANIFEST_FILENAME:
        path = path.parent
    if os.path.isdir(path):  # noqa: PTH112 (`Path.is_dir` raises for very long names)
        context = _context_of(path)
        files = [_bundled(context, name) for name in sorted(context.names) if _is_wheel(name)]
        report = look_up(read_files("", files, known=known), index=index, osv=osv)
        prefix = "" if path == Path() else f"{path}/"
        return PathWheels(extension_of(context.table or {}), report, prefix)
    with open_package(path) as package:
        _ = package.root  # raises for another zip
        report = read_files(package.name, wheels_in(package), known=known)
        extension = extension_of(_table_of(package))._replace(sha256=package.sha256)
    report = look_up(report, index=index, osv=osv)
    prefix = "" if path.parent == Path() else f"{path.parent}/"
    if not extension.id:
        extension = extension._replace(id=path.stem)
    return PathWheels(extension, report, prefix)


def _is_wheel(name: str) -> bool:
    return name.lower().endswith(".whl")


class _Collector(Checks):
    """Keeps the context in place of running rules; used with `check_folder`."""

    def __init__(self) -> None:
        super().__init__(Profile.SELF_HOSTED)
        self.context: RuleContext | None = None

    def run(self, context: RuleContext, problems: ProblemList) -> None:
        self.context = context


def _context_of(folder: Path) -> RuleContext:
    collector = _Collector()
    report = check_folder(folder, checks=collector)
    if collector.context is None:
        raise InvalidPackage(*report.problems.errors)
    return collector.context


def _bundled(context: RuleContext, name: str) -> BundledFile:
    open_file = context.open_file
    assert open_file is not None  # that of a folder

    def sha256() -> str:
        digest = hashlib.sha256()
        with open_file(name) as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()

    return BundledFile(name, context.info(name).size, sha256, lambda: open_file(name))


def _table_of(package: Package) -> Mapping[str, Any]:
    """Return the manifest's table as it is; empty if it is not TOML."""
    return parse_table(package.manifest_bytes, ProblemList(), MANIFEST_FILENAME) or {}
