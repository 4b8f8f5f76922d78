"""Dismissal of several cases at once: a preview that names what is left out, then one decision each.

Each case is closed in a transaction of its own: one that cannot be dismissed any more does not stop the others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import OuterRef, Subquery

from extery.core.errors import NotFound
from extery_site.accounts.models import User
from extery_site.reports import queries
from extery_site.reports.actions import lock_case
from extery_site.reports.handling import dismiss_case
from extery_site.reports.models import Case, CaseEntry
from extery_site.reports.permissions import may_decide_case
from extery_site.ui.row_keys import row_keys

MAX_CHOSEN = 100
_Kind = CaseEntry.Kind
#: Entries that may change what a moderator thinks of a case.
_STATEMENTS = (_Kind.REPORTED, _Kind.ADDED, _Kind.ANSWERED, _Kind.REOPENED)


@dataclass(frozen=True)
class Choice:
    """A chosen case, and why it is left out; an empty reason if it is not."""

    case: Case
    reason: str
    last_statement: int
    """The key of the last report, addition or answer; 0 without one."""

    @property
    def is_possible(self) -> bool:
        return not self.reason


@dataclass(frozen=True)
class Result:
    """The cases that were dismissed, and those that were not."""

    done: Sequence[Case]
    left_out: Sequence[Choice]


def find_chosen(keys: Collection[str], by: User) -> list[Choice]:
    """Return the cases with these keys, at most `MAX_CHOSEN`, in their order; ignores everything else."""
    numbers = row_keys(keys, maximum=MAX_CHOSEN)
    statements = CaseEntry.objects.filter(case=OuterRef("pk"), kind__in=_STATEMENTS)
    last = Subquery(statements.order_by("-pk").values("pk")[:1])
    found = (
        queries.with_details(queries.cases("all", by))
        .annotate(last_statement=last)
        .in_bulk(numbers)
    )
    cases = [found[number] for number in numbers if number in found]
    return [Choice(case, _reason(case, by), case.last_statement or 0) for case in cases]


def _reason(case: Case, by: User) -> str:
    if not case.is_open:
        return f"{case.get_status_display()} already"
    if not may_decide_case(by, case):
        return "About you or your work"
    if case.assigned_to is not None and case.assigned_to_id != by.pk:
        return f"Claimed by {case.assigned_to.display_name}"
    return ""


def dismiss(choices: Collection[Choice], *, by: User, note: str, seen: Mapping[int, int]) -> Result:
    """Dismiss each case that can be, with the same ``note``.

    ``seen`` has the key of the last statement that the preview showed, by the key of the case: one with
    a newer statement is left out.
    """
    done, left_out = [], []
    for choice in choices:
        try:
            reason = _dismiss(choice.case, by, note, seen.get(choice.case.pk, 0))
        except NotFound:
            reason = "Deleted meanwhile"
        if reason:
            left_out.append(Choice(choice.case, reason, choice.last_statement))
        else:
            done.append(choice.case)
    return Result(done, left_out)


@transaction.atomic
def _dismiss(case: Case, by: User, note: str, seen: int) -> str:
    """Dismiss a case; returns why it was left out, empty if it was not."""
    case = lock_case(case)
    reason = _reason(case, by)
    if not reason and case.entries.filter(kind__in=_STATEMENTS, pk__gt=seen).exists():
        reason = "Has something new since you looked"
    if not reason:
        dismiss_case(case=case, by=by, note=note)
    return reason
