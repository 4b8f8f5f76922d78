"""Later versions of low risk become public without a moderator; what must not, waits for one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.accounts.suspensions import lift_suspension, suspend_user
from extery_site.catalog.models import Event, Extension, Package, Version
from extery_site.moderation import automatic, blocks, claims, cool_down, decisions
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import QueueEntry
from extery_site.moderation.queue_tasks import follow_reports
from extery_site.moderation.waivers import waive
from extery_site.publish import actions as publish
from extery_site.publish import handover
from extery_site.reports import actions as reports
from extery_site.reports import handling
from extery_site.reports.targets import find_target
from tests.site import factories
from tests.site.races import errors_of, run_simultaneously

pytestmark = pytest.mark.django_db

Submit = Callable[..., Version]


@pytest.fixture(autouse=True)
def _policy(settings: Any) -> None:
    settings.EXTERY_LATER_VERSIONS = "by-risk"


@pytest.fixture
def submit(owner: User, moderator: User, run_tasks: Callable[[], int]) -> Submit:
    """Return a function that submits Gear Tool 1.1.0, of which 1.0.0 is public, and runs the tasks."""

    def submitted(**fields: Any) -> Version:
        if not Extension.objects.exists():
            factories.make_approved(owner, moderator)
        version = factories.make_waiting(owner, **{"version": "1.1.0"} | fields)
        run_tasks()
        return Version.objects.select_related("extension").get(pk=version.pk)

    return submitted


def listed() -> list[str]:
    response = Client().get("/api/v1/extensions/?blender_version=4.2.3&platform=linux-x64")
    return [entry["version"] for entry in json.loads(b"".join(response))["data"]]


def in_hours(hours: float) -> Any:
    return timezone.now() + timedelta(hours=hours)


def last_event() -> tuple[str, User | None, str]:
    event = Event.objects.latest("pk")
    return event.kind, event.by, event.text


def report(version: Version, by: User) -> Any:
    return reports.report_extension(
        extension=version.extension, by=by, reason="malicious", text="It sends files away"
    )


def test_a_version_of_low_risk_becomes_public_by_itself_after_the_cool_down(submit: Submit) -> None:
    version = submit()

    assert (version.status, version.is_unreviewed) == ("cooling_down", True)
    assert version.public_at is not None
    assert timedelta(minutes=115) < version.public_at - timezone.now() <= timedelta(hours=2)
    assert last_event() == ("auto_scheduled", None, "Risk 0 of 100.")
    assert [cool_down.publish_due(now=in_hours(3)), automatic.publish_due()] == [0, 0]
    assert listed() == ["1.0.0"]

    assert [automatic.publish_due(now=in_hours(3)) for _ in range(2)] == [1, 0]

    assert last_event() == ("auto_published", None, "Risk 0 of 100.")
    assert listed() == ["1.1.0"]
    version.refresh_from_db()
    assert (version.status, version.is_unreviewed) == ("approved", True)
    assert version.events.latest("pk").packages == version.package_hashes


def test_a_version_that_a_moderator_publishes_early_is_not_reviewed_by_that(
    submit: Submit, moderator: User
) -> None:
    version = submit()
    cool_down.publish_early(version=version, by=moderator, reason="Cures a hole in security")

    version.refresh_from_db()
    assert (version.status, version.is_unreviewed) == ("approved", True)
    later = submit(version="1.2.0")
    assert QueueEntry.objects.get(version=later).base_number == "1.0.0"


def test_with_a_risk_below_the_other_limit_it_is_public_at_once(
    submit: Submit, settings: Any
) -> None:
    settings.EXTERY_RISK_AT_ONCE = 0

    version = submit()

    assert (version.status, listed()) == ("approved", ["1.1.0"])
    assert last_event()[0] == "auto_published"


@pytest.mark.parametrize("policy", ["review", "cool-down", "never"])
def test_without_the_setting_every_version_waits_for_a_moderator(
    policy: str, submit: Submit, settings: Any
) -> None:
    settings.EXTERY_LATER_VERSIONS = "by-risk" if policy == "never" else policy
    settings.EXTERY_RISK_UNREVIEWED = None if policy == "never" else 100

    assert submit().status == "in_review"


def test_the_changes_of_versions_that_no_moderator_saw_add_up(
    submit: Submit, settings: Any
) -> None:
    settings.EXTERY_RISK_AT_ONCE = 3
    first = submit(files={"one.txt": "x = 1\n" * 80})
    second = submit(version="1.2.0", files={"one.txt": "x = 1\n" * 80, "two.txt": "y = 2\n" * 80})

    assert (first.status, second.status) == ("approved", "cooling_down")
    entry = QueueEntry.objects.get(version=second)
    assert (entry.base_number, entry.lines_added) == ("1.0.0", 161)


# What always waits for a moderator.


def prepare_first_version(version: Version, **_: Any) -> None:
    version.extension.versions.exclude(pk=version.pk).update(status="unpublished")


def prepare_unreviewed_base(version: Version, **_: Any) -> None:
    version.extension.versions.exclude(pk=version.pk).update(is_unreviewed=True)


def prepare_other_bytes(version: Version, **_: Any) -> None:
    file = factories.make_package_file("e" * 64)
    Package.objects.filter(version=version).update(sha256=file.pk, file=file)


def prepare_permission(version: Version, **_: Any) -> None:
    Version.objects.filter(pk=version.pk).update(permissions={"clipboard": "Copies gears"})


def prepare_host(version: Version, **_: Any) -> None:
    QueueEntry.objects.filter(version=version).update(new_hosts=["gears.example.org"])


def prepare_library(version: Version, **_: Any) -> None:
    Extension.objects.update(type="asset-library")
    table = {"remote_url": "https://other.example.org/index.json"}
    manifest = {**version.manifest, "asset_library": table}
    Version.objects.filter(pk=version.pk).update(manifest=manifest)


def prepare_binary(version: Version, **_: Any) -> None:
    QueueEntry.objects.filter(version=version).update(binaries=1)


def finding(severity: str) -> dict[str, Any]:
    return {
        "code": "code.eval",
        "message": "It runs text",
        "hint": "",
        "severity": severity,
        "file": "",
        "path": [],
        "line": None,
        "column": None,
        "values": {},
    }


def prepare_error(version: Version, **_: Any) -> None:
    Package.objects.filter(version=version).update(problems=[finding("error")])


def prepare_similar_name(version: Version, moderator: User, **_: Any) -> None:
    factories.make_approved(factories.make_user("bob"), moderator, id="gear_tooi", name="Gear Tooi")
    Extension.objects.filter(extension_id="gear_tooi").update(
        id_skeleton=version.extension.id_skeleton
    )


def prepare_suspension(version: Version, moderator: User, **_: Any) -> None:
    owner = version.extension.owner
    suspend_user(user=owner, by=moderator, reason="Spam", ends_at=in_hours(9))
    lift_suspension(user=owner, by=moderator, reason="Answered")


def prepare_report(version: Version, stranger: User, **_: Any) -> None:
    report(version, stranger)


def prepare_report_of_owner(version: Version, stranger: User, **_: Any) -> None:
    target = find_target("user", version.extension.owner.username, stranger)
    reason = next(iter(target.row.reasons)).value
    reports.report_target(target=target, by=stranger, reason=reason, text="It is not them")


def prepare_block(version: Version, moderator: User, **_: Any) -> None:
    blocks.ask_for_block(extension=version.extension, by=moderator, reason="Sends files")
    version.refresh_from_db()
    assert version.status == "in_review"


def prepare_downloads(version: Version, settings: Any, **_: Any) -> None:
    settings.EXTERY_DOWNLOADS_UNREVIEWED = 900
    Extension.objects.filter(pk=version.extension_id).update(download_count=901)


def prepare_risk(version: Version, **_: Any) -> None:
    QueueEntry.objects.filter(version=version).update(lines_added=2_000)


def prepare_objection(version: Version, owner: User, moderator: User, **_: Any) -> None:
    other = factories.make_waiting(owner, version="1.0.5")
    decisions.hold_version(version=other, by=moderator, reason="Odd code")
    publish.withdraw(version=other, by=owner)
    publish.discard_draft(version=other, by=owner)


def prepare_new_owner(version: Version, owner: User, stranger: User, **_: Any) -> None:
    offer = handover.offer(extension=version.extension, by=owner, to=stranger.username, text="")
    handover.accept(handover=offer, by=stranger)


NEVER: dict[Callable[..., None], str] = {
    prepare_first_version: "No earlier version was approved by a moderator",
    prepare_unreviewed_base: "No earlier version was approved by a moderator",
    prepare_other_bytes: "Its packages could not be compared completely",
    prepare_permission: "Gains the permission clipboard",
    prepare_host: "Names a new network host",
    prepare_library: "Moves to another library",
    prepare_binary: "Has new or changed binaries",
    prepare_error: "Has a finding to fix",
    prepare_similar_name: "Its name or id is like that of another extension",
    prepare_suspension: "Its author was suspended within a year",
    prepare_report: "Has open reports",
    prepare_report_of_owner: "Has open reports",
    prepare_block: "A block of it waits for a second moderator",
    prepare_downloads: "Has more than 900 downloads",
    prepare_risk: "Its risk is 12",
    prepare_objection: "A moderator objected since the last approval",
    prepare_new_owner: "Has a new owner since the last approval",
}


def test_what_waits_for_a_moderator_is_stopped_also_while_it_waits_for_its_time(
    submit: Submit, owner: User, moderator: User, stranger: User, settings: Any
) -> None:
    planned = submit()
    assert automatic.obstacles(planned) == []

    for prepare, expected in NEVER.items():
        name = prepare.__name__
        with transaction.atomic():  # one set-up for all
            version = Version.objects.select_related("extension").get(pk=planned.pk)
            prepare(version, owner=owner, moderator=moderator, stranger=stranger, settings=settings)
            version = Version.objects.select_related("extension").get(pk=planned.pk)
            assert expected in automatic.obstacles(version), name

            assert automatic.publish_due(now=in_hours(3)) == 0, name

            version.refresh_from_db()
            assert (version.status, version.is_unreviewed) == ("in_review", False), name
            assert last_event() == ("auto_stopped", None, "A moderator looks at it first."), name
            assert automatic.consider(version) is None, name
            transaction.set_rollback(True)
    assert listed() == ["1.0.0"]
    assert automatic.publish_due(now=in_hours(3)) == 1


def test_a_version_that_a_moderator_claimed_or_that_another_user_submitted_waits(
    submit: Submit, owner: User, moderator: User, stranger: User, run_tasks: Callable[[], int]
) -> None:
    factories.make_approved(owner, moderator)
    version = factories.make_waiting(owner, version="1.1.0")
    claims.claim(version=version, by=moderator)
    run_tasks()
    assert automatic.consider(version) is None
    claims.release(version=version, by=moderator)
    Version.objects.filter(pk=version.pk).update(created_by=stranger)

    assert automatic.obstacles(Version.objects.get(pk=version.pk)) == [
        "Was not submitted by its owner"
    ]


def test_a_waived_finding_and_a_withdrawn_version_stop_nothing_else(
    submit: Submit, owner: User, moderator: User, run_tasks: Callable[[], int]
) -> None:
    version = submit()
    Package.objects.filter(version=version).update(problems=[finding("error")])
    [fingerprint] = findings_of(version)
    waive(version=version, fingerprint=fingerprint, by=moderator, reason="Only a constant")
    assert automatic.obstacles(version) == []

    publish.withdraw(version=version, by=owner)
    assert automatic.publish_due(now=in_hours(3)) == 0
    publish.submit(version=version, by=owner)
    run_tasks()

    version.refresh_from_db()
    assert version.status == "cooling_down"


def test_a_report_stops_it_at_once_and_raises_the_risk_of_the_other_versions(
    submit: Submit, owner: User, moderator: User, stranger: User, run_tasks: Callable[[], int]
) -> None:
    version = submit()
    waiting = factories.make_waiting(owner, version="1.2.0", permissions={"files": "Saves gears"})
    run_tasks()
    before = QueueEntry.objects.get(version=waiting).risk

    sent = report(version, stranger)
    run_tasks()

    version.refresh_from_db()
    assert version.status == "in_review"
    entries = QueueEntry.objects.in_bulk([version.pk, waiting.pk])
    assert (entries[version.pk].reports, entries[version.pk].side) == (1, "us")
    assert entries[waiting.pk].risk == before + 8
    handling.dismiss_case(case=sent.case, by=moderator, note="It sends nothing")
    run_tasks()
    assert QueueEntry.objects.get(version=waiting).risk == before
    # A person has to look at it now, whatever became of the report.
    assert automatic.consider(version) is None


def test_reports_of_extensions_that_are_not_in_the_queue_enqueue_nothing(
    owner: User, moderator: User, stranger: User, run_tasks: Callable[[], int]
) -> None:
    version = factories.make_approved(owner, moderator)
    run_tasks()
    report(version, stranger)
    assert run_tasks() == 0
    assert follow_reports.call(version.extension_id) == 0


def test_a_moderator_stops_it_with_a_reason_and_then_decides(
    submit: Submit, owner: User, moderator: User, signed_in: Any, run_tasks: Callable[[], int]
) -> None:
    version = submit()
    client = signed_in(moderator)

    response = client.post(
        "/queue/gear_tool/1.1.0/status/", {"step": "stop", "reason": "Odd names of functions"}
    )
    run_tasks()

    assert response.status_code == 302
    version.refresh_from_db()
    assert (version.status, version.is_unreviewed) == ("in_review", False)
    assert automatic.publish_due(now=in_hours(9)) == 0
    page = signed_in(owner).get("/notifications/").content.decode()
    assert "The publication of Gear Tool 1.1.0 was stopped" in page
    decisions.approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert cool_down.publish_due(now=in_hours(9)) == 1
    version.refresh_from_db()
    assert not version.is_unreviewed


def test_switching_it_off_returns_planned_versions_to_the_queue(
    submit: Submit, settings: Any
) -> None:
    version = submit()
    settings.EXTERY_LATER_VERSIONS = "review"

    assert automatic.publish_due(now=in_hours(3)) == 0

    version.refresh_from_db()
    assert version.status == "in_review"


@pytest.mark.django_db(transaction=True)
def test_a_version_is_published_once_or_put_on_hold(submit: Submit, moderator: User) -> None:
    version = submit()

    results = run_simultaneously(
        lambda: automatic.publish_due(now=in_hours(3)),
        lambda: decisions.hold_version(version=version, by=moderator, reason="Look again"),
        lambda: automatic.publish_due(now=in_hours(3)),
    )

    version.refresh_from_db()
    published = version.status == "approved"
    assert errors_of(results) == (["review.wrong-status"] if published else [])
    assert results[0] + results[2] == published
    assert listed() == (["1.1.0"] if published else ["1.0.0"])
    assert version.status in ("approved", "on_hold")


def test_pages_and_the_api_say_when_and_what_is_against_it(
    submit: Submit, owner: User, moderator: User, stranger: User, signed_in: Any, program: Any
) -> None:
    version = submit()
    path = "/queue/gear_tool/1.1.0/"
    seen_by_owner = signed_in(owner).get(path).content.decode()
    seen_by_moderator = signed_in(moderator).get(path).content.decode()
    cooling = signed_in(moderator).get("/queue/?show=cooling").content.decode()

    assert "<strong>1.1.0 goes public in 1\xa0hour" in seen_by_owner
    assert "Its risk is low, so no moderator has to approve it." in seen_by_owner
    assert "becomes public by itself at" in seen_by_moderator
    assert "Needs a moderator" not in seen_by_moderator
    assert "Public by itself" in cooling
    risk = "/api/v1/extensions/gear_tool/versions/1.1.0/risk"
    assert program(moderator).get(risk).json()["obstacles"] == []
    assert program(owner).get(risk).status_code == 403
    shown = program(owner).get("/api/v1/extensions/gear_tool/").json()["versions"][0]
    assert (shown["status"], shown["is_unreviewed"]) == ("cooling_down", True)

    report(version, stranger)
    automatic.publish_due(now=in_hours(3))

    assert program(moderator).get(risk).json()["obstacles"] == [
        "A moderator objected since the last approval",
        "Has open reports",
    ]
    assert "Needs a moderator" in signed_in(moderator).get(path).content.decode()
    assert "Needs a moderator" not in signed_in(owner).get(path).content.decode()
