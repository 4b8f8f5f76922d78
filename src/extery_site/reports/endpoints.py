"""API endpoints for reports: send one, list one's own; moderators list and decide cases."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from extery.core.errors import NotFound
from extery_site.accounts.permissions import require_moderator, require_signed_in
from extery_site.quotas.client_address import client_address
from extery_site.reports import actions, handling, queries
from extery_site.reports.models import Case, Report
from extery_site.reports.targets import find_target

router = Router(tags=["reports"])

CaseStatus = Literal["open", "resolved", "dismissed"]
#: Number of reports and cases in a response.
MAX_ROWS = 100


class ReportIn(Schema):
    """A report of a thing."""

    kind: str = Field(
        description="What is reported, such as extension, version, rating, comment, user or image."
    )
    key: str = Field(
        description="Which one: an extension id, an id and a version (gear_tool-1.2.0), a user name, or a number."
    )
    reason: str
    text: str
    version: str = Field("", description="The version in which it occurs.")
    blender: str = Field("", description="Blender version and system.")
    anonymous: bool = Field(
        False, description="Send it without your name; only if the site accepts such reports."
    )


class ReportOut(Schema):
    """A report of one's own, with the outcome of its case."""

    kind: str
    key: str
    title: str
    reason: str
    text: str
    status: str
    answer: str
    created_at: datetime

    @classmethod
    def of(cls, report: Report) -> ReportOut:
        case = report.case
        return cls(
            kind=case.kind,
            key=case.key,
            title=case.title,
            reason=report.reason,
            text=report.text,
            status=case.status,
            answer=case.note,
            created_at=report.created_at,
        )


class CaseOut(Schema):
    """The reports of one thing."""

    id: int
    kind: str
    key: str
    title: str
    status: str
    reports: int
    reasons: dict[str, int]
    answer: str
    created_at: datetime
    decided_at: datetime | None


class CaseDecisionIn(Schema):
    """The answer that those who reported read."""

    note: str


class CaseResolutionIn(CaseDecisionIn):
    """The answer to reports that were justified, and what follows."""

    hide_profile: bool = Field(
        False,
        description="Hide the name and text of the reported user, who reads the note; for cases about users.",
    )


@router.post("/reports", response={201: ReportOut})
def create(request: HttpRequest, body: ReportIn) -> ReportOut:
    """Report an extension, a version, a rating, a comment, a user or an image.

    Responds with 409 if you have an open report about the same thing.
    """
    report = actions.report_target(
        target=find_target(body.kind, body.key, request.user),
        by=request.user,
        address=client_address(request),
        **body.dict(exclude={"kind", "key"}),
    )
    return ReportOut.of(report)


@router.get("/reports/mine", response=list[ReportOut])
def mine(request: HttpRequest) -> list[ReportOut]:
    """Return your newest 100 reports."""
    reports = queries.own_reports(require_signed_in(request.user))
    return [ReportOut.of(report) for report in reports[:MAX_ROWS]]


@router.get("/cases", response=list[CaseOut])
def cases(
    request: HttpRequest,
    status: Annotated[CaseStatus, Query(description="Which cases to return.")] = "open",
) -> list[CaseOut]:
    """Return the oldest 100 open cases, or the newest 100 decided ones; for moderators."""
    moderator = require_moderator(request.user)
    order = ("created_at", "pk") if status == "open" else ("-decided_at", "-pk")
    found = list(queries.cases(status, moderator).order_by(*order)[:MAX_ROWS])
    return _rows(found)


@router.post("/cases/{case_id}/resolve", response=CaseOut)
def resolve(request: HttpRequest, case_id: int, body: CaseResolutionIn) -> CaseOut:
    """Resolve a case: its reports are justified. Responds with 409 if it is closed."""
    handling.resolve_case(
        case=_case(request, case_id),
        by=request.user,
        note=body.note,
        hides_profile=body.hide_profile,
    )
    return _row(request, case_id)


@router.post("/cases/{case_id}/dismiss", response=CaseOut)
def dismiss(request: HttpRequest, case_id: int, body: CaseDecisionIn) -> CaseOut:
    """Dismiss a case: nothing follows from its reports. Responds with 409 if it is closed."""
    handling.dismiss_case(case=_case(request, case_id), by=request.user, note=body.note)
    return _row(request, case_id)


def _case(request: HttpRequest, case_id: int) -> Case:
    require_moderator(request.user)
    case = Case.objects.filter(pk=case_id).first() if case_id < 2**63 else None
    if case is None:
        raise NotFound.of("request.not-found", variant="report")
    return case


def _row(request: HttpRequest, case_id: int) -> CaseOut:
    moderator = require_moderator(request.user)
    found = queries.cases("all", moderator).filter(pk=case_id)
    return _rows(list(found))[0]


def _rows(found: list[Case]) -> list[CaseOut]:
    reasons = queries.reasons_of(found)
    return [
        CaseOut(
            id=case.pk,
            kind=case.kind,
            key=case.key,
            title=case.title,
            status=case.status,
            reports=sum(reason.number for reason in reasons.get(case.pk, [])),
            reasons={reason.value: reason.number for reason in reasons.get(case.pk, [])},
            answer=case.note,
            created_at=case.created_at,
            decided_at=case.decided_at,
        )
        for case in found
    ]
