"""Atom feeds (RFC 4287): new and updated extensions, and those of a type, a tag, an author, a search and one extension."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html

from extery.core.invisible import show_invisible
from extery_site.catalog.models import Extension, ExtensionQuerySet, Version
from extery_site.sharing.responses import public_response
from extery_site.ui.addresses import absolute
from extery_site.ui.markup import render

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
#: Entries of a feed, the newest first.
MAX_ENTRIES = 50
#: Characters of the release notes in an entry.
_MAX_NOTES = 20_000
#: Of a feed without entries: it must state a time, and that should not change by itself.
_NEVER = datetime(2020, 1, 1, tzinfo=UTC)


class Entry(NamedTuple):
    """An entry: ``key`` is what tells it from others, a path of the site."""

    key: str
    path: str
    title: str
    html: str
    author: str
    published_at: datetime
    updated_at: datetime
    tags: tuple[str, ...] = ()


def new_extensions(extensions: ExtensionQuerySet) -> list[Entry]:
    """Return the newest extensions."""
    found = extensions.filter(published_at__isnull=False).newest_first()
    return [_of_extension(one) for one in _loaded(found)]


def in_order(keys: Iterable[int]) -> list[Entry]:
    """Return the extensions with these keys in their order, as a search has sorted them."""
    wanted = list(keys)[:MAX_ENTRIES]
    found = {one.pk: one for one in _loaded(Extension.objects.browsable().filter(pk__in=wanted))}
    return [_of_extension(found[key]) for key in wanted if key in found]


def new_versions(extensions: ExtensionQuerySet | list[int]) -> list[Entry]:
    """Return the newest versions of extensions, or of those with these keys.

    Keys are sorted first, because rows with their texts are large; few keys are read by the index of the versions.
    """
    versions = Version.objects.filter(extension__in=extensions)
    if isinstance(extensions, list):
        # As an expression: the index of the status would lead SQLite through all public versions of the site.
        state = Coalesce("status", Value(""))
        versions = versions.alias(state=state).filter(state=Version.Status.APPROVED)
    else:
        versions = versions.approved()
    newest = versions.filter(approved_at__isnull=False).order_by("-approved_at", "-pk")
    keys = list(newest.values_list("pk", flat=True)[:MAX_ENTRIES])
    rows = Version.objects.filter(pk__in=keys).select_related("extension__owner")
    return [_of_version(version) for version in rows.order_by("-approved_at", "-pk")]


def feed_response(
    request: HttpRequest, *, title: str, path: str, entries: list[Entry], about: str = ""
) -> HttpResponseBase:
    """Return the feed about the page at ``path``."""
    updated = max((entry.updated_at for entry in entries), default=_NEVER)
    page = absolute(request, path)
    feed = Atom1Feed(
        title=_text(title),
        link=page,
        description=None,
        subtitle=_text(about),
        feed_url=absolute(request, request.get_full_path()),
        feed_guid=absolute(request, request.get_full_path()),
        language="en",
    )
    for entry in entries:
        feed.add_item(
            title=_text(entry.title),
            link=absolute(request, entry.path),
            description=_text(entry.html),
            unique_id=absolute(request, entry.key),
            author_name=_text(entry.author),
            pubdate=entry.published_at,
            updateddate=entry.updated_at,
            categories=[_text(tag) for tag in entry.tags],
        )
    # Its own time is that of the newest entry; without any it would be now.
    feed.latest_post_date = lambda: updated  # type: ignore[method-assign]
    content = feed.writeString("utf-8").encode()
    return public_response(request, content, MEDIA_TYPE, changed_at=updated)


def _loaded(extensions: ExtensionQuerySet) -> list[Extension]:
    related = extensions.select_related("owner", "newest_version").prefetch_related("tags")
    return list(related[:MAX_ENTRIES])


def _of_extension(extension: Extension) -> Entry:
    version = extension.newest_version
    published = extension.published_at or extension.created_at
    newest = version.approved_at if version is not None and version.approved_at else published
    number = f" Version {version.number}." if version is not None else ""
    kind = extension.get_type_display()
    html = format_html("<p>{}</p><p>{} for Blender.{}</p>", extension.tagline, kind, number)
    path = extension.get_absolute_url()
    tags = tuple(tag.name for tag in extension.tags.all())
    author = extension.owner.display_name
    return Entry(path, path, extension.name, html, author, published, max(published, newest), tags)


def _of_version(version: Version) -> Entry:
    extension = version.extension
    at = version.approved_at or version.created_at
    path = extension.get_absolute_url()
    notes = render(version.release_notes[:_MAX_NOTES])
    return Entry(
        f"{path}#version-{version.number}",
        path,
        f"{extension.name} {version.number}",
        format_html("<p>{}</p>{}", extension.tagline, notes),
        extension.owner.display_name,
        at,
        at,
    )


def _text(text: str) -> str:
    """Return a text that XML can have: control characters are shown as code points."""
    kept = show_invisible(text.replace("\n", " "))
    return "".join(c for c in kept if c in "\t" or (c >= " " and not _is_no_character(c)))


def _is_no_character(character: str) -> bool:
    return "\ud800" <= character <= "\udfff" or character in "\ufffe\uffff"
