"""The lines of a file of a package, from the index."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from extery_site.catalog.models import Package, Version
from extery_site.source_search.models import PackageFile
from extery_site.source_search.results import Place

#: Lines before and after the wanted one.
AROUND = 200
MAX_LINE_LENGTH = 2_000


@dataclass(frozen=True)
class ShownLines:
    """Lines with their numbers; ``before`` and ``after`` are those that are left out."""

    lines: list[tuple[int, str, bool]]
    wanted: int
    before: int
    after: int

    @property
    def earlier(self) -> int:
        """The line around which the page before is."""
        return max(1, self.wanted - 2 * AROUND)

    @property
    def later(self) -> int:
        return self.wanted + 2 * AROUND


def find_source(pk: int) -> PackageFile | None:
    """Return a file with its version, its text, and whether its package is current; not of drafts."""
    current = Package.objects.filter(
        version=OuterRef("package__version"), sha256=OuterRef("package__sha256")
    )
    files = PackageFile.objects.select_related(
        "package__version__extension", "file__content"
    ).annotate(is_current=Exists(current))
    files = files.exclude(package__version__status=Version.Status.DRAFT)
    return files.filter(pk=pk).first() if 0 < pk < 2**63 else None


def lines_around(file: PackageFile, wanted: str) -> ShownLines:
    """Return the lines around the one with the number ``wanted``, otherwise the first."""
    lines = file.file.content.utf8.decode("utf-8", "replace").split("\n")
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) < 10
    number = min(max(1, int(wanted) if is_number else 1), len(lines))
    start, end = max(0, number - 1 - AROUND), min(len(lines), number + AROUND)
    shown = [
        (index + 1, lines[index][:MAX_LINE_LENGTH], index + 1 == number)
        for index in range(start, end)
    ]
    return ShownLines(shown, number, before=start, after=len(lines) - end)


def place_of(file: PackageFile, line: int) -> Place:
    """Return a line of a file as a result, with its links."""
    return Place(
        key=file.pk,
        version=file.package.version,
        package=file.package.sha256,
        path=file.path,
        line=line,
        count=1,
        what="",
        symbol="",
        snippet="",
        is_current=file.is_current,  # type: ignore[attr-defined]
    )
