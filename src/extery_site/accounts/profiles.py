"""The name and text of a profile: users write them, moderators hide and show them.

While a profile is hidden, everyone sees the user name only. What its user writes then waits until a moderator
shows it, so that a new text cannot bring the old one back.
"""

from __future__ import annotations

from typing import Literal

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from extery.core.errors import Conflict, Refused
from extery_site.accounts.locking import lock_user
from extery_site.accounts.models import MAX_HIDING_REASON_LENGTH, HiddenProfile, User
from extery_site.accounts.permissions import AnyUser, require_moderator, require_user
from extery_site.accounts.reasons import clean_reason
from extery_site.audit.actions import Action
from extery_site.audit.recording import write_entry

#: Hidden profiles with a change that the list of reports names.
MAX_CHANGED_PROFILES = 20
#: What happened to a profile, for `PROFILE_HANDLERS`.
Change = Literal["hidden", "shown", "changed", "kept"]


@transaction.atomic
def save_profile(*, user: AnyUser, full_name: str, about: str, uses_keys: bool) -> User:
    """Store the settings of the profile; a name and text that are hidden wait for a moderator."""
    owner = lock_user(require_user(user))
    owner.uses_keys = uses_keys
    hidden = find_hidden(owner)
    if hidden is None:
        owner.full_name, owner.about = full_name, about
    elif (hidden.current_full_name, hidden.current_about) != (full_name, about):
        is_first = not hidden.is_changed
        hidden.changed_full_name, hidden.changed_about = full_name, about
        hidden.changed_at = timezone.now()
        hidden.save()
        # Moderators look at the newest text: further changes are no further news.
        if is_first:
            _call_handlers(hidden, "changed", by=owner)
    owner.save(update_fields=["full_name", "about", "uses_keys"])
    return owner


@transaction.atomic
def hide_profile(*, user: User, by: AnyUser, reason: str, case: int | None = None) -> HiddenProfile:
    """Hide the name and text of a user, who reads the reason; ``case`` are the reports that are decided with it.

    Raises `Refused` for the own profile, `Conflict` if there is nothing to hide or it is hidden
    already, and `InvalidInput` for an empty reason.
    """
    moderator, user = _lock_for_moderation(user, by)
    reason = _clean_reason(reason)
    if not has_text(user) or find_hidden(user) is not None:
        raise Conflict.of("account.nothing-to-hide", name=user.username)
    hidden = HiddenProfile.objects.create(
        user=user,
        full_name=user.full_name,
        about=user.about,
        hidden_by=moderator,
        hidden_by_case=case,
        reason=reason,
    )
    user.full_name = user.about = ""
    user.save(update_fields=["full_name", "about"])
    source = f"hidden-profile {hidden.pk}"
    _record(Action.PROFILE_HIDDEN, user, moderator, reason, source)
    _call_handlers(hidden, "hidden", by=moderator)
    return hidden


@transaction.atomic
def keep_hidden(*, user: User, by: AnyUser, reason: str, seen: str) -> HiddenProfile:
    """Refuse what a user wrote since the profile was hidden; the user reads the reason.

    Raises `Conflict` if no change waits, or if it is not the one with the key ``seen``.
    """
    moderator, user = _lock_for_moderation(user, by)
    reason = _clean_reason(reason)
    hidden = _require_hidden(user, seen)
    if not hidden.is_changed:
        raise Conflict.of("account.profile-not-changed", name=user.username)
    hidden.full_name, hidden.about = hidden.changed_full_name, hidden.changed_about
    hidden.changed_full_name = hidden.changed_about = ""
    hidden.changed_at = None
    hidden.hidden_at, hidden.hidden_by, hidden.reason = timezone.now(), moderator, reason
    # It is a decision about another text: to reverse that of the reports does not reverse this one.
    hidden.hidden_by_case = None
    hidden.save()
    _record(Action.PROFILE_KEPT_HIDDEN, user, moderator, reason)
    _call_handlers(hidden, "kept", by=moderator)
    return hidden


@transaction.atomic
def show_profile(*, user: User, by: AnyUser, seen: str | None) -> User:
    """Show the current name and text of a user again.

    Raises `Conflict` if the profile is not hidden, or if its text is not the one with the key ``seen``.
    Without a key, a decision is reversed: then the user may write what they want, as everyone may.
    """
    moderator, user = _lock_for_moderation(user, by)
    hidden = _require_hidden(user, seen)
    user.full_name, user.about = hidden.current_full_name, hidden.current_about
    user.save(update_fields=["full_name", "about"])
    _record(Action.PROFILE_SHOWN, user, moderator, "")
    _call_handlers(hidden, "shown", by=moderator)
    hidden.delete()
    return user


def find_hidden(user: User) -> HiddenProfile | None:
    """Return what is hidden of a user, or ``None``."""
    return HiddenProfile.objects.select_related("hidden_by").filter(user=user).first()


def changed_profiles(*, without: User) -> list[HiddenProfile]:
    """Return hidden profiles whose change waits for a moderator, longest first; not that of ``without``."""
    changed = HiddenProfile.objects.exclude(changed_at=None).exclude(user=without)
    return list(changed.select_related("user").order_by("changed_at")[:MAX_CHANGED_PROFILES])


def has_text(user: User) -> bool:
    """Whether the profile shows anything that a moderator can hide."""
    return bool(user.full_name or user.about)


def _require_hidden(user: User, seen: str | None) -> HiddenProfile:
    hidden = find_hidden(user)
    if hidden is None:
        raise Conflict.of("account.profile-not-hidden", name=user.username)
    hidden.user = user
    if seen is not None and seen != hidden.key:
        raise Conflict.of("account.profile-changed", name=user.username)
    return hidden


def _lock_for_moderation(user: User, by: AnyUser) -> tuple[User, User]:
    moderator = require_moderator(by)
    user = lock_user(user)
    if user.pk == moderator.pk:
        raise Refused.of("permission.own-work", extension=user.username)
    return moderator, user


def _clean_reason(reason: str) -> str:
    code = "account.hiding-reason-missing"
    return clean_reason(reason, code=code, max_length=MAX_HIDING_REASON_LENGTH)


def _record(action: Action, user: User, by: User, reason: str, source: str = "") -> None:
    # The texts are not recorded: they can be personal, and moderators read them on the page.
    path = reverse("catalog:author", args=[user.username])
    write_entry(action, by=by, person=user, path=path, text=reason, source=source)


def _call_handlers(hidden: HiddenProfile, change: Change, *, by: User) -> None:
    for path in settings.PROFILE_HANDLERS:
        import_string(path)(hidden, change, by=by)
