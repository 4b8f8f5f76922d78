"""A moderator takes a decision back within ten minutes, while nothing else has happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from extery.core.errors import Conflict
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Version
from extery_site.catalog.subjects import extension_subject, review_subject
from extery_site.moderation import claims, comments, decisions, tasks
from extery_site.moderation.models import Answer, QueueEntry
from extery_site.moderation.second_approval import first_approval
from extery_site.moderation.undo import undo
from extery_site.notify.actions import follow, mark_subject_read
from extery_site.notify.models import FeedEntry, MailJob, Notification
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.races import errors_of, run_simultaneously

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(owner: User, moderator: User) -> Version:
    """Gear Tool 1.1.0 in review, claimed by the moderator; 1.0.0 is public."""
    factories.make_approved(owner, moderator)
    version = factories.make_waiting(owner, version="1.1.0")
    claims.claim(version=version, by=moderator)
    return version


def listed() -> list[str]:
    response = Client().get("/api/v1/extensions/?blender_version=4.2.3&platform=linux-x64")
    return [entry["version"] for entry in json.loads(b"".join(response))["data"]]


def approve(version: Version, by: User) -> Event:
    return decisions.approve_version(version=version, packages=version.package_hashes, by=by)


def hold(version: Version, by: User) -> Event:
    return decisions.hold_version(version=version, by=by, reason="A question")


def request(version: Version, by: User) -> Event:
    packages = version.package_hashes
    return decisions.request_changes(version=version, packages=packages, by=by)


def state(version: Version) -> tuple[str, str, User | None]:
    """The status, the side in the queue, and who has claimed it."""
    claim = claims.current_claim(version)
    side = QueueEntry.objects.get(version=version).side
    return Version.objects.get(pk=version.pk).status, side, claim.by if claim else None


def refused(version: Version, by: User) -> str:
    with pytest.raises(Conflict) as caught:
        undo(version=version, by=by)
    return caught.value.code


def test_an_approval_is_taken_back_with_all_that_followed(
    version: Version, owner: User, moderator: User
) -> None:
    approve(version, moderator)
    assert (listed(), state(version)) == (["1.1.0"], ("approved", "", None))

    event = undo(version=version, by=moderator)

    assert (event.kind, event.by, event.packages) == ("undone", moderator, version.package_hashes)
    assert (listed(), state(version)) == (["1.0.0"], ("in_review", "us", moderator))
    version.refresh_from_db()
    extension = Extension.objects.get()
    assert (version.approved_at, extension.newest_version.number) == (None, "1.0.0")
    assert not Answer.objects.filter(event__version=version).exists()
    assert refused(version, moderator) == "review.wrong-status"
    assert approve(version, moderator).kind == "approved"
    assert listed() == ["1.1.0"]


def test_the_first_version_of_an_extension_was_never_public(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    approve(version, moderator)

    undo(version=version, by=moderator)

    extension = Extension.objects.get()
    assert (extension.status, extension.approved_at, listed()) == ("in_review", None, [])


def test_requests_and_holds_and_planned_publications_are_taken_back(
    version: Version, owner: User, moderator: User, settings: Any
) -> None:
    task = tasks.add_task(version=version, by=moderator, text="Name the host")
    request(version, moderator)
    undo(version=version, by=moderator)
    task.refresh_from_db()
    assert (state(version)[0], task.asked_at, task.is_done) == ("in_review", None, False)

    hold(version, moderator)
    undo(version=version, by=moderator)
    assert state(version) == ("in_review", "us", moderator)

    settings.EXTERY_LATER_VERSIONS = "cool-down"
    approve(version, moderator)
    undo(version=version, by=moderator)
    version.refresh_from_db()
    assert (state(version)[0], version.public_at) == ("in_review", None)
    approve(version, moderator)
    hold(version, moderator)  # of an approved version: it was not in review before
    assert refused(version, moderator) == "review.not-undoable"


def test_the_second_approval_is_taken_back_and_the_first_one_stays(
    version: Version, moderator: User
) -> None:
    imani = factories.make_moderator("imani")
    Extension.objects.update(download_count=10_001)
    first = approve(version, moderator)
    approve(version, imani)

    undo(version=version, by=imani)

    assert first_approval(version) == first
    assert approve(version, imani).kind == "approved"


def test_later_events_other_moderators_and_time_end_it(
    version: Version, owner: User, moderator: User
) -> None:
    imani = factories.make_moderator("imani")
    request_with_reason = decisions.request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Names"
    )
    assert refused(version, imani) == "review.not-undoable"
    late = timezone.now() - timedelta(minutes=10)
    Event.objects.filter(pk=request_with_reason.pk).update(created_at=late)
    assert refused(version, moderator) == "review.not-undoable"
    publish.submit(version=version, by=owner)

    approve(version, moderator)
    comments.comment(extension=version.extension, version=version, by=owner, text="Thank you")
    publish.unpublish(version=version, by=owner)
    publish.republish(version=version, by=owner)

    assert refused(version, moderator) == "review.not-undoable"
    assert listed() == ["1.1.0"]


def test_who_has_not_noticed_is_not_notified_and_who_has_gets_a_correction(
    version: Version, owner: User, moderator: User, stranger: User
) -> None:
    bob = factories.make_user("bob")
    subject = extension_subject(version.extension)
    for user in (stranger, bob):
        follow(user, subject)
    before = Notification.objects.count()
    approve(version, moderator)
    own = Notification.objects.filter(entry__user=owner, kind="version_approved")
    mails = MailJob.objects.filter(notification__in=own)
    mails.update(sent_at=timezone.now())  # the owner got an e-mail, and Eve has read the feed
    mark_subject_read(stranger, subject.key)

    undo(version=version, by=moderator)

    new = Notification.objects.order_by("pk")[before:]
    about = "The decision about Gear Tool 1.1.0 was taken back: it is in review again"
    corrections = {(one.entry.user.username, one.kind) for one in new if one.about == about}
    assert corrections >= {("eve", "followed_change")}
    assert (("ada", "review_state") in corrections) == mails.exists()
    assert not Notification.objects.filter(entry__user=bob, kind="new_version").exists()
    assert not FeedEntry.objects.of_user(bob).filter(key=subject.key).exists()


def test_the_author_is_asked_nothing_any_more_and_what_was_read_stays_read(
    version: Version, owner: User, moderator: User, stranger: User
) -> None:
    comments.comment(extension=version.extension, version=version, by=stranger, text="Nice")
    row = FeedEntry.objects.get(user=owner, key=review_subject(version.extension, "1.1.0").key)
    mark_subject_read(owner, row.key)
    hashes = version.package_hashes
    for is_noticed in (False, True):
        decisions.request_changes(version=version, packages=hashes, by=moderator, reason="Names")
        row.refresh_from_db()
        assert (row.asks, row.is_unread) == (True, True)
        if is_noticed:
            mark_subject_read(owner, row.key)

        undo(version=version, by=moderator)

        row.refresh_from_db()
        assert (row.asks, row.is_unread) == (False, is_noticed)  # by the correction
        assert row.notifications.filter(kind="changes_requested").exists() == is_noticed


def test_pages_and_programs_undo(
    version: Version, owner: User, moderator: User, signed_in: Any, program: Any
) -> None:
    client, page = signed_in(moderator), "/queue/gear_tool/1.1.0/"
    shown = client.post(
        page, {"step": "approve", "package": version.package_hashes}, follow=True
    ).content.decode()
    assert "Undo, 9:5" in shown
    # Beside what was decided, and on phones at the lower edge; what decides is not offered any more.
    assert shown.count("Undo, 9:5") == 2
    assert "Next in the queue" in shown
    assert "id_reason" not in shown
    assert "Undo, " not in signed_in(owner).get(page).content.decode()

    client.post(page, {"step": "undo"})
    assert state(version)[0] == "in_review"
    assert client.post(page, {"step": "undo"}).status_code == 409
    approve(version, moderator)
    api, path = program(moderator), "/api/v1/extensions/gear_tool/versions/1.1.0/undo"
    assert api.post(path).json()["kind"] == "undone"
    assert api.post(path).json()["problems"][0]["code"] == "review.wrong-status"


def test_several_approvals_are_undone_as_far_as_possible(
    owner: User, moderator: User, signed_in: Any, run_tasks: Callable[[], int]
) -> None:
    versions = []
    for name in ("first", "second"):
        identity = {"id": name, "name": name.title()}
        factories.make_approved(owner, moderator, **identity)
        versions.append(factories.make_waiting(owner, version="1.1.0", **identity))
    run_tasks()
    client = signed_in(moderator)
    form: dict[str, Any] = {"step": "approve", "chosen": [one.pk for one in versions]}
    form |= {f"package-{one.pk}": one.package_hashes for one in versions}
    done = client.post("/queue/-/chosen/", form, follow=True).content.decode()
    assert "2 versions approved." in done
    assert "Undo, 9:5" in done
    publish.unpublish(version=versions[1], by=owner)

    undone = client.post("/queue/", {"undo": "1"}, follow=True).content.decode()

    assert "1 version is in the queue again." in undone
    assert "his is not possible for Second 1.1.0" in undone
    assert [Version.objects.get(pk=one.pk).status for one in versions] == [
        "in_review",
        "unpublished",
    ]


@pytest.mark.django_db(transaction=True)
def test_an_approval_is_taken_back_once(version: Version, moderator: User) -> None:
    approve(version, moderator)

    results = run_simultaneously(*[lambda: undo(version=version, by=moderator)] * 2)

    assert errors_of(results) == ["review.wrong-status"]
    assert state(version) == ("in_review", "us", moderator)
    assert Event.objects.filter(kind="undone").count() == 1
