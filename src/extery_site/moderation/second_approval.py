"""Approvals that need two moderators: of versions with a high risk, and of widely used extensions.

The first approval is an event; the entry of the queue refers to it until something else happens to
the version. The second moderator approves the same packages, and that publishes the version.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.own_work import may_decide
from extery_site.catalog.text_limits import MAX_REASON_LENGTH, clean_text
from extery_site.moderation.models import QueueEntry
from extery_site.moderation.waiting import SIDES

_Kind = Event.Kind
#: Events that end a first approval: it was about the packages and the status before them.
ENDING = frozenset({*SIDES, _Kind.UPLOADED, _Kind.REPLACED, _Kind.APPROVAL_WITHDRAWN})
#: Time after which the same moderator can ask for a second one again.
ASK_AGAIN = timedelta(hours=1)


def needs_two(risk: int, extension: Extension) -> bool:
    """Whether two moderators must approve a version with this risk; never on a site with one moderator."""
    if settings.EXTERY_OWN_DECISIONS:
        return False
    highest: int | None = settings.EXTERY_APPROVE_ALONE_RISK
    downloads: int | None = settings.EXTERY_APPROVE_ALONE
    if highest is None or risk > highest:
        return True
    return downloads is not None and extension.download_count > downloads


def first_approval(version: Version) -> Event | None:
    """Return the approval of a first moderator that a second one can complete.

    It does not count any more if the packages have changed, or its moderator is none any more, is
    suspended, or became the owner.
    """
    entries = QueueEntry.objects.filter(version=version, first_approval__isnull=False)
    entry = entries.select_related("first_approval__by").first()
    event = entry.first_approval if entry is not None else None
    if event is None or event.by is None or not _may_still_approve(event.by, version):
        return None
    return event if sorted(event.packages) == version.package_hashes else None


def _may_still_approve(user: User, version: Version) -> bool:
    until = user.suspended_until
    is_suspended = until is not None and until > timezone.now()
    return user.can_moderate and not is_suspended and may_decide(user, version.extension, version)


def follow(event: Event) -> None:
    """Keep the first approval of an entry up to date; called with every event of a version."""
    entries = QueueEntry.objects.filter(version=event.version)
    if event.kind == _Kind.FIRST_APPROVED:
        entries.update(first_approval=event)
    elif event.kind in ENDING:
        entries.filter(first_approval__isnull=False).update(first_approval=None)


def withdraw_approval(*, version: Version, by: AnyUser) -> Event:
    """Take one's own first approval back; raises `Conflict` if there is none."""
    user = require_moderator(by)
    with lifecycle.transition(transitions.WITHDRAW_APPROVAL, version=version, by=by) as pending:
        first = first_approval(pending.version)
        if first is None or first.by_id != user.pk:
            raise Conflict.of(
                "review.no-approval", extension=pending.extension.name, version=version.number
            )
    return pending.event


@transaction.atomic
def ask_second(*, version: Version, by: AnyUser, text: str = "") -> Event:
    """Ask the other moderators to look at a version in review; the text is an internal note.

    Asking again within an hour changes nothing.
    """
    user = require_moderator(by)
    text = clean_text(text, field="text", max_length=MAX_REASON_LENGTH)
    locked = lifecycle.lock(transitions.WITHDRAW_APPROVAL, version=version, by=by)
    asked = Event.objects.filter(version=locked.version, kind=_Kind.SECOND_ASKED, by=user)
    recent = asked.filter(created_at__gt=timezone.now() - ASK_AGAIN).order_by("-pk").first()
    if recent is not None:
        return recent
    return lifecycle.record(
        locked.extension,
        _Kind.SECOND_ASKED,
        by=user,
        version=locked.version,
        text=text,
        is_internal=True,
    )
