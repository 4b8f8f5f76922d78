"""The maximum Blender version: set, removed, suggested, accepted, declined."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from extery.core.compatibility import System
from extery.core.errors import Conflict, ExteryError, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, MaximumSuggestion, Version
from extery_site.listings.changes import read_changes
from extery_site.listings.rebuild import rebuild
from extery_site.listings.snapshot import Snapshot
from extery_site.moderation import decisions as moderation
from extery_site.project.setting_types import Rate
from extery_site.publish import maximum
from tests.site import factories

pytestmark = pytest.mark.django_db

Approve = Callable[..., Version]


def entries(blender: tuple[int, int, int] | None = None) -> list[dict[str, Any]]:
    system = System(blender=blender) if blender else System()
    body = b"".join(Snapshot.of(read_changes()).render(system, "http://a").body)
    data: list[dict[str, Any]] = json.loads(body)["data"]
    return data


def test_the_listing_page_and_api_change_at_once_and_the_package_stays(
    approve: Approve, owner: User
) -> None:
    version = approve()
    before = entries()[0]

    maximum.set_maximum(version=version, by=owner, maximum="5.0", reason="Needs the old API")

    [after] = entries()
    assert after.pop("blender_version_max") == "5.0.0"
    assert after == before
    assert len(entries((4, 5, 0))) == 1
    assert entries((5, 0, 0)) == []
    assert "not including 5.0" in Client().get("/extensions/gear_tool/").content.decode()
    [data] = Client().get("/api/v1/extensions/gear_tool/").json()["versions"]
    assert data["blender_version_max"] == "5.0.0"
    assert "blender_version_max=5.0.0" in data["packages"][0]["drag_url"]
    rebuild()
    assert entries()[0]["blender_version_max"] == "5.0.0"
    event = Event.objects.latest("pk")
    assert (event.kind, event.text) == ("maximum_set", "Below Blender 5.0.0. Needs the old API")


def test_a_removed_maximum_leaves_that_of_the_manifest(approve: Approve, owner: User) -> None:
    version = approve(blender_version_max="5.1.0")
    with pytest.raises(Conflict) as caught:
        maximum.remove_maximum(version=version, by=owner)
    assert caught.value.code == "maximum.unchanged"
    before = entries()

    maximum.set_maximum(version=version, by=owner, maximum="4.5.0")
    assert entries()[0]["blender_version_max"] == "4.5.0"
    changed = maximum.remove_maximum(version=version, by=owner)

    assert not changed.is_maximum_set
    assert entries() == before
    assert entries()[0]["blender_version_max"] == "5.1.0"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("4.2.0", "maximum.too-low"),
        ("3.6", "maximum.too-low"),
        ("5.1.1", "maximum.beyond-manifest"),
        ("5.1", "maximum.unchanged"),
        ("", "maximum.bad-version"),
        ("5", "maximum.bad-version"),
        ("5.0.0.1", "maximum.bad-version"),
        ("5.\u00b2", "maximum.bad-version"),
        ("newest", "maximum.bad-version"),
        ("5.0\x00", "request.bad-value"),
        ("5." + "0" * 40, "request.too-large"),
    ],
)
def test_an_unsuitable_maximum_is_refused(
    approve: Approve, owner: User, stranger: User, value: str, code: str
) -> None:
    version = approve(blender_version_min="4.2.0", blender_version_max="5.1.0")
    for action in (
        lambda: maximum.set_maximum(version=version, by=owner, maximum=value),
        lambda: maximum.suggest_maximum(version=version, by=stranger, maximum=value, reason="x"),
    ):
        with pytest.raises(ExteryError) as caught:
            action()
        assert caught.value.code == code
    version.refresh_from_db()
    assert version.blender_max_text == "5.1.0"


def test_only_the_owner_sets_and_removes_it_directly(
    approve: Approve, moderator: User, stranger: User
) -> None:
    version = approve()
    for user in (moderator, stranger, AnonymousUser()):
        with pytest.raises(Refused):
            maximum.set_maximum(version=version, by=user, maximum="5.0")
        with pytest.raises(Refused):
            maximum.remove_maximum(version=version, by=user)
    assert Version.objects.get().blender_max is None


def test_a_version_in_review_has_no_maximum_of_its_own(owner: User, stranger: User) -> None:
    version = factories.make_waiting(owner)
    with pytest.raises(Conflict):
        maximum.set_maximum(version=version, by=owner, maximum="5.0")
    with pytest.raises(ExteryError):
        maximum.suggest_maximum(version=version, by=stranger, maximum="5.0", reason="Crash")
    assert not MaximumSuggestion.objects.exists()


@pytest.mark.parametrize("who", ["owner", "moderator"])
def test_an_accepted_suggestion_is_set_and_logged(
    approve: Approve, owner: User, moderator: User, stranger: User, who: str
) -> None:
    version = approve()
    by = {"owner": owner, "moderator": moderator}[who]
    bob = factories.make_user("bob")
    mine, equal, other = (
        maximum.suggest_maximum(version=version, by=user, maximum=value, reason="It crashes")
        for user, value in ((stranger, "5.0"), (bob, "5.0.0"), (by, "4.5"))
    )

    accepted = maximum.accept(suggestion=mine, by=by, answer="Thank you")

    assert (accepted.state, accepted.decided_by, accepted.answer) == ("accepted", by, "Thank you")
    equal.refresh_from_db()
    other.refresh_from_db()
    assert (equal.state, other.state) == ("accepted", "open")
    assert entries()[0]["blender_version_max"] == "5.0.0"
    kinds = [event.kind for event in version.extension.events.in_order()][-4:]
    assert kinds == ["maximum_suggested"] * 3 + ["maximum_set"]
    with pytest.raises(Conflict) as caught:
        maximum.decline(suggestion=mine, by=by, answer="No")
    assert caught.value.code == "maximum.closed"


def test_a_declined_suggestion_needs_an_answer_and_changes_nothing(
    approve: Approve, owner: User, stranger: User
) -> None:
    version = approve()
    suggestion = maximum.suggest_maximum(
        version=version, by=stranger, maximum="5.0", reason="It crashes"
    )
    with pytest.raises(InvalidInput):
        maximum.decline(suggestion=suggestion, by=owner, answer=" ")

    maximum.decline(suggestion=suggestion, by=owner, answer="Works with 5.0 here")

    suggestion.refresh_from_db()
    assert (suggestion.state, suggestion.answer) == ("declined", "Works with 5.0 here")
    assert "blender_version_max" not in entries()[0]
    again = maximum.suggest_maximum(version=version, by=stranger, maximum="5.1", reason="Look")
    assert again.is_open


def test_a_user_has_one_open_suggestion_for_a_version_and_can_take_it_back(
    approve: Approve, owner: User, stranger: User
) -> None:
    version = approve()
    suggestion = maximum.suggest_maximum(
        version=version, by=stranger, maximum="5.0", reason="It crashes"
    )
    with pytest.raises(Conflict) as caught:
        maximum.suggest_maximum(version=version, by=stranger, maximum="4.5", reason="It crashes")
    assert caught.value.code == "maximum.suggested"
    with pytest.raises(Refused):
        maximum.take_back(suggestion=suggestion, by=owner)

    maximum.take_back(suggestion=suggestion, by=stranger)

    assert maximum.suggest_maximum(version=version, by=stranger, maximum="4.5", reason="x").is_open


def test_a_moderator_does_not_accept_their_own_suggestion(
    approve: Approve, owner: User, moderator: User, settings: Any
) -> None:
    suggestion = maximum.suggest_maximum(
        version=approve(), by=moderator, maximum="5.0", reason="It crashes"
    )
    with pytest.raises(Refused) as caught:
        maximum.accept(suggestion=suggestion, by=moderator)
    assert caught.value.code == "maximum.own-suggestion"
    settings.EXTERY_OWN_DECISIONS = True
    assert maximum.accept(suggestion=suggestion, by=moderator).state == "accepted"


def test_other_users_do_not_answer_suggestions(approve: Approve, stranger: User) -> None:
    suggestion = maximum.suggest_maximum(
        version=approve(), by=stranger, maximum="5.0", reason="It crashes"
    )
    for action in (
        lambda: maximum.accept(suggestion=suggestion, by=stranger),
        lambda: maximum.decline(suggestion=suggestion, by=stranger, answer="No"),
    ):
        with pytest.raises(Refused):
            action()
    suggestion.refresh_from_db()
    assert suggestion.is_open


def test_suggestions_have_a_quota_and_a_reason(
    approve: Approve, stranger: User, settings: Any
) -> None:
    settings.EXTERY_COMMENTS_PER_ACCOUNT = Rate(1, timedelta(hours=1), "hour")
    first, second = approve(), approve(version="2.0.0")
    with pytest.raises(InvalidInput):
        maximum.suggest_maximum(version=first, by=stranger, maximum="5.0", reason="  ")
    maximum.suggest_maximum(
        version=first, by=stranger, maximum="5.0", reason="x", address="1.2.3.4"
    )
    with pytest.raises(Refused) as caught:
        maximum.suggest_maximum(
            version=second, by=stranger, maximum="5.0", reason="x", address="1.2.3.4"
        )
    assert caught.value.code == "quota.exceeded"


def test_no_maximum_is_set_while_the_extension_is_blocked(
    approve: Approve, owner: User, moderator: User, stranger: User
) -> None:
    version = approve()
    moderation.block_extension(extension=version.extension, by=moderator, reason="Bad")
    for action in (
        lambda: maximum.set_maximum(version=version, by=owner, maximum="5.0"),
        lambda: maximum.suggest_maximum(version=version, by=stranger, maximum="5.0", reason="x"),
    ):
        with pytest.raises(ExteryError):
            action()
    assert Version.objects.get().blender_max is None
