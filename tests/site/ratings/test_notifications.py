"""Whom ratings notify: not about one's own doings, and once."""

from __future__ import annotations

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension
from extery_site.notify.actions import mute
from extery_site.notify.models import FeedEntry, Notification
from extery_site.ratings import actions
from extery_site.ratings.models import Rating
from extery_site.ratings.notifications import ratings_subject
from tests.site import factories

LIST = "/extensions/gear_tool/ratings/"
KINDS = ("new_rating", "rating_reply", "own_rating_hidden", "own_rating_shown", "rating_hidden")


def received(user: User) -> list[str]:
    """Return the headlines of the notifications about ratings, oldest first."""
    found = Notification.objects.filter(entry__user=user, kind__in=KINDS).order_by("pk")
    return [notification.headline for notification in found]


def test_the_owner_is_notified_of_a_new_rating_once(
    rating: Rating, owner: User, stranger: User, moderator: User
) -> None:
    actions.rate(extension=rating.extension, by=stranger, stars=1, text="No")
    assert received(owner) == ["eve rated Gear Tool"]
    assert received(stranger) == received(moderator) == []
    only = Notification.objects.get(kind="new_rating")
    assert only.text == "4 of 5 stars. Good **gears**."
    assert only.url == f"{LIST}#rating-{rating.pk}"


def test_ratings_of_an_extension_are_one_row_of_the_feed(
    rating: Rating, owner: User, moderator: User
) -> None:
    actions.rate(extension=rating.extension, by=moderator, stars=5)
    assert received(owner) == ["eve rated Gear Tool", "mod rated Gear Tool"]
    assert FeedEntry.objects.filter(user=owner, key="ratings gear_tool").count() == 1


def test_an_owner_who_muted_the_ratings_is_not_notified(
    extension: Extension, owner: User, stranger: User
) -> None:
    mute(owner, ratings_subject(extension))
    actions.rate(extension=extension, by=stranger, stars=5)
    assert received(owner) == []


def test_the_person_who_rated_is_notified_of_the_reply(
    rating: Rating, owner: User, stranger: User
) -> None:
    actions.reply(rating=rating, by=owner, text="Thank you")
    actions.reply(rating=rating, by=owner, text="Thank you!")
    assert received(stranger) == ["Ada Tester replied to your rating of Gear Tool"]
    assert Notification.objects.get(kind="rating_reply").text == "Thank you"


def test_moderators_are_asked_about_a_rating_that_the_site_hid(
    rating: Rating, owner: User, stranger: User, moderator: User
) -> None:
    owner.is_moderator = True
    owner.save()
    actions.hide_rating(rating, None, "Three people reported it")
    assert received(moderator) == ["A rating of Gear Tool was hidden"]
    assert "A rating of Gear Tool was hidden" not in received(owner)
    asked = Notification.objects.get(kind="rating_hidden", entry__user=moderator)
    assert asked.url == f"{LIST}{rating.pk}/hide/"
    assert received(stranger) == ["Your rating of Gear Tool is hidden"]
    actions.hide_rating(rating, moderator, "Insults")
    actions.show_rating(rating, moderator)
    assert received(stranger) == [
        "Your rating of Gear Tool is hidden",
        "Your rating of Gear Tool is hidden",
        "Your rating of Gear Tool is shown again",
    ]
    assert len(received(moderator)) == 1


def test_a_rating_of_a_deleted_user_notifies_no_user(rating: Rating, owner: User) -> None:
    User.objects.filter(username="eve").delete()
    rating.refresh_from_db()
    actions.reply(rating=rating, by=owner, text="Goodbye")
    actions.hide_rating(rating, factories.make_moderator("imani"), "Spam")
    assert not Notification.objects.filter(kind__in=KINDS[1:]).exists()
