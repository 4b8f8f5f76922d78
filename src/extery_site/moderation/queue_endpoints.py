"""API endpoints of the review queue: the list, and claims of moderators."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from extery_site.accounts.auth import OPTIONAL_AUTH
from extery_site.accounts.permissions import require_moderator
from extery_site.catalog.endpoints import visible_extension, visible_version
from extery_site.catalog.models import Version
from extery_site.moderation import automatic, claims
from extery_site.moderation.figures import expected_wait
from extery_site.moderation.models import Claim, QueueEntry
from extery_site.moderation.next_version import claim_next
from extery_site.moderation.queue_list import QueueFilter, list_entries
from extery_site.moderation.queue_rows import Row, make_rows
from extery_site.moderation.risk import assess, stored_risk
from extery_site.ui.addresses import absolute

router = Router(tags=["moderation"])


class RiskOut(Schema):
    """The risk of a version; the points of the reasons add up to the score."""

    score: int
    level: str
    reasons: list[tuple[int, str]]


class AssessmentOut(RiskOut):
    """The risk of a version, and why it needs a moderator; `obstacles` is null if every version does."""

    obstacles: list[str] | None
    public_at: datetime | None


class ClaimOut(Schema):
    """A moderator works on a version until ``expires_at``."""

    by: str
    claimed_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, claim: Claim) -> ClaimOut:
        return cls(by=claim.by.username, claimed_at=claim.claimed_at, expires_at=claim.expires_at)


class EntryOut(Schema):
    """A version in the queue.

    Moderators get ``risk`` and ``claim``, others ``place`` and ``comments``; what is missing is null.
    """

    extension: str
    name: str
    version: str
    type: str
    owner: str
    status: str
    is_update: bool
    url: str
    place: int | None = Field(description="The place among the versions in review.")
    seconds_with_us: int
    seconds_with_author: int
    permissions: dict[str, str]
    lines_added: int | None
    lines_removed: int | None
    files_changed: int | None
    comments: int | None
    risk: RiskOut | None
    flags: list[str]
    claim: ClaimOut | None

    @classmethod
    def of(cls, row: Row, request: HttpRequest, *, is_staff: bool) -> EntryOut:
        entry: Any = row.entry
        version, extension = row.version, row.version.extension
        risk = RiskOut(score=entry.risk, level=row.level, reasons=entry.reasons)
        return cls(
            extension=extension.extension_id,
            name=extension.name,
            version=version.number,
            type=extension.type,
            owner=extension.owner.username,
            status=version.status,
            is_update=row.is_update,
            url=absolute(request, row.url),
            place=row.place,
            seconds_with_us=entry.with_us,
            seconds_with_author=entry.with_author,
            permissions=version.permissions,
            lines_added=entry.lines_added,
            lines_removed=entry.lines_removed,
            files_changed=entry.files_changed,
            comments=None if is_staff else row.comments,
            risk=risk if is_staff else None,
            flags=[flag.text for flag in (*row.flags, *row.more_flags)],
            claim=ClaimOut.of(row.claim) if row.claim else None,
        )


class ExpectedWaitOut(Schema):
    """Within how many seconds half, and nine of ten, of the last 30 days' answers came."""

    median: int
    nine_of_ten: int
    cases: int


class QueueOut(Schema):
    """A page of the review queue."""

    count: int
    page: int
    pages: int
    expected_wait: ExpectedWaitOut | None
    entries: list[EntryOut]


class QueueParams(Schema):
    """What the list shows: the parameters of the page of the queue."""

    show: str = Field("", description="The list: us, author or mine; default: all open versions.")
    q: str = Field("", description="Part of the name, the id or the author.")
    type: str = Field("", description="The type of the extension.")
    kind: str = Field("", description="first or update.")
    flag: str = Field("", description="A flag; for moderators.")
    who: str = Field("", description="free, mine or others, by claim; for moderators.")
    sort: str = Field(
        "",
        description="risk, place, us, author, change or name; reversed with a hyphen before it.",
    )
    rows: str = Field("", description="Entries of a page: 25, 50 or 100.")
    page: int = Field(1, description="The number of the page.")


@router.get("/queue/", response=QueueOut, auth=OPTIONAL_AUTH)
def queue(request: HttpRequest, params: Query[QueueParams]) -> QueueOut:
    """Return the versions in the queue; risk, claims and their filters are for moderators."""
    now = timezone.now()
    wanted = QueueFilter.of(params.dict(), request.user)
    if wanted.tab == "decided":
        wanted = QueueFilter(wanted.is_staff)
    paginator: Paginator[QueueEntry] = Paginator(
        list_entries(wanted, request.user, now), wanted.rows
    )
    current = paginator.get_page(params.page)
    found = make_rows(current, wanted, request.user, now)
    wait = expected_wait(now=now)
    return QueueOut(
        count=paginator.count,
        page=current.number,
        pages=paginator.num_pages,
        expected_wait=ExpectedWaitOut(
            median=wait.median, nine_of_ten=wait.nine_of_ten, cases=wait.cases
        )
        if wait
        else None,
        entries=[EntryOut.of(row, request, is_staff=wanted.is_staff) for row in found],
    )


class NextOut(Schema):
    """The version that was claimed, and the claim; both are null if nothing is left to take."""

    extension: str | None
    version: str | None
    claim: ClaimOut | None


@router.post("/queue/next", response=NextOut)
def take_next(request: HttpRequest) -> NextOut:
    """Claim the next version by place that is free."""
    claim = claim_next(by=request.user)
    if claim is None:
        return NextOut(extension=None, version=None, claim=None)
    version = claim.version
    return NextOut(
        extension=version.extension.extension_id,
        version=version.number,
        claim=ClaimOut.of(claim),
    )


@router.post("/extensions/{extension_id}/versions/{number}/claim", response=ClaimOut)
def claim(request: HttpRequest, extension_id: str, number: str) -> ClaimOut:
    """Claim a version of the queue for two hours, or renew the own claim.

    Responds with 409 if another moderator has claimed it.
    """
    version = _version(request, extension_id, number)
    return ClaimOut.of(claims.claim(version=version, by=request.user))


@router.post("/extensions/{extension_id}/versions/{number}/take-over", response=ClaimOut)
def take_over(request: HttpRequest, extension_id: str, number: str) -> ClaimOut:
    """End the claim of another moderator, and claim the version."""
    version = _version(request, extension_id, number)
    return ClaimOut.of(claims.take_over(version=version, by=request.user))


@router.delete("/extensions/{extension_id}/versions/{number}/claim", response={204: None})
def release_claim(request: HttpRequest, extension_id: str, number: str) -> Status[None]:
    """End the own claim of a version; responds with 409 if it is another moderator's."""
    claims.release(version=_version(request, extension_id, number), by=request.user)
    return Status(204, None)


@router.get("/extensions/{extension_id}/versions/{number}/risk", response=AssessmentOut)
def assessment(request: HttpRequest, extension_id: str, number: str) -> AssessmentOut:
    """Return the risk of a version that was submitted, and what its publication without a moderator is up against."""
    require_moderator(request.user)
    version = _version(request, extension_id, number)
    risk = stored_risk(version) or assess(version)
    return AssessmentOut(
        score=risk.score,
        level=risk.level,
        reasons=list(risk.reasons),
        obstacles=automatic.obstacles(version) if automatic.is_enabled() else None,
        public_at=version.public_at,
    )


def _version(request: HttpRequest, extension_id: str, number: str) -> Version:
    extension = visible_extension(extension_id, request.user)
    return visible_version(extension, number, request.user)
