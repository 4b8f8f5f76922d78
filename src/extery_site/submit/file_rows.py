"""The files of a version as the first step shows them: a row for each, and all of them side by side."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from extery.core.errors import Problem
from extery.core.platforms import title
from extery_site.catalog.models import Package, Version
from extery_site.publish.models import PackageUpload
from extery_site.scanning.models import FileCheck
from extery_site.scanning.rows import PackageRow, VersionChecks

_State = PackageUpload.State
_WHEEL = re.compile(r"(?:.*/)?([^/-]+)-([^/-]+)-")
#: Fields that all packages of a version must state alike, and how the table names them.
_FIELDS = (
    ("version", "Version"),
    ("name", "Name"),
    ("tagline", "Tagline"),
    ("blender_version_min", "Blender, from"),
    ("blender_version_max", "Blender, before"),
    ("license", "Licence"),
    ("permissions", "Permissions"),
    ("tags", "Tags"),
)
#: Fields that the table leaves out while no package differs in them.
_ONLY_IF_DIFFERENT = frozenset({"name", "tagline", "license", "tags", "blender_version_max"})


class FileRow(NamedTuple):
    """A file: a package of the version, or one that is on its way or was refused."""

    name: str
    platforms: str
    size: int
    state: str
    """``passed``, ``checking``, ``receiving``, ``refused``, ``not-taken`` or ``stopped``."""
    title: str
    words: str
    percent: int | None = None
    sha256: str = ""
    key: str = ""
    problems: tuple[Problem, ...] = ()
    url: str = ""


def platform_words(platforms: list[str] | None) -> str:
    """Return the platforms of a package in words; empty if they are not known."""
    if platforms is None:
        return ""
    return ", ".join(map(title, platforms)) or "All platforms"


def rows_of(checks: VersionChecks, uploads: list[PackageUpload]) -> list[FileRow]:
    """Return the packages of a version, then other files."""
    rows = [_package_row(row) for row in checks.packages]
    return rows + [_upload_row(upload) for upload in uploads]


def _package_row(row: PackageRow) -> FileRow:
    package = row.package
    state, heading, words = _verdict(row)
    made = sum(one.result is not None and one.result.has_result for one in row.steps)
    is_checking = state == "checking" and bool(row.steps)
    return FileRow(
        package.original_name,
        platform_words(package.platforms),
        package.size,
        state,
        f"Checking, {made} of {len(row.steps)}" if is_checking else heading,
        words,
        percent=100 * made // len(row.steps) if is_checking else None,
        sha256=package.sha256,
        url="" if row.is_quarantined else package.download_path,
    )


def _verdict(row: PackageRow) -> tuple[str, str, str]:
    if row.is_quarantined:
        found = row.signature or "a file that is known to be bad"
        return "refused", "In quarantine", f"The scanner found {found}. Replace the package."
    problems = [Problem.from_dict(stored) for stored in row.package.problems]
    errors = sum(problem.is_error for problem in problems)
    hints = _findings(errors, len(problems) - errors)
    match row.state:
        case FileCheck.State.RECEIVED | FileCheck.State.CHECKING:
            waiting = next((one.title for one in row.steps if one.result is None), "")
            return "checking", "Checking", waiting or hints
        case FileCheck.State.UNAVAILABLE:
            return "checking", row.label, row.note or "It is tried again; nothing is lost."
    return (
        ("refused" if errors else "passed"),
        ("Passed" if not errors else hints),
        (hints if not errors else problems[0].message),
    )


def _findings(errors: int, warnings: int) -> str:
    parts = [
        f"{number} {noun}{'' if number == 1 else 's'}"
        for number, noun in ((errors, "error"), (warnings, "warning"))
        if number
    ]
    return ", ".join(parts) or "Nothing found"


def _upload_row(upload: PackageUpload) -> FileRow:
    problems = tuple(Problem.from_dict(stored) for stored in upload.problems)
    errors = [problem for problem in problems if problem.is_error]
    percent = None
    match upload.state:
        case _State.RECEIVING:
            state, heading = "stopped", f"Uploading, {upload.percent} %"
            words = "It is not complete. Choose the file again: it goes on where it stopped."
            percent = upload.percent
        case _State.RECEIVED:
            state, heading = "stopped", "Not checked yet"
            words = "All of it has arrived. Check it now, or send it again."
        case _State.NOT_TAKEN:
            state, heading = "not-taken", "Not taken"
            words = errors[0].message if errors else ""
        case _:
            state, heading = "refused", _findings(len(errors), 0)
            words = errors[0].message if errors else ""
    return FileRow(
        upload.name,
        platform_words(upload.platforms),
        upload.size,
        state,
        heading,
        words,
        percent=percent,
        key=upload.key,
        problems=problems,
    )


class Cell(NamedTuple):
    """A value of a package; ``differs`` if the others state another one."""

    text: str
    differs: bool


class SideBySide(NamedTuple):
    """The packages of a version beside each other."""

    columns: list[str]
    rows: list[tuple[str, list[Cell]]]
    differing: int


def side_by_side(version: Version, uploads: list[PackageUpload]) -> SideBySide | None:
    """Compare packages, and refused files whose manifest could be read; ``None`` for fewer than two."""
    packages = list(version.packages.all())
    tables = [_table_of(package, version) for package in packages]
    tables += [dict(upload.manifest) for upload in uploads if upload.manifest]
    if len(tables) < 2:
        return None
    rows, differing = [], 0
    for field, heading in _FIELDS:
        # What most of them state; the packages that passed come first.
        texts = [_text_of(table.get(field)) for table in tables]
        usual = max(texts, key=lambda text: (texts.count(text), -texts.index(text)))
        cells = [Cell(text or "–", text != usual) for text in texts]
        number = sum(cell.differs for cell in cells)
        differing += number
        if number or field not in _ONLY_IF_DIFFERENT:
            rows.append((heading, cells))
    wheels = [Cell(_wheels(table.get("wheels") or []), False) for table in tables]
    if any(cell.text != "–" for cell in wheels):
        rows.append(("Wheels", wheels))
    columns = [platform_words(list(table.get("platforms") or [])) for table in tables]
    return SideBySide(columns, rows, differing)


def _table_of(package: Package, version: Version) -> dict[str, Any]:
    return {**version.manifest, "platforms": package.platforms, "wheels": package.wheels}


def _text_of(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _wheels(names: list[str]) -> str:
    found = {" ".join(match.groups()) for name in names if (match := _WHEEL.match(str(name)))}
    return ", ".join(sorted(found)) or "–"
