"""Moderators hide sets: no one but the owner and moderators sees them, and their listings are not found."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from extery.core.errors import InvalidInput, Refused, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry
from extery_site.catalog.text_limits import MAX_REASON_LENGTH, clean_text
from extery_site.notify.actions import notify
from extery_site.sets.actions import not_found
from extery_site.sets.following import set_subject
from extery_site.sets.models import ExtensionSet

_HIDING = ("hidden_at", "hidden_by", "hidden_reason")


def may_hide(user: AnyUser, set_: ExtensionSet) -> bool:
    """Whether a moderator may decide about a set: not about an own one, unless the site allows it."""
    return bool(settings.EXTERY_OWN_DECISIONS) or user.pk != set_.owner_id


@transaction.atomic
def hide_set(*, set_: ExtensionSet, by: AnyUser, reason: str) -> ExtensionSet:
    """Hide a set with a reason, which its owner reads; of a hidden one, change the reason.

    Raises `Refused` for users who are not moderators, and for one's own set.
    """
    moderator, set_ = _lock(set_, by)
    reason = clean_text(reason, field="reason", max_length=MAX_REASON_LENGTH)
    if not reason:
        raise InvalidInput.of("set.reason-missing", where=Where(path=("reason",)))
    if set_.is_hidden and set_.hidden_reason == reason:
        return set_
    set_.hidden_at = set_.hidden_at or timezone.now()
    set_.hidden_by, set_.hidden_reason = moderator, reason
    _finish(set_, moderator, Action.SET_HIDDEN, f"Your set {set_.title} is hidden", reason)
    return set_


@transaction.atomic
def show_set(*, set_: ExtensionSet, by: AnyUser) -> ExtensionSet:
    """Show a hidden set again."""
    moderator, set_ = _lock(set_, by)
    if not set_.is_hidden:
        return set_
    set_.hidden_at = set_.hidden_by = None
    set_.hidden_reason = ""
    _finish(set_, moderator, Action.SET_SHOWN, f"Your set {set_.title} is shown again", "")
    return set_


def _lock(set_: ExtensionSet, by: AnyUser) -> tuple[User, ExtensionSet]:
    moderator = require_moderator(by)
    locked = ExtensionSet.objects.select_for_update().filter(pk=set_.pk).first()
    if locked is None:
        raise not_found(set_.title)
    locked.owner = set_.owner
    if not may_hide(moderator, locked):
        raise Refused.of("set.own", title=locked.title)
    return moderator, locked


def _finish(set_: ExtensionSet, by: User, action: Action, headline: str, reason: str) -> None:
    set_.save(update_fields=_HIDING)
    write_entry(
        action,
        by=by,
        person=set_.owner,
        subject=f"Set {set_.title}",
        path=set_.get_absolute_url(),
        text=reason,
    )
    notify(
        "set_hidden",
        to=[set_.owner],
        subject=set_subject(set_),
        by=by,
        about=headline,
        text=reason,
    )
