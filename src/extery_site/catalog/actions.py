"""Changes to the catalogue that publishing and moderation share; they decide, this records."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from extery_site.accounts.models import User
from extery_site.catalog.models import Activity, Extension, Tag, Version


def record(
    extension: Extension,
    kind: Activity.Kind,
    *,
    by: User | None,
    version: Version | None = None,
    text: str = "",
) -> Activity:
    """Add a line to the extension's thread."""
    return Activity.objects.create(
        extension=extension, version=version, by=by, kind=kind, text=text.strip()
    )


def set_tags(extension: Extension, names: Iterable[str]) -> None:
    """Give the extension exactly these tags, making those that nobody used before."""
    tags = []
    for name in dict.fromkeys(names):
        tag, _ = Tag.objects.get_or_create(
            type=extension.type, slug=slugify(name)[:64] or "other", defaults={"name": name[:64]}
        )
        tags.append(tag)
    extension.tags.set(tags)


def apply_manifest(extension: Extension, version: Version) -> None:
    """Show what this version's manifest says: name, tagline, website, tags. Saves the extension."""
    table = version.manifest
    extension.name = table["name"]
    extension.tagline = table["tagline"]
    extension.website = extension.website or web_address(table.get("website", ""))
    extension.save()
    set_tags(extension, table.get("tags", ()))


def web_address(text: str) -> str:
    """The address if a link may lead there: a manifest may say anything, even javascript."""
    is_link = text.lower().startswith(("https://", "http://"))
    return text if is_link and len(text) <= 500 else ""


#: The first of these that any version has is the extension's status too.
_LEADING = (
    Extension.Status.APPROVED,
    Extension.Status.IN_REVIEW,
    Extension.Status.CHANGES_REQUESTED,
    Extension.Status.WITHDRAWN,
    Extension.Status.DECLINED,
)


def sync_status(extension: Extension) -> None:
    """Let the extension's status be what its versions make it, a block aside. Saves it."""
    if not extension.is_blocked:
        found = set(extension.versions.values_list("status", flat=True))
        leading = (status for status in _LEADING if status.value in found)
        extension.status = next(leading, Extension.Status.DRAFT)
    extension.save()


@transaction.atomic
def refresh_newest(extension: Extension) -> Version | None:
    """Point the extension at its newest approved version and show that one's manifest."""
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
