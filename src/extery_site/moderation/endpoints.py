"""Decisions through the API."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from extery_site.catalog.endpoints import visible_extension, visible_version
from extery_site.catalog.models import Version
from extery_site.moderation import actions
from extery_site.moderation.models import Decision

router = Router(tags=["moderation"])


class ReasonIn(Schema):
    """Why; an approval and the lifting of a block need no reason."""

    reason: str = ""


class DecisionOut(Schema):
    """A decision as it was recorded."""

    kind: str
    extension: str
    version: str | None
    by: str
    reason: str
    created_at: datetime

    @classmethod
    def of(cls, decision: Decision) -> DecisionOut:
        return cls(
            kind=decision.kind,
            extension=decision.extension.extension_id,
            version=decision.version.number if decision.version else None,
            by=decision.by.username,
            reason=decision.reason,
            created_at=decision.created_at,
        )


@router.post("/extensions/{extension_id}/versions/{number}/approve", response=DecisionOut)
def approve(request: HttpRequest, extension_id: str, number: str, body: ReasonIn) -> DecisionOut:
    """Publish a version that waits for review."""
    version = _version(request, extension_id, number)
    return DecisionOut.of(
        actions.approve_version(version=version, by=request.user, reason=body.reason)
    )


@router.post("/extensions/{extension_id}/versions/{number}/request-changes", response=DecisionOut)
def request_changes(
    request: HttpRequest, extension_id: str, number: str, body: ReasonIn
) -> DecisionOut:
    """Give a version back to its owner."""
    version = _version(request, extension_id, number)
    return DecisionOut.of(
        actions.request_changes(version=version, by=request.user, reason=body.reason)
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
