"""Accept findings with a reason, which is kept for later versions with the same finding."""

from __future__ import annotations

from django.db import transaction

from extery.core.errors import Conflict, InvalidInput, NotFound, Problem, Where
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser, require_moderator
from extery_site.audit.actions import Action
from extery_site.catalog.lifecycle import record
from extery_site.catalog.locking import lock_extension, lock_version
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.own_work import require_work_of_others
from extery_site.catalog.text_limits import MAX_TASK_LENGTH, clean_text
from extery_site.catalog.transitions import Role
from extery_site.moderation.audit_rows import record_action
from extery_site.moderation.blocking import load_blocking
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import Waiver
from extery_site.ui.short_text import check_short_text


@transaction.atomic
def waive(*, version: Version, fingerprint: str, by: AnyUser, reason: str) -> Waiver:
    """Accept a finding of a version; a finding that is accepted already stays as it is.

    Raises `Refused` for users who are not moderators, and `NotFound` for a finding that the version
    does not have.
    """
    user = require_moderator(by)
    extension = lock_extension(version.extension)
    version = lock_version(version, extension, Role.MODERATOR)
    require_work_of_others(user, extension, version)
    finding = findings_of(version).get(fingerprint)
    if finding is None:
        raise NotFound.of("request.not-found", variant="finding")
    reason = " ".join(clean_text(reason, field="reason", max_length=MAX_TASK_LENGTH).split())
    if not reason:
        raise InvalidInput.of("review.waiver-reason-missing", where=Where(path=("reason",)))
    check_short_text(reason, field="reason")
    waiver, is_new = add_waiver(version, fingerprint, finding.code, by=user, reason=reason)
    if is_new:
        # Everyone reads the history, and not everyone may know what is in the package.
        text = f"`{finding.code}`: {reason}"
        record(extension, Event.Kind.FINDING_WAIVED, by=user, version=version, text=text)
    return waiver


def add_waiver(
    version: Version, fingerprint: str, code: str, *, by: User, reason: str
) -> tuple[Waiver, bool]:
    """Return the waiver of a finding, and whether it is new; the version must be locked."""
    waiver, is_new = Waiver.objects.get_or_create(
        extension=version.extension,
        fingerprint=fingerprint,
        defaults={"code": code, "reason": reason, "by": by, "version_number": version.number},
    )
    return waiver, is_new


@transaction.atomic
def end_waiver(*, waiver: Waiver, by: AnyUser) -> None:
    """Take a waiver back; a moderator does, but not about work of their own."""
    user = require_moderator(by)
    extension = lock_extension(waiver.extension)
    require_work_of_others(user, extension)
    number, _ = Waiver.objects.filter(pk=waiver.pk).delete()
    if number:
        subject = f"Finding {waiver.code}"
        record_action(Action.WAIVER_ENDED, by=user, extension=extension, subject=subject)


def require_waived(version: Version) -> None:
    """Raise `Conflict` if a finding of a version, which must be locked, blocks and was not waived."""
    for finding in blocking_findings(version).values():
        raise Conflict.of(
            "review.finding-open",
            finding=finding.code,
            extension=version.extension.name,
            version=version.number,
        )


def blocking_findings(version: Version) -> dict[str, Problem]:
    """Return the findings that keep a version from being approved, by fingerprint, in three queries at most."""
    found = findings_of(version)
    if not found:
        return {}
    waived = waivers_of(version.extension)
    left = {fingerprint: one for fingerprint, one in found.items() if fingerprint not in waived}
    blocking = load_blocking(left.values())
    return {fingerprint: one for fingerprint, one in left.items() if blocking.of(one).blocks}


def waivers_of(extension: Extension) -> dict[str, Waiver]:
    """Return the waivers of an extension by the fingerprint of their finding."""
    rows = Waiver.objects.filter(extension=extension).select_related("by")
    return {waiver.fingerprint: waiver for waiver in rows}
