"""What moderators ask of an author, for the page of their extensions."""

from __future__ import annotations

from django.db.models import Count, Q
from django.urls import reverse

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.publish.asks import MAX_OF_A_KIND, Ask, Blocks, quote

_OPEN_TASK = Q(tasks__asked_at__isnull=False, tasks__done_at=None, tasks__dropped_at=None)


def changes(user: User) -> list[Ask]:
    """Versions whose review waits for their author."""
    waiting = Version.objects.filter(
        extension__owner=user, status=Version.Status.CHANGES_REQUESTED
    ).select_related("extension")
    waiting = waiting.annotate(open_tasks=Count("tasks", filter=_OPEN_TASK)).order_by("pk")
    versions = list(waiting[:MAX_OF_A_KIND])
    asked = Event.objects.filter(version__in=versions, kind=Event.Kind.CHANGES_REQUESTED)
    # The last one of each version stays.
    events = {event.version_id: event for event in asked.select_related("by").in_order()}
    return [_ask(version, events.get(version.pk)) for version in versions]


def _ask(version: Version, event: Event | None) -> Ask:
    extension, tasks = version.extension, getattr(version, "open_tasks", 0)
    said = quote(event.text) if event is not None else ""
    who = event.by.display_name if event is not None and event.by is not None else "A moderator"
    parts = [
        f"{who}: {said}" if said else "",
        f"{tasks} task{'' if tasks == 1 else 's'} open." if tasks else "",
        "The review goes on when you answer.",
    ]
    return Ask(
        Blocks.REVIEW,
        f"Changes are asked for {extension.name} {version.number}",
        " ".join(filter(None, parts)),
        "Answer",
        reverse("moderation:version", args=[extension.extension_id, version.number]),
        "chat",
        extension.pk,
    )
