"""API endpoints for the maximum Blender version of a version."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Schema

from extery.core.errors import NotFound
from extery_site.accounts.auth import OPTIONAL_AUTH
from extery_site.catalog.endpoints import visible_extension, visible_version
from extery_site.catalog.models import MaximumSuggestion, Version
from extery_site.catalog.schemas import VersionOut
from extery_site.publish import maximum
from extery_site.quotas.client_address import client_address

router = Router(tags=["maximum Blender version"])

#: Suggestions in an answer, the newest first.
MAX_SUGGESTIONS = 100
_PATH = "/extensions/{extension_id}/versions/{number}/maximum"


class MaximumIn(Schema):
    """The first Blender that the version does not work with, and the reason."""

    maximum: str
    reason: str = ""


class AnswerIn(Schema):
    """The answer to a suggestion; needed to decline it."""

    answer: str = ""


class SuggestionOut(Schema):
    """A suggested maximum Blender version."""

    id: int
    maximum: str
    reason: str
    by: str
    state: str
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    answer: str

    @classmethod
    def of(cls, suggestion: MaximumSuggestion) -> SuggestionOut:
        decided_by = suggestion.decided_by
        return cls(
            id=suggestion.pk,
            maximum=suggestion.maximum_text,
            reason=suggestion.reason,
            by=suggestion.by.username,
            state=suggestion.state,
            created_at=suggestion.created_at,
            decided_by=decided_by.username if decided_by else None,
            decided_at=suggestion.decided_at,
            answer=suggestion.answer,
        )


@router.post(_PATH, response=VersionOut)
def set_maximum(
    request: HttpRequest, extension_id: str, number: str, body: MaximumIn
) -> VersionOut:
    """Set the maximum of your published version; the listing changes at once."""
    version = _version(request, extension_id, number)
    changed = maximum.set_maximum(
        version=version, by=request.user, maximum=body.maximum, reason=body.reason
    )
    return VersionOut.of(changed, request)


@router.delete(_PATH, response=VersionOut)
def remove_maximum(request: HttpRequest, extension_id: str, number: str) -> VersionOut:
    """Remove the maximum; that of the manifest counts again, if it has one."""
    version = _version(request, extension_id, number)
    return VersionOut.of(maximum.remove_maximum(version=version, by=request.user), request)


@router.get(_PATH + "/suggestions/", response=list[SuggestionOut], auth=OPTIONAL_AUTH)
def suggestions(request: HttpRequest, extension_id: str, number: str) -> list[SuggestionOut]:
    """List the suggestions for a version, the newest first."""
    version = _version(request, extension_id, number)
    found = version.maximum_suggestions.select_related("by", "decided_by")[:MAX_SUGGESTIONS]
    return [SuggestionOut.of(suggestion) for suggestion in found]


@router.post(_PATH + "/suggestions/", response={201: SuggestionOut})
def suggest(request: HttpRequest, extension_id: str, number: str, body: MaximumIn) -> SuggestionOut:
    """Suggest a maximum for a published version, with the reason."""
    suggestion = maximum.suggest_maximum(
        version=_version(request, extension_id, number),
        by=request.user,
        maximum=body.maximum,
        reason=body.reason,
        address=client_address(request),
    )
    return SuggestionOut.of(suggestion)


@router.post(_PATH + "/suggestions/{suggestion_id}/accept", response=SuggestionOut)
def accept(
    request: HttpRequest, extension_id: str, number: str, suggestion_id: int, body: AnswerIn
) -> SuggestionOut:
    """Set a suggested maximum, as the owner or a moderator."""
    suggestion = _suggestion(request, extension_id, number, suggestion_id)
    return SuggestionOut.of(
        maximum.accept(suggestion=suggestion, by=request.user, answer=body.answer)
    )


@router.post(_PATH + "/suggestions/{suggestion_id}/decline", response=SuggestionOut)
def decline(
    request: HttpRequest, extension_id: str, number: str, suggestion_id: int, body: AnswerIn
) -> SuggestionOut:
    """Decline a suggested maximum with an answer, as the owner or a moderator."""
    suggestion = _suggestion(request, extension_id, number, suggestion_id)
    return SuggestionOut.of(
        maximum.decline(suggestion=suggestion, by=request.user, answer=body.answer)
    )


@router.post(_PATH + "/suggestions/{suggestion_id}/take-back", response=SuggestionOut)
def take_back(
    request: HttpRequest, extension_id: str, number: str, suggestion_id: int
) -> SuggestionOut:
    """Take your own suggestion back."""
    suggestion = _suggestion(request, extension_id, number, suggestion_id)
    return SuggestionOut.of(maximum.take_back(suggestion=suggestion, by=request.user))


def _version(request: HttpRequest, extension_id: str, number: str) -> Version:
    extension = visible_extension(extension_id, request.user)
    return visible_version(extension, number, request.user)


def _suggestion(
    request: HttpRequest, extension_id: str, number: str, suggestion_id: int
) -> MaximumSuggestion:
    version = _version(request, extension_id, number)
    found = version.maximum_suggestions.select_related("by", "decided_by")
    suggestion = found.filter(pk=min(suggestion_id, 2**62)).first()
    if suggestion is None:
        raise NotFound.of("request.not-found", variant="deleted", name="the suggestion")
    suggestion.version = version
    return suggestion
