"""In which Blender on which system an extension works: a matrix whose cells have the strongest evidence.

What fails in a test outranks what passed, that outranks what the code says, and that the author's word. A test is
evidence for the system on which the site runs its Blenders only; the code is the same on all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.urls import reverse
from django.utils.http import urlencode

from extery.core import platforms
from extery.core.compatibility import Audience, BlenderRange
from extery.core.types import is_listed_for
from extery.core.versions import (
    BLENDER_SERIES,
    BlenderSeries,
    blender_version_of_number,
    format_series,
    python_of_blender,
    short_blender_version,
)
from extery.listing.selection import newest_fitting
from extery_site.catalog.models import BlenderTest, Extension, Package, Version
from extery_site.scanning.models import StepResult
from extery_site.scanning.steps.compatibility import NAME

Kind = Literal["fails", "tested", "predicted", "declared", "none"]


@dataclass(frozen=True)
class Cell:
    """What is known about one Blender on one system; ``version`` is the one that it gets, if any."""

    kind: Kind
    words: str
    blender: str
    platform: str
    version: Version | None = None
    is_mine: bool = False

    #: The address of what proves it, if there is one.
    address: str = ""

    @property
    def icon(self) -> str:
        return f"ev-{self.kind}"

    @property
    def sentence(self) -> str:
        """What the cell says, for the sentence about the Blender of the visitor."""
        return self.words[:1].lower() + self.words[1:]


@dataclass(frozen=True)
class Row:
    """The cells of a Blender, such as ``5.3``, in the order of the systems."""

    blender: str
    cells: tuple[Cell, ...]
    is_mine: bool = False


@dataclass(frozen=True)
class Matrix:
    """The rows, the newest Blender first, and the systems of the columns."""

    platforms: tuple[str, ...]
    rows: tuple[Row, ...]
    mine: Cell | None = None

    @property
    def small(self) -> Matrix:
        """The matrix of the most common systems and of the visitor's, without Blenders that it is not for."""
        mine = self.mine.platform if self.mine is not None else ""
        names = tuple(one for one in self.platforms if one in platforms.COMMON or one == mine)
        rows = (
            Row(row.blender, tuple(one for one in row.cells if one.platform in names), row.is_mine)
            for row in self.rows
        )
        offered = (row for row in rows if any(one.kind != "none" for one in row.cells))
        return Matrix(names, tuple(offered), self.mine)


@dataclass(frozen=True)
class _Evidence:
    """What the database has about packages: their tests by series, and what their code needs."""

    tests: Mapping[tuple[int, str], BlenderTest]
    code: Mapping[str, Mapping[str, Any]]


def make_matrix(
    extension: Extension,
    versions: Sequence[Version],
    *,
    blender: str = "",
    platform: str = "",
) -> Matrix:
    """Return the matrix for the public ``versions``, newest first, in two queries.

    ``blender`` and ``platform`` are those of the visitor.
    """
    groups = [list(version.packages.all()) for version in versions]
    columns = _columns(groups)
    audiences = {package.pk: package.audience for group in groups for package in group}
    chosen = {
        (series, name): _package_for(extension, groups, audiences, series, name)
        for series in BLENDER_SERIES
        for name in columns
    }
    evidence = _evidence({one.pk: one for one in chosen.values() if one is not None}.values())
    newest = versions[0] if versions else None

    def cell(series: BlenderSeries, name: str) -> Cell:
        text = format_series(series)
        found = _cell(series, name, chosen[series, name], evidence, newest, groups)
        package = chosen[series, name]
        version = package.version if package is not None else None
        is_mine = (text, name) == (blender, platform)
        address = _address(extension, version, *found)
        return Cell(*found, text, name, version, is_mine, address)

    rows = tuple(
        Row(
            format_series(one),
            tuple(cell(one, name) for name in columns),
            format_series(one) == blender,
        )
        for one in reversed(BLENDER_SERIES)
    )
    mine = next((one for row in rows for one in row.cells if one.is_mine), None)
    return Matrix(columns, rows, mine)


def _address(extension: Extension, version: Version | None, kind: Kind, words: str) -> str:
    """Return where the evidence is: the tests, the names that are missing, or the version in the list."""
    if version is None or kind == "none":
        return ""
    id_ = extension.extension_id
    if kind == "tested" or words.startswith("Failed"):
        return reverse("test_runs:runs", args=[id_, version.number])
    if kind == "fails":
        query = urlencode({"version": version.number})
        return f"{reverse('scanning:compatibility', args=[id_])}?{query}#findings"
    return f"{reverse('catalog:versions', args=[id_])}#v{version.number}"


def _columns(groups: Iterable[Sequence[Package]]) -> tuple[str, ...]:
    named = {name for group in groups for package in group for name in package.platforms}
    wanted = {*platforms.OFFICIAL, *named}
    return tuple(name for name in platforms.KNOWN if name in wanted)


def _exists(series: BlenderSeries, platform: str) -> bool:
    dropped = platforms.DROPPED_IN.get(platform)
    return dropped is None or series < dropped


def _package_for(
    extension: Extension,
    groups: Sequence[Sequence[Package]],
    audiences: Mapping[int, Audience],
    series: BlenderSeries,
    platform: str,
) -> Package | None:
    """Return the package that a Blender of a series gets on a platform."""
    if not _exists(series, platform) or not is_listed_for(extension.type, (*series, 0)):
        return None
    audience = Audience.of(
        BlenderRange.of_series(format_series(series)),
        platforms=[platform],
        pythons=[python_of_blender(series)],
    )
    found = newest_fitting(groups, lambda package: audiences[package.pk].overlaps(audience))
    return found[0] if found else None


def _evidence(packages: Iterable[Package]) -> _Evidence:
    by_hash = {package.sha256: package for package in packages}
    tests = {
        (test.package_id, short_blender_version(blender_version_of_number(test.blender))): test
        for test in BlenderTest.objects.filter(package__in=[one.pk for one in by_hash.values()])
    }
    rows = StepResult.objects.filter(file_check__in=by_hash, name=NAME)
    code = {row.file_check_id: row.details for row in rows if row.details.get("blenders")}
    return _Evidence(tests, code)


def _cell(
    series: BlenderSeries,
    platform: str,
    package: Package | None,
    evidence: _Evidence,
    newest: Version | None,
    groups: Sequence[Sequence[Package]],
) -> tuple[Kind, str]:
    text = format_series(series)
    if package is None:
        return "none", _why_none(series, platform, groups)
    kind, words = _judge(text, platform, package, evidence)
    if newest is not None and package.version_id != newest.pk:
        words = f"Gets {package.version.number}" + ("" if kind != "fails" else f": {words.lower()}")
    return kind, words


def _why_none(series: BlenderSeries, platform: str, groups: Sequence[Sequence[Package]]) -> str:
    if not _exists(series, platform):
        return "No such Blender"
    blenders = BlenderRange.of_series(format_series(series))
    if any(one.version.blender_range.overlaps(blenders) for group in groups for one in group):
        return "No package"
    return "Not for it"


def _judge(text: str, platform: str, package: Package, evidence: _Evidence) -> tuple[Kind, str]:
    test = evidence.tests.get((package.pk, text))
    if test is not None and platform == platforms.current():
        if not test.works:
            return "fails", f"Failed in {test.release}"
        return "tested", f"Passed in {test.release}"
    details = evidence.code.get(package.sha256)
    if details is None:
        return "declared", "Author says so"
    if text in details["breaks"]:
        return "fails", "Names are missing"
    if text in details["blenders"] and not details["unread"]:
        return "predicted", "Should work"
    return "declared", "Author says so"
