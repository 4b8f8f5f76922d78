"""Later versions wait after their approval, become public on time, once, and can be stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from extery.core.errors import Conflict, Corrupt, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Version
from extery_site.listings.models import ListingEntry
from extery_site.moderation import cool_down, decisions
from extery_site.moderation.risk import Risk
from extery_site.moderation.schedule_tasks import publish_due_versions
from extery_site.project.tasks.periodic import Scheduler, schedules
from extery_site.publish import actions
from tests.site import factories
from tests.site.races import errors_of, run_simultaneously

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _policy(settings: Any) -> None:
    settings.EXTERY_LATER_VERSIONS = "cool-down"
    for name in ("COOL_DOWN_LOW", "COOL_DOWN", "COOL_DOWN_HIGH"):
        setattr(settings, f"EXTERY_{name}", timedelta(hours=24))


@pytest.fixture
def cooling(owner: User, moderator: User) -> Version:
    """Gear Tool 1.1.0, approved and not public yet; 1.0.0 is public."""
    factories.make_approved(owner, moderator)
    version = factories.make_approved(owner, moderator, version="1.1.0")
    version.refresh_from_db()
    return version


def listed() -> list[str]:
    response = Client().get("/api/v1/extensions/?blender_version=4.2.3&platform=linux-x64")
    return [entry["version"] for entry in json.loads(b"".join(response))["data"]]


def approve(version: Version, by: User, **values: Any) -> Event:
    return decisions.approve_version(
        version=version, packages=version.package_hashes, by=by, **values
    )


def in_hours(hours: int) -> Any:
    return timezone.now() + timedelta(hours=hours)


def test_the_first_version_is_public_at_once_and_later_ones_wait(cooling: Version) -> None:
    assert cooling.status == "cooling_down"
    assert cooling.public_at is not None
    assert timedelta(hours=23) < cooling.public_at - timezone.now() <= timedelta(hours=24)
    assert (cooling.approved_at, listed()) == (None, ["1.0.0"])
    event = Event.objects.latest("pk")
    assert (event.kind, event.packages) == ("scheduled", cooling.package_hashes)


@pytest.mark.parametrize(("score", "hours"), [(0, 2), (40, 24), (70, 72)])
def test_the_risk_chooses_how_long_it_waits(
    score: int, hours: int, owner: User, moderator: User, settings: Any, monkeypatch: Any
) -> None:
    settings.EXTERY_COOL_DOWN_LOW = timedelta(hours=2)
    settings.EXTERY_COOL_DOWN_HIGH = timedelta(hours=72)
    factories.make_approved(owner, moderator)
    version = factories.make_waiting(owner, version="1.1.0")
    monkeypatch.setattr(decisions, "assess", lambda _: Risk(score, ()))

    approve(version, moderator)

    version.refresh_from_db()
    assert version.public_at is not None
    wait = version.public_at - timezone.now()
    assert timedelta(hours=hours, minutes=-5) < wait <= timedelta(hours=hours)


def test_without_the_setting_later_versions_are_public_at_once(
    owner: User, moderator: User, settings: Any
) -> None:
    settings.EXTERY_LATER_VERSIONS = "review"

    factories.make_approved(owner, moderator)
    factories.make_approved(owner, moderator, version="1.1.0")

    assert listed() == ["1.1.0"]


def test_a_version_becomes_public_on_time_and_once(cooling: Version) -> None:
    assert cool_down.publish_due(now=in_hours(23)) == 0
    assert listed() == ["1.0.0"]

    published = [cool_down.publish_due(now=in_hours(25)) for _ in range(2)]

    assert (published, listed()) == ([1, 0], ["1.1.0"])
    cooling.refresh_from_db()
    assert (cooling.status, cooling.public_at) == ("approved", None)
    assert cooling.approved_at is not None
    event = Event.objects.get(kind="published")
    assert (event.by, event.packages) == (None, cooling.package_hashes)


def test_a_worker_that_was_stopped_publishes_what_is_due_when_it_runs_again(
    cooling: Version, run_tasks: Callable[[], int]
) -> None:
    Version.objects.filter(pk=cooling.pk).update(public_at=in_hours(-72))
    name = publish_due_versions.module_path

    assert Scheduler({name: schedules()[name]}).enqueue_due(timezone.now()) == [name]
    run_tasks()

    assert listed() == ["1.1.0"]


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_publishes(cooling: Version) -> None:
    results = run_simultaneously(*[partial(cool_down.publish_due, now=in_hours(25))] * 3)

    assert sorted(results) == [0, 0, 1]
    assert Event.objects.filter(kind="published").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_version_is_either_published_or_stopped(cooling: Version, moderator: User) -> None:
    results = run_simultaneously(
        lambda: cool_down.publish_due(now=in_hours(25)),
        lambda: cool_down.stop_publication(version=cooling, by=moderator, reason="Look again"),
    )

    cooling.refresh_from_db()
    if cooling.status == "approved":
        assert errors_of(results) == ["review.wrong-status"]
    else:
        assert (cooling.status, results[0]) == ("in_review", 0)
    assert listed() == [{"approved": "1.1.0", "in_review": "1.0.0"}[cooling.status]]


def test_a_moderator_publishes_early_for_a_reason(cooling: Version, moderator: User) -> None:
    with pytest.raises(InvalidInput) as caught:
        cool_down.publish_early(version=cooling, by=moderator, reason=" ")
    assert caught.value.code == "review.reason-missing"

    cool_down.publish_early(version=cooling, by=moderator, reason="Cures a hole in security")

    assert listed() == ["1.1.0"]
    event = Event.objects.latest("pk")
    assert (event.kind, event.by, event.text) == (
        *("published_early", moderator, "Cures a hole in security"),
    )
    assert cool_down.publish_due(now=in_hours(25)) == 0


def test_a_moderator_approves_without_waiting_for_a_reason(owner: User, moderator: User) -> None:
    factories.make_approved(owner, moderator)
    version = factories.make_waiting(owner, version="1.1.0")

    event = approve(version, moderator, reason="Fine", at_once="Cures a hole in security")

    assert (event.kind, listed()) == ("approved", ["1.1.0"])
    assert event.text == "Fine\n\nPublic at once: Cures a hole in security"


def test_a_stopped_version_needs_another_approval(cooling: Version, moderator: User) -> None:
    cool_down.stop_publication(version=cooling, by=moderator, reason="Look again")

    cooling.refresh_from_db()
    assert (cooling.status, cooling.public_at) == ("in_review", None)
    assert cool_down.publish_due(now=in_hours(99)) == 0
    assert approve(cooling, moderator).kind == "scheduled"


def test_owner_and_moderators_take_it_back_by_other_ways(
    cooling: Version, owner: User, moderator: User
) -> None:
    decisions.hold_version(version=cooling, by=moderator, reason="A question")
    assert cool_down.publish_due(now=in_hours(99)) == 0

    version = actions.withdraw(version=cooling, by=owner)

    assert (version.status, version.public_at, listed()) == ("withdrawn", None, ["1.0.0"])


def test_nothing_becomes_public_while_the_extension_is_blocked(
    cooling: Version, moderator: User
) -> None:
    extension = cooling.extension
    decisions.block_extension(extension=extension, by=moderator, reason="Mines coins")
    assert cool_down.publish_due(now=in_hours(25)) == 0

    decisions.unblock_extension(extension=extension, by=moderator)

    assert cool_down.publish_due(now=in_hours(25)) == 1


def test_a_package_that_cannot_be_listed_is_not_approved_and_stops_no_other(
    cooling: Version, owner: User, moderator: User
) -> None:
    broken = factories.make_waiting(owner, version="1.2.0")
    manifest = {key: value for key, value in broken.manifest.items() if key != "license"}
    Version.objects.filter(pk=broken.pk).update(manifest=manifest)
    with pytest.raises(Corrupt) as caught:
        approve(broken, moderator)
    assert caught.value.code == "review.not-listable"
    Version.objects.filter(pk=broken.pk).update(status="cooling_down", public_at=in_hours(1))

    assert cool_down.publish_due(now=in_hours(25)) == 1

    assert listed() == ["1.1.0"]
    assert not ListingEntry.objects.filter(version=broken).exists()


def test_only_other_moderators_publish_early_but_each_may_stop(moderator: User) -> None:
    imani = factories.make_moderator("imani")
    factories.make_approved(moderator, imani)
    version = factories.make_approved(moderator, imani, version="1.1.0")

    with pytest.raises(Refused) as caught:
        cool_down.publish_early(version=version, by=moderator, reason="Mine")

    assert caught.value.code == "permission.own-work"
    assert cool_down.stop_publication(version=version, by=moderator, reason="Oh").kind == "stopped"


def test_pages_say_when_it_reaches_everyone(
    cooling: Version, owner: User, moderator: User, signed_in: Any
) -> None:
    assert cooling.public_at is not None
    pages = [
        Client().get("/extensions/gear_tool/"),
        Client().get("/queue/gear_tool/1.1.0/"),
        signed_in(owner).get("/publish/gear_tool/?version=1.1.0"),
        signed_in(moderator).get("/queue/gear_tool/1.1.0/status/"),
    ]

    assert [page.status_code for page in pages] == [200] * 4
    for page in pages:
        assert f'datetime="{cooling.public_at:%Y-%m-%dT%H:%M}' in page.content.decode()
        assert "23\xa0hours" in page.content.decode()


def test_moderators_publish_and_stop_and_hold_on_the_page(
    cooling: Version, owner: User, moderator: User, signed_in: Any
) -> None:
    client, page = signed_in(moderator), "/queue/gear_tool/1.1.0/status/"

    def step(name: str, **data: str) -> str:
        response = client.post(page, {"step": name, **data})
        cooling.refresh_from_db()
        return f"{response.status_code} {cooling.status}"

    assert step("stop") == "422 cooling_down"
    assert step("stop", reason="Look again") == "302 in_review"
    assert step("hold", reason="A question", until="soon") == "422 in_review"
    assert step("hold", reason="A question") == "302 on_hold"
    assert step("publish", reason="Now") == "409 on_hold"
    assert step("release") == "302 in_review"
    approve(cooling, moderator)
    assert step("publish", reason="Cures a hole") == "302 approved"
    assert client.post(page, {"step": "explode", "reason": "Hm"}).status_code == 404
    assert signed_in(owner).get(page).status_code == 403


def test_a_hold_ends_on_its_day(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    until = timezone.localdate() + timedelta(days=2)
    decisions.hold_version(version=version, by=moderator, reason="Later", until=until)
    assert cool_down.end_holds(now=in_hours(23)) == 0

    ended = [cool_down.end_holds(now=in_hours(49)) for _ in range(2)]

    version.refresh_from_db()
    assert (ended, version.status, version.held_until) == ([1, 0], "in_review", None)
    assert Event.objects.latest("pk").kind == "hold_ended"


def test_the_api_approves_publishes_and_stops(owner: User, moderator: User, program: Any) -> None:
    factories.make_approved(owner, moderator)
    version = factories.make_waiting(owner, version="1.1.0")
    api, path = program(moderator), "/api/v1/extensions/gear_tool/versions/1.1.0/"
    body = {"packages": version.package_hashes}

    first = api.post(f"{path}approve", body, "application/json").json()["kind"]
    seen = api.get("/api/v1/extensions/gear_tool/").json()["versions"][0]
    stopped = api.post(f"{path}stop", {"reason": "Hm"}, "application/json").json()["kind"]
    api.post(f"{path}approve", body, "application/json")
    early = api.post(f"{path}publish-now", {"reason": "Hole"}, "application/json").json()["kind"]

    assert (first, stopped, early) == ("scheduled", "stopped", "published_early")
    assert (seen["status"], seen["public_at"] is not None) == ("cooling_down", True)
    assert listed() == ["1.1.0"]


def test_only_its_people_download_a_version_that_is_not_public_yet(
    cooling: Version, signed_in: Any, owner: User
) -> None:
    path = cooling.packages.get().download_path

    assert Client().get(path).status_code == 403
    response = signed_in(owner).get(path)
    list(response)
    assert response.status_code == 200
    with pytest.raises(Conflict):
        actions.unpublish(version=cooling, by=owner)
    assert Extension.objects.get().status == "approved"
