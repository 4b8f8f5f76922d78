"""What the pages of a set show: its extensions with notes and pins, and those that are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from extery.listing.audience import drag_query
from extery_site.accounts.permissions import AnyUser
from extery_site.catalog.models import Extension, Package
from extery_site.sets.models import ExtensionSet, SetEntry
from extery_site.sets.queries import pinnable_versions
from extery_site.ui.addresses import absolute

PAGE_SIZE = 48


class Row(NamedTuple):
    """An entry with its extension, as cards show it."""

    entry: SetEntry
    extension: Extension


@dataclass
class PageRows:
    """The rows of a page of a set, and what its owner learns beside."""

    shown: list[Row]
    page: Page[Any]
    pages: Any
    drag: tuple[Extension, str] | None = None
    """The first extension that can be dragged into Blender, with the URL: Blender offers to add the set."""
    left_out: int = 0
    """Entries that only the owner sees, on the page for changes."""


class EditRow(NamedTuple):
    """An entry on the page for changes."""

    entry: SetEntry
    extension: Extension | None
    """``None`` for an extension that its owner does not see any more."""
    why_left_out: str
    versions: Sequence[str] = ()
    """The versions that can be pinned."""


def page_rows(set_: ExtensionSet, request: HttpRequest) -> PageRows:
    """Return the extensions of a page of the set, in its order; everyone sees the same."""
    seen = set_.entries.seen().in_order().select_related("version")
    paginator = Paginator(seen, PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    entries = list(page.object_list)
    extensions = Extension.objects.with_cards().in_bulk([one.extension_id for one in entries])
    rows = PageRows(
        [Row(entry, extensions[entry.extension_id]) for entry in entries],
        page,
        paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
    )
    rows.drag = _drag_link(set_, rows.shown, request)
    if set_.is_owned_by(request.user):
        rows.left_out = set_.entries.count() - paginator.count
    return rows


def _drag_link(
    set_: ExtensionSet, rows: Sequence[Row], request: HttpRequest
) -> tuple[Extension, str] | None:
    """Return the first extension that all systems can install, with the URL to drag; rather one that every Blender knows."""
    wanted = {
        row.entry.version_id if row.entry.is_pinned else row.extension.newest_version_id: row
        for row in sorted(rows, key=lambda row: bool(row.extension.needs_blender))
        if not row.entry.lacks_version
    }
    packages = Package.objects.filter(version__in=[key for key in wanted if key])
    by_version = {
        package.version_id: package
        for package in packages.select_related("version__extension").order_by("pk")
        if not package.platforms and not package.python_versions
    }
    for key, row in wanted.items():
        if package := by_version.get(key or 0):
            query = drag_query(
                set_.get_listing_url(),
                low=package.version.blender_min_text,
                high=package.version.blender_max_text or "",
                platforms=package.platforms,
                pythons=package.python_versions,
            )
            return row.extension, f"{absolute(request, package.download_path)}?{query}"
    return None


def edit_rows(set_: ExtensionSet, user: AnyUser) -> list[EditRow]:
    """Return all entries of a set for its owner, in a fixed number of queries."""
    entries = list(set_.entries.in_order().select_related("version"))
    keys = [entry.extension_id for entry in entries]
    visible = Extension.objects.visible_to(user).with_cards().in_bulk(keys)
    versions = pinnable_versions(keys)
    return [
        EditRow(
            entry,
            extension,
            _why_left_out(entry, extension),
            _choices(entry, versions.get(entry.extension_id, [])) if extension else (),
        )
        for entry in entries
        for extension in [visible.get(entry.extension_id)]
    ]


def _choices(entry: SetEntry, numbers: Sequence[str]) -> Sequence[str]:
    """Return the versions that can be pinned, also the pinned one."""
    if entry.version_number and entry.version_number not in numbers:
        return [*numbers, entry.version_number]
    return numbers


def _why_left_out(entry: SetEntry, extension: Extension | None) -> str:
    """Return why others do not see an entry, or why Blender does not get it; empty if they do."""
    if extension is None or not (extension.is_public or extension.is_blocked):
        return "It is not public any more: neither the page of the set nor Blender has it."
    if extension.is_blocked:
        return "Moderators blocked it: Blender warns who has installed it."
    if extension.is_unlisted:
        return "Its owner unlisted it: the page of the set leaves it out, and Blender keeps updating it."
    if entry.lacks_version:
        return f"Version {entry.version_number} is not public any more: Blender gets nothing. Choose another one."
    return ""
