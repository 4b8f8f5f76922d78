"""API endpoint of the transparency page."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest
from ninja import Field, Router, Schema

from extery_site.moderation.figures import ExpectedWait
from extery_site.transparency import report
from extery_site.transparency.report import Period

router = Router(tags=["transparency"])


class TimesOut(Schema):
    """Within how many seconds half, and nine of ten, of the cases were dealt with."""

    median: int
    nine_of_ten: int
    cases: int

    @classmethod
    def of(cls, wait: ExpectedWait | None) -> TimesOut | None:
        if wait is None:
            return None
        return cls(median=wait.median, nine_of_ten=wait.nine_of_ten, cases=wait.cases)


class RangeOut(Schema):
    """A number about users; small ones are not exact."""

    at_least: int
    at_most: int


class PeriodOut(Schema):
    """The figures of a period that begins on ``since``, in UTC; ``is_complete`` once it has ended."""

    since: date
    is_complete: bool
    counts: dict[str, int] = Field(
        description="submitted, approved, changes_requested, declined, withdrawn, blocked, unblocked, "
        "own_work, published_early; reports and their resolved and dismissed cases, appeals, appeals_granted and "
        "appeals_rejected, without those about users."
    )
    users: dict[str, RangeOut] = Field(
        description="user_reports, user_appeals and suspensions; numbers from 1 to 4 are that range."
    )
    reasons: dict[str, int] = Field(description="The reports by reason.")
    times: dict[str, TimesOut | None] = Field(
        description="first_answer, decision and report; null for fewer than 5 cases."
    )

    @classmethod
    def of(cls, period: Period) -> PeriodOut:
        return cls(
            since=period.since,
            is_complete=period.is_final,
            counts=period.counts,
            users={
                name: RangeOut(at_least=number.at_least, at_most=number.at_most)
                for name, number in period.users.items()
            },
            reasons=period.reasons,
            times={name: TimesOut.of(wait) for name, wait in period.times.items()},
        )


class TransparencyOut(Schema):
    """The months, the newest first, and the total of the last twelve; empty before they are counted."""

    counted_at: datetime | None
    last_twelve_months: PeriodOut | None
    months: list[PeriodOut]


@router.get("/transparency/", response=TransparencyOut, auth=None)
def transparency(request: HttpRequest) -> TransparencyOut:  # noqa: ARG001  django-ninja passes it
    """Return the public figures of reviews, reports and suspensions, by month.

    A background task counts them every hour.
    """
    found = report.read()
    return TransparencyOut(
        counted_at=found.counted_at,
        last_twelve_months=PeriodOut.of(found.year) if found.year else None,
        months=[PeriodOut.of(month) for month in found.months],
    )
