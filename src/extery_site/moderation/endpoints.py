"""API endpoints for decisions of moderators."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from extery.core.errors import InvalidInput, Where
from extery_site.accounts.permissions import require_moderator
from extery_site.catalog.endpoints import visible_extension, visible_version
from extery_site.catalog.models import Event, Version
from extery_site.moderation import decisions

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
def approve(request: HttpRequest, extension_id: str, number: str, body: DecisionIn) -> DecisionOut:
    """Approve and publish a version that is in review.

    Responds with 409 if the packages of the version are not those of the decision.
    """
    version = _version(request, extension_id, number)
    packages = _packages(request, body)
    return DecisionOut.of(
        decisions.approve_version(
            version=version, packages=packages, by=request.user, reason=body.reason
        )
    )


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


def _version(request: HttpRequest, extension_id: str, number: str) -> Version:
    extension = visible_extension(extension_id, request.user)
    return visible_version(extension, number, request.user)


def _packages(request: HttpRequest, body: DecisionIn) -> list[str]:
    """Return the hashes of the request; raises `InvalidInput` if the field is missing."""
    require_moderator(request.user)
    if "packages" not in body.model_fields_set:
        raise InvalidInput.of("review.packages-missing", where=Where(path=("packages",)))
    return body.packages
