"""The tab Try it: a private address with the package, and how a try went."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation.decisions import approve_version, request_changes
from extery_site.moderation.models import TryAddress
from extery_site.moderation.try_addresses import make_address
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.moderation.review_page.steps import BASE, SignIn, alert_of, post
from tests.site.packages import package
from tests.site.pages.html import open_page, page_of


def test_a_private_address_is_a_listing_with_its_package(
    version: Version, browser: Client, client: Client
) -> None:
    post(browser, "make_address", tab="try")
    page = open_page(browser, f"{BASE}try/")
    [link] = [a["href"] for a in page.classed("get-drag")]
    path, _, query = link.removeprefix("http://testserver").partition("?")
    address = TryAddress.objects.get()
    assert f"repository=%2Ftry%2F{address.token}%2F" in query
    listing = client.get(f"/try/{address.token}/")
    assert listing["Cache-Control"] == "private, no-store"
    assert "noindex" in listing["X-Robots-Tag"]
    [entry] = json.loads(listing.content)["data"]
    assert (entry["id"], entry["version"]) == ("gear_tool", "1.1.0")
    assert entry["archive_url"] == f"http://testserver{path}"
    [sha256] = version.package_hashes
    assert entry["archive_hash"] == f"sha256:{sha256}"
    sent = client.get(path)
    data = b"".join(sent.streaming_content)  # type: ignore[attr-defined]
    assert len(data) == entry["archive_size"]
    assert sent["Cache-Control"] == "private, no-store"
    assert client.get(f"/try/{address.token}/other.zip").status_code == 404


def end_by_new_address(version: Version, by: User) -> None:
    make_address(version=version, by=by)


def end_by_time(version: Version, by: User) -> None:
    TryAddress.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def end_by_role(version: Version, by: User) -> None:
    User.objects.filter(pk=by.pk).update(is_moderator=False)


def end_by_decision(version: Version, by: User) -> None:
    approve_version(version=version, packages=version.package_hashes, by=by)


def end_by_new_build(version: Version, by: User) -> None:
    request_changes(version=version, packages=version.package_hashes, by=by, reason="No")
    data = package(version="1.1.0", files={"more.py": ""})
    publish.receive_upload(file=io.BytesIO(data), user=version.extension.owner)


@pytest.mark.parametrize(
    "end", [end_by_new_address, end_by_time, end_by_role, end_by_decision, end_by_new_build]
)
def test_a_private_address_ends(
    version: Version, moderator: User, client: Client, end: Callable[[Version, User], None]
) -> None:
    address = make_address(version=version, by=moderator)
    assert client.get(f"/try/{address.token}/").status_code == 200
    end(version, moderator)
    assert client.get(f"/try/{address.token}/").status_code == 404


@pytest.mark.parametrize("token", ["1-" + "0" * 40, "x", "9" * 30 + "-1", "1", "²-1"])
def test_a_guessed_address_is_not_found(
    version: Version, moderator: User, client: Client, token: str
) -> None:
    address = make_address(version=version, by=moderator)
    assert client.get(f"/try/{token.replace('1-', f'{address.pk}-')}/").status_code == 404


def test_a_try_becomes_an_entry_of_the_conversation(
    version: Version, signed_in: SignIn, client: Client
) -> None:
    volunteer = factories.make_user("oskar", is_volunteer=True)
    browser = signed_in(volunteer)
    form = {"tab": "try", "result": "works", "blender": "4.2", "system": "linux-x64"}
    for field, code in (("result", "result"), ("blender", "Blender version"), ("system", "system")):
        response = post(browser, "tried", **{**form, field: "", "text": "Kept text"})
        assert code in alert_of(response)
        assert "Kept text" in page_of(response).by_id("id_try_text").words
    post(browser, "tried", **form, text="Searching works.")
    event = Event.objects.get(kind="tried")
    assert event.text == "**It works** on Blender 4.2, Linux (x64).\n\nSearching works."
    assert "Volunteer" in open_page(client, BASE).by_id(f"event-{event.pk}").words
    post(browser, "tried", **{**form, "result": "fails"}, text="")
    [row] = open_page(browser, f"{BASE}try/").classed("tries")
    assert row.words.startswith("It fails4.2 Linux (x64) oskar")
    assert "It works4.2 Linux (x64) Searching works." in row.words
