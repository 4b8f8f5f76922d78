"""Simultaneous actions on ratings, in real transactions."""

from __future__ import annotations

from functools import partial

import pytest

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension
from extery_site.ratings import actions
from extery_site.ratings.models import Helpful, Rating, RatingSummary, Reply
from extery_site.ratings.summaries import update_site_average
from tests.site import factories
from tests.site.races import errors_of, run_simultaneously

pytestmark = pytest.mark.django_db(transaction=True)


def make_users(number: int) -> list[User]:
    return [factories.make_user(f"user{index}") for index in range(number)]


def test_simultaneous_ratings_of_one_user_become_one(owner: User, moderator: User) -> None:
    extension = factories.make_approved(owner, moderator).extension
    user = factories.make_user("eve")
    rate = partial(actions.rate, extension=extension, by=user)

    results = run_simultaneously(*(partial(rate, stars=stars) for stars in (1, 3, 5)))

    assert errors_of(results) == []
    rating = Rating.objects.get()
    expected = [int(stars == rating.stars) for stars in range(1, 6)]
    assert RatingSummary.objects.get().stars == expected


def test_simultaneous_ratings_of_several_users_all_count(owner: User, moderator: User) -> None:
    extension = factories.make_approved(owner, moderator).extension
    users = make_users(4)
    old = actions.rate(extension=extension, by=users[3], stars=1)

    results = run_simultaneously(
        *(partial(actions.rate, extension=extension, by=user, stars=5) for user in users[:3]),
        partial(actions.remove_rating, extension=extension, by=users[3]),
        update_site_average,
    )

    assert errors_of(results) == []
    assert not Rating.objects.filter(pk=old.pk).exists()
    current = Extension.objects.get()
    assert (current.rating_count, current.rating_score) == (3, 4.06)
    assert RatingSummary.objects.get().stars == [0, 0, 0, 0, 3]


def test_simultaneous_marks_and_replies_are_stored_once(owner: User, moderator: User) -> None:
    extension = factories.make_approved(owner, moderator).extension
    users = make_users(2)
    rating = actions.rate(extension=extension, by=users[0], stars=5)
    mark = partial(actions.mark_helpful, rating=rating)

    results = run_simultaneously(
        *[partial(mark, by=users[1])] * 3,
        partial(mark, by=moderator),
        *[partial(actions.reply, rating=rating, by=owner, text="Thank you")] * 2,
    )

    assert errors_of(results) == []
    assert Helpful.objects.count() == 2
    assert Rating.objects.get().helpful_count == 2
    assert Reply.objects.count() == 1


def test_a_rating_is_hidden_once(owner: User, moderator: User) -> None:
    extension = factories.make_approved(owner, moderator).extension
    other = factories.make_moderator("second")
    rating = actions.rate(extension=extension, by=make_users(1)[0], stars=1)

    results = run_simultaneously(
        partial(actions.hide_rating, rating, moderator, "Insults"),
        partial(actions.hide_rating, rating, other, "Insults"),
        partial(actions.mark_helpful, rating=rating, by=owner),
    )

    assert set(errors_of(results)) <= {"rating.hidden"}
    assert Event.objects.filter(kind="rating_hidden").count() == 1
    assert Extension.objects.get().rating_count == 0
