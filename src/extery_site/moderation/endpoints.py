"""API endpoints for decisions of moderators."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from extery.core.errors import InvalidInput, NotFound, Where
from extery_site.accounts.permissions import require_moderator
from extery_site.catalog.endpoints import visible_extension, visible_version
from extery_site.catalog.models import Event, Version
from extery_site.moderation import blocks, cool_down, decisions, second_approval, undo
from extery_site.moderation.models.block_request import BlockRequest

router = Router(tags=["moderation"])


class ReasonIn(Schema):
    """The reason of a decision; optional for unblocking and releasing."""

    reason: str = ""


def _require_packages(schema: dict[str, Any]) -> None:
    schema["required"] = ["packages"]
    schema["properties"]["packages"].pop("default", None)


class DecisionIn(Schema):
    """The reviewed packages and the reason; the reason is optional for an approval."""

    # `_packages` checks that it is present, instead of pydantic, to raise a problem with its own
    # code and hint.
    model_config = ConfigDict(json_schema_extra=_require_packages)

    packages: list[str] = Field(
        default_factory=list,
        description="The SHA-256 of every package of the version that was reviewed.",
    )
    reason: str = ""


class ApprovalIn(DecisionIn):
    """The reviewed packages, and why the version does not wait before it becomes public."""

    at_once: str = Field("", description="A reason for not waiting, such as a hole in security.")


class HoldIn(Schema):
    """The reason of a hold, and the day on which it ends, if it does by itself."""

    reason: str = ""
    until: date | None = None


class DecisionOut(Schema):
    """A recorded decision."""

    kind: str
    extension: str
    version: str | None
    by: str
    packages: list[str]
    reason: str
    created_at: datetime

    @classmethod
    def of(cls, decision: Event) -> DecisionOut:
        return cls(
            kind=decision.kind,
            extension=decision.extension.extension_id,
            version=decision.version_number or None,
            by=decision.by.username if decision.by else "",
            packages=decision.packages,
            reason=decision.text,
            created_at=decision.created_at,
        )


@router.post("/extensions/{extension_id}/versions/{number}/approve", response=DecisionOut)
def approve(request: HttpRequest, extension_id: str, number: str, body: ApprovalIn) -> DecisionOut:
    """Approve a version that is in review: it becomes public at once, or at its `public_at`.

    If two moderators are needed, the kind of the first approval is `first_approved`, and the second one
    approves the same packages.

    Responds with 409 if the packages of the version are not those of the decision.
    """
    version = _version(request, extension_id, number)
    packages = _packages(request, body)
    return DecisionOut.of(
        decisions.approve_version(
            version=version,
            packages=packages,
            by=request.user,
            reason=body.reason,
            at_once=body.at_once,
        )
    )


@router.post("/extensions/{extension_id}/versions/{number}/withdraw-approval", response=DecisionOut)
def withdraw_approval(request: HttpRequest, extension_id: str, number: str) -> DecisionOut:
    """Take back one's own approval of a version that waits for a second moderator."""
    version = _version(request, extension_id, number)
    return DecisionOut.of(second_approval.withdraw_approval(version=version, by=request.user))


@router.post("/extensions/{extension_id}/versions/{number}/ask-second", response=DecisionOut)
def ask_second(request: HttpRequest, extension_id: str, number: str, body: ReasonIn) -> DecisionOut:
    """Ask the other moderators to look at a version in review; the reason is an internal note."""
    version = _version(request, extension_id, number)
    return DecisionOut.of(
        second_approval.ask_second(version=version, by=request.user, text=body.reason)
    )


@router.post("/extensions/{extension_id}/versions/{number}/undo", response=DecisionOut)
def undo_decision(request: HttpRequest, extension_id: str, number: str) -> DecisionOut:
    """Take one's last decision about a version back, within ten minutes: it is in review again.

    Responds with 409 if anything else has happened to the version since.
    """
    version = _version(request, extension_id, number)
    return DecisionOut.of(undo.undo(version=version, by=request.user))


