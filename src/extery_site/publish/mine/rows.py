"""The rows of *My extensions*: an extension with its state, what waits, its numbers, and what to do next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Prefetch, Q
from django.urls import reverse

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Package, Version
from extery_site.catalog.models.extension import ExtensionQuerySet
from extery_site.publish.addresses import draft_url
from extery_site.publish.asks import Ask, Blocks
from extery_site.publish.mine.numbers import DAYS, IN_REVIEW
from extery_site.scanning.compatibility import BlenderVerdict, compatibility_of
from extery_site.statistics import chart
from extery_site.statistics.queries import today

#: The filters of the list: name -> label.
FILTERS = {"": "All", "public": "Public", "review": "In review", "drafts": "Drafts"}
_DRAFTS = (Version.Status.DRAFT, Version.Status.WITHDRAWN, Version.Status.CHANGES_REQUESTED)
#: Statuses of versions that are on their way; those that were public are on the page of the versions.
_PENDING = (*IN_REVIEW, *_DRAFTS, Version.Status.DECLINED)
_MAX_PENDING = 3


class Action(NamedTuple):
    """The button of a row; ``is_main`` if someone waits for it."""

    label: str
    url: str
    is_main: bool = False


class Evidence(NamedTuple):
    """Whether the newest version works in the newest Blender: ``kind`` is its colour and sign."""

    label: str
    kind: str


@dataclass(frozen=True)
class Row:
    """An extension in the list."""

    extension: Extension
    pending: list[Version]
    more_pending: int
    downloads: int
    line: str
    """The path of the small chart; empty without downloads."""
    evidence: Evidence | None
    action: Action


def own_extensions(user: User, *, show: str = "", text: str = "") -> ExtensionQuerySet:
    """Return the extensions of a user, those that changed last first, with what the rows show."""
    found = Extension.objects.filter(owner=user, erased_at=None)
    if show == "public":
        found = found.public()
    elif show == "review":
        found = found.filter(versions__status__in=IN_REVIEW).distinct()
    elif show == "drafts":
        found = found.filter(versions__status__in=_DRAFTS).distinct()
    if text := text.strip():
        found = found.filter(Q(name__icontains=text) | Q(extension_id__icontains=text))
    pending = Version.objects.filter(status__in=_PENDING).newest_first()
    return (
        found.select_related("image", "newest_version")
        .prefetch_related(
            Prefetch("versions", pending, to_attr="pending"),
            Prefetch("newest_version__packages", Package.objects.order_by("pk")),
        )
        .order_by("-updated_at", "-pk")
    )


def rows_of(
    extensions: Sequence[Extension],
    *,
    daily: Mapping[tuple[int, date], int],
    asks: Collection[Ask],
) -> list[Row]:
    """Return the rows of extensions that `own_extensions` has loaded."""
    versions = {one.pk: one.newest_version for one in extensions if one.newest_version}
    found = compatibility_of(versions.values())
    questions = {ask.extension: ask for ask in asks if ask.blocks == Blocks.REVIEW}
    days = [today() - timedelta(days=ago) for ago in reversed(range(DAYS))]
    rows = []
    for extension in extensions:
        numbers = [daily.get((extension.pk, day), 0) for day in days]
        compatibility = found.get(extension.newest_version_id or 0)
        pending: list[Version] = getattr(extension, "pending", [])
        rows.append(
            Row(
                extension,
                pending[:_MAX_PENDING],
                max(0, len(pending) - _MAX_PENDING),
                sum(numbers),
                chart.line(numbers) if any(numbers) else "",
                _evidence(compatibility.verdicts[-1]) if compatibility else None,
                _action(extension, pending, questions.get(extension.pk)),
            )
        )
    return rows


def _evidence(verdict: BlenderVerdict) -> Evidence:
    """Return in few words what is known; a test in a real Blender is more than what the code says."""
    if verdict.verdict == "outside":
        return Evidence("Not for it", "none")
    if verdict.shown_as == "breaks":
        return Evidence("Fails" if verdict.test is not None else "Breaks", "breaks")
    if verdict.test is not None:
        return Evidence("Tested", "tested")
    if verdict.verdict == "unknown":
        return Evidence("Not known", "none")
    return Evidence("Should work", "predicted")


def _action(extension: Extension, pending: Sequence[Version], question: Ask | None) -> Action:
    if extension.is_deleted:
        return Action("Restore…", reverse("publish:manage", args=[extension.extension_id]))
    if question is not None:
        return Action(question.button, question.url, is_main=True)
    for version in pending:
        if version.is_editable:
            version.extension = extension
            return Action("Go on", draft_url(version))
    for version in pending:
        if version.status in IN_REVIEW:
            review = reverse("moderation:version", args=[extension.extension_id, version.number])
            return Action("See the review", review)
    return Action("New version", reverse("publish:upload"))
