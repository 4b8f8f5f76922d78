"""Reads ratings for pages and the API, each in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from extery.core.versions import number_of_blender_version, parse_blender_version
from extery_site.accounts.models import User
from extery_site.accounts.permissions import AnyUser
from extery_site.catalog.models import Extension
from extery_site.ratings.average import NO_RATINGS, PRIOR_WEIGHT, smoothed_average
from extery_site.ratings.models import Helpful, Rating, RatingQuerySet, RatingSummary
from extery_site.ratings.summaries import site_average


@dataclass(frozen=True)
class Average:
    """An average and the number of ratings behind it; the average is ``None`` without ratings."""

    score: float | None
    number: int


@dataclass(frozen=True)
class Bar:
    """How many ratings have this number of stars."""

    stars: int
    number: int


@dataclass(frozen=True)
class Numbers:
    """The numbers of an extension's ratings, as its pages show them."""

    score: float | None
    number: int
    with_text: int
    bars: list[Bar]
    site_average: float
    prior_weight: int = PRIOR_WEIGHT
    since: Average | None = field(default=None)
    """The average of the newest version, if there are ratings of it and of older ones."""
    before: Average | None = field(default=None)


def numbers_of(extension: Extension) -> Numbers:
    """Return the stored numbers of an extension, in two queries."""
    summary = RatingSummary.objects.filter(extension=extension).first()
    stars: list[int] = summary.stars if summary else list(NO_RATINGS)
    average = site_average()
    since = before = None
    newest = summary and summary.by_version.get(str(extension.newest_version_id))
    if newest and 0 < sum(newest) < sum(stars):
        older = [total - own for total, own in zip(stars, newest, strict=True)]
        since = Average(smoothed_average(newest, average), sum(newest))
        before = Average(smoothed_average(older, average), sum(older))
    return Numbers(
        score=extension.rating_score,
        number=extension.rating_count,
        with_text=summary.with_text if summary else 0,
        bars=[Bar(number, stars[number - 1]) for number in (5, 4, 3, 2, 1)],
        site_average=average,
        since=since,
        before=before,
    )


def own_rating(extension: Extension, user: AnyUser) -> Rating | None:
    """Return the rating that a user has given an extension."""
    if not isinstance(user, User):
        return None
    return Rating.objects.filter(extension=extension, user=user).with_related().first()


def ratings_of(extension: Extension, filters: Mapping[str, str]) -> RatingQuerySet:
    """Return the ratings of an extension in the order of ``filters``, with related rows.

    The values of ``filters`` are those of `extery_site.ratings.forms.ListForm`. Hidden ratings are
    left out where their place would give away their stars.
    """
    ratings = Rating.objects.filter(extension=extension).with_related()
    order, stars = filters.get("order", ""), filters.get("stars", "")
    if stars:
        ratings = ratings.filter(stars=int(stars))
    if version := filters.get("version"):
        ratings = ratings.filter(version_number=version)
    if series := filters.get("blender"):
        low = number_of_blender_version(parse_blender_version(series))
        ratings = ratings.filter(blender__gte=low, blender__lt=low + 1000)
    if stars or order == "lowest":
        ratings = ratings.shown()
    match order:
        case "newest":
            return ratings.newest_first()
        case "lowest":
            return ratings.lowest_first()
        case _:
            return ratings.most_helpful_first(extension.newest_version)


def marked_by(user: AnyUser, ratings: Iterable[Rating]) -> set[int]:
    """Return the ids of those ratings that ``user`` has marked as helpful, in one query."""
    if not isinstance(user, User):
        return set()
    marks = Helpful.objects.filter(user=user, rating__in=[rating.pk for rating in ratings])
    return set(marks.values_list("rating_id", flat=True))


def public_numbers(extension: Extension) -> list[str]:
    """Return the numbers of the public versions, the newest first."""
    return list(extension.versions.approved().newest_first().values_list("number", flat=True))
