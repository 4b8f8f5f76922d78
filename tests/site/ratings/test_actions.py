"""Actions on ratings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from extery.core.errors import Conflict, ExteryError, InvalidInput, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension
from extery_site.project.setting_types import Rate
from extery_site.ratings import actions
from extery_site.ratings.models import MAX_RATING_LENGTH, Helpful, Rating, RatingSummary, Reply
from tests.site import factories


def code_of(action: Callable[..., Any], **arguments: Any) -> str:
    """Call the action; return the code of its error."""
    with pytest.raises(ExteryError) as caught:
        action(**arguments)
    return caught.value.code


def test_a_rating_names_version_blender_and_platform(rating: Rating) -> None:
    assert (rating.stars, rating.text, rating.version_number) == (4, "Good **gears**.", "1.0.0")
    assert (rating.blender_text, rating.full_blender_text) == ("4.5.1", "4.5.1")
    assert rating.system_text == "Blender 4.5.1, Linux (x64)"
    assert (rating.edited_at, rating.is_hidden) == (None, False)


def test_a_user_has_one_rating_of_an_extension_and_may_change_it(
    rating: Rating, extension: Extension, stranger: User
) -> None:
    changed = actions.rate(extension=extension, by=stranger, stars=5, text="Better now")
    assert changed.pk == rating.pk
    assert Rating.objects.get().text == "Better now"
    assert Rating.objects.get().edited_at is not None
    assert (changed.blender_text, changed.full_blender_text, changed.system_text) == ("", None, "")


def test_rating_twice_with_the_same_values_is_no_edit(
    rating: Rating, extension: Extension, stranger: User
) -> None:
    again = actions.rate(
        extension=extension,
        by=stranger,
        stars=4,
        text="Good **gears**.",
        version="1.0.0",
        blender="4.5.1",
        platform="linux-x64",
    )
    assert (again.pk, again.edited_at) == (rating.pk, None)


def test_owners_and_visitors_cannot_rate(extension: Extension, owner: User) -> None:
    assert code_of(actions.rate, extension=extension, by=owner, stars=5) == "rating.own-extension"
    visitor = AnonymousUser()
    assert (
        code_of(actions.rate, extension=extension, by=visitor, stars=5)
        == "account.sign-in-required"
    )
    assert not Rating.objects.exists()


def test_only_public_extensions_can_be_rated(owner: User, moderator: User, stranger: User) -> None:
    draft = factories.make_draft(owner).extension
    with pytest.raises(NotFound):
        actions.rate(extension=draft, by=stranger, stars=5)
    with pytest.raises(Conflict):
        actions.rate(extension=draft, by=moderator, stars=5)
    blocked = factories.make_blocked(owner, moderator, id="bad_tool", name="Bad Tool")
    assert code_of(actions.rate, extension=blocked, by=stranger, stars=1) == "rating.not-public"


@pytest.mark.parametrize("stars", [0, 6, -1, 10**30, "5", None, 2.5])
def test_a_rating_has_one_to_five_stars(extension: Extension, stranger: User, stars: Any) -> None:
    assert code_of(actions.rate, extension=extension, by=stranger, stars=stars) == "rating.stars"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"version": "9.9.9"}, "rating.unknown-version"),
        ({"blender": "four"}, "rating.unknown-system"),
        ({"blender": "4." + "9" * 400}, "rating.unknown-system"),
        ({"platform": "amiga"}, "rating.unknown-system"),
        ({"text": "a" * (MAX_RATING_LENGTH + 1)}, "request.too-large"),
        ({"text": "a\0b"}, "request.bad-value"),
    ],
)
def test_invalid_values_are_named(
    extension: Extension, stranger: User, values: dict[str, str], code: str
) -> None:
    assert code_of(actions.rate, extension=extension, by=stranger, stars=4, **values) == code
    assert not Rating.objects.exists()


def test_a_version_in_review_cannot_be_rated(
    extension: Extension, owner: User, stranger: User
) -> None:
    factories.make_waiting(owner, version="1.1.0")
    assert (
        code_of(actions.rate, extension=extension, by=stranger, stars=4, version="1.1.0")
        == "rating.unknown-version"
    )
    assert actions.rate(extension=extension, by=stranger, stars=4).version_number == "1.0.0"


def test_invisible_characters_leave_the_text(extension: Extension, stranger: User) -> None:
    text = "Line one\u202e\n\n\n- two\u200b\tthree\r\nاللغة\u200f!"
    rating = actions.rate(extension=extension, by=stranger, stars=4, text=text)
    assert rating.text == "Line one\n\n\n- two    three\nاللغة\u200f!"


def test_the_rating_stays_when_its_version_and_its_user_are_deleted(
    rating: Rating, stranger: User
) -> None:
    assert rating.version is not None
    rating.version.delete()
    User.objects.filter(pk=stranger.pk).delete()
    rating.refresh_from_db()
    assert (rating.version, rating.version_number, rating.user) == (None, "1.0.0", None)


def test_the_owner_replies_once_and_may_change_the_reply(rating: Rating, owner: User) -> None:
    first = actions.reply(rating=rating, by=owner, text="Thank you")
    assert (first.by, first.edited_at) == (owner, None)
    assert actions.reply(rating=rating, by=owner, text="Thank you").edited_at is None
    changed = actions.reply(rating=rating, by=owner, text="Fixed in 1.1.0")
    assert (changed.pk, Reply.objects.get().text) == (first.pk, "Fixed in 1.1.0")
    assert changed.edited_at is not None
    actions.remove_reply(rating=rating, by=owner)
    actions.remove_reply(rating=rating, by=owner)
    assert not Reply.objects.exists()


def test_only_the_owner_replies(rating: Rating, stranger: User, moderator: User) -> None:
    for person in (stranger, moderator):
        assert (
            code_of(actions.reply, rating=rating, by=person, text="Hm") == "permission.owner-only"
        )
        assert code_of(actions.remove_reply, rating=rating, by=person) == "permission.owner-only"
    assert not Reply.objects.exists()


def test_a_reply_needs_a_text(rating: Rating, owner: User) -> None:
    assert code_of(actions.reply, rating=rating, by=owner, text=" \u200b ") == "rating.reply-empty"


def test_a_mark_as_helpful_counts_once_and_can_be_taken_back(
    rating: Rating, moderator: User, owner: User
) -> None:
    assert actions.mark_helpful(rating=rating, by=moderator).helpful_count == 1
    assert actions.mark_helpful(rating=rating, by=moderator).helpful_count == 1
    assert actions.mark_helpful(rating=rating, by=owner).helpful_count == 2
    assert actions.mark_helpful(rating=rating, by=owner, helpful=False).helpful_count == 1
    assert actions.mark_helpful(rating=rating, by=owner, helpful=False).helpful_count == 1
    assert Helpful.objects.get().user == moderator


def test_ones_own_rating_is_not_marked_as_helpful(rating: Rating, stranger: User) -> None:
    assert code_of(actions.mark_helpful, rating=rating, by=stranger) == "rating.own-rating"
    assert not Helpful.objects.exists()


def test_a_hidden_rating_does_not_count(rating: Rating, moderator: User) -> None:
    hidden = actions.hide_rating(rating, moderator, "Advertising")
    assert (hidden.hidden_by, hidden.hidden_reason) == (moderator, "Advertising")
    assert Extension.objects.get().rating_score is None
    assert RatingSummary.objects.get().stars == [0, 0, 0, 0, 0]
    shown = actions.show_rating(rating, moderator)
    assert (shown.is_hidden, shown.hidden_by, shown.hidden_reason) == (False, None, "")
    assert Extension.objects.get().rating_count == 1
    kinds = Event.objects.filter(kind__startswith="rating").values_list("kind", "text", "by")
    assert list(kinds) == [
        ("rating_hidden", "Advertising", moderator.pk),
        ("rating_shown", "", moderator.pk),
    ]


def test_hiding_and_showing_can_be_repeated(rating: Rating, moderator: User) -> None:
    for _ in range(2):
        assert actions.hide_rating(rating, None, "Three people reported it").hidden_by is None
    for _ in range(2):
        assert actions.hide_rating(rating, moderator, "Insults").hidden_reason == "Insults"
    assert actions.hide_rating(rating, None, "Again").hidden_reason == "Insults"
    for _ in range(2):
        assert not actions.show_rating(rating, moderator).is_hidden
    assert Event.objects.filter(kind="rating_hidden").count() == 2
    assert Event.objects.filter(kind="rating_shown").count() == 1


def test_a_hidden_rating_can_be_changed_and_stays_hidden(
    rating: Rating, extension: Extension, stranger: User, moderator: User, owner: User
) -> None:
    actions.hide_rating(rating, None, "Reported")
    changed = actions.rate(extension=extension, by=stranger, stars=3, text="Calmer")
    assert changed.is_hidden
    assert code_of(actions.remove_rating, extension=extension, by=stranger) == "rating.hidden"
    assert code_of(actions.reply, rating=rating, by=owner, text="No") == "rating.hidden"
    assert code_of(actions.mark_helpful, rating=rating, by=moderator) == "rating.hidden"
    assert Extension.objects.get().rating_count == 0


def test_only_moderators_hide_and_show_and_not_in_their_own_cause(
    rating: Rating, extension: Extension, stranger: User, owner: User, moderator: User
) -> None:
    for person in (stranger, owner, AnonymousUser()):
        with pytest.raises(Refused):
            actions.hide_rating(rating, person, "Hm")
        with pytest.raises(Refused):
            actions.show_rating(rating, person)
    User.objects.filter(pk__in=[owner.pk, stranger.pk]).update(is_moderator=True)
    owner.refresh_from_db()
    stranger.refresh_from_db()
    with pytest.raises(Refused) as caught:
        actions.hide_rating(rating, owner, "Unfair")
    assert caught.value.code == "permission.own-work"
    with pytest.raises(Refused) as caught:
        actions.show_rating(rating, stranger)
    assert caught.value.code == "rating.own-rating"
    with pytest.raises(InvalidInput) as missing:
        actions.hide_rating(rating, moderator, " ")
    assert missing.value.code == "rating.reason-missing"
    assert not Rating.objects.get().is_hidden


def test_actions_on_a_removed_rating_say_that_it_is_gone(
    rating: Rating, extension: Extension, stranger: User, owner: User, moderator: User
) -> None:
    actions.remove_rating(extension=extension, by=stranger)
    actions.remove_rating(extension=extension, by=stranger)
    with pytest.raises(NotFound):
        actions.reply(rating=rating, by=owner, text="Hello?")
    with pytest.raises(NotFound):
        actions.mark_helpful(rating=rating, by=moderator)
    with pytest.raises(NotFound):
        actions.hide_rating(rating, moderator, "Gone")
    assert not Rating.objects.exists()


def test_ratings_replies_and_marks_have_quotas(
    extension: Extension, owner: User, stranger: User, moderator: User, settings: Any
) -> None:
    one = Rate(1, timedelta(hours=1), "hour")
    settings.EXTERY_RATINGS_PER_ACCOUNT = settings.EXTERY_VOTES_PER_ACCOUNT = one
    address = "192.0.2.1"
    rating = actions.rate(extension=extension, by=stranger, stars=4, address=address)
    other = actions.rate(extension=extension, by=moderator, stars=4, address=address)
    calls: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (actions.rate, {"extension": extension, "by": stranger, "stars": 5}),
        (actions.reply, {"rating": rating, "by": owner, "text": "Two"}),
        (actions.mark_helpful, {"rating": other, "by": owner}),
    ]
    actions.reply(rating=other, by=owner, text="One", address=address)
    actions.mark_helpful(rating=rating, by=owner, address=address)
    for action, arguments in calls:
        assert code_of(action, **arguments, address=address) == "quota.exceeded"
    actions.rate(extension=extension, by=moderator, stars=5, address=address)
