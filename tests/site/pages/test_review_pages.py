"""Pages of review threads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.moderation.comments import comment
from extery_site.moderation.decisions import request_changes
from tests.site import factories
from tests.site.pages.html import Page, mistakes, open_page

SignIn = Callable[[User], Client]
THREAD = "/queue/gear_tool/1.0.0/"


def test_a_thread_shows_all_events(
    client: Client, owner: User, moderator: User, stranger: User
) -> None:
    version = factories.make_waiting(owner)
    comment(extension=version.extension, version=version, by=stranger, text="Works *well*.")
    request_changes(
        version=version,
        packages=version.package_hashes,
        by=moderator,
        reason="Declare the network.",
    )
    page = open_page(client, THREAD)
    heads = [element.words for element in page.classed("thread-head")]
    assert [head.split(" version")[0].split(" commented")[0] for head in heads] == [
        "Ada Tester @ada Author uploaded a package of",
        "Ada Tester @ada Author submitted",
        "eve",
        "mod Moderator requested changes to",
    ]
    assert "<em>well</em>" in page.html
    assert "Declare the network." in page.html
    assert "Sign in" in page.html


def test_a_draft_that_was_never_submitted_has_no_public_thread(
    client: Client, owner: User, stranger: User, moderator: User, signed_in: SignIn
) -> None:
    factories.make_draft(owner)
    open_page(client, THREAD, 404)
    open_page(signed_in(stranger), THREAD, 404)
    open_page(client, "/queue/unheard_of/", 404)

    assert "Gear" in open_page(signed_in(moderator), THREAD).html


def test_every_user_can_comment(
    client: Client, owner: User, stranger: User, signed_in: SignIn
) -> None:
    factories.make_waiting(owner)
    words = {"step": "comment", "text": "I tried it."}
    assert "/account/login/" in client.post(THREAD, words)["Location"]
    response = signed_in(stranger).post(THREAD, words, follow=True)
    page = Page(response.content.decode())
    assert "I tried it." in page.html
    assert "Comment added." in page.html


def test_an_empty_comment_is_an_error_at_its_field(
    owner: User, stranger: User, signed_in: SignIn
) -> None:
    factories.make_waiting(owner)
    response = signed_in(stranger).post(THREAD, {"step": "comment", "text": "  "})
    assert response.status_code == 422
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert page.by_id("id_text_error").words == "Enter a comment."


def test_a_moderator_can_approve(
    client: Client, owner: User, moderator: User, signed_in: SignIn
) -> None:
    version = factories.make_waiting(owner)
    step = {"step": "approve", "package": version.package_hashes}
    response = signed_in(moderator).post(THREAD, {**step, "reason": ""}, follow=True)
    assert "Approved. The version is public now." in response.content.decode()
    assert Version.objects.get().status == "approved"
    assert client.get("/extensions/gear_tool/").status_code == 200


def test_a_moderator_can_request_changes_with_a_reason(
    owner: User, moderator: User, signed_in: SignIn
) -> None:
    version = factories.make_waiting(owner)
    client = signed_in(moderator)
    step = {"step": "request_changes", "package": version.package_hashes}
    response = client.post(THREAD, {**step, "reason": ""})
    assert response.status_code == 422
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert "The decision needs a reason." in page.by_id("id_reason_error").words
    assert "id_reason_error" in page.by_id("id_reason")["aria-describedby"]
    assert Version.objects.get().status == "in_review"
    client.post(THREAD, {**step, "reason": "Declare the network."})
    assert Version.objects.get().status == "changes_requested"


def test_a_moderator_can_block_and_unblock(owner: User, moderator: User, signed_in: SignIn) -> None:
    factories.make_approved(owner, moderator)
    client = signed_in(moderator)
    client.post(THREAD, {"step": "block", "reason": "It spies."})
    assert Extension.objects.get().block_reason == "It spies."
    page = open_page(client, THREAD)
    assert "Unblock" in page.html
    assert "It spies." in page.html
    client.post(THREAD, {"step": "unblock", "reason": ""})
    assert Extension.objects.get().status == "approved"


@pytest.mark.parametrize("step", ["approve", "request_changes", "decline", "block", "unblock"])
def test_other_users_cannot_decide(
    owner: User, stranger: User, signed_in: SignIn, step: str
) -> None:
    factories.make_waiting(owner)
    for person in (owner, stranger):
        client = signed_in(person)
        page = open_page(client, THREAD)
        assert step not in {button.get("value") for button in page.all("button")}
        response = client.post(THREAD, {"step": step, "reason": "Because."})
        assert response.status_code == 403
        assert "moderator" in response.content.decode()
    assert Version.objects.get().status == "in_review"
    assert Extension.objects.get().status == "in_review"


def test_a_decision_on_a_decided_version_shows_an_error(
    owner: User, moderator: User, signed_in: SignIn
) -> None:
    factories.make_approved(owner, moderator)
    response = signed_in(moderator).post(THREAD, {"step": "approve", "reason": ""})
    assert response.status_code == 409
    page = Page(response.content.decode())
    assert "is not in review" in page.classed("notice-error")[0].words


@pytest.mark.parametrize("step", ["", "publish"])
def test_an_unknown_action_is_not_found(
    owner: User, moderator: User, signed_in: SignIn, step: str
) -> None:
    factories.make_waiting(owner)
    assert signed_in(moderator).post(THREAD, {"step": step}).status_code == 404


def test_packages_in_review_are_for_owner_and_moderators_only(
    client: Client, owner: User, stranger: User, moderator: User, signed_in: SignIn
) -> None:
    factories.make_waiting(owner)
    for person, offered in ((owner, True), (moderator, True), (stranger, False)):
        links = open_page(signed_in(person), THREAD).links
        assert any("/download/" in link for link in links) is offered


def test_moderators_see_the_queue_length_in_the_navigation(
    owner: User, moderator: User, signed_in: SignIn
) -> None:
    factories.make_waiting(owner)
    assert (
        open_page(signed_in(moderator), "/").classed("nav-count")[0].words == "1 waiting for review"
    )
    assert not open_page(signed_in(owner), "/").classed("nav-count")
