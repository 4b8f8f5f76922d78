"""API schemas of ratings."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Field, Schema

from extery_site.accounts.models import User
from extery_site.catalog.schemas import PersonOut
from extery_site.ratings.models import MAX_RATING_LENGTH, Rating, Reply
from extery_site.ratings.queries import Numbers


class RatingIn(Schema):
    """The user's rating of an extension; without a version, it is about the newest."""

    stars: int = Field(description="One to five.")
    text: str = Field(
        default="",
        description=f"Markdown without headings, tables and images, up to {MAX_RATING_LENGTH} characters.",
    )
    version: str = Field(default="", description="The number of a public version.")
    blender: str = Field(
        default="", description="Blender version; that of the `User-Agent` if it is left out."
    )
    platform: str = Field(
        default="", description="Platform; that of the `User-Agent` if it is left out."
    )


class ReplyIn(Schema):
    """The reply of the author."""

    text: str


class ReplyOut(Schema):
    """The reply of the author to a rating."""

    by: PersonOut | None
    text: str
    created_at: datetime
    edited_at: datetime | None

    @classmethod
    def of(cls, reply: Reply) -> ReplyOut:
        return cls(
            by=_person(reply.by),
            text=reply.text,
            created_at=reply.created_at,
            edited_at=reply.edited_at,
        )


class RatingOut(Schema):
    """A rating; the user is `null` if the account was deleted."""

    id: int
    user: PersonOut | None
    stars: int
    text: str
    version: str
    blender: str | None
    platform: str
    helpful: int
    hidden: bool
    created_at: datetime
    edited_at: datetime | None
    reply: ReplyOut | None

    @classmethod
    def of(cls, rating: Rating) -> RatingOut:
        reply = getattr(rating, "reply", None)
        return cls(
            id=rating.pk,
            user=_person(rating.user),
            stars=rating.stars,
            text=rating.text,
            version=rating.version_number,
            blender=rating.full_blender_text,
            platform=rating.platform,
            helpful=rating.helpful_count,
            hidden=rating.is_hidden,
            created_at=rating.created_at,
            edited_at=rating.edited_at,
            reply=ReplyOut.of(reply) if reply else None,
        )


class RatingsOut(Schema):
    """A page of ratings, and the numbers of all ratings of the extension.

    `average` is smoothed: the sum of all stars plus 5 × `site_average`, divided by the number of ratings plus 5.
    """

    average: float | None
    number: int
    with_text: int
    stars: dict[str, int] = Field(description="How many ratings have each number of stars.")
    site_average: float
    newest_version_average: float | None = Field(
        description="The average of the ratings of the newest version; `null` if these are all ratings, or none."
    )
    page: int
    pages: int
    ratings: list[RatingOut]

    @classmethod
    def of(cls, numbers: Numbers, ratings: list[Rating], *, page: int, pages: int) -> RatingsOut:
        return cls(
            average=numbers.score,
            number=numbers.number,
            with_text=numbers.with_text,
            stars={str(bar.stars): bar.number for bar in numbers.bars},
            site_average=numbers.site_average,
            newest_version_average=numbers.since.score if numbers.since else None,
            page=page,
            pages=pages,
            ratings=[RatingOut.of(rating) for rating in ratings],
        )


Order = Literal["helpful", "newest", "lowest"]


def _person(user: User | None) -> PersonOut | None:
    return PersonOut(username=user.username, name=user.display_name) if user else None