@router.post("/extensions/{extension_id}/versions/{number}/request-changes", response=DecisionOut)
def request_changes(
    request: HttpRequest, extension_id: str, number: str, body: DecisionIn
) -> DecisionOut:
    """Request changes to a version, with a reason.

    Responds with 409 if the packages of the version are not those of the decision.
    """
    version = _version(request, extension_id, number)
    packages = _packages(request, body)
    return DecisionOut.of(
        decisions.request_changes(
            version=version, packages=packages, by=request.user, reason=body.reason
        )
    )


@router.post("/extensions/{extension_id}/versions/{number}/decline", response=DecisionOut)
def decline(request: HttpRequest, extension_id: str, number: str, body: DecisionIn) -> DecisionOut:
    """Decline a version permanently, with a reason; its owner can only discard it.

    Responds with 409 if the packages of the version are not those of the decision.
    """
    version = _version(request, extension_id, number)
    packages = _packages(request, body)
    return DecisionOut.of(
        decisions.decline_version(
            version=version, packages=packages, by=request.user, reason=body.reason
        )
    )


@router.post("/extensions/{extension_id}/versions/{number}/hold", response=DecisionOut)
def hold(request: HttpRequest, extension_id: str, number: str, body: HoldIn) -> DecisionOut:
    """Put a version on hold, with a reason: it leaves the queue until `until`, or until it is released."""
    version = _version(request, extension_id, number)
    return DecisionOut.of(
        decisions.hold_version(
            version=version, by=request.user, reason=body.reason, until=body.until
        )
    )


@router.post("/extensions/{extension_id}/versions/{number}/release", response=DecisionOut)
def release(request: HttpRequest, extension_id: str, number: str, body: ReasonIn) -> DecisionOut:
    """Return a version from hold to the queue."""
    version = _version(request, extension_id, number)
    return DecisionOut.of(
        decisions.release_version(version=version, by=request.user, reason=body.reason)
    )


@router.post("/extensions/{extension_id}/versions/{number}/publish-now", response=DecisionOut)
def publish_now(
    request: HttpRequest, extension_id: str, number: str, body: ReasonIn
) -> DecisionOut:
    """Make an approved version public before its time, with a reason."""
    version = _version(request, extension_id, number)
    return DecisionOut.of(
        cool_down.publish_early(version=version, by=request.user, reason=body.reason)
    )


@router.post("/extensions/{extension_id}/versions/{number}/stop", response=DecisionOut)
def stop(request: HttpRequest, extension_id: str, number: str, body: ReasonIn) -> DecisionOut:
    """Return an approved version that is not public yet to the queue, with a reason."""
    version = _version(request, extension_id, number)
    return DecisionOut.of(
        cool_down.stop_publication(version=version, by=request.user, reason=body.reason)
    )


@router.post("/extensions/{extension_id}/versions/{number}/block", response=DecisionOut)
def block_version(
    request: HttpRequest, extension_id: str, number: str, body: ReasonIn
) -> DecisionOut:
    """Block one public version, with a public reason: it leaves listings, pages and downloads.

    Blender knows only blocks of whole extensions, so it does not warn where this version is installed.
    """
    version = _version(request, extension_id, number)
    return DecisionOut.of(
        decisions.block_version(version=version, by=request.user, reason=body.reason)
    )


@router.post("/extensions/{extension_id}/versions/{number}/unblock", response=DecisionOut)
def unblock_version(
    request: HttpRequest, extension_id: str, number: str, body: ReasonIn
) -> DecisionOut:
    """Unblock one version; it is public again unless its owner has unpublished it."""
    version = _version(request, extension_id, number)
    return DecisionOut.of(
        decisions.unblock_version(version=version, by=request.user, reason=body.reason)
    )


@router.post("/extensions/{extension_id}/block", response=DecisionOut)
def block(request: HttpRequest, extension_id: str, body: ReasonIn) -> DecisionOut:
    """Block an extension: no downloads, and a warning in Blender where it is installed."""
    extension = visible_extension(extension_id, request.user)
    return DecisionOut.of(
        decisions.block_extension(extension=extension, by=request.user, reason=body.reason)
    )


