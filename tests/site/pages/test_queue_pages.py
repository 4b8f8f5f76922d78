"""The page of the review queue, and the page of an action on chosen versions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.catalog.subjects import review_key
from extery_site.moderation import claims
from extery_site.moderation.decisions import request_changes
from extery_site.moderation.models import Claim, QueueEntry
from extery_site.notify.actions import is_following
from tests.site import factories
from tests.site.pages.html import Page, mistakes, open_page

SignIn = Callable[[User], Client]


@pytest.fixture
def versions(owner: User, moderator: User) -> list[Version]:
    """Three versions in review, one with requested changes."""
    rows = [
        factories.make_waiting(owner, id=name.lower(), name=name)
        for name in ("First", "Second", "Third", "Back")
    ]
    request_changes(
        version=rows[3],
        packages=rows[3].package_hashes,
        by=moderator,
        reason="Please say **why**.",
    )
    return rows


def titles(page: Page) -> list[str]:
    return [element.words for element in page.classed("entry-title")]


def messages(response: Any) -> str:
    page = Page(response.content.decode())
    return " ".join(element.words for element in page.classed("messages"))


@pytest.mark.usefixtures("versions")
def test_the_queue_has_a_tab_for_each_list(client: Client) -> None:
    assert titles(open_page(client, "/queue/")) == [
        *("First 1.0.0", "Second 1.0.0", "Third 1.0.0", "Back 1.0.0")
    ]
    assert titles(open_page(client, "/queue/?show=us")) == [
        *("First 1.0.0", "Second 1.0.0", "Third 1.0.0")
    ]
    assert titles(open_page(client, "/queue/?show=author")) == ["Back 1.0.0"]
    decided = open_page(client, "/queue/?show=decided")
    assert titles(decided) == ["Back 1.0.0"]
    assert "Please say why." in decided.html
    open_page(client, "/queue/?show=everything", 404)
    open_page(client, "/queue/?show=mine", 404)


@pytest.mark.usefixtures("versions")
def test_every_combination_is_a_valid_page(
    client: Client, moderator: User, signed_in: SignIn
) -> None:
    queries = [
        *("", "sort=name&rows=50", "show=us&sort=-risk", "q=first&type=add-on&kind=first"),
        *("flag=new-author&who=free&sort=change", "show=mine&rows=100", "page=9", "q=nothing"),
    ]
    staff = signed_in(moderator)
    for query in queries:
        for visitor in (staff, client):
            if visitor is client and "mine" in query:
                continue
            page = open_page(visitor, f"/queue/?{query}")
            assert page.h1 == "Review queue", query


def test_an_empty_list_says_what_that_means(
    client: Client, owner: User, moderator: User, signed_in: SignIn
) -> None:
    assert "The queue is empty" in open_page(client, "/queue/").html
    assert "No version is with its author" in open_page(client, "/queue/?show=author").html
    mine = open_page(signed_in(moderator), "/queue/?show=mine")
    assert "You have claimed no version" in mine.html
    assert "No decisions yet" in open_page(client, "/queue/?show=decided").html
    factories.make_waiting(owner)
    filtered = open_page(client, "/queue/?q=lantern&type=theme")
    assert "“lantern”, themes." in filtered.html
    assert "Remove the filters" in filtered.html


@pytest.mark.usefixtures("versions")
def test_visitors_see_places_and_neither_risk_nor_claims(
    client: Client, moderator: User, stranger: User, signed_in: SignIn
) -> None:
    claims.claim(version=Version.objects.get(extension__name="First"), by=moderator)
    for visitor in (client, signed_in(stranger)):
        page = open_page(visitor, "/queue/?sort=risk")
        assert [cell.words for cell in page.classed("queue-place")][1:] == [
            *("Place 1", "Place 2", "Place 3", "–")
        ]
        for word in (" risk", "Claim", "New author", "row-action", moderator.username + "<"):
            assert word not in page.html
    staff = open_page(signed_in(moderator), "/queue/")
    assert "New author" in staff.html
    assert len(staff.classed("queue-risk")) == 5


def test_the_queue_needs_as_many_queries_for_many_versions_as_for_one(
    client: Client, owner: User, moderator: User, stranger: User, signed_in: SignIn
) -> None:
    other = factories.make_moderator("imani")
    browsers = (client, signed_in(moderator), signed_in(stranger))
    numbers = []
    for ids in (["tool_0"], [f"tool_{number}" for number in range(1, 7)]):
        for id_ in ids:
            claims.claim(version=factories.make_waiting(owner, id=id_), by=other)
        for browser in browsers:
            for query in ("", "?sort=name"):
                with CaptureQueriesContext(
                    connection,
                ) as captured:
                    shown = titles(open_page(browser, f"/queue/{query}"))
                numbers.append(len(captured))
    assert len(shown) == 7
    assert numbers[:6] == numbers[6:]
    assert max(numbers) <= 16


@pytest.mark.usefixtures("versions")
def test_visitors_follow_a_review_in_its_row(
    client: Client, owner: User, stranger: User, signed_in: SignIn
) -> None:
    version = Version.objects.get(extension__name="Second")
    visitor = signed_in(stranger)
    form = {"follow": version.pk, "back": "show=us&sort=name"}
    for _ in range(2):
        response = visitor.post("/queue/", form)
        assert response["Location"] == f"/queue/?show=us&sort=name#entry-{version.pk}"
    assert is_following(stranger, review_key(version.extension, version.number))
    words = [cell.words for cell in open_page(visitor, "/queue/").classed("queue-follow")][1:]
    assert sorted(words)[-1] == "Following Second 1.0.0, stop"
    assert sum("Following" in cell for cell in words) == 1
    # Authors are notified anyway, and who is not signed in has no button.
    own = open_page(signed_in(owner), "/queue/").classed("queue-follow")
    assert {cell.words for cell in own[1:]} == {"Yours"}
    assert not open_page(client, "/queue/").classed("queue-follow")
    assert client.post("/queue/", form).status_code in (401, 403)
    visitor.post("/queue/", {"unfollow": version.pk})
    assert not is_following(stranger, review_key(version.extension, version.number))
    for key in ("0", "x", "9" * 30):
        response = visitor.post("/queue/", {"follow": key}, follow=True)
        assert messages(response) == "This version is not in the queue any more."


@pytest.mark.usefixtures("versions")
def test_a_moderator_claims_and_releases_in_the_row(moderator: User, signed_in: SignIn) -> None:
    version = Version.objects.get(extension__name="Second")
    client = signed_in(moderator)
    back = {"back": "show=us&sort=name"}
    response = client.post("/queue/", {"claim": version.pk, **back})
    assert response["Location"] == f"/queue/?show=us&sort=name#entry-{version.pk}"
    page = open_page(client, "/queue/")
    assert "mYou Release Second 1.0.0" in [cell.words for cell in page.classed("queue-who")]
    client.post("/queue/", {"release": version.pk, **back})
    assert not Claim.objects.current().exists()


@pytest.mark.usefixtures("versions")
def test_the_second_moderator_is_shown_who_was_faster(moderator: User, signed_in: SignIn) -> None:
    version = Version.objects.get(extension__name="First")
    imani = factories.make_user("imani", full_name="Imani Okafor", is_moderator=True)
    claims.claim(version=version, by=imani)
    response = signed_in(moderator).post("/queue/", {"claim": version.pk}, follow=True)
    assert "Imani Okafor claimed First 1.0.0 one second before you" in messages(response)
    assert "Imani Okafor" in response.content.decode()


@pytest.mark.usefixtures("versions")
def test_take_the_next_one_claims_a_version_and_opens_it(
    moderator: User, signed_in: SignIn
) -> None:
    client = signed_in(moderator)
    addresses = [client.post("/queue/", {"next": "1"})["Location"] for _ in range(4)]
    assert addresses == [
        "/queue/first/1.0.0/",
        "/queue/second/1.0.0/",
        "/queue/third/1.0.0/",
        "/queue/",
    ]
    assert Claim.objects.current().filter(by=moderator).count() == 3


@pytest.mark.usefixtures("versions")
@pytest.mark.parametrize("data", [{"next": "1"}, {"claim": "1"}, {"undo": "1"}, {}])
def test_only_moderators_change_the_queue(
    client: Client, stranger: User, signed_in: SignIn, data: dict[str, str]
) -> None:
    for visitor in (client, signed_in(stranger)):
        assert visitor.post("/queue/", data).status_code in (401, 403)
        assert visitor.get("/queue/-/chosen/?step=approve").status_code in (401, 403)
        assert visitor.post("/queue/-/chosen/", data).status_code in (401, 403)
    assert not Claim.objects.exists()


@pytest.mark.usefixtures("versions")
def test_unknown_versions_and_actions_are_not_found(moderator: User, signed_in: SignIn) -> None:
    client = signed_in(moderator)
    for data in ({"claim": "0"}, {"claim": "x"}, {"release": "9" * 30}, {"steal": "1"}, {}):
        assert client.post("/queue/", data).status_code == 404
    assert client.get("/queue/-/chosen/?step=block&chosen=1").status_code == 404
    response = client.get("/queue/-/chosen/?step=approve&chosen=x&back=show%3Dus")
    assert response["Location"] == "/queue/?show=us"


@pytest.mark.usefixtures("versions")
def test_the_way_back_stays_on_the_queue(moderator: User, signed_in: SignIn) -> None:
    client = signed_in(moderator)
    version = Version.objects.get(extension__name="First")
    back = "//evil.example/?a=1\r\nX: y"
    address = client.post("/queue/", {"claim": version.pk, "back": back})["Location"]
    assert address.startswith("/queue/?")
    assert address.endswith(f"#entry-{version.pk}")


@pytest.mark.usefixtures("versions")
def test_chosen_versions_are_claimed_after_a_preview_and_released_by_undo(
    moderator: User, signed_in: SignIn
) -> None:
    client = signed_in(moderator)
    keys = [one.pk for one in Version.objects.filter(extension__name__in=["First", "Second"])]
    preview = open_page(client, f"/queue/-/chosen/?step=claim&chosen={keys[0]}&chosen={keys[1]}")
    assert mistakes(preview) == []
    assert "Claim 2 versions?" in preview.html
    response = client.post("/queue/-/chosen/", {"step": "claim", "chosen": keys}, follow=True)
    assert "2 versions claimed." in messages(response)
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert "Undo, 9:" in page.html
    response = client.post("/queue/", {"undo": "1"}, follow=True)
    assert "2 versions are released again." in messages(response)
    assert not Claim.objects.current().exists()
    response = client.post("/queue/", {"undo": "1"}, follow=True)
    assert "nothing left to undo" in messages(response)


@pytest.mark.usefixtures("versions")
def test_an_action_is_undone_within_ten_minutes_only(
    moderator: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(moderator)
    key = Version.objects.get(extension__name="First").pk
    client.post("/queue/-/chosen/", {"step": "claim", "chosen": [key]})
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr("extery_site.moderation.views.timezone.now", lambda: later)
    assert "Undo" not in open_page(client, "/queue/").html
    client.post("/queue/", {"undo": "1"})
    assert Claim.objects.filter(by=moderator, ended_at=None).count() == 1


def test_the_preview_names_what_is_left_out_and_approves_the_rest(
    owner: User, moderator: User, signed_in: SignIn, run_tasks: Callable[[], int]
) -> None:
    rows = []
    for name in ("small", "large"):
        factories.make_approved(owner, moderator, id=name, name=name.title())
        rows.append(factories.make_waiting(owner, id=name, name=name.title(), version="1.1.0"))
    run_tasks()
    QueueEntry.objects.filter(version=rows[1]).update(lines_added=900)
    client = signed_in(moderator)
    query = "&".join(f"chosen={version.pk}" for version in rows)
    preview = open_page(client, f"/queue/-/chosen/?step=approve&{query}")
    assert mistakes(preview) == []
    assert "Approve 1 of the 2 you chose?" in preview.html
    assert "Large change" in preview.html
    data = {
        "step": "approve",
        "chosen": [version.pk for version in rows],
        **{f"package-{version.pk}": version.package_hashes for version in rows},
    }
    response = client.post("/queue/-/chosen/", data, follow=True)
    assert "1 version approved. They are in the listing." in messages(response)
    assert "Left out: Large 1.1.0 (large change)." in messages(response)
    assert [Version.objects.get(pk=version.pk).status for version in rows] == [
        *("approved", "in_review")
    ]
    again = client.post("/queue/-/chosen/", data, follow=True)
    assert "approved. They" not in messages(again)


@pytest.mark.usefixtures("versions")
def test_asking_for_the_same_changes_needs_a_message(moderator: User, signed_in: SignIn) -> None:
    client = signed_in(moderator)
    rows = Version.objects.filter(extension__name__in=["First", "Second"])
    data = {
        "step": "request_changes",
        "chosen": [version.pk for version in rows],
        **{f"package-{version.pk}": version.package_hashes for version in rows},
    }
    response = client.post("/queue/-/chosen/", {**data, "reason": "  "})
    assert response.status_code == 422
    page = Page(response.content.decode())
    assert mistakes(page) == []
    assert page.by_id("id_reason_error").words == "Describe what is wrong and how to fix it."
    response = client.post("/queue/-/chosen/", {**data, "reason": "Add a manual."}, follow=True)
    assert "2 versions returned to their authors" in messages(response)
    assert {version.status for version in rows.all()} == {"changes_requested"}
