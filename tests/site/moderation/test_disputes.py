"""Disputes of findings: who may dispute and answer, what follows, and who is notified."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from extery.core.errors import Conflict, InvalidInput, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation import bulk
from extery_site.moderation.decisions import approve_version, request_changes
from extery_site.moderation.disputes import accept_dispute, dispute, keep_finding, take_back
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import Dispute, QueueEntry, Waiver
from extery_site.moderation.waiting import split
from extery_site.moderation.waivers import waive
from extery_site.notify.models import Notification
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.packages import package
from tests.site.pages.html import open_page, page_of

SignIn = Callable[[User], Client]
BASE = "/queue/gear_tool/1.0.0/"


@pytest.fixture
def version(owner: User) -> Version:
    """A first version in review, with one finding."""
    return factories.make_waiting(owner, files={"__init__.py": "def (:\n"})


def the_finding(version: Version) -> str:
    [fingerprint] = findings_of(version)
    return fingerprint


def ask(version: Version, by: User) -> None:
    request_changes(version=version, packages=version.package_hashes, by=by, reason="Please")


def kinds_of(user: User) -> list[str]:
    return list(
        Notification.objects.filter(entry__user=user).order_by("pk").values_list("kind", flat=True)
    )


def test_an_answer_that_is_accepted_waives_the_finding_in_the_words_of_the_author(
    version: Version, owner: User, moderator: User, signed_in: SignIn
) -> None:
    fingerprint = the_finding(version)
    author, browser = signed_in(owner), signed_in(moderator)
    form = {"step": "dispute", "tab": "findings", "finding": fingerprint}
    empty = author.post(BASE, {**form, "text": " "})
    assert empty.status_code == 422
    for _ in range(2):
        response = author.post(BASE, {**form, "text": "It is a template,\nfilled in by the build"})
        assert response["Location"] == f"{BASE}findings/#finding-{fingerprint}"
    row = Dispute.objects.get()
    assert Event.objects.filter(kind="disputed").count() == 1
    assert "disputed" in kinds_of(moderator)

    page = open_page(browser, f"{BASE}findings/")
    [box] = page.classed("dispute")
    assert box.words.startswith("Ada Tester disputes this: It is a template, filled in by")
    assert "1 finding is disputed" in page.classed("decide-look")[0].words
    assert "1 dispute" in open_page(browser, "/queue/").classed("queue-flags")[1].words
    assert not open_page(author, f"{BASE}findings/").classed("dispute-answers")

    for _ in range(2):
        browser.post(BASE, {"step": "accept_dispute", "tab": "findings", "dispute": row.pk})
    waiver = Waiver.objects.get()
    assert waiver.reason == "The author says: It is a template, filled in by the build"
    assert [event.kind for event in Event.objects.filter(kind__startswith="dispute_")] == [
        "dispute_accepted"
    ]
    assert kinds_of(owner) == ["dispute_answered"]
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("accepted", moderator)
    approve_version(version=version, packages=version.package_hashes, by=moderator)


def test_a_finding_that_is_kept_is_disputed_once(
    version: Version, owner: User, moderator: User, signed_in: SignIn
) -> None:
    fingerprint = the_finding(version)
    row = dispute(version=version, fingerprint=fingerprint, by=owner, text="Fine")
    browser = signed_in(moderator)
    form = {"step": "keep_finding", "tab": "findings", "dispute": row.pk, "finding": fingerprint}
    assert browser.post(BASE, {**form, "answer": " "}).status_code == 422
    for _ in range(2):
        assert browser.post(BASE, {**form, "answer": "Python cannot read it"}).status_code == 302
    assert Event.objects.get(kind="dispute_kept").text.endswith(": Python cannot read it")
    assert kinds_of(owner) == ["dispute_answered"]
    with pytest.raises(Conflict) as again:
        dispute(version=version, fingerprint=fingerprint, by=owner, text="But it is")
    assert again.value.code == "review.finding-kept"
    with pytest.raises(Conflict) as accepted:
        accept_dispute(dispute=row, by=moderator)
    assert accepted.value.code == "review.dispute-answered"
    words = open_page(signed_in(owner), f"{BASE}findings/").classed("dispute")[0].words
    assert "mod keeps it: Python cannot read it" in words
    assert not Waiver.objects.exists()


def test_a_version_is_not_decided_before_the_author_has_an_answer(
    version: Version, owner: User, moderator: User, signed_in: SignIn
) -> None:
    dispute(version=version, fingerprint=the_finding(version), by=owner, text="Fine")
    browser = signed_in(moderator)
    for step in ("approve", "request_changes", "decline"):
        form = {"step": step, "package": version.package_hashes, "reason": "My words"}
        response = browser.post(BASE, form)
        assert response.status_code == 409
        assert page_of(response).by_id("id_reason").words == "My words"
    assert Version.objects.get().status == "in_review"
    entries = bulk.find_chosen([str(version.pk)])
    for step, reason in {
        "request_changes": "A disputed finding waits for an answer",
        "hold": "",
    }.items():
        [choice] = bulk.preview(step, entries, moderator)
        assert choice.reason == reason


def test_a_build_without_the_finding_closes_the_dispute(
    version: Version, owner: User, moderator: User
) -> None:
    fingerprint = the_finding(version)
    ask(version, moderator)
    row = dispute(version=version, fingerprint=fingerprint, by=owner, text="Fine")
    entry = QueueEntry.objects.get()
    assert entry.side == "us"
    publish.receive_upload(
        file=io.BytesIO(package(files={"__init__.py": "# More\ndef (:\n"})), user=owner
    )
    row.refresh_from_db()
    assert row.is_open
    publish.receive_upload(file=io.BytesIO(package(files={"other.py": ""})), user=owner)
    row.refresh_from_db()
    entry.refresh_from_db()
    assert (row.state, row.decided_by, entry.side) == ("closed", None, "author")
    assert Event.objects.get(kind="dispute_closed").by is None
    with pytest.raises(Conflict):
        keep_finding(dispute=row, by=moderator, answer="No")


def test_a_waiver_of_a_moderator_answers_the_dispute(
    version: Version, owner: User, moderator: User
) -> None:
    fingerprint = the_finding(version)
    row = dispute(version=version, fingerprint=fingerprint, by=owner, text="Fine")
    waive(version=version, fingerprint=fingerprint, by=moderator, reason="A template")
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("accepted", moderator)
    with pytest.raises(Conflict) as waived:
        dispute(version=version, fingerprint=fingerprint, by=owner, text="Fine")
    assert waived.value.code == "review.finding-waived"


def test_a_waiver_answers_the_disputes_of_all_versions_once(
    version: Version, owner: User, moderator: User
) -> None:
    fingerprint, files = the_finding(version), {"__init__.py": "def (:\n"}
    for number in ("1.1.0", "1.2.0", "1.3.0"):
        other = factories.make_waiting(owner, version=number, files=files)
        row = dispute(version=other, fingerprint=fingerprint, by=owner, text="Fine")
    accept_dispute(dispute=row, by=moderator)
    accepted = Event.objects.filter(kind="dispute_accepted").order_by("version_number")
    assert [event.version_number for event in accepted] == ["1.1.0", "1.2.0", "1.3.0"]
    assert not Dispute.objects.open().exists()


def test_a_withdrawal_ends_the_dispute(version: Version, owner: User) -> None:
    fingerprint = the_finding(version)
    row = dispute(version=version, fingerprint=fingerprint, by=owner, text="Fine")
    publish.withdraw(version=version, by=owner)
    row.refresh_from_db()
    assert row.state == "closed"
    # Who prepares it again can say again why the finding is fine, and take that back.
    again = dispute(version=version, fingerprint=fingerprint, by=owner, text="Fine")
    assert take_back(dispute=again, by=owner).state == "closed"
    assert take_back(dispute=again, by=owner).state == "closed"


def test_only_the_owner_takes_an_open_dispute_back(
    version: Version, owner: User, moderator: User
) -> None:
    row = dispute(version=version, fingerprint=the_finding(version), by=owner, text="Fine")
    with pytest.raises(Refused):
        take_back(dispute=row, by=moderator)
    keep_finding(dispute=row, by=moderator, answer="No")
    with pytest.raises(Conflict):
        take_back(dispute=row, by=owner)


def test_only_the_author_disputes_and_only_moderators_of_other_work_answer(
    version: Version, owner: User, moderator: User, stranger: User
) -> None:
    fingerprint = the_finding(version)
    for user in (stranger, moderator):
        with pytest.raises(Refused):
            dispute(version=version, fingerprint=fingerprint, by=user, text="Fine")
    with pytest.raises(NotFound):
        dispute(version=version, fingerprint="nonsense", by=owner, text="Fine")
    with pytest.raises(InvalidInput):
        dispute(version=version, fingerprint=fingerprint, by=owner, text="x" * 451)
    row = dispute(version=version, fingerprint=fingerprint, by=owner, text="x" * 450)
    volunteer = factories.make_user("oskar", is_volunteer=True)
    for user in (owner, stranger, volunteer):
        with pytest.raises(Refused):
            accept_dispute(dispute=row, by=user)
        with pytest.raises(Refused):
            keep_finding(dispute=row, by=user, answer="No")
    User.objects.filter(pk=owner.pk).update(is_moderator=True)
    with pytest.raises(Refused):
        accept_dispute(dispute=row, by=User.objects.get(pk=owner.pk))
    assert accept_dispute(dispute=row, by=moderator).state == "accepted"


def test_a_version_with_its_author_is_with_us_while_a_finding_is_disputed() -> None:
    start = timezone.now()
    kinds = ["submitted", "changes_requested", "disputed", "disputed", "dispute_kept"]
    kinds += ["dispute_closed", "withdrawn"]
    events: list[Any] = [
        Event(kind=kind, created_at=start + timedelta(hours=hour))
        for hour, kind in enumerate(kinds)
    ]
    waits, answers = split(events)
    assert [waits.us_seconds, waits.author_seconds] == [4 * 3600, 2 * 3600]
    assert waits.side == "author"
    assert [event.kind for event, _ in answers] == ["changes_requested"]