@router.post("/extensions/{extension_id}/unblock", response=DecisionOut)
def unblock(request: HttpRequest, extension_id: str, body: ReasonIn) -> DecisionOut:
    """Unblock an extension."""
    extension = visible_extension(extension_id, request.user)
    return DecisionOut.of(
        decisions.unblock_extension(extension=extension, by=request.user, reason=body.reason)
    )


class BlockRequestIn(Schema):
    """A block that needs a second moderator; without `versions` it is about the whole extension."""

    reason: str = ""
    versions: list[str] = Field(default_factory=list, max_length=1000)
    note: str = Field("", description="For moderators only.")
    stop_downloads: bool = Field(
        default=False, description="Stop downloads until the answer, for at most a day."
    )


class BlockRequestOut(Schema):
    """A request for a block, and its answer."""

    id: int
    extension: str
    versions: list[str]
    reason: str
    note: str
    state: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    answer: str

    @classmethod
    def of(cls, request: BlockRequest) -> BlockRequestOut:
        return cls(
            id=request.pk,
            extension=request.extension.extension_id,
            versions=request.numbers,
            reason=request.reason,
            note=request.note,
            state=request.state,
            asked_by=request.asked_by.username,
            asked_at=request.asked_at,
            decided_by=request.decided_by.username if request.decided_by else "",
            decided_at=request.decided_at,
            answer=request.answer,
        )


@router.get("/block-requests/", response=list[BlockRequestOut])
def block_requests(request: HttpRequest) -> list[BlockRequestOut]:
    """The requests for blocks that wait for a second moderator, oldest first."""
    require_moderator(request.user)
    return [BlockRequestOut.of(one) for one in BlockRequest.objects.open().with_related()[:100]]


@router.post("/extensions/{extension_id}/block-requests", response={201: BlockRequestOut})
def ask_for_block(request: HttpRequest, extension_id: str, body: BlockRequestIn) -> BlockRequestOut:
    """Ask another moderator for a block of an extension, or of its versions."""
    extension = visible_extension(extension_id, request.user)
    return BlockRequestOut.of(
        blocks.ask_for_block(
            extension=extension,
            by=request.user,
            reason=body.reason,
            numbers=body.versions,
            note=body.note,
            stop_downloads=body.stop_downloads,
        )
    )


@router.post("/block-requests/{pk}/confirm", response=list[DecisionOut])
def confirm_block(request: HttpRequest, pk: int) -> list[DecisionOut]:
    """Block what another moderator has asked for."""
    asked = _block_request(request, pk)
    return [DecisionOut.of(event) for event in blocks.confirm_block(request=asked, by=request.user)]


@router.post("/block-requests/{pk}/refuse", response=BlockRequestOut)
def refuse_block(request: HttpRequest, pk: int, body: ReasonIn) -> BlockRequestOut:
    """Refuse a block that another moderator has asked for, with a reason."""
    asked = _block_request(request, pk)
    return BlockRequestOut.of(
        blocks.refuse_block(request=asked, by=request.user, answer=body.reason)
    )


@router.post("/block-requests/{pk}/take-back", response=BlockRequestOut)
def take_back_request(request: HttpRequest, pk: int) -> BlockRequestOut:
    """Take back one's own request."""
    asked = _block_request(request, pk)
    return BlockRequestOut.of(blocks.take_back_request(request=asked, by=request.user))


def _block_request(request: HttpRequest, pk: int) -> BlockRequest:
    require_moderator(request.user)
    found = BlockRequest.objects.with_related().filter(pk=pk).first() if 0 < pk < 2**63 else None
    if found is None:
        raise NotFound.of("request.not-found", variant="block-request", id=pk)
    return found


def _version(request: HttpRequest, extension_id: str, number: str) -> Version:
    extension = visible_extension(extension_id, request.user)
    return visible_version(extension, number, request.user)


def _packages(request: HttpRequest, body: DecisionIn) -> list[str]:
    """Return the hashes of the request; raises `InvalidInput` if the field is missing."""
    require_moderator(request.user)
    if "packages" not in body.model_fields_set:
        raise InvalidInput.of("review.packages-missing", where=Where(path=("packages",)))
    return body.packages
