"""Decisions and review threads."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.test import Client

from extery.core.errors import InvalidInput, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.moderation import decisions as moderation
from extery_site.moderation import queues
from extery_site.moderation.comments import comment
from extery_site.publish import actions as publish
from tests.site import factories


def test_decisions_are_listed_newest_first(owner: User, moderator: User) -> None:
    back = factories.make_waiting(owner, id="back", name="Back")
    moderation.request_changes(
        version=back, packages=back.package_hashes, by=moderator, reason="Hm"
    )
    factories.make_approved(owner, moderator, id="done", name="Done")
    blocked = factories.make_waiting(owner, id="blocked", name="Blocked")
    moderation.block_extension(extension=blocked.extension, by=moderator, reason="No")
    assert [decision.kind for decision in queues.decided()] == [
        "blocked",
        "approved",
        "changes_requested",
    ]


def test_the_decisions_of_a_page_need_a_fixed_number_of_queries(
    owner: User, moderator: User, django_assert_num_queries: Any
) -> None:
    for number in range(4):
        factories.make_approved(owner, moderator, id=f"done_{number}", name=f"Done {number}")
    page = Paginator(queues.decided().values_list("pk", flat=True), 4).get_page(1)
    with django_assert_num_queries(2):
        decisions = queues.read_decisions(page)
        assert decisions[0].extension.name == "Done 3"
        assert len(decisions) == 4
        for decision in decisions:
            assert decision.by.username
            assert decision.version
            assert decision.extension.owner.username


def test_a_thread_lists_all_events_in_order(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    extension = version.extension
    comment(extension=extension, by=moderator, text=" Why gears? ", version=version)
    moderation.request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Say why"
    )
    publish.submit(version=version, by=owner)
    moderation.approve_version(version=version, packages=version.package_hashes, by=moderator)
    entries = [(line.kind, line.by.username, line.text) for line in queues.thread(extension, owner)]
    assert entries[1:] == [
        ("submitted", "ada", ""),
        ("comment", "mod", "Why gears?"),
        ("changes_requested", "mod", "Say why"),
        ("submitted", "ada", ""),
        ("approved", "mod", ""),
    ]


def test_only_the_owner_and_moderators_see_drafts_in_a_thread(
    owner: User, moderator: User, stranger: User, client: Client
) -> None:
    extension = factories.make_approved(owner, moderator).extension
    draft = factories.make_draft(owner, version="2.0.0")
    publish.discard_draft(version=draft, by=owner)
    factories.make_draft(owner, version="3.0.0")
    withdrawn = factories.make_waiting(owner, version="4.0.0")
    publish.withdraw(version=withdrawn, by=owner)
    for user in (owner, moderator):
        kinds = [line.kind for line in queues.thread(extension, user)]
        assert kinds.count("uploaded") == 4
        assert "discarded" in kinds
    for user in (stranger, AnonymousUser()):
        events = queues.thread(extension, user)
        assert [line.kind for line in events] == [
            "uploaded",
            "submitted",
            "approved",
            "uploaded",
            "submitted",
            "withdrawn",
        ]
    page = client.get("/queue/gear_tool/", follow=True).content.decode()
    assert "2.0.0" not in page
    assert "3.0.0" not in page
    assert client.get("/queue/gear_tool/3.0.0/").status_code == 404


def test_threads_are_public_once_a_version_was_submitted(
    owner: User, moderator: User, stranger: User
) -> None:
    draft = factories.make_draft(owner, id="draft", name="Draft").extension
    sent = factories.make_waiting(owner).extension
    for person in (stranger, AnonymousUser()):
        assert queues.can_view_thread(sent, person)
        assert not queues.can_view_thread(draft, person)
    for person in (owner, moderator):
        assert queues.can_view_thread(draft, person)
    assert list(queues.ever_submitted()) == [sent]


def test_comments_need_a_text_an_account_and_a_submitted_extension(
    owner: User, stranger: User
) -> None:
    draft = factories.make_draft(owner, id="draft", name="Draft").extension
    sent = factories.make_waiting(owner).extension
    with pytest.raises(InvalidInput) as empty:
        comment(extension=sent, by=stranger, text=" \n")
    assert empty.value.code == "review.comment-empty"
    with pytest.raises(Refused):
        comment(extension=sent, by=AnonymousUser(), text="Hello")
    with pytest.raises(NotFound):
        comment(extension=draft, by=stranger, text="Hello")
    assert comment(extension=sent, by=stranger, text="Hello").by == stranger
