"""Versions on hold: not in the queue, with a public reason, until a moderator or a day ends it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Version
from extery_site.moderation import decisions
from extery_site.publish import actions
from tests.site import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(owner: User, moderator: User) -> Version:
    version = factories.make_waiting(owner)
    decisions.hold_version(
        version=version, by=moderator, reason="Waiting for an answer", until=tomorrow()
    )
    version.refresh_from_db()
    return version


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def test_a_version_on_hold_is_not_in_the_queue_and_its_reason_is_public(held: Version) -> None:
    assert (held.status, held.held_until) == ("on_hold", tomorrow())
    assert Extension.objects.get().status == "on_hold"
    assert list(Version.objects.in_review()) == []
    event = Event.objects.latest("pk")
    assert (event.kind, event.text) == ("held", "Waiting for an answer")


def test_a_released_version_has_its_place_in_the_queue_again(
    held: Version, moderator: User
) -> None:
    submitted_at = held.submitted_at

    decisions.release_version(version=held, by=moderator, reason="The answer came")

    held.refresh_from_db()
    assert (held.status, held.held_until) == ("in_review", None)
    assert list(Version.objects.in_review()) == [held]
    assert held.submitted_at == submitted_at


def test_a_version_on_hold_can_be_declined_and_withdrawn_but_not_approved(
    held: Version, owner: User, moderator: User
) -> None:
    with pytest.raises(Conflict) as caught:
        decisions.approve_version(version=held, packages=held.package_hashes, by=moderator)
    assert "On hold" in str(caught.value)

    assert actions.withdraw(version=held, by=owner).status == "withdrawn"
    assert held.extension.events.latest("pk").kind == "withdrawn"


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_the_day_of_a_hold_is_between_tomorrow_and_a_year(
    days: int, owner: User, moderator: User
) -> None:
    version = factories.make_waiting(owner)

    with pytest.raises(InvalidInput) as caught:
        decisions.hold_version(
            version=version,
            by=moderator,
            reason="Later",
            until=timezone.localdate() + timedelta(days=days),
        )

    assert (caught.value.code, caught.value.problems[0].where.field) == ("review.bad-day", "until")
    version.refresh_from_db()
    assert version.status == "in_review"


def test_only_moderators_hold_and_release_and_not_their_own_versions(
    held: Version, owner: User, moderator: User
) -> None:
    own = factories.make_waiting(moderator, id="own_tool")

    for by, version, code in (
        (owner, held, "permission.moderator-only"),
        (moderator, own, "permission.own-work"),
    ):
        with pytest.raises(Refused) as caught:
            decisions.hold_version(version=version, by=by, reason="Later")
        assert caught.value.code == code
    with pytest.raises(Refused):
        decisions.release_version(version=held, by=owner)


def test_the_api_holds_and_releases(owner: User, moderator: User, program: Any) -> None:
    factories.make_waiting(owner)
    path = "/api/v1/extensions/gear_tool/versions/1.0.0/"
    api = program(moderator)
    body = {"reason": "Later", "until": tomorrow().isoformat()}

    held = api.post(f"{path}hold", body, "application/json")
    again = api.post(f"{path}hold", body, "application/json")
    seen = api.get("/api/v1/extensions/gear_tool/").json()["versions"][0]
    released = api.post(f"{path}release", {}, "application/json")

    assert (held.json()["kind"], released.json()["kind"]) == ("held", "released")
    assert (again.status_code, again.json()["problems"][0]["code"]) == (409, "review.wrong-status")
    assert (seen["status"], seen["held_until"]) == ("on_hold", tomorrow().isoformat())


def test_the_page_of_the_owner_says_until_when_it_is_on_hold(
    held: Version, owner: User, signed_in: Any
) -> None:
    page = signed_in(owner).get("/publish/gear_tool/").content.decode()

    assert "A moderator put this version on hold" in page
    assert tomorrow().isoformat() in page
    assert held.number in page
