"""Actions on several versions at once: a preview that names what is left out, then one action each.

Each version is changed in a transaction of its own, by the action that its review page uses: a
version that cannot be changed any more does not stop the others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from extery.core import types
from extery.core.errors import ExteryError
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.catalog.own_work import may_decide
from extery_site.moderation import claims, decisions
from extery_site.moderation.models import Claim, Dispute, QueueEntry
from extery_site.moderation.models.queue_entry import CLOSED
from extery_site.moderation.risk import MIDDLE
from extery_site.moderation.second_approval import needs_two
from extery_site.moderation.undo import undo as undo_decision
from extery_site.moderation.waiting import OPEN
from extery_site.ui.row_keys import row_keys

MAX_CHOSEN = 100
#: Updates with more changed lines are approved one by one.
MAX_LINES = 200
#: Steps by name, with the verb of their button.
STEPS = {
    "claim": "Claim",
    "approve": "Approve",
    "request_changes": "Ask for changes of",
    "hold": "Put on hold",
}
#: Steps that must wait for the answer to a dispute.
_DECIDING = frozenset({"approve", "request_changes"})
_DISPUTED = "A disputed finding waits for an answer"
#: Steps that need a message.
WITH_REASON = frozenset({"request_changes", "hold"})


@dataclass(frozen=True)
class Choice:
    """A chosen version, and why it is left out; an empty reason if it is not."""

    version: Version
    entry: QueueEntry
    reason: str

    @property
    def is_possible(self) -> bool:
        return not self.reason


@dataclass(frozen=True)
class Result:
    """The versions that were changed, and the errors of the others."""

    done: Sequence[Version]
    errors: Sequence[ExteryError]


def find_chosen(keys: Collection[str]) -> list[QueueEntry]:
    """Return the entries with these keys, at most `MAX_CHOSEN`; ignores everything else."""
    numbers = row_keys(keys, maximum=MAX_CHOSEN)
    entries = QueueEntry.objects.in_bulk(numbers)
    versions = (
        Version.objects.select_related("extension__owner", "extension__image", "created_by")
        .with_packages()
        .in_bulk(entries)
    )
    found = []
    for number in numbers:
        if number in entries:
            entries[number].version = versions[number]
            found.append(entries[number])
    return found


def preview(step: str, entries: Collection[QueueEntry], by: User) -> list[Choice]:
    """Return for each version whether the step is possible, and else why it is not."""
    now = timezone.now()
    current = Claim.objects.current(now).filter(version__in=[entry.pk for entry in entries])
    holders = {claim.version_id: claim.by for claim in current.select_related("by")}
    open_disputes = Dispute.objects.open().filter(version__in=[entry.pk for entry in entries])
    disputed = set(open_disputes.values_list("version", flat=True))
    return [
        Choice(
            entry.version,
            entry,
            _reason(step, entry, holders.get(entry.pk), by)
            or (_DISPUTED if step in _DECIDING and entry.pk in disputed else ""),
        )
        for entry in entries
    ]


def _reason(step: str, entry: QueueEntry, holder: User | None, by: User) -> str:
    version = entry.version
    if version.extension.status in CLOSED:
        return f"The extension is {version.extension.get_status_display().lower()}"
    if not may_decide(by, version.extension, version):
        return "Your own work"
    if holder is not None and holder.pk != by.pk:
        return f"{holder.display_name} is on it"
    if step == "claim":
        return "" if version.status in OPEN else "Not in the queue any more"
    if version.status != Version.Status.IN_REVIEW:
        return f"Not in review: {version.get_status_display().lower()}"
    return _reason_against_approval(entry) if step == "approve" else ""


def _reason_against_approval(entry: QueueEntry) -> str:
    """Only themes and small updates without findings are approved together."""
    extension = entry.version.extension
    if entry.lines_added is None or entry.lines_removed is None:
        return "Not compared with the approved version yet"
    if entry.reports:
        return "Has open reports"
    if entry.findings:
        return "Has findings"
    if entry.gained or entry.new_hosts or entry.binaries:
        return "Asks for something new"
    if entry.risk >= MIDDLE:
        return f"Its risk is {entry.risk}"
    if needs_two(entry.risk, extension):
        return "Needs two moderators"
    if extension.type == types.THEME.name:
        return ""
    if extension.newest_version_id is None:
        return "First version"
    if entry.lines_added + entry.lines_removed > MAX_LINES:
        return "Large change"
    return ""


def perform(
    step: str,
    choices: Collection[Choice],
    *,
    by: User,
    reason: str = "",
    packages: Mapping[int, Collection[str]] | None = None,
) -> Result:
    """Do the step with each version for which it is possible.

    ``packages`` are the hashes of the packages that the preview showed, by the key of the version.
    """
    done, errors = [], []
    for choice in choices:
        if not choice.is_possible:
            continue
        version = choice.version
        hashes = (packages or {}).get(version.pk, ())
        try:
            match step:
                case "approve":
                    decisions.approve_version(version=version, packages=hashes, by=by)
                case "request_changes":
                    decisions.request_changes(
                        version=version, packages=hashes, by=by, reason=reason
                    )
                case "hold":
                    decisions.hold_version(version=version, by=by, reason=reason)
                case _:
                    claims.claim(version=version, by=by)
        except ExteryError as error:
            errors.append(error)
        else:
            done.append(version)
    return Result(done, errors)


def undo(step: str, keys: Collection[int], *, by: User, since: datetime) -> Result:
    """Undo a step of ``by``: the claims since then are released, decisions are taken back.

    The errors name the versions to which something else has happened.
    """
    versions = Version.objects.filter(pk__in=keys).select_related("extension").order_by("pk")
    done: list[Version] = []
    errors: list[ExteryError] = []
    if step == "claim":
        own = Claim.objects.current().filter(by=by, claimed_at__gte=since)
        versions = versions.filter(pk__in=own.values("version"))
    for version in versions:
        try:
            if step == "claim":
                claims.release(version=version, by=by)
            else:
                undo_decision(version=version, by=by)
        except ExteryError as error:
            errors.append(error)
        else:
            done.append(version)
    return Result(done, errors)
