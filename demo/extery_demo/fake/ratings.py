"""Ratings of the fake data, with replies and marks as helpful."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from extery.core.versions import number_of_blender_version
from extery_demo.fake import texts
from extery_demo.fake.plans import random_of
from extery_demo.fake.rows import Writer, Written
from extery_site.catalog.models import Extension, Version
from extery_site.ratings.average import NO_RATINGS, smoothed_average
from extery_site.ratings.models import Helpful, Rating, RatingSummary, Reply
from extery_site.ratings.summaries import site_average

_PLATFORMS = ("windows-x64", "windows-x64", "linux-x64", "macos-arm64", "")
_BLENDERS = ((4, 2, 0), (4, 5, 0), (5, 0, 0), (5, 2, 0), (5, 3, 0))


def write_ratings(writer: Writer, batch: Sequence[Written], seed: int) -> None:
    """Write the ratings of extensions with public versions, and their summaries."""
    ratings: list[Rating] = []
    replies: list[Reply] = []
    helpful: list[Helpful] = []
    summaries: list[RatingSummary] = []
    average = site_average()
    for one in batch:
        if not (one.public and one.plan.ratings):
            continue
        rng = random_of(seed, "ratings", one.plan.number)
        own = _ratings(writer, one, rng)
        ratings += own
        for rating in own:
            if rating.text and rng.random() < 0.3:
                after = rating.created_at + (writer.now - rating.created_at) * rng.random()
                reply = Reply(rating=rating, by_id=one.extension.owner_id, text=texts.reply(rng))
                reply.created_at = min(after, rating.created_at + timedelta(days=4))
                replies.append(reply)
        helpful += _helpful(own, rng)
        summaries.append(_summary(one.extension, own, average))
    Rating.objects.bulk_create(ratings)
    Reply.objects.bulk_create(replies)
    Helpful.objects.bulk_create(helpful)
    RatingSummary.objects.bulk_create(summaries)
    rated = [summary.extension for summary in summaries]
    Extension.objects.bulk_update(rated, ["rating_count", "rating_score"])


def _ratings(writer: Writer, one: Written, rng: random.Random) -> list[Rating]:
    people = 40 + one.plan.number // 2
    numbers = rng.sample(range(people), min(one.plan.ratings, people))
    keys = writer.people.keys(numbers)
    made = []
    for number in numbers:
        if keys[number] == one.extension.owner_id:
            continue
        version = rng.choice(one.public)
        assert version.approved_at is not None
        stars = 1 + sum(rng.random() < one.plan.quality for _ in range(4))
        made.append(
            Rating(
                extension=one.extension,
                user_id=keys[number],
                stars=stars,
                text=texts.review(stars, rng),
                version=version,
                version_number=version.number,
                blender=_blender(version, rng),
                platform=rng.choice(_PLATFORMS),
                created_at=version.approved_at
                + (writer.now - version.approved_at) * rng.random() ** 2,
            )
        )
    return made


def _blender(version: Version, rng: random.Random) -> int | None:
    numbers = [number_of_blender_version(one) for one in _BLENDERS]
    fitting = [
        number
        for number in numbers
        if number >= version.blender_min and number < (version.blender_max or 10**9)
    ]
    return rng.choice(fitting) if fitting and rng.random() < 0.8 else None


def _helpful(ratings: Sequence[Rating], rng: random.Random) -> list[Helpful]:
    """Let those who have rated mark other texts as helpful."""
    marks = []
    for rating in ratings:
        if not rating.text:
            continue
        others = [one.user_id for one in ratings if one is not rating and one.user_id]
        chosen = rng.sample(others, min(len(others), int(rng.paretovariate(1.2)) - 1, 12))
        rating.helpful_count = len(chosen)
        marks += [Helpful(rating=rating, user_id=user) for user in chosen]
    return marks


def _summary(extension: Extension, ratings: Sequence[Rating], average: float) -> RatingSummary:
    total = list(NO_RATINGS)
    by_version: dict[str, list[int]] = {}
    for rating in ratings:
        total[rating.stars - 1] += 1
        of_version = by_version.setdefault(str(rating.version_id), list(NO_RATINGS))
        of_version[rating.stars - 1] += 1
    extension.rating_count, extension.rating_score = sum(total), smoothed_average(total, average)
    return RatingSummary(
        extension=extension,
        stars=total,
        by_version=by_version,
        with_text=sum(bool(rating.text) for rating in ratings),
    )
