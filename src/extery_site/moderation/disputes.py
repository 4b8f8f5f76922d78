"""Disputes of findings: the author says why a finding is fine, a moderator answers.

A version is not decided while a dispute of it is open. A build without the finding closes it.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, NotFound, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, may_moderate, require_moderator, require_user
from extery_site.catalog.lifecycle import record
from extery_site.catalog.locking import (
    lock_extension,
    lock_version,
    require_not_blocked,
    require_owner,
    wrong_status,
)
from extery_site.catalog.models import Event, Version
from extery_site.catalog.own_work import require_work_of_others
from extery_site.catalog.text_limits import MAX_DISPUTE_LENGTH, MAX_TASK_LENGTH, clean_text
from extery_site.catalog.transitions import Role
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import Dispute, Waiver
from extery_site.moderation.waiting import OPEN
from extery_site.moderation.waivers import add_waiver
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota
from extery_site.ui.short_text import check_short_text

_Kind = Event.Kind
_State = Dispute.State
#: Events after which no answer is needed any more.
_SETTLED = frozenset({_Kind.WITHDRAWN, _Kind.APPROVED, _Kind.SCHEDULED, _Kind.DECLINED})


@transaction.atomic
def dispute(
    *, version: Version, fingerprint: str, by: AnyUser, text: str, address: str | None = None
) -> Dispute:
    """Dispute a finding of a version in review, or before it; one that is disputed already stays as it is.

    Raises `Refused` for users who do not own the extension, or if the quota of comments of the user or
    of the client's ``address`` is exceeded, `NotFound` for a finding that the version
    does not have, and `Conflict` for one that is waived, or was kept after a dispute.
    """
    user = require_user(by)
    extension = lock_extension(version.extension)
    require_owner(extension, user)
    require_not_blocked(extension)
    version = lock_version(version, extension, Role.OWNER)
    if version.status not in OPEN and not version.is_editable:
        raise wrong_status(version, Role.OWNER)
    finding = findings_of(version).get(fingerprint)
    if finding is None:
        raise NotFound.of("request.not-found", variant="finding")
    earlier = version.disputes.filter(
        fingerprint=fingerprint, state__in=(_State.OPEN, _State.KEPT)
    ).first()
    if earlier is not None and earlier.is_open:
        found: Dispute = earlier
        return found
    if earlier is not None:
        raise Conflict.of("review.finding-kept", finding=finding.code)
    if Waiver.objects.filter(extension=extension, fingerprint=fingerprint).exists():
        raise Conflict.of("review.finding-waived", finding=finding.code)
    text = _clean(text, "text", MAX_DISPUTE_LENGTH, missing="review.dispute-empty")
    if not may_moderate(user):
        use_quota(QuotaKind.COMMENTS, account=user.pk, address=address)
    new: Dispute = version.disputes.create(
        fingerprint=fingerprint, code=finding.code, text=text, by=user
    )
    _record(new, _Kind.DISPUTED, user, text)
    return new


@transaction.atomic
def take_back(*, dispute: Dispute, by: AnyUser) -> Dispute:
    """Take a dispute back that has no answer; one that is closed already stays as it is.

    Raises `Refused` for users who do not own the extension, and `Conflict` for one that was answered.
    """
    user = require_user(by)
    extension = lock_extension(dispute.version.extension)
    require_owner(extension, user)
    locked = Dispute.objects.select_for_update().filter(pk=dispute.pk).first()
    if locked is None:
        raise NotFound.of("request.not-found", variant="dispute")
    locked.version = lock_version(dispute.version, extension, Role.OWNER)
    if not _may_answer(locked, _State.CLOSED):
        return locked
    _close(locked, _State.CLOSED, user)
    _record(locked, _Kind.DISPUTE_CLOSED, user, "its author took it back.")
    return locked


@transaction.atomic
def accept_dispute(*, dispute: Dispute, by: AnyUser) -> Dispute:
    """Accept what the author says: the finding is waived, for later versions too, with those words as reason.

    A dispute that is accepted already stays as it is. Raises `Conflict` for one that was kept or closed.
    """
    dispute, user = _lock(dispute, by)
    if not _may_answer(dispute, _State.ACCEPTED):
        return dispute
    reason = f"The author says: {dispute.text}"
    add_waiver(dispute.version, dispute.fingerprint, dispute.code, by=user, reason=reason)
    _close(dispute, _State.ACCEPTED, user)
    _record(dispute, _Kind.DISPUTE_ACCEPTED, user, dispute.text)
    return dispute


@transaction.atomic
def keep_finding(*, dispute: Dispute, by: AnyUser, answer: str) -> Dispute:
    """Keep a finding that the author disputes, with an answer; the same finding is not disputed again.

    A finding that is kept already stays as it is. Raises `Conflict` for a dispute that was accepted or closed.
    """
    dispute, user = _lock(dispute, by)
    if not _may_answer(dispute, _State.KEPT):
        return dispute
    answer = _clean(answer, "answer", MAX_TASK_LENGTH, missing="review.dispute-answer-missing")
    _close(dispute, _State.KEPT, user, answer)
    _record(dispute, _Kind.DISPUTE_KEPT, user, answer)
    return dispute


def require_answered(version: Version) -> None:
    """Raise `Conflict` if a dispute of a version, which must be locked, waits for an answer."""
    first = version.disputes.open().first()
    if first is not None:
        raise Conflict.of("review.dispute-open", version=version.number, finding=first.code)


def close_after_event(event: Event) -> None:
    """Close the disputes that need no answer after an upload, a decision or a waiver; an event handler."""
    version = event.version
    if version is None:
        return
    if event.kind in _SETTLED:
        version.disputes.open().update(state=_State.CLOSED, decided_at=timezone.now())
    elif event.kind in (_Kind.FINDING_WAIVED, _Kind.DISPUTE_ACCEPTED):
        _accept_waived(event)
    elif event.kind in (_Kind.UPLOADED, _Kind.REPLACED, _Kind.PACKAGE_REMOVED):
        rows = list(version.disputes.open())
        present = findings_of(version) if rows else {}
        for row in rows:
            if row.fingerprint not in present:
                row.version = version
                _close(row, _State.CLOSED, None)
                _record(row, _Kind.DISPUTE_CLOSED, None, "the new package no longer has it.")


def _accept_waived(event: Event) -> None:
    """Accept the open disputes of all versions about findings that are waived, with an event for each."""
    waived = Waiver.objects.filter(extension=event.extension).values("fingerprint")
    found = Dispute.objects.open().select_for_update(of=("self",)).select_related("version")
    rows = list(found.filter(version__extension=event.extension, fingerprint__in=waived))
    # All before the first event: the handlers are called again with each.
    for row in rows:
        row.version.extension = event.extension
        _close(row, _State.ACCEPTED, event.by)
    for row in rows:
        _record(row, _Kind.DISPUTE_ACCEPTED, event.by, row.text)


def disputes_of(version: Version) -> dict[str, Dispute]:
    """Return the last dispute of each finding of a version by its fingerprint."""
    rows = version.disputes.select_related("by", "decided_by").order_by("created_at", "pk")
    return {row.fingerprint: row for row in rows}


def _may_answer(dispute: Dispute, state: str) -> bool:
    """Whether a locked dispute is open; false if it has this answer. Raises `Conflict` for another one."""
    if dispute.is_open:
        return True
    if dispute.state == state:
        return False
    raise Conflict.of(
        "review.dispute-answered", finding=dispute.code, state=dispute.get_state_display().lower()
    )


def _lock(dispute: Dispute, by: AnyUser) -> tuple[Dispute, User]:
    user = require_moderator(by)
    extension = lock_extension(dispute.version.extension)
    version = lock_version(dispute.version, extension, Role.MODERATOR)
    require_work_of_others(user, extension, version)
    locked = Dispute.objects.select_for_update().filter(pk=dispute.pk, version=version).first()
    if locked is None:
        raise NotFound.of("request.not-found", variant="dispute")
    locked.version = version
    return locked, user


def _close(dispute: Dispute, state: str, by: User | None, answer: str = "") -> None:
    dispute.state, dispute.decided_by, dispute.answer = state, by, answer
    dispute.decided_at = timezone.now()
    dispute.save()


def _record(dispute: Dispute, kind: Event.Kind, by: User | None, text: str) -> None:
    version = dispute.version
    record(version.extension, kind, by=by, version=version, text=f"`{dispute.code}`: {text}")


def _clean(text: str, field: str, max_length: int, *, missing: str) -> str:
    text = " ".join(clean_text(text, field=field, max_length=max_length).split())
    if not text:
        raise InvalidInput.of(missing, where=Where(path=(field,)))
    return check_short_text(text, field=field)
