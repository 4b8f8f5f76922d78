"""Moderators, volunteers and the author act on one review at the same time."""

from __future__ import annotations

import io
from functools import partial

import pytest

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation import disputes, tasks
from extery_site.moderation.comments import comment, edit_comment, remove_comment
from extery_site.moderation.decisions import approve_version, request_changes
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import Dispute, Task, TryAddress, Waiver
from extery_site.moderation.try_addresses import make_address
from extery_site.moderation.waivers import waive
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.packages import package
from tests.site.races import errors_of, run_simultaneously

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def version(owner: User) -> Version:
    return factories.make_waiting(owner, files={"__init__.py": "def (:\n"})


def ask(version: Version, by: User) -> None:
    request_changes(version=version, packages=version.package_hashes, by=by, reason="Please")


def submissions() -> int:
    return Event.objects.filter(kind="submitted").count()


def test_the_last_two_tasks_done_at_once_resubmit_once(
    version: Version, owner: User, moderator: User
) -> None:
    rows = [tasks.add_task(version=version, by=moderator, text=text) for text in ("One", "Two")]
    ask(version, moderator)
    results = run_simultaneously(
        *(partial(tasks.mark_done, task=row, by=owner, note="Done") for row in rows)
    )
    assert errors_of(results) == []
    assert Version.objects.get().status == "in_review"
    assert submissions() == 2


def test_an_upload_and_a_note_do_the_last_two_tasks_and_resubmit_once(
    version: Version, owner: User, moderator: User
) -> None:
    [finding] = findings_of(version).values()
    tasks.add_task(version=version, by=moderator, text="Let Python read it", finding=finding)
    other = tasks.add_task(version=version, by=moderator, text="Rename the panel")
    ask(version, moderator)
    data = package(files={"other.py": ""})
    results = run_simultaneously(
        lambda: publish.receive_upload(file=io.BytesIO(data), user=owner),
        lambda: tasks.mark_done(task=other, by=owner, note="Renamed"),
    )
    assert errors_of(results) == []
    assert Version.objects.get().status == "in_review"
    assert submissions() == 2


def test_a_last_task_that_is_done_and_dropped_at_once_resubmits_at_most_once(
    version: Version, owner: User, moderator: User
) -> None:
    first, second = (
        tasks.add_task(version=version, by=moderator, text=text) for text in ("One", "Two")
    )
    ask(version, moderator)
    tasks.mark_done(task=first, by=owner, note="Done")
    results = run_simultaneously(
        lambda: tasks.mark_done(task=second, by=owner, note="Done"),
        lambda: tasks.drop_task(task=second, by=moderator),
    )
    assert errors_of(results) == []
    assert Version.objects.get().status == "in_review"
    assert submissions() == 2


def test_an_approval_and_a_request_for_changes_at_once_decide_once(
    version: Version, moderator: User
) -> None:
    other = factories.make_moderator("imani")
    tasks.add_task(version=version, by=other, text="One")
    hashes = version.package_hashes
    results = run_simultaneously(
        lambda: approve_version(version=version, packages=hashes, by=moderator),
        lambda: request_changes(version=version, packages=hashes, by=other),
    )
    assert errors_of(results) == ["review.wrong-status"]
    assert Event.objects.decisions().count() == 1
    # Tasks reach the author only with the request.
    was_asked = Task.objects.get().asked_at is not None
    assert was_asked is (Version.objects.get().status == "changes_requested")


def test_the_same_press_by_two_people_leaves_one_row(version: Version, moderator: User) -> None:
    other = factories.make_moderator("imani")
    [fingerprint] = findings_of(version)
    results = run_simultaneously(
        *(
            partial(tasks.add_task, version=version, by=by, text="Say why")
            for by in (moderator, other)
        ),
        *(
            partial(waive, version=version, fingerprint=fingerprint, by=by, reason="Fine")
            for by in (moderator, other)
        ),
        *(partial(make_address, version=version, by=moderator) for _ in range(2)),
    )
    assert errors_of(results) == []
    assert (Task.objects.count(), Waiver.objects.count()) == (1, 1)
    assert TryAddress.objects.filter(ended_at=None).count() == 1
    assert Event.objects.filter(kind="finding_waived").count() == 1


def test_two_answers_to_a_dispute_at_once_are_one(
    version: Version, owner: User, moderator: User
) -> None:
    other = factories.make_moderator("imani")
    [fingerprint] = findings_of(version)
    send = partial(
        disputes.dispute, version=version, fingerprint=fingerprint, by=owner, text="A template"
    )
    sent = run_simultaneously(send, send)
    assert sent[0] == sent[1]
    results = run_simultaneously(
        partial(disputes.accept_dispute, dispute=sent[0], by=moderator),
        partial(disputes.keep_finding, dispute=sent[0], by=other, answer="No"),
    )
    assert errors_of(results) == ["review.dispute-answered"]
    assert Waiver.objects.exists() is (Dispute.objects.get().state == "accepted")
    assert Event.objects.filter(kind__startswith="dispute_").count() == 1


def test_a_comment_that_is_edited_and_removed_at_once_is_removed(
    version: Version, stranger: User, moderator: User
) -> None:
    send = partial(
        comment, extension=version.extension, version=version, by=stranger, text="Buy gears"
    )
    sent = run_simultaneously(send, send)
    assert sent[0] == sent[1]
    results = run_simultaneously(
        lambda: edit_comment(event=sent[0], by=stranger, text="Buy more gears"),
        lambda: remove_comment(event=sent[0], by=moderator, reason="Advertising"),
    )
    assert set(errors_of(results)) <= {"review.comment-removed"}
    event = Event.objects.get(kind="comment")
    assert event.is_removed
    texts = [event.text, *(earlier["text"] for earlier in event.earlier_texts)]
    assert "Buy gears" in texts
