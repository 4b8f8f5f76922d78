"""The maximum Blender version of a published version: set by its owner, suggested by users.

The package and its hash stay as they are: the listing, the pages, the API and drag-and-drop links
show the lower one of this maximum and that of the manifest. It is exclusive, as in the manifest:
the first Blender that the version does not work with.
"""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, Refused, Where
from extery.core.versions import (
    blender_version_of_number,
    format_blender_version,
    is_readable_by_blender,
)
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_user
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.models import MaximumSuggestion, Version, sortable_blender
from extery_site.catalog.text_limits import MAX_REASON_LENGTH, clean_text
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota

_WHERE = Where(path=("maximum",))
_MAX_VERSION_LENGTH = 20


def set_maximum(*, version: Version, by: AnyUser, maximum: str, reason: str = "") -> Version:
    """Set the maximum of a published version, as its owner.

    Raises `InvalidInput` if it is not above the minimum or beyond that of the manifest.
    """
    reason = clean_text(reason, field="reason", max_length=MAX_REASON_LENGTH)
    user = require_user(by)
    with lifecycle.transition(transitions.SET_MAXIMUM, version=version, by=by) as pending:
        if pending.extension.owner_id != user.pk:
            raise Refused.of("permission.owner-only", extension=pending.extension.name)
        number = _check(pending.version, maximum)
        _set(pending, number, reason)
    return pending.version


def remove_maximum(*, version: Version, by: AnyUser, reason: str = "") -> Version:
    """Let the maximum of the manifest count again, if it has one; raises `Conflict` if none was set."""
    reason = clean_text(reason, field="reason", max_length=MAX_REASON_LENGTH)
    with lifecycle.transition(
        transitions.REMOVE_MAXIMUM, version=version, by=by, text=reason
    ) as pending:
        if not pending.version.is_maximum_set:
            raise _unchanged(pending.version, variant="not-set")
        pending.version.blender_max = pending.version.manifest_maximum
    return pending.version


def suggest_maximum(
    *, version: Version, by: AnyUser, maximum: str, reason: str, address: str | None = None
) -> MaximumSuggestion:
    """Suggest a maximum for a published version, with the reason.

    Raises `Conflict` if the user has an open suggestion for it, `Refused` if the quota of comments
    is exceeded.
    """
    user = require_user(by)
    reason = _require_reason(reason)
    with lifecycle.transition(transitions.SUGGEST_MAXIMUM, version=version, by=by) as pending:
        use_quota(QuotaKind.COMMENTS, account=user.pk, address=address)
        number = _check(pending.version, maximum)
        suggestions = pending.version.maximum_suggestions
        open_ = suggestions.filter(by=user, state=MaximumSuggestion.State.OPEN).first()
        if open_ is not None:
            raise Conflict.of(
                "maximum.suggested",
                extension=pending.extension.name,
                version=pending.version.number,
                value=open_.maximum_text,
            )
        suggestion = MaximumSuggestion.objects.create(
            version=pending.version, by=user, maximum=number, reason=reason
        )
        pending.text = _text(number, reason)
    return suggestion


def accept(*, suggestion: MaximumSuggestion, by: AnyUser, answer: str = "") -> MaximumSuggestion:
    """Set a suggested maximum, as the owner or a moderator; closes equal suggestions, too."""
    answer = clean_text(answer, field="answer", max_length=MAX_REASON_LENGTH)
    user = require_user(by)
    with lifecycle.transition(
        transitions.SET_MAXIMUM, version=suggestion.version, by=by
    ) as pending:
        current = _lock_open(suggestion, pending.version)
        _require_not_own(current, user, pending.extension.owner_id)
        number = _check(pending.version, current.maximum_text)
        _set(pending, number, answer or current.reason)
        equal = pending.version.maximum_suggestions.filter(
            state=MaximumSuggestion.State.OPEN, maximum=number
        )
        equal.update(
            state=MaximumSuggestion.State.ACCEPTED,
            decided_by=user,
            decided_at=timezone.now(),
            answer=answer,
        )
        current.refresh_from_db()
    return current


