"""The rows of the tab Versions: what each version is, in words, and its packages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from extery.core.compatibility import BlenderRange
from extery.core.versions import BLENDER_SERIES, format_series
from extery.listing.selection import newest_fitting
from extery_site.catalog.extension_page import ExtensionPage
from extery_site.catalog.models import Event, Package, Version


@dataclass(frozen=True)
class VersionRow:
    """A version of the list. ``links`` are its packages with the addresses to drag; none if no one may get them."""

    version: Version
    marks: tuple[str, ...]
    links: tuple[tuple[Package, str], ...]
    is_past: bool
    reason: str = ""

    @property
    def downloads(self) -> int:
        """The downloads of its packages together."""
        return sum(package.download_count for package in self.version.packages.all())


def version_rows(page: ExtensionPage) -> list[VersionRow]:
    """Return the rows of a page, the newest first; one query more if versions were withdrawn."""
    versions = [
        one for one in page.versions if page.sees_all or one.status != Version.Status.COOLING_DOWN
    ]
    withdrawn = [one for one in versions if one.status == Version.Status.UNPUBLISHED]
    reasons = _withdrawal_reasons(withdrawn)
    marks = _marks(page)
    return [_row(page, one, marks.get(one.pk, ()), reasons.get(one.pk, "")) for one in versions]


def _row(page: ExtensionPage, version: Version, marks: tuple[str, ...], reason: str) -> VersionRow:
    is_past = version.status in (Version.Status.BLOCKED, Version.Status.UNPUBLISHED)
    hidden = page.extension.is_blocked or version.is_blocked or (is_past and not page.sees_all)
    packages = () if hidden else tuple(version.packages.all())
    links = tuple((package, package.drag_url(page.request)) for package in packages)
    return VersionRow(
        version, marks, links, is_past, version.block_reason if version.is_blocked else reason
    )


def _marks(page: ExtensionPage) -> dict[int, tuple[str, ...]]:
    """Return for which Blender a version is the newest: that of the visitor, and those that get an older one."""
    groups = [list(version.packages.all()) for version in page.offered]
    found: dict[int, list[str]] = {}
    mine = newest_fitting(groups, lambda package: package.audience.fits(page.mine.system))
    if mine and page.mine.is_chosen:
        found.setdefault(mine[0].version_id, []).append("for your Blender")
    for series in BLENDER_SERIES:
        text = format_series(series)
        fitting = newest_fitting(groups, partial(_is_for, BlenderRange.of_series(text)))
        if fitting and page.offered and fitting[0].version_id != page.offered[0].pk:
            found.setdefault(fitting[0].version_id, []).append(text)
    return {
        pk: tuple(
            text if text.startswith("for") else f"newest for {text}" for text in _as_one(texts)
        )
        for pk, texts in found.items()
    }


def _as_one(texts: list[str]) -> list[str]:
    """Return the texts with Blenders in a row as a range: ``4.2``, ``4.3``, ``4.4`` as ``4.2 – 4.4``."""
    series = [text for text in texts if not text.startswith("for")]
    words = [text for text in texts if text.startswith("for")]
    if len(series) > 1:
        return [*words, f"{series[0]} – {series[-1]}"]
    return [*words, *series]


def _is_for(blenders: BlenderRange, package: Package) -> bool:
    return package.version.blender_range.overlaps(blenders)


def _withdrawal_reasons(versions: list[Version]) -> dict[int, str]:
    """Return why versions were withdrawn, by key; the last reason counts."""
    if not versions:
        return {}
    events = Event.objects.filter(
        version__in=versions, kind=Event.Kind.UNPUBLISHED, removed_at=None, is_internal=False
    )
    return dict(events.order_by("pk").values_list("version_id", "text"))
