"""API endpoints for ratings: list, rate, reply, mark as helpful, hide."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest
from ninja import P, QueryEx, Router, Schema

from extery.core.errors import NotFound
from extery_site.accounts.auth import OPTIONAL_AUTH
from extery_site.accounts.permissions import require_signed_in
from extery_site.catalog.endpoints import visible_extension
from extery_site.quotas.client_address import client_address
from extery_site.ratings import actions
from extery_site.ratings.content import parse_blender
from extery_site.ratings.models import Rating
from extery_site.ratings.queries import numbers_of, own_rating, ratings_of
from extery_site.ratings.schemas import (
    Order,
    RatingIn,
    RatingOut,
    RatingsOut,
    ReplyIn,
    ReplyOut,
)
from extery_site.statistics.user_agent import system_of

PAGE_SIZE = 50
#: Larger numbers do not fit the column of an id.
_MAX_ID = 2**63 - 1

router = Router(tags=["ratings"])


class HideIn(Schema):
    """Why a moderator hides a rating."""

    reason: str


@router.get("/extensions/{extension_id}/ratings/", response=RatingsOut, auth=OPTIONAL_AUTH)
def list_ratings(
    request: HttpRequest,
    extension_id: str,
    order: QueryEx[
        Order, P(description="Most helpful first, newest first, or fewest stars first")
    ] = "helpful",
    stars: QueryEx[int, P(description="Only ratings with this number of stars", ge=1, le=5)] = None,  # type: ignore[assignment]
    version: QueryEx[str, P(description="Only ratings of this version")] = "",
    blender: QueryEx[
        str, P(description="Only ratings with this series of Blender, such as 4.2")
    ] = "",
    page: QueryEx[int, P(description="Number of the page, from 1 on; it has 50 ratings", ge=1)] = 1,
) -> RatingsOut:
    """Return the ratings of an extension that are not hidden, and its average."""
    extension = visible_extension(extension_id, request.user)
    filters = {
        "order": order,
        "stars": str(stars) if stars else "",
        "version": version,
        "blender": _series(blender),
    }
    paginator = Paginator(ratings_of(extension, filters).shown(), PAGE_SIZE)
    shown = paginator.get_page(page)
    return RatingsOut.of(
        numbers_of(extension), list(shown), page=shown.number, pages=paginator.num_pages
    )


@router.get("/extensions/{extension_id}/rating/", response=RatingOut)
def own(request: HttpRequest, extension_id: str) -> RatingOut:
    """Return the rating that you have given an extension."""
    return RatingOut.of(_own(request, extension_id))


@router.put("/extensions/{extension_id}/rating/", response=RatingOut)
def rate(request: HttpRequest, extension_id: str, body: RatingIn) -> RatingOut:
    """Rate an extension, or change your rating of it."""
    extension = visible_extension(extension_id, request.user)
    system = system_of(request.headers.get("User-Agent", ""))
    actions.rate(
        extension=extension,
        by=request.user,
        stars=body.stars,
        text=body.text,
        version=body.version,
        blender=body.blender or system.blender,
        platform=body.platform or system.platform,
        address=client_address(request),
    )
    return RatingOut.of(_own(request, extension_id))


@router.delete("/extensions/{extension_id}/rating/", response={204: None})
def remove(request: HttpRequest, extension_id: str) -> None:
    """Remove your rating of an extension; responds with 204 if there is none, too."""
    actions.remove_rating(extension=visible_extension(extension_id, request.user), by=request.user)


@router.put("/extensions/{extension_id}/ratings/{rating_id}/reply/", response=ReplyOut)
def reply(request: HttpRequest, extension_id: str, rating_id: int, body: ReplyIn) -> ReplyOut:
    """Reply to a rating as the owner of the extension, or change the reply."""
    rating = _rating(request, extension_id, rating_id)
    return ReplyOut.of(
        actions.reply(
            rating=rating, by=request.user, text=body.text, address=client_address(request)
        )
    )


@router.delete("/extensions/{extension_id}/ratings/{rating_id}/reply/", response={204: None})
def remove_reply(request: HttpRequest, extension_id: str, rating_id: int) -> None:
    """Remove the reply to a rating as the owner of the extension."""
    actions.remove_reply(rating=_rating(request, extension_id, rating_id), by=request.user)


@router.put("/extensions/{extension_id}/ratings/{rating_id}/helpful/", response=RatingOut)
def mark_helpful(request: HttpRequest, extension_id: str, rating_id: int) -> RatingOut:
    """Mark a rating as helpful."""
    rating = _rating(request, extension_id, rating_id)
    actions.mark_helpful(rating=rating, by=request.user, address=client_address(request))
    return RatingOut.of(_rating(request, extension_id, rating_id))


@router.delete("/extensions/{extension_id}/ratings/{rating_id}/helpful/", response=RatingOut)
def unmark_helpful(request: HttpRequest, extension_id: str, rating_id: int) -> RatingOut:
    """Take your mark as helpful back."""
    rating = _rating(request, extension_id, rating_id)
    actions.mark_helpful(rating=rating, by=request.user, helpful=False)
    return RatingOut.of(_rating(request, extension_id, rating_id))


@router.post("/extensions/{extension_id}/ratings/{rating_id}/hide", response=RatingOut)
def hide(request: HttpRequest, extension_id: str, rating_id: int, body: HideIn) -> RatingOut:
    """Hide a rating as a moderator: its text is not shown, and its stars do not count."""
    rating = _rating(request, extension_id, rating_id)
    actions.hide_rating(rating, request.user, body.reason)
    return RatingOut.of(_rating(request, extension_id, rating_id))


@router.post("/extensions/{extension_id}/ratings/{rating_id}/show", response=RatingOut)
def show(request: HttpRequest, extension_id: str, rating_id: int) -> RatingOut:
    """Show a hidden rating again as a moderator."""
    rating = _rating(request, extension_id, rating_id)
    actions.show_rating(rating, request.user)
    return RatingOut.of(_rating(request, extension_id, rating_id))


def _own(request: HttpRequest, extension_id: str) -> Rating:
    extension = visible_extension(extension_id, request.user)
    rating = own_rating(extension, require_signed_in(request.user))
    if rating is None:
        raise NotFound.of("request.not-found", variant="no-rating", id=extension.extension_id)
    return rating


def _rating(request: HttpRequest, extension_id: str, rating_id: int) -> Rating:
    extension = visible_extension(extension_id, request.user)
    found = Rating.objects.filter(extension=extension).with_related()
    rating = found.filter(pk=rating_id).first() if 0 <= rating_id <= _MAX_ID else None
    if rating is None:
        raise NotFound.of("request.not-found", variant="rating")
    rating.extension = extension
    return rating


def _series(text: str) -> str:
    """Return the series of Blender that a filter names; raises `InvalidInput` for another text."""
    if not text:
        return ""
    major, minor, _ = parse_blender(text)
    return f"{major}.{minor}"
