"""What all tabs of the review of a version show: its head, tasks, decision and facts."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from extery.rules.blender_verdicts import verdict_lines, verdicts_of_upload
from extery_site.accounts.permissions import AnyUser, is_active_user, may_moderate, may_triage
from extery_site.catalog.models import Extension, Package, Version
from extery_site.catalog.own_work import may_decide
from extery_site.catalog.similar_names import find_similar
from extery_site.catalog.trust import trust_of
from extery_site.moderation import automatic, queues
from extery_site.moderation.author_side import appeal_about
from extery_site.moderation.changes import approved_before
from extery_site.moderation.claims import current_claim
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import Claim, QueueEntry, SavedReply
from extery_site.moderation.permissions import may_read_notes
from extery_site.moderation.queue_order import waiting_entries
from extery_site.moderation.risk import level_of, risk_of_entry
from extery_site.moderation.second_approval import first_approval, needs_two
from extery_site.moderation.seen_files import count_seen
from extery_site.moderation.tasks import visible_tasks
from extery_site.moderation.undo import time_left, undoable_decision
from extery_site.moderation.wait_bar import waiting_times
from extery_site.moderation.waiting import ASSESSED, OPEN, PUBLIC
from extery_site.moderation.waivers import blocking_findings
from extery_site.publish.completeness import complete_state
from extery_site.scanning import gate
from extery_site.scanning.near_duplicates import find_near_duplicates

#: Tabs of the review: name of the URL, title, and whether visitors see it.
TABS = {
    "version": ("Conversation", True),
    "changes": ("Changes", False),
    "findings": ("Findings", False),
    "try": ("Try it", False),
}


def tab_url(version: Version, tab: str = "version") -> str:
    """Return the URL of a tab of the review of a version."""
    return reverse(f"moderation:{tab}", args=[version.extension.extension_id, version.number])


def may_read_code(user: AnyUser, extension: Extension) -> bool:
    """Whether ``user`` may see the content of packages that are not public: staff and the owner."""
    return may_triage(user) or (is_active_user(user) and user.pk == extension.owner_id)


def review_context(
    request: HttpRequest, extension: Extension, version: Version | None, *, number: str, tab: str
) -> dict[str, Any]:
    """Return the context of a tab; without ``version``, of the history of a deleted one."""
    user = request.user
    reads_code = may_read_code(user, extension)
    tasks = visible_tasks(extension, version, user)
    versions = list(
        queues.submitted_versions(extension).select_related("queue_entry", "page_draft")
    )
    cards = _cards([one for one in versions if one.status in PUBLIC], user)
    context: dict[str, Any] = {
        "extension": extension,
        "version": version,
        "number": number,
        "tab": tab,
        "versions": versions,
        "page_draft": next(
            (getattr(one, "page_draft", None) for one in versions if one == version), None
        ),
        "is_update": version is not None
        and any(one.approved_at and one.sort_key < version.sort_key for one in versions),
        "cards": cards,
        "deleted_numbers": queues.deleted_numbers(extension, user),
        "tasks": tasks,
        "open_tasks": [task for task in tasks if not task.is_done],
        "asked_tasks": [task for task in tasks if task.asked_at],
        "reads_code": reads_code,
        "is_owner": is_active_user(user) and user.pk == extension.owner_id,
        "may_triage": may_triage(user) and may_decide(user, extension, version),
        "may_decide": may_decide(user, extension, version),
        "reads_notes": may_read_notes(user, extension, version),
        "visible": Extension.objects.visible_to(user).filter(pk=extension.pk).exists(),
        "packages": [],
        "similar": find_similar(extension) if may_moderate(user) else [],
        "near_duplicates": find_near_duplicates(version)
        if version is not None and may_moderate(user)
        else [],
        "trust": trust_of(extension.owner_id) if may_moderate(user) else None,
    }
    if version is not None:
        context |= _version_context(user, extension, version, tab, reads_code=reads_code)
    if version is not None and may_triage(user):
        claims = {card.version.pk: card.claim for card in cards}
        # A version on hold has no card.
        context["claim"] = claims[version.pk] if version.pk in claims else current_claim(version)
    return context


class Card(NamedTuple):
    """A version in review, as the head of the page shows it; moderators and volunteers see more of it."""

    version: Version
    entry: QueueEntry | None = None
    claim: Claim | None = None

    @property
    def level(self) -> str:
        """The level of the risk, for those who see it."""
        return level_of(self.entry.risk) if self.entry is not None else ""


def _cards(versions: list[Version], user: AnyUser) -> list[Card]:
    if not may_triage(user):
        return [Card(version) for version in versions]
    keys = [version.pk for version in versions]
    claims = Claim.objects.current().filter(version__in=keys).select_related("by")
    by_version = {claim.version_id: claim for claim in claims}
    return [
        Card(version, getattr(version, "queue_entry", None), by_version.get(version.pk))
        for version in versions
    ]


def _version_context(
    user: AnyUser, extension: Extension, version: Version, tab: str, *, reads_code: bool
) -> dict[str, Any]:
    packages: list[Package] = list(version.packages.all())
    approved = approved_before(version)
    for package in packages:
        package.version = version
    return {
        "tabs": [
            (name, title, tab_url(version, name), name == tab)
            for name, (title, is_public) in TABS.items()
            if is_public or (reads_code and (name != "try" or may_triage(user)))
        ],
        "packages": packages,
        "build": version.build_number,
        "published": _published_before(extension, version),
        "approved": approved,
        "verdicts": verdict_lines(verdicts_of_upload(version.manifest)),
        "missing": complete_state(extension, version).problems,
        # The conversation, which reads all of them, has its own.
        "event_count": SimpleLazyObject(
            queues.thread(extension, user, number=version.number).count
        ),
        "finding_count": len(findings_of(version)) if reads_code else 0,
        "replies": list(SavedReply.objects.all()) if may_moderate(user) else [],
        **(_queue_context(user, version, approved) if may_triage(user) else {}),
    }


def _queue_context(user: AnyUser, version: Version, approved: Version | None) -> dict[str, Any]:
    """Return what the decision bar shows: files seen, neighbours in the queue, claim, risk, waiting times."""
    now = timezone.now()
    entry = QueueEntry.objects.with_waits(now).filter(version=version).first()
    keys = list(waiting_entries(now).values_list("pk", flat=True))
    place = keys.index(version.pk) + 1 if version.pk in keys else 0
    wanted = keys[max(0, place - 2) : place + 1] if place else []
    near = Version.objects.select_related("extension").in_bulk(wanted)
    before = near.get(keys[place - 2]) if place > 1 else None
    after = near.get(keys[place]) if 0 < place < len(keys) else None
    context: dict[str, Any] = {
        # The tab Changes computes the difference first.
        "seen_count": SimpleLazyObject(lambda: count_seen(version, approved, user)),
        "previous_next": (before, after),
        "risk": risk_of_entry(entry) if entry is not None else None,
        "is_open": version.status in OPEN,
        "is_assessed": version.status in ASSESSED,
        **_approvals(version, entry),
        **_undo(version, user),
        "obstacles": automatic.obstacles(version) if _may_be_automatic(version) else None,
        "open_disputes": list(version.disputes.open()),
        "blocking": list(blocking_findings(version).items()) if version.is_in_review else [],
        "gate_problems": list(gate.problems_of(version)) if version.is_in_review else [],
        "scanner": bool(settings.EXTERY_CLAMD or settings.EXTERY_YARA_RULES),
        "appeal": appeal_about(version) if may_moderate(user) else None,
    }
    if entry is not None:
        context["wait"] = waiting_times(entry)
        context["queue_place"], context["queue_length"] = place, len(keys)
    return context


def _approvals(version: Version, entry: QueueEntry | None) -> dict[str, Any]:
    """Return whether a version in review needs two moderators, and the approval of the first."""
    if entry is None or not version.is_in_review or not needs_two(entry.risk, version.extension):
        return {}
    return {"needs_two": True, "first_approval": first_approval(version)}


def _undo(version: Version, user: AnyUser) -> dict[str, Any]:
    """Return the own decision that can be taken back, and for how long, if there is one."""
    decision = undoable_decision(version, user) if may_moderate(user) else None
    return {"undoable": decision, "undo_left": time_left(decision)} if decision else {}


def _may_be_automatic(version: Version) -> bool:
    """Whether the version could become public without a moderator, or will."""
    return automatic.is_enabled() and (version.is_in_review or version.is_unreviewed)


def _published_before(extension: Extension, version: Version) -> Version | None:
    """Return the published version to compare ``version`` with, if it is another one."""
    published = extension.newest_version
    if published is None or published.pk == version.pk:
        return None
    published.extension = extension
    return published
