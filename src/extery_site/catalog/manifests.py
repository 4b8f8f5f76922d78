"""What pages show of an extension comes from the manifest of its newest approved version."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.text import slugify

from extery_site.catalog.models import Extension, Tag, Version


def set_tags(extension: Extension, names: Iterable[str]) -> None:
    """Give the extension exactly these tags; creates those that do not exist yet."""
    by_slug = {slugify(name)[:64] or "other": name[:64] for name in reversed(list(names))}
    # In one order: transactions that create the same tags wait for each other, never in a circle.
    tags = [
        Tag.objects.get_or_create(type=extension.type, slug=slug, defaults={"name": name})[0]
        for slug, name in sorted(by_slug.items())
    ]
    extension.tags.set(tags)


def apply_manifest(extension: Extension, version: Version) -> None:
    """Take name, tagline, website and tags from the manifest of a version; saves the extension."""
    table = version.manifest
    extension.name = table["name"]
    extension.tagline = table["tagline"]
    extension.website = extension.website or web_address(table.get("website", ""))
    extension.save()
    set_tags(extension, table.get("tags", ()))


def web_address(text: str) -> str:
    """Return the address if a page may link to it, else an empty string: no ``javascript:``."""
    is_link = text.lower().startswith(("https://", "http://"))
    return text if is_link and len(text) <= 500 else ""


def show_version(extension: Extension) -> Version | None:
    """Point the extension at its newest approved version and apply the manifest of that one."""
    newest = extension.versions.approved().newest_first().first()
    extension.newest_version = newest
    if newest is None:
        extension.published_at = None
        extension.save()
        return None
    extension.published_at = newest.approved_at
    extension.approved_at = extension.approved_at or newest.approved_at or timezone.now()
    apply_manifest(extension, newest)
    return newest
