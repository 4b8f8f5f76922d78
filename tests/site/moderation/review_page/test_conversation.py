"""The conversation: tasks, comments, internal notes and notifications."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation.comments import comment
from extery_site.moderation.decisions import request_changes
from extery_site.moderation.models import Task
from extery_site.moderation.tasks import add_task
from tests.site import factories
from tests.site.moderation.review_page.steps import BASE, SignIn, alert_of, post
from tests.site.pages.html import open_page


def test_the_author_sees_the_tasks_and_says_what_was_done(
    version: Version, owner: User, moderator: User, signed_in: SignIn
) -> None:
    task = add_task(version=version, by=moderator, text="Rename the panel")
    author = signed_in(owner)
    assert "Rename the panel" not in open_page(author, BASE).html
    request_changes(version=version, packages=version.package_hashes, by=moderator)
    assert "Rename the panel" in open_page(author, BASE).by_id("tasks").words
    draft = open_page(author, "/publish/gear_tool/?version=1.1.0")
    assert "Rename the panel" in draft.by_id("tasks").words
    assert post(author, "mark_done", task_id=task.pk, note=" ").status_code == 422
    response = author.post(
        BASE, {"step": "mark_done", "task_id": task.pk, "note": "Renamed"}, follow=True
    )
    assert "1.1.0 is in the queue again" in response.content.decode()
    assert Version.objects.get(pk=version.pk).status == "in_review"


def test_comments_are_edited_and_removed_on_the_page(
    version: Version, stranger: User, browser: Client, signed_in: SignIn, client: Client
) -> None:
    event = comment(extension=version.extension, version=version, by=stranger, text="First words")
    writer = signed_in(stranger)
    page = open_page(writer, f"{BASE}?edit={event.pk}")
    assert page.by_id(f"edit-{event.pk}").words == "First words"
    post(writer, "edit_comment", event=event.pk, text="Second words")
    entry = open_page(client, BASE).by_id(f"event-{event.pk}").words
    assert "First words" in entry
    assert "Second words" in entry
    assert post(browser, "remove_comment", event=event.pk).status_code == 422
    post(browser, "remove_comment", event=event.pk, reason="Advertising")
    entry = open_page(client, BASE).by_id(f"event-{event.pk}").words
    assert "Removed by mod: Advertising" in entry
    assert "words" not in entry
    assert "Second words" in open_page(browser, BASE).by_id(f"event-{event.pk}").words


@pytest.mark.parametrize("value", ["", "x", "9" * 30, "-1", "²"])
@pytest.mark.parametrize(
    ("step", "field"),
    [("edit_comment", "event"), ("remove_comment", "event"), ("drop_task", "task_id")],
)
def test_steps_about_nothing_are_not_found(
    version: Version, browser: Client, step: str, field: str, value: str
) -> None:
    response = post(browser, step, **{field: value})
    assert response.status_code == 404
    assert "does not exist" in alert_of(response)


def test_an_internal_note_is_written_on_the_page(
    version: Version, browser: Client, owner: User, signed_in: SignIn
) -> None:
    post(browser, "comment", text="Same host as in June", is_internal="on")
    assert Event.objects.get(kind="comment").is_internal
    assert "Moderators and volunteers see this" in open_page(browser, BASE).html
    assert "Same host" not in open_page(signed_in(owner), BASE).html
    refused = post(signed_in(owner), "comment", text="Mine", is_internal="on")
    assert refused.status_code == 403


def test_a_page_of_a_long_conversation_shows_a_part_in_as_many_queries_as_a_short_one(
    version: Version, moderator: User, browser: Client, django_assert_num_queries: Any
) -> None:
    people = [factories.make_user(f"person{number}") for number in range(10)]
    for number in range(10):
        Task.objects.create(version=version, text=f"Task {number}", created_by=moderator)

    def add_comments(count: int) -> list[Event]:
        return Event.objects.bulk_create(
            Event(
                extension=version.extension,
                version=version,
                version_number=version.number,
                by=people[number % 10],
                kind="comment",
                text=f"Comment {number}",
            )
            for number in range(count)
        )

    events = list(version.events.all()) + add_comments(20)
    open_page(browser, BASE)  # marks notifications as read
    with CaptureQueriesContext(
        connection,
    ) as short:
        page = open_page(browser, BASE)
    assert len(page.classed("thread-comment")) == 20
    assert "earlier" not in page.by_id("thread").words
    events += add_comments(480)
    with django_assert_num_queries(len(short)):
        page = open_page(browser, BASE)
    shown = [element for element in page.elements if element.get("id").startswith("event-")]
    assert len(shown) == 15
    assert "11 people took part" in page.html
    # Its link leads to the part before the last entries, which has links to those around it.
    [earlier] = [link for link in page.links if link.startswith("?entry=")]
    with django_assert_num_queries(len(short)):
        page = open_page(browser, BASE + earlier.partition("#")[0])
    assert page.by_id(earlier.partition("#")[2])
    wanted = events[100]
    page = open_page(browser, f"{BASE}?entry={wanted.pk}")
    assert wanted.text in page.by_id(f"event-{wanted.pk}").words
    assert len([link for link in page.links if link.startswith("?entry=")]) == 2
    edited = post(browser, "remove_comment", event=wanted.pk, reason="Advertising")
    assert edited["Location"] == f"{BASE}?entry={wanted.pk}#event-{wanted.pk}"


def test_a_review_is_followed_and_muted(
    version: Version, stranger: User, signed_in: SignIn
) -> None:
    writer = signed_in(stranger)
    labels = []
    for step in ("follow", "unfollow", "mute", "unmute"):
        post(writer, step)
        page = open_page(writer, BASE)
        [form] = [one for one in page.all("form") if one.get("aria-label") == "Notifications"]
        labels.append(form.words)
    assert labels == ["FollowingMute", "FollowMute", "Notify me again", "FollowMute"]
