"""Metadata of extensions, copied from the manifest of their newest approved version."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.text import slugify

from extery_site.catalog.models import Extension, Tag, Version
from extery_site.catalog.text_limits import MAX_URL_LENGTH


def set_tags(extension: Extension, names: Iterable[str]) -> None:
    """Replace the tags of the extension; creates missing tags."""
    by_slug = {slugify(name)[:64] or "other": name[:64] for name in reversed(list(names))}
    # Sorted, so that transactions that create the same tags cannot deadlock.
    tags = [
        Tag.objects.get_or_create(type=extension.type, slug=slug, defaults={"name": name})[0]
        for slug, name in sorted(by_slug.items())
    ]
    extension.tags.set(tags)


def apply_manifest(extension: Extension, version: Version) -> None:
    """Set name, tagline, website and tags from the manifest of a version; saves the extension."""
    manifest = version.manifest
    extension.name = manifest["name"]
    extension.tagline = manifest["tagline"]
    extension.website = extension.website or safe_url(manifest.get("website", ""))
    extension.save()
    set_tags(extension, manifest.get("tags", ()))


def safe_url(text: str) -> str:
    """Return ``text`` if it is an HTTP URL of at most MAX_URL_LENGTH characters, else ``""``."""
    is_http = text.lower().startswith(("https://", "http://"))
    return text if is_http and len(text) <= MAX_URL_LENGTH else ""


def update_newest_version(extension: Extension) -> Version | None:
    """Set the newest approved version, a stable one if there is any, and apply its manifest; saves and returns it."""
    newest = extension.versions.newest_approved()
    extension.newest_version = newest
    if newest is None:
        extension.published_at = None
        extension.save()
        return None
    extension.published_at = newest.approved_at
    extension.approved_at = extension.approved_at or newest.approved_at or timezone.now()
    apply_manifest(extension, newest)
    return newest
