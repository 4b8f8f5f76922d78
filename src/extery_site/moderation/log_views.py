"""The tab Review log of an extension: the public events of all its versions, the newest first."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from extery_site.catalog.extension_page import (
    find_extension,
    open_page,
    own_address,
    render_tab,
)
from extery_site.catalog.models import Event, EventQuerySet, Extension, Version
from extery_site.moderation import queues
from extery_site.moderation.models import QueueEntry
from extery_site.scanning.rows import StepRow, checks_of

PAGE_SIZE = 20
#: What the outcome of a check is called in public; the details are for the author and moderators.
_OUTCOMES = {"passed": "Passed", "findings": "With remarks", "skipped": "Not needed"}


class Check(NamedTuple):
    """A check of the public version: its title, result, tool, and how many seconds it took."""

    title: str
    words: str
    outcome: str
    tool: str
    seconds: float


class Waited(NamedTuple):
    """How long a version waited for moderators, and for its author."""

    with_us: timedelta
    with_author: timedelta


@require_safe
def log(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Show the review log. It has what the review threads show to visitors: no drafts, no notes of moderators."""
    extension = find_extension(request, extension_id)
    if address := own_address(request, extension, extension_id):
        return address
    page = open_page(request, extension)
    version = next(iter(page.approved), None)
    paginator = Paginator(public_events(extension), PAGE_SIZE)
    events = paginator.get_page(request.GET.get("page"))
    context = {
        "page": events,
        "pages": paginator.get_elided_page_range(events.number, on_each_side=1, on_ends=1),
        "reviewed": version,
        "checks": _checks(version) if version is not None else [],
        "approval": _approval(version) if version is not None else None,
        "waited": _waited(version) if version is not None else None,
    }
    return render_tab(page, "moderation/log.html", "moderation:log", context)


def public_events(extension: Extension) -> EventQuerySet:
    """Return the events that everyone may read, the newest first; the owner and moderators see no more here."""
    return queues.thread(extension, AnonymousUser()).order_by("-created_at", "-pk")


def _checks(version: Version) -> list[Check]:
    """Return the checks of a public version, each once: of several packages, the worst result counts."""
    found: dict[str, Check] = {}
    for row in checks_of(version).packages:
        for step in row.steps:
            check = _check(step)
            if check is not None and (step.name not in found or check.outcome != "passed"):
                found[step.name] = check
    return list(found.values())


def _check(step: StepRow) -> Check | None:
    if step.result is None or step.outcome not in _OUTCOMES:
        return None
    tool, seconds = step.result.version, step.result.seconds
    return Check(step.title, _OUTCOMES[step.outcome], step.outcome, tool, seconds)


def _approval(version: Version) -> Event | None:
    kinds = (Event.Kind.APPROVED, Event.Kind.SCHEDULED)
    events = Event.objects.filter(version=version, kind__in=kinds).select_related("by")
    return events.order_by("-pk").first()


def _waited(version: Version) -> Waited | None:
    entry = QueueEntry.objects.filter(version=version).with_waits(timezone.now()).first()
    if entry is None:
        return None
    return Waited(
        timedelta(seconds=entry.with_us),  # type: ignore[attr-defined]
        timedelta(seconds=entry.with_author),  # type: ignore[attr-defined]
    )