def decline(*, suggestion: MaximumSuggestion, by: AnyUser, answer: str) -> MaximumSuggestion:
    """Decline a suggested maximum with an answer, as the owner or a moderator."""
    answer = _require_reason(answer, field="answer", variant="answer")
    user = require_user(by)
    with lifecycle.transition(
        transitions.DECLINE_MAXIMUM, version=suggestion.version, by=by
    ) as pending:
        current = _lock_open(suggestion, pending.version)
        _require_not_own(current, user, pending.extension.owner_id)
        _close(current, MaximumSuggestion.State.DECLINED, user, answer)
        pending.text = _text(current.maximum, answer)
    return current


def take_back(*, suggestion: MaximumSuggestion, by: AnyUser) -> MaximumSuggestion:
    """Withdraw one's own suggestion; raises `Conflict` if it is closed."""
    user = require_user(by)
    with lifecycle.transition(
        transitions.WITHDRAW_MAXIMUM, version=suggestion.version, by=by
    ) as pending:
        current = _lock_open(suggestion, pending.version)
        if current.by_id != user.pk:
            raise Refused.of("maximum.own-suggestion", variant="others")
        _close(current, MaximumSuggestion.State.WITHDRAWN, user, "")
        pending.text = _text(current.maximum, "")
    return current


def _check(version: Version, text: str) -> int:
    """Return the maximum as a number; raises `InvalidInput` unless the version can have it."""
    text = clean_text(text, field="maximum", max_length=_MAX_VERSION_LENGTH)
    parts = text.split(".")
    if not (2 <= len(parts) <= 3 and text.isascii() and is_readable_by_blender(text)):
        raise InvalidInput.of("maximum.bad-version", where=_WHERE, value=text)
    number = sortable_blender(text)
    value = _format(number)
    if number <= version.blender_min:
        raise InvalidInput.of(
            "maximum.too-low", where=_WHERE, value=value, minimum=version.blender_min_text
        )
    stated = version.manifest_maximum
    if stated is not None and number > stated:
        raise InvalidInput.of(
            "maximum.beyond-manifest", where=_WHERE, value=value, maximum=_format(stated)
        )
    if number == version.blender_max:
        raise _unchanged(version, value=value)
    return number


def _set(pending: lifecycle.PendingTransition, number: int, reason: str) -> None:
    pending.version.blender_max = number
    pending.text = _text(number, reason)


def _lock_open(suggestion: MaximumSuggestion, version: Version) -> MaximumSuggestion:
    """Return the current suggestion; the lock on its version protects it."""
    current = version.maximum_suggestions.filter(pk=suggestion.pk).first()
    if current is None or not current.is_open:
        raise Conflict.of(
            "maximum.closed", extension=version.extension.name, version=version.number
        )
    return current


def _require_not_own(suggestion: MaximumSuggestion, user: User, owner: int) -> None:
    is_own = suggestion.by_id == user.pk and owner != user.pk
    if is_own and not settings.EXTERY_OWN_DECISIONS:
        raise Refused.of("maximum.own-suggestion")


def _close(
    suggestion: MaximumSuggestion, state: MaximumSuggestion.State, user: User, answer: str
) -> None:
    suggestion.state = state
    suggestion.decided_by = user
    suggestion.decided_at = timezone.now()
    suggestion.answer = answer
    suggestion.save()


def _require_reason(text: str, *, field: str = "reason", variant: str = "") -> str:
    text = clean_text(text, field=field, max_length=MAX_REASON_LENGTH)
    if not text:
        where = Where(path=(field,))
        raise InvalidInput.of("maximum.reason-missing", where=where, variant=variant)
    return text


def _unchanged(version: Version, *, value: str = "", variant: str = "") -> Conflict:
    return Conflict.of(
        "maximum.unchanged",
        variant=variant,
        extension=version.extension.name,
        version=version.number,
        value=value,
    )


def _text(number: int, reason: str) -> str:
    """Return the text of an event: the maximum, then the reason."""
    text = f"Below Blender {_format(number)}"
    return f"{text}. {reason}"[:MAX_REASON_LENGTH] if reason else f"{text}."


def _format(number: int) -> str:
    return format_blender_version(blender_version_of_number(number))
