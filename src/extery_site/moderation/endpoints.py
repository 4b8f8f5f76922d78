"""Decisions through the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from extery.core.errors import InvalidInput, Where
from extery_site.accounts.permissions import require_moderator
from extery_site.catalog.endpoints import visible_extension, visible_version
from extery_site.catalog.models import Event, Version
from extery_site.moderation import actions

router = Router(tags=["moderation"])


class ReasonIn(Schema):
    """Why; the lifting of a block needs no reason."""

    reason: str = ""


def _require_packages(schema: dict[str, Any]) -> None:
    schema["required"] = ["packages"]
    schema["properties"]["packages"].pop("default", None)


class DecisionIn(Schema):
    """Which bytes the decision is about, and why; an approval needs no reason."""

    # Required. `_packages` checks it instead of pydantic, so that its absence is a problem with
    # a code and a hint of its own.
    model_config = ConfigDict(json_schema_extra=_require_packages)

    packages: list[str] = Field(
        default_factory=list,
        description="The SHA-256 of every package of the version that was reviewed.",
    )
    reason: str = ""


class DecisionOut(Schema):
    """A decision as it was recorded."""

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
            version=decision.version.number if decision.version else None,
            by=decision.by.username if decision.by else "",
            packages=decision.packages,
            reason=decision.text,
            created_at=decision.created_at,
        )


@router.post("/extensions/{extension_id}/versions/{number}/approve", response=DecisionOut)
def approve(request: HttpRequest, extension_id: str, number: str, body: DecisionIn) -> DecisionOut:
    """Publish a version that waits for review.

    Answers 409 if the version has other packages than the decision names.
    """
    version = _version(request, extension_id, number)
    packages = _packages(request, body)
    return DecisionOut.of(
        actions.approve_version(
            version=version, packages=packages, by=request.user, reason=body.reason
        )
    )


@router.post("/extensions/{extension_id}/versions/{number}/request-changes", response=DecisionOut)
def request_changes(
    request: HttpRequest, extension_id: str, number: str, body: DecisionIn
) -> DecisionOut:
    """Give a version back to its owner, with a reason.

    Answers 409 if the version has other packages than the decision names.
    """
    version = _version(request, extension_id, number)
    packages = _packages(request, body)
    return DecisionOut.of(
        actions.request_changes(
            version=version, packages=packages, by=request.user, reason=body.reason
        )
    )


@router.post("/extensions/{extension_id}/versions/{number}/decline", response=DecisionOut)
def decline(request: HttpRequest, extension_id: str, number: str, body: DecisionIn) -> DecisionOut:
    """Refuse a version for good, with a reason; its owner can only discard it.

    Answers 409 if the version has other packages than the decision names.
    """
    version = _version(request, extension_id, number)
    packages = _packages(request, body)
    return DecisionOut.of(
        actions.decline_version(
            version=version, packages=packages, by=request.user, reason=body.reason
        )
    )


@router.post("/extensions/{extension_id}/block", response=DecisionOut)
def block(request: HttpRequest, extension_id: str, body: ReasonIn) -> DecisionOut:
    """Block an extension everywhere it is installed."""
    extension = visible_extension(extension_id, request.user)
    return DecisionOut.of(
        actions.block_extension(extension=extension, by=request.user, reason=body.reason)
    )


@router.post("/extensions/{extension_id}/unblock", response=DecisionOut)
def unblock(request: HttpRequest, extension_id: str, body: ReasonIn) -> DecisionOut:
    """Lift a block."""
    extension = visible_extension(extension_id, request.user)
    return DecisionOut.of(
        actions.unblock_extension(extension=extension, by=request.user, reason=body.reason)
    )


def _version(request: HttpRequest, extension_id: str, number: str) -> Version:
    extension = visible_extension(extension_id, request.user)
    return visible_version(extension, number, request.user)


def _packages(request: HttpRequest, body: DecisionIn) -> list[str]:
    """The hashes that a moderator sent; an empty list is one that never matches."""
    require_moderator(request.user)
    if "packages" not in body.model_fields_set:
        raise InvalidInput.of(
            "review.packages-missing",
            "the decision does not say which packages it is about",
            hint="send the sha256 of each package of the version that you reviewed as 'packages'",
            where=Where(path=("packages",)),
        )
    return body.packages
