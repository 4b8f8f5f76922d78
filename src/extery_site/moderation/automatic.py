"""Later versions of low risk become public without a moderator, with ``EXTERY_LATER_VERSIONS=by-risk``.

`obstacles` names why a version waits for a moderator instead. It is asked when the packages have
been compared, and again when the time before the publication ends: reports, findings and
suspensions of that time stop it. Every decision is made under the lock of the extension.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from extery.core.errors import Conflict, Corrupt, NotFound
from extery_site.accounts.models import Suspension
from extery_site.catalog import lifecycle, transitions
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.similar_names import similar_ids
from extery_site.moderation.changes import approved_before
from extery_site.moderation.claims import current_claim
from extery_site.moderation.cool_down import check_listable, waiting_time
from extery_site.moderation.models import QueueEntry
from extery_site.moderation.models.block_request import BlockRequest
from extery_site.moderation.package_changes import hashes_of_comparison
from extery_site.moderation.risk import MAX_SCORE, Risk, assess, count_open_reports
from extery_site.moderation.second_approval import needs_two
from extery_site.moderation.waivers import blocking_findings
from extery_site.scanning import gate

logger = logging.getLogger(__name__)

_Kind = Event.Kind
#: How long a suspension of an author counts.
HISTORY = timedelta(days=365)
#: Approvals of moderators.
_APPROVALS = (_Kind.APPROVED, _Kind.SCHEDULED)
#: Events after which a moderator looks at the next version, whichever it is.
_CONCERNS = (
    *(_Kind.CHANGES_REQUESTED, _Kind.DECLINED, _Kind.HELD, _Kind.STOPPED, _Kind.AUTO_STOPPED),
    *(_Kind.RECONSIDERED, _Kind.UNDONE, _Kind.BLOCKED, _Kind.VERSION_BLOCKED),
)


def is_enabled() -> bool:
    """Whether this site publishes versions of low risk without a moderator."""
    by_risk: bool = settings.EXTERY_LATER_VERSIONS == "by-risk"
    return by_risk and settings.EXTERY_RISK_UNREVIEWED is not None


def obstacles(version: Version, risk: Risk | None = None) -> list[str]:
    """Return why a version must not become public without a moderator, for moderators to read.

    In a fixed number of queries. The version is one that is in review, or waits for its publication.
    """
    entry = QueueEntry.objects.filter(version=version).first()
    base = approved_before(version)
    if base is None or base.sort_key >= version.sort_key:
        return ["No earlier version was approved by a moderator"]
    compared = hashes_of_comparison(version.packages.all(), base)
    if entry is None or tuple(entry.compared) != compared:
        return ["Its packages could not be compared completely"]
    return [
        *_obstacles_of_packages(version, base, entry),
        *gate.obstacles(version),
        *_obstacles_of_history(version),
        *_obstacles_of_reach(version.extension),
        *_obstacles_of_risk(version.extension, risk or assess(version)),
    ]


def _obstacles_of_packages(version: Version, base: Version, entry: QueueEntry) -> Iterator[str]:
    for name in version.permissions:
        if name not in base.permissions:
            yield f"Gains the permission {name}"
    if entry.new_hosts:
        yield "Names a new network host"
    if version.remote_library != base.remote_library:
        yield "Moves to another library"
    if entry.binaries:
        yield "Has new or changed binaries"
    if blocking_findings(version):
        yield "Has a finding to fix"
    if version.disputes.open().exists():
        yield "Its author disputes a finding"


def _obstacles_of_history(version: Version) -> Iterator[str]:
    extension, owner = version.extension, version.extension.owner_id
    events = extension.events.order_by("-created_at", "-pk")
    submitted = events.filter(version=version, kind=_Kind.SUBMITTED).first()
    if version.created_by_id != owner or submitted is None or submitted.by_id != owner:
        yield "Was not submitted by its owner"
    approved = events.filter(kind__in=_APPROVALS).first()
    since = events.filter(created_at__gt=approved.created_at) if approved else events
    kinds = set(since.filter(kind__in=(*_CONCERNS, _Kind.HANDOVER_ACCEPTED)).values_list("kind"))
    if kinds & {(kind.value,) for kind in _CONCERNS}:
        yield "A moderator objected since the last approval"
    if (_Kind.HANDOVER_ACCEPTED.value,) in kinds:
        yield "Has a new owner since the last approval"
    suspensions = Suspension.objects.filter(user__in={owner, version.created_by_id})
    if suspensions.filter(ends_at__gt=timezone.now() - HISTORY).exists():
        yield "Its author was suspended within a year"


def _obstacles_of_reach(extension: Extension) -> Iterator[str]:
    if similar_ids([extension]):
        yield "Its name or id is like that of another extension"
    if BlockRequest.objects.filter(extension=extension).open().exists():
        yield "A block of it waits for a second moderator"
    cases = apps.get_model("reports", "Case").objects
    about_owner = cases.filter(kind="user", person=extension.owner_id, status="open")
    if count_open_reports(extension.pk) or about_owner.exists():
        yield "Has open reports"
    limit: int | None = settings.EXTERY_DOWNLOADS_UNREVIEWED
    if limit is not None and extension.download_count > limit:
        yield f"Has more than {limit:,} downloads"


def _obstacles_of_risk(extension: Extension, risk: Risk) -> Iterator[str]:
    if needs_two(risk.score, extension):
        yield "Needs two moderators"
    limit: int | None = settings.EXTERY_RISK_UNREVIEWED
    if limit is None or risk.score > limit:
        yield f"Its risk is {risk.score}"


@transaction.atomic
def consider(version: Version) -> Event | None:
    """Publish a version in review, or plan its publication, if nothing is against it.

    Does nothing for a version that was decided, or that a moderator has claimed. Raises `Corrupt` for
    a package that cannot be listed.
    """
    if not is_enabled():
        return None
    try:
        locked = lifecycle.lock(transitions.AUTO_SCHEDULE, version=version, by=None)
    except (Conflict, NotFound):
        return None
    version = locked.version
    risk = assess(version)
    if current_claim(version) is not None or obstacles(version, risk):
        return None
    at_once: int | None = settings.EXTERY_RISK_AT_ONCE
    time = waiting_time(version, risk)
    if not time or (at_once is not None and risk.score <= at_once):
        return _publish(version, risk)
    with lifecycle.transition(transitions.AUTO_SCHEDULE, version=version, by=None) as pending:
        pending.text = _text(risk)
        pending.packages = pending.version.package_hashes
        check_listable(pending.version)
        pending.version.public_at = timezone.now() + time
    return pending.event


def publish_due(*, now: datetime | None = None) -> int:
    """Publish the versions whose time has come, each once; return their number.

    One that a moderator must look at after all returns to the queue. Those of a blocked extension wait.
    """
    now = now or timezone.now()
    due = Version.objects.due(now).filter(is_unreviewed=True)
    return sum(_publish_planned(version, now) for version in due)


def stop_if_needed(version: Version) -> bool:
    """Return a version to the queue that waits for its publication, if something is against that now."""
    try:
        with transaction.atomic():
            locked = lifecycle.lock(transitions.AUTO_STOP, version=version, by=None)
            return locked.version.is_unreviewed and _stop_if_needed(locked.version)
    except (Conflict, NotFound):
        return False


def planned_of(extension_id: int) -> list[Version]:
    """Return the versions of an extension that become public by themselves."""
    planned = Version.objects.filter(status=Version.Status.COOLING_DOWN, is_unreviewed=True)
    return list(planned.filter(extension=extension_id).select_related("extension"))


def _publish_planned(version: Version, now: datetime) -> bool:
    """Publish a version, or stop it; whether it is public now. A moderator may have been faster."""
    try:
        with transaction.atomic():
            version = lifecycle.lock(transitions.AUTO_PUBLISH, version=version, by=None).version
            public_at = version.public_at
            if not version.is_unreviewed or public_at is None or public_at > now:
                return False
            if _stop_if_needed(version):
                return False
            _publish(version, assess(version))
    except (Conflict, NotFound):
        return False
    except Corrupt:
        logger.exception("%s was not published", version)
        return False
    return True


def _stop_if_needed(version: Version) -> bool:
    reasons = obstacles(version) if is_enabled() else ["The site has changed its rules"]
    if not reasons:
        return False
    # Everyone reads the event: what moderators know about the author and reports is not in it.
    with lifecycle.transition(transitions.AUTO_STOP, version=version, by=None) as pending:
        pending.text = "A moderator looks at it first."
    return True


def _publish(version: Version, risk: Risk) -> Event:
    with lifecycle.transition(transitions.AUTO_PUBLISH, version=version, by=None) as pending:
        pending.text = _text(risk)
        pending.packages = pending.version.package_hashes
    return pending.event


def _text(risk: Risk) -> str:
    return f"Risk {risk.score} of {MAX_SCORE}."
