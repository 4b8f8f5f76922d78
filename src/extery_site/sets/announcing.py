"""Notifies followers of what was added to sets: once for what was added within a while, not for each extension."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.notify.actions import followers_of, notify
from extery_site.sets.following import set_subject
from extery_site.sets.models import ExtensionSet, SetEntry

#: How long an addition waits for further ones, and for its owner to take it back.
WAIT = timedelta(minutes=15)
#: Sets that one run announces; the next one continues.
MAX_SETS = 500
#: Names in a notification; the others are counted.
MAX_NAMES = 10


def announce_additions(now: datetime | None = None) -> int:
    """Notify the followers of sets whose additions waited long enough; return the number of sets."""
    now = now or timezone.now()
    waiting = SetEntry.objects.filter(announced_at=None, added_at__lte=now - WAIT)
    keys = waiting.order_by("set").values_list("set", flat=True).distinct()[:MAX_SETS]
    for key in list(keys):
        _announce(key, now)
    return len(keys)


@transaction.atomic
def _announce(key: int, now: datetime) -> None:
    set_ = (
        ExtensionSet.objects.select_for_update(of=("self",))
        .select_related("owner")
        .filter(pk=key)
        .first()
    )
    if set_ is None:
        return
    entries = set_.entries.filter(announced_at=None)
    new = list(entries.in_order().select_related("extension"))
    seen = set(entries.seen().values_list("pk", flat=True))
    names = [entry.extension.name for entry in new if entry.pk in seen]
    if names and not set_.is_hidden and set_.owner.is_active:
        notify(
            "set_extended",
            to=_followers(set_),
            subject=set_subject(set_),
            by=set_.owner,
            text=_text(names),
        )
    SetEntry.objects.filter(pk__in=[entry.pk for entry in new]).update(announced_at=now)


def _followers(set_: ExtensionSet) -> list[User]:
    return list(followers_of(set_.key))


def _text(names: list[str]) -> str:
    text = ", ".join(names[:MAX_NAMES])
    more = len(names) - MAX_NAMES
    return f"{text} and {more} more" if more > 0 else text
