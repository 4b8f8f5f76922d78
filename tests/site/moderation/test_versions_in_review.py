"""Several versions of an extension in review: each has its own page, history and decision."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation import queues
from extery_site.moderation.comments import comment
from extery_site.moderation.decisions import request_changes
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.pages.html import open_page

SignIn = Callable[[User], Client]
NUMBERS = ("1.0.0", "1.1.0", "1.2.0")


@pytest.fixture
def waiting(owner: User) -> list[Version]:
    return [factories.make_waiting(owner, version=number) for number in NUMBERS]


def statuses() -> dict[str, str]:
    return dict(Version.objects.values_list("number", "status"))


@pytest.mark.usefixtures("waiting")
def test_each_row_of_the_queue_leads_to_its_own_version(client: Client) -> None:
    links = [link for link in open_page(client, "/queue/").links if "/queue/gear_tool/" in link]
    assert links == [f"/queue/gear_tool/{number}/" for number in NUMBERS]
    for link, number in zip(links, NUMBERS, strict=True):
        page = open_page(client, link)
        assert page.all("h1")[0].words == f"Gear Tool {number}"
        current = [a for a in page.all("a") if a.get("aria-current") == "true" and a.get("href")]
        assert [a.words.split()[0] for a in current if "/queue/gear" in a["href"]] == [number] * 2


def test_versions_are_decided_in_any_order(
    waiting: list[Version], moderator: User, signed_in: SignIn
) -> None:
    browser = signed_in(moderator)
    for version, step in ((waiting[2], "approve"), (waiting[0], "decline")):
        form = {"step": step, "reason": "Teeth", "package": version.package_hashes}
        response = browser.post(f"/queue/gear_tool/{version.number}/", form)
        assert response["Location"] == f"/queue/gear_tool/{version.number}/"
    assert statuses() == {"1.0.0": "declined", "1.1.0": "in_review", "1.2.0": "approved"}


def test_the_packages_of_one_version_do_not_decide_about_another(
    waiting: list[Version], moderator: User, signed_in: SignIn
) -> None:
    form = {"step": "approve", "package": waiting[0].package_hashes}
    assert signed_in(moderator).post("/queue/gear_tool/1.1.0/", form).status_code == 409
    assert set(statuses().values()) == {"in_review"}


def test_the_page_of_a_version_shows_its_own_history(
    waiting: list[Version], client: Client, owner: User, moderator: User
) -> None:
    first, second, _ = waiting
    comment(extension=first.extension, version=first, by=moderator, text="About the first")
    comment(extension=second.extension, version=second, by=moderator, text="About the second")
    comment(extension=second.extension, by=owner, text="About all of them")
    html = open_page(client, "/queue/gear_tool/1.1.0/").html
    assert "About the second" in html
    assert "About all of them" in html
    assert "About the first" not in html


def test_the_address_without_a_version_leads_to_the_one_that_waits_longest(
    waiting: list[Version], client: Client, moderator: User
) -> None:
    assert client.get("/queue/gear_tool/")["Location"] == "/queue/gear_tool/1.0.0/"
    request_changes(
        version=waiting[0], packages=waiting[0].package_hashes, by=moderator, reason="Teeth"
    )
    assert client.get("/queue/gear_tool/")["Location"] == "/queue/gear_tool/1.1.0/"


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("number", ["9.9.9", "1.0", "1.0.0%20", "🚀"])
def test_an_unknown_version_has_no_page(client: Client, number: str) -> None:
    assert client.get(f"/queue/gear_tool/{number}/").status_code == 404


def test_a_discarded_version_keeps_its_history_with_its_number(
    waiting: list[Version], owner: User, moderator: User, client: Client
) -> None:
    version = waiting[1]
    request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Mesh the teeth"
    )
    version.refresh_from_db()
    publish.discard_draft(version=version, by=owner)

    assert set(Event.objects.filter(version=None).values_list("version_number", flat=True)) == {
        "1.1.0"
    }
    page = open_page(client, "/queue/gear_tool/1.1.0/")
    heads = " ".join(element.words for element in page.classed("thread-head"))
    assert "requested changes to version 1.1.0" in heads
    assert "Mesh the teeth" in page.html
    assert "Deleted" in page.classed("state")[0].words
    assert "/queue/gear_tool/1.1.0/" in open_page(client, "/queue/gear_tool/1.0.0/").links
    assert "/queue/gear_tool/1.1.0/" in open_page(client, "/queue/?show=decided").links


def test_a_draft_has_a_history_for_its_owner_and_moderators_only(
    waiting: list[Version], owner: User, moderator: User, stranger: User, signed_in: SignIn
) -> None:
    factories.make_draft(owner, version="2.0.0")
    for user, status in ((owner, 200), (moderator, 200), (stranger, 404)):
        open_page(signed_in(user), "/queue/gear_tool/2.0.0/", status)
    extension = waiting[0].extension
    assert [item.number for item in queues.submitted_versions(extension)] == [*reversed(NUMBERS)]


def test_a_new_version_under_a_discarded_number_continues_its_history(
    waiting: list[Version], owner: User, client: Client
) -> None:
    publish.withdraw(version=waiting[2], by=owner)
    waiting[2].refresh_from_db()
    publish.discard_draft(version=waiting[2], by=owner)
    factories.make_waiting(owner, version="1.2.0", files={"new.py": "new = 1\n"})
    page = open_page(client, "/queue/gear_tool/1.2.0/")
    heads = [element.words for element in page.classed("thread-head")]
    assert sum("submitted version 1.2.0" in head for head in heads) == 2
    assert "Deleted" not in page.html
