"""The smoothed average of ratings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.ratings import actions
from extery_site.ratings.average import (
    DEFAULT_AVERAGE,
    average_of_site,
    plain_average,
    smoothed_average,
)
from extery_site.ratings.models import Rating, RatingSummary, SiteAverage
from extery_site.ratings.summaries import site_average, update_site_average
from extery_site.ratings.tasks import update_site_average as update_task
from tests.site import factories


@pytest.mark.parametrize(
    ("stars", "average", "expected"),
    [
        ([0, 0, 0, 0, 0], 3.5, None),
        ([0, 0, 0, 0, 1], 3.5, 3.75),
        ([1, 0, 0, 0, 0], 3.5, 3.08),
        ([4, 5, 9, 28, 82], 3.8, 4.38),
        ([0, 0, 0, 0, 2000], 3.5, 5.0),
    ],
)
def test_five_average_ratings_are_added(
    stars: list[int], average: float, expected: float | None
) -> None:
    assert smoothed_average(stars, average) == expected


def test_a_single_vote_does_not_beat_many_good_ones() -> None:
    one = smoothed_average([0, 0, 0, 0, 1], 3.5)
    many = smoothed_average([0, 0, 2, 10, 50], 3.5)
    assert one is not None
    assert many is not None
    assert one < many


def test_the_plain_average_is_that_of_the_stars() -> None:
    assert plain_average([1, 0, 0, 0, 1]) == 3.0
    assert plain_average([0, 0, 0, 0, 0]) is None


def test_a_site_has_an_average_of_its_own_from_fifty_ratings_on() -> None:
    assert average_of_site([0, 0, 0, 0, 49]) == DEFAULT_AVERAGE
    assert average_of_site([0, 0, 0, 0, 50]) == 5.0
    assert average_of_site([10, 0, 0, 22, 30]) == 4.0


def test_the_numbers_of_an_extension_are_stored_with_each_change(
    approve: Callable[..., Version], stranger: User, moderator: User
) -> None:
    version = approve()
    extension = version.extension
    actions.rate(extension=extension, by=stranger, stars=5, text="Good gears")
    other = actions.rate(extension=extension, by=moderator, stars=2)
    extension.refresh_from_db()
    assert (extension.rating_count, extension.rating_score) == (2, 3.5)
    summary = RatingSummary.objects.get(extension=extension)
    assert summary.stars == [0, 1, 0, 0, 1]
    assert summary.by_version == {str(version.pk): [0, 1, 0, 0, 1]}
    assert summary.with_text == 1

    actions.remove_rating(extension=extension, by=moderator)
    assert not Rating.objects.filter(pk=other.pk).exists()
    extension.refresh_from_db()
    assert (extension.rating_count, extension.rating_score) == (1, 3.75)
    actions.remove_rating(extension=extension, by=stranger)
    extension.refresh_from_db()
    assert (extension.rating_count, extension.rating_score) == (0, None)


def test_a_rating_does_not_change_when_the_extension_was_edited(
    approve: Callable[..., Version], stranger: User
) -> None:
    extension = approve().extension
    before = Extension.objects.get().updated_at
    actions.rate(extension=extension, by=stranger, stars=5)
    assert Extension.objects.get().updated_at == before


def test_a_new_version_begins_with_an_average_of_its_own(
    approve: Callable[..., Version], stranger: User, moderator: User
) -> None:
    old = approve()
    actions.rate(extension=old.extension, by=stranger, stars=2)
    new = approve(version="1.1.0")
    actions.rate(extension=new.extension, by=moderator, stars=5)
    by_version = RatingSummary.objects.get().by_version
    assert by_version[str(old.pk)] == [0, 1, 0, 0, 0]
    assert by_version[str(new.pk)] == [0, 0, 0, 0, 1]


def test_when_the_average_of_the_site_changes_that_of_each_extension_follows(
    approve: Callable[..., Version], stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    extension = approve().extension
    actions.rate(extension=extension, by=stranger, stars=5)
    unrated = approve(id="other_tool", name="Other Tool").extension
    assert update_site_average() == 0
    monkeypatch.setattr("extery_site.ratings.average.MIN_RATINGS", 1)

    assert update_site_average() == 1

    assert site_average() == 5.0
    assert SiteAverage.objects.count() == 1
    extension.refresh_from_db()
    unrated.refresh_from_db()
    assert (extension.rating_score, unrated.rating_score) == (5.0, None)
    assert update_site_average() == 0


def test_ratings_of_extensions_that_are_not_public_leave_the_average_of_the_site(
    owner: User, moderator: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery_site.ratings.average.MIN_RATINGS", 1)
    good = factories.make_approved(owner, moderator)
    actions.rate(extension=good.extension, by=stranger, stars=5)
    bad = factories.make_approved(owner, moderator, id="bad_tool", name="Bad Tool")
    actions.rate(extension=bad.extension, by=stranger, stars=1)
    factories.moderation.block_extension(extension=bad.extension, by=moderator, reason="Harm")

    assert update_task.enqueue() is not None
    assert update_site_average() == 2

    assert site_average() == 5.0
