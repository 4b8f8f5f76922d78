"""Comments in review threads: write, edit and remove. Every earlier text is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, NotFound, Refused, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, may_moderate, require_user
from extery_site.audit.actions import Action
from extery_site.catalog.lifecycle import record
from extery_site.catalog.locking import lock_extension
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.own_work import authors_of
from extery_site.catalog.text_limits import MAX_REASON_LENGTH, clean_text
from extery_site.moderation.audit_rows import record_action
from extery_site.moderation.permissions import readable, require_triage
from extery_site.moderation.queues import can_view_thread
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota

#: A second comment with the same text within this time is the same form, sent twice.
REPEATED_WITHIN = timedelta(minutes=10)
#: Texts that are kept of one comment.
MAX_EDITS = 20


@transaction.atomic
def comment(
    *,
    extension: Extension,
    by: AnyUser,
    text: str,
    version: Version | None = None,
    address: str | None = None,
    is_internal: bool = False,
    place: Mapping[str, Any] | None = None,
    kind: Event.Kind = Event.Kind.COMMENT,
) -> Event:
    """Add a comment to the review thread of an extension; the same form sent twice adds it once.

    A comment that ``is_internal`` is a note of moderators and volunteers. Raises `NotFound` without a
    thread, and `Refused` if a quota of the user or of the client's ``address`` is exceeded, or for an
    internal note of another user.
    """
    author = require_user(by)
    extension = lock_extension(extension)
    if not can_view_thread(extension, author):
        raise NotFound.of("request.not-found", variant="thread", id=extension.extension_id)
    if is_internal:
        require_triage(author, extension, version)
    text = _clean(text)
    values: dict[str, Any] = {"is_internal": is_internal, "place": dict(place or {})}
    if repeated := _repeated(extension, version, author, text, kind, values):
        return repeated
    _use_quota(author, address)
    return record(extension, kind, by=author, version=version, text=text, **values)


@transaction.atomic
def edit_comment(*, event: Event, by: AnyUser, text: str, address: str | None = None) -> Event:
    """Replace the text of a comment of one's own; the earlier text is kept and can be read.

    Raises `Refused` for a comment of another user, and `Conflict` if it was removed.
    """
    author = require_user(by)
    event = _lock_comment(event, author)
    if event.by_id != author.pk:
        raise Refused.of("permission.comment-author")
    text = _clean(text)
    if event.is_removed:
        raise Conflict.of("review.comment-removed")
    if text == event.text:
        return event
    if len(event.earlier_texts) >= MAX_EDITS:
        raise Conflict.of("review.comment-edits", maximum=MAX_EDITS)
    _use_quota(author, address)
    now = timezone.now()
    event.earlier_texts = [
        *event.earlier_texts,
        {"text": event.text, "replaced_at": now.isoformat(timespec="seconds")},
    ]
    event.text, event.edited_at = text, now
    event.save()
    _record_change(Action.COMMENT_EDITED, event, author)
    return event


@transaction.atomic
def remove_comment(*, event: Event, by: AnyUser, reason: str = "") -> Event:
    """Hide the text of a comment: its author, or a moderator with a reason. The text is kept for moderators.

    Removing it again changes nothing.
    """
    user = require_user(by)
    event = _lock_comment(event, user)
    is_own = event.by_id == user.pk
    if not is_own and not may_moderate(user):
        raise Refused.of("permission.comment-author")
    if event.is_removed:
        return event
    reason = clean_text(reason, field="reason", max_length=MAX_REASON_LENGTH)
    if not reason and not is_own:
        raise InvalidInput.of("review.reason-missing", where=Where(path=("reason",)))
    event.removed_at, event.removed_by, event.removal_reason = timezone.now(), user, reason
    event.save()
    _record_change(Action.COMMENT_REMOVED, event, user, reason)
    return event


def _record_change(action: Action, event: Event, by: User, reason: str = "") -> None:
    author = event.by
    record_action(
        action,
        by=by,
        extension=event.extension,
        person=author if author != by else None,
        subject=f"Comment by {author.username if author else 'the site'}",
        text=reason,
        withheld_from=authors_of(event.extension, event.version) if event.is_internal else [],
    )


def _clean(text: str) -> str:
    text = clean_text(text, field="text", max_length=MAX_REASON_LENGTH)
    if not text:
        raise InvalidInput.of("review.comment-empty", where=Where(path=("text",)))
    return text


def _lock_comment(event: Event, user: User) -> Event:
    """Return the current comment, locked; raises `NotFound` for other events and for those that ``user`` cannot see."""
    extension = lock_extension(event.extension)
    events = readable(Event.objects.filter(extension=extension), extension, user)
    locked = events.select_for_update(of=("self",)).filter(pk=event.pk).first()
    if locked is None or not locked.is_comment or not can_view_thread(extension, user):
        raise NotFound.of("request.not-found", variant="comment")
    locked.extension = extension
    return locked


def _repeated(
    extension: Extension,
    version: Version | None,
    author: User,
    text: str,
    kind: Event.Kind,
    values: Mapping[str, Any],
) -> Event | None:
    last = (
        extension.events.filter(by=author, version=version, kind=kind, removed_at=None)
        .filter(created_at__gt=timezone.now() - REPEATED_WITHIN)
        .order_by("-pk")
        .first()
    )
    if last is None or last.text != text:
        return None
    same = (last.is_internal, last.place) == (values["is_internal"], values["place"])
    return last if same else None


def _use_quota(author: User, address: str | None) -> None:
    if not may_moderate(author):
        use_quota(QuotaKind.COMMENTS, account=author.pk, address=address)
