"""What is asked of an author, those that hold others up first; each with the one page on which it is done.

Apps add what they ask with functions in ``AUTHOR_ASKS`` (`extery_site.project.page_sections`).
"""

from __future__ import annotations

from enum import IntEnum
from html import unescape
from typing import NamedTuple

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.html import strip_tags
from django.utils.module_loading import import_string
from django.utils.text import Truncator

from extery.core.versions import BLENDER_SERIES, format_series
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, MaximumSuggestion, Version
from extery_site.publish.addresses import draft_url
from extery_site.publish.handover import offers_to
from extery_site.statistics.queries import downloads_of_series
from extery_site.ui.markup import render_short

#: Rows of each kind; an author with more sees the rest when these are done.
MAX_OF_A_KIND = 20
#: Characters of a quoted text.
_MAX_QUOTE = 160


class Blocks(IntEnum):
    """Who is waiting for it: what is asked is sorted by this."""

    REVIEW = 1
    USERS = 2
    SOMEONE = 3
    NO_ONE = 4


class Ask(NamedTuple):
    """What is asked, and the button for it; ``extension`` is a key, 0 if it is not the author's."""

    blocks: Blocks
    title: str
    text: str
    button: str
    url: str
    icon: str
    extension: int = 0


def asks_of(user: User) -> list[Ask]:
    """Return what is asked of a user, in order."""
    found = [ask for path in settings.AUTHOR_ASKS for ask in import_string(path)(user)]
    return sorted(found, key=lambda ask: ask.blocks)


def quote(text: str) -> str:
    """Return the beginning of a Markdown text, in one line and in quotation marks; empty without a text."""
    text = " ".join(unescape(strip_tags(render_short(text))).split())
    return f"“{Truncator(text).chars(_MAX_QUOTE)}”" if text else ""


def blocks(user: User) -> list[Ask]:
    """Extensions that are blocked, and versions: their users cannot install them."""
    blocked = Extension.objects.filter(owner=user, status=Extension.Status.BLOCKED)
    found = [
        Ask(
            Blocks.USERS,
            f"{extension.name} is blocked",
            f"{quote(extension.block_reason)} Blender warns everyone who has it.".strip(),
            "See what to do",
            reverse("moderation:thread", args=[extension.extension_id]),
            "shield",
            extension.pk,
        )
        for extension in blocked.order_by("-updated_at")[:MAX_OF_A_KIND]
    ]
    versions = Version.objects.filter(extension__owner=user, status=Version.Status.BLOCKED)
    # Once there is a newer public version, no one misses the blocked one.
    versions = versions.exclude(extension__newest_version__sort_key__gt=F("sort_key"))
    versions = versions.exclude(extension__status=Extension.Status.BLOCKED)
    for version in versions.select_related("extension").order_by("-pk")[:MAX_OF_A_KIND]:
        name = version.extension.name
        found.append(
            Ask(
                Blocks.USERS,
                f"{name} {version.number} is blocked",
                f"{quote(version.block_reason)} No one can install this version.".strip(),
                "See what to do",
                reverse(
                    "moderation:version", args=[version.extension.extension_id, version.number]
                ),
                "shield",
                version.extension_id,
            )
        )
    return found


def breaks(user: User) -> list[Ask]:
    """Extensions whose newest version is for the newest Blender, and breaks in it."""
    newest = (*BLENDER_SERIES[-1], 0)
    # Their keys first: SQLite would look at all public extensions of the site.
    own = list(Extension.objects.public().filter(owner=user).values_list("pk", flat=True))
    broken = Extension.objects.filter(pk__in=own).with_known_problems(newest)
    found = list(
        broken.select_related("newest_version").order_by("-download_count")[:MAX_OF_A_KIND]
    )
    series = format_series(BLENDER_SERIES[-1])
    users = downloads_of_series([one.pk for one in found], series, days=30) if found else {}
    return [
        Ask(
            Blocks.USERS,
            f"{extension.name} breaks in Blender {series}",
            _who_has_it(series, users.get(extension.pk, 0)),
            "See where",
            f"{extension.get_absolute_url()}#compatibility",
            "error",
            extension.pk,
        )
        for extension in found
    ]


def _who_has_it(series: str, number: int) -> str:
    if not number:
        return "Publish a version that works in it, or set a maximum for this one."
    downloads = "1 download" if number == 1 else f"{number:,} downloads"
    return f"{downloads} with Blender {series} in the last 30 days. Publish a version that works, or set a maximum."


def suggestions(user: User) -> list[Ask]:
    """Maximum Blender versions that users suggest."""
    rows = MaximumSuggestion.objects.filter(
        version__extension__owner=user, state=MaximumSuggestion.State.OPEN
    ).select_related("version__extension", "by")
    return [
        Ask(
            Blocks.SOMEONE,
            f"Does {row.version.extension.name} {row.version.number} work in Blender {row.maximum_text}?",
            f"{row.by.display_name} says it does not: {quote(row.reason)}",
            "Decide",
            reverse(
                "publish:maximum", args=[row.version.extension.extension_id, row.version.number]
            ),
            "screen",
            row.version.extension_id,
        )
        for row in rows[:MAX_OF_A_KIND]
    ]


def offers(user: User) -> list[Ask]:
    """Extensions that others hand over."""
    return [
        Ask(
            Blocks.SOMEONE,
            f"{offer.offered_by.display_name} offers you {offer.extension.name}",
            "It is yours, with its users and its ratings, as soon as you accept.",
            "Accept or refuse",
            reverse("publish:offer", args=[offer.pk]),
            "people",
        )
        for offer in offers_to(user)[:MAX_OF_A_KIND]
    ]


def drafts(user: User) -> list[Ask]:
    """Drafts that no one submitted: they are deleted if nothing happens."""
    soon = timezone.now() + settings.EXTERY_DRAFT_LIFETIME / 4
    versions = Version.objects.filter(
        extension__owner=user, expires_at__isnull=False, expires_at__lte=soon
    ).select_related("extension")
    return [
        Ask(
            Blocks.NO_ONE,
            f"{version.extension.name} {version.number} is not submitted",
            f"The draft is deleted on {dateformat.format(version.expires_at, 'j F')} unless you submit it.",
            "Go on",
            draft_url(version),
            "pencil",
            version.extension_id,
        )
        for version in versions.order_by("expires_at")[:MAX_OF_A_KIND]
        if version.expires_at is not None
    ]
