"""The risk of a version: a score from 0 to 100 with reasons that add up to it.

It orders the queue and sets how long an approved version waits; it decides nothing. `refresh`
stores it with the entry of the queue, when the packages change or the version is submitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.apps import apps
from django.utils import timezone

from extery_site.catalog.models import Event, Version
from extery_site.moderation.changes import approved_before
from extery_site.moderation.models import QueueEntry
from extery_site.moderation.package_changes import PackageChange
from extery_site.source_search.watches import watched_matches

MAX_SCORE = 100
#: The lowest scores of the levels.
MIDDLE, HIGH = 30, 55

_PERMISSION_POINTS = {"network": 18, "files": 12, "camera": 12, "microphone": 12}
_OTHER_PERMISSION_POINTS = 6
#: Points by the number of changed lines: the first row that it reaches counts.
_LINES = ((5_000, 16), (2_000, 12), (500, 8), (100, 4))
#: Points by the number of downloads: the first row that it reaches counts.
_REACH = ((100_000, 12), (10_000, 8), (1_000, 4))
#: How long declined versions and blocks of an author count.
_HISTORY = timedelta(days=365)


class Reason(NamedTuple):
    """A reason of a risk. Points may be negative."""

    points: int
    text: str


@dataclass(frozen=True)
class Risk:
    """The score is the sum of the points."""

    score: int
    reasons: tuple[Reason, ...]

    @property
    def level(self) -> str:
        """``low``, ``middle`` or ``high``."""
        return level_of(self.score)


class Facts(NamedTuple):
    """What the risk of a version depends on."""

    gained: tuple[str, ...]
    findings: int
    reports: int
    downloads: int
    approved_before: int
    """Approved versions of the owner."""
    declined: int
    """Declined versions and blocks of the owner within a year."""
    change: PackageChange
    watched: tuple[tuple[str, int], ...] = ()
    """Names and points of the watched searches that the packages match."""


def level_of(score: int) -> str:
    """Return the level of a score: ``low``, ``middle`` or ``high``."""
    return "high" if score >= HIGH else "middle" if score >= MIDDLE else "low"


def assess(version: Version) -> Risk:
    """Return the current risk of a version, in a fixed number of queries.

    Pages read the stored one: `stored_risk`.
    """
    entry = QueueEntry.objects.filter(version=version).first()
    return risk_of(_facts(version, approved_before(version), entry or QueueEntry()))


def stored_risk(version: Version) -> Risk | None:
    """Return the stored risk of a version; ``None`` if it was never submitted."""
    entry = QueueEntry.objects.filter(version=version).first()
    return risk_of_entry(entry) if entry is not None else None


def risk_of_entry(entry: QueueEntry) -> Risk:
    """Return the risk that an entry stores."""
    return Risk(entry.risk, tuple(Reason(*reason) for reason in entry.reasons))


def refresh(entry: QueueEntry, change: PackageChange | None = None) -> Risk:
    """Assess the version of an entry and store the result; with ``change``, that as well."""
    version = entry.version
    base = approved_before(version)
    if change is not None:
        entry.lines_added, entry.lines_removed = change.added, change.removed
        entry.files_changed, entry.binaries = change.files, change.binaries
        entry.new_hosts, entry.compared = list(change.new_hosts), list(change.compared)
    facts = _facts(version, base, entry)
    risk = risk_of(facts)
    entry.risk = risk.score
    entry.reasons = [list(reason) for reason in risk.reasons]
    entry.gained, entry.findings, entry.reports = list(facts.gained), facts.findings, facts.reports
    entry.by_new_author = not facts.approved_before
    entry.base_number = base.number if base else ""
    # Not the waiting times, which another transaction may change at the same time.
    entry.save(
        update_fields=[
            *("risk", "reasons", "gained", "findings", "reports", "by_new_author", "base_number"),
            *("lines_added", "lines_removed", "files_changed", "binaries", "new_hosts"),
            "compared",
        ]
    )
    return risk


def risk_of(facts: Facts) -> Risk:
    """Return the risk that follows from the facts; the reason with the most points is first."""
    reasons = sorted(_reasons(facts), key=lambda reason: -reason.points)
    total = sum(reason.points for reason in reasons)
    if total > MAX_SCORE:
        reasons.append(Reason(MAX_SCORE - total, "The score ends at 100"))
    return Risk(min(total, MAX_SCORE), tuple(reasons))


def _reasons(facts: Facts) -> Iterator[Reason]:
    change = facts.change
    for name in facts.gained:
        points = _PERMISSION_POINTS.get(name, _OTHER_PERMISSION_POINTS)
        yield Reason(points, f"Gains the permission {name}")
    if hosts := len(change.new_hosts):
        yield Reason(min(9 + 3 * hosts, 21), f"{_count(hosts, 'new network host')}")
    if change.binaries:
        text = _count(change.binaries, "new or changed binary", "new or changed binaries")
        yield Reason(min(11 + change.binaries, 18), text)
    if facts.findings:
        yield Reason(min(4 * facts.findings, 16), _count(facts.findings, "finding of the checks",
                                                         "findings of the checks"))  # fmt: skip
    for name, points in facts.watched:
        yield Reason(points, f"Matches the saved search {name}")
    lines = change.added + change.removed
    if points := _points(lines, _LINES):
        yield Reason(points, f"{lines:,} changed lines")
    if not facts.approved_before:
        yield Reason(15, "No approved version of this author yet")
    if facts.declined:
        text = _count(facts.declined, "declined version or block", "declined versions or blocks")
        yield Reason(min(6 * facts.declined, 18), f"{text} of this author within a year")
    if facts.reports:
        yield Reason(min(8 * facts.reports, 24), _count(facts.reports, "open report"))
    if points := _points(facts.downloads, _REACH):
        yield Reason(points, f"{facts.downloads:,} downloads")


def _points(number: int, table: tuple[tuple[int, int], ...]) -> int:
    return next((points for minimum, points in table if number >= minimum), 0)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one}" if number == 1 else f"{number} {many or f'{one}s'}"


def _facts(version: Version, base: Version | None, entry: QueueEntry) -> Facts:
    extension = version.extension
    known = base.permissions if base else {}
    findings = {
        (problem.get("code"), problem.get("message"))
        for problems in version.packages.values_list("problems", flat=True)
        for problem in problems
    }
    owner_events = Event.objects.filter(extension__owner=extension.owner_id)
    kinds = Event.Kind
    since = timezone.now() - _HISTORY
    history = owner_events.filter(kind__in=(kinds.DECLINED, kinds.BLOCKED), created_at__gte=since)
    return Facts(
        gained=tuple(name for name in version.permissions if name not in known),
        findings=len(findings),
        reports=count_open_reports(extension.pk),
        downloads=extension.download_count,
        approved_before=owner_events.filter(kind=kinds.APPROVED).count(),
        declined=history.count(),
        change=PackageChange(
            added=entry.lines_added or 0,
            removed=entry.lines_removed or 0,
            files=entry.files_changed or 0,
            new_hosts=tuple(entry.new_hosts),
            binaries=entry.binaries,
        ),
        watched=tuple(
            (match.search.name, match.search.points)
            for match in watched_matches(version)
            if match.search.points
        ),
    )


def count_open_reports(extension: int) -> int:
    """Return the number of open reports of an extension; ``reports`` is beside this app, not below."""
    reports = apps.get_model("reports", "Report").objects
    number: int = reports.filter(
        case__extension=extension, case__status="open", withdrawn_at=None
    ).count()
    return number
