"""The author's side of a review: steps, what is asked, builds, the package replaced in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation import decisions as moderation
from extery_site.moderation.author_side import author_context
from extery_site.publish import actions as publish
from extery_site.reports.appeals import appeal
from tests.site import factories
from tests.site.packages import package
from tests.site.pages.html import Page, mistakes

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]
REVIEW = "/queue/gear_tool/1.0.0/"
REPLACE = "/publish/gear_tool/1.0.0/replace/"


def text(response: Any) -> str:
    content: str = response.content.decode()
    assert mistakes(Page(content)) == []
    return content


def steps(version: Version, owner: User) -> dict[str, str]:
    version = Version.objects.select_related("extension").get(pk=version.pk)
    return {step.title: step.state for step in author_context(owner, version)["steps"]}


def ask(version: Version, moderator: User) -> None:
    moderation.request_changes(
        version=version, packages=version.package_hashes, by=moderator, reason="Add a licence"
    )


def zip_file(**fields: Any) -> SimpleUploadedFile:
    data = package(files={"other.py": "other = True\n"}, **fields)
    return SimpleUploadedFile("new.zip", data)


def test_the_line_of_steps_follows_the_review(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    rest = {"Your turn": "rest", "Looked at again": "rest", "Public": "rest"}
    assert steps(version, owner) == {"Uploaded": "past", "Looked at": "now", **rest}

    ask(version, moderator)
    past = {"Uploaded": "past", "Looked at": "past"}
    assert steps(version, owner) == past | rest | {"Your turn": "now"}

    publish.submit(version=version, by=owner)
    past["Your turn"] = "past"
    assert steps(version, owner) == past | {"Looked at again": "now", "Public": "rest"}

    moderation.approve_version(version=version, packages=version.package_hashes, by=moderator)
    assert set(steps(version, owner).values()) == {"past"}


def test_a_version_that_is_approved_at_once_has_three_steps(
    approve: Callable[..., Version], owner: User
) -> None:
    assert list(steps(approve(), owner)) == ["Uploaded", "Looked at", "Public"]


def test_only_the_owner_has_an_author_side(
    owner: User, moderator: User, stranger: User, signed_in: SignedIn
) -> None:
    version = factories.make_waiting(owner)
    seen = text(signed_in(owner).get(REVIEW))
    assert "Nothing to do for you" in seen
    assert "Place 1 in the queue." in seen
    for user in (moderator, stranger):
        assert author_context(user, version) == {}
        assert "Nothing to do for you" not in text(signed_in(user).get(REVIEW))


def test_the_owner_replaces_the_package_in_place_and_submits_again(
    owner: User, moderator: User, signed_in: SignedIn
) -> None:
    version = factories.make_waiting(owner)
    ask(version, moderator)
    client = signed_in(owner)
    page = text(client.get(REVIEW))
    assert "Changes are asked of you" in page
    assert "Add a licence" in page
    assert REPLACE in page

    done = client.post(REPLACE, {"file": zip_file()}, follow=True)

    assert done.redirect_chain == [(REVIEW, 302)]
    page = text(done)
    assert "Build 2 is in: new.zip." in page
    assert "Build 1" in page
    # A script that shows the progress gets the address, so that the next page has the message.
    by_script = {"headers": {"X-Upload": "script"}}
    again = client.post(REPLACE, {"file": zip_file(tagline="Turns gears")}, **by_script)
    assert (again.status_code, again["Location"]) == (204, REVIEW)
    assert "Build 3 is in: new.zip." in text(client.get(REVIEW))
    refused = client.post(REPLACE, {"file": zip_file(version="1.1.1")}, **by_script)
    assert "Not replaced. Build 3 is still the newest." in text(refused)
    client.post("/publish/gear_tool/1.0.0/submit/")
    assert Version.objects.get().status == Version.Status.IN_REVIEW


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"version": "1.1.1"}, "the manifest says version 1.1.1; this page is about 1.0.0"),
        ({"id": "cog_tool"}, "the manifest says id cog_tool; this page is about gear_tool"),
        ({"tagline": ""}, "Not replaced. Build 1 is still the newest."),
    ],
)
def test_a_package_that_does_not_fit_leaves_the_old_build(
    owner: User, moderator: User, signed_in: SignedIn, fields: dict[str, str], message: str
) -> None:
    version = factories.make_waiting(owner)
    ask(version, moderator)

    response = signed_in(owner).post(REPLACE, {"file": zip_file(**fields)})

    assert response.status_code in (409, 422)
    assert message.lower() in text(response).lower()
    assert Version.objects.get().package_hashes == version.package_hashes


def test_a_package_is_not_replaced_in_review_or_by_others(
    owner: User, moderator: User, stranger: User, signed_in: SignedIn
) -> None:
    factories.make_waiting(owner)
    assert "cannot be replaced now" in text(signed_in(owner).get(REPLACE))
    assert signed_in(owner).post(REPLACE, {"file": zip_file()}).status_code == 409
    for user in (stranger, moderator):
        assert signed_in(user).post(REPLACE, {"file": zip_file()}).status_code == 404
    assert signed_in(owner).post(REPLACE).status_code == 422
    assert Version.objects.get().replaced_packages.count() == 0


@pytest.mark.parametrize("kind", ["declined", "version_blocked"])
def test_the_author_can_appeal_from_the_page(
    owner: User, moderator: User, signed_in: SignedIn, kind: str
) -> None:
    if kind == "declined":
        version = factories.make_waiting(owner)
        moderation.decline_version(
            version=version, packages=version.package_hashes, by=moderator, reason="No licence"
        )
    else:
        version = factories.make_approved(owner, moderator)
        moderation.block_version(version=version, by=moderator, reason="Sends files")
    link = f"/appeals/new/event-{version.events.get(kind=kind).pk}/"

    client = signed_in(owner)
    page = Page(text(client.get(REVIEW)))
    # In the notice, and in the history at the decision.
    assert page.links.count(link) == 2
    assert client.get(link).status_code == 200
    assert link not in text(signed_in(moderator).get(REVIEW))
    made = appeal(decision=link.split("/")[-2], by=owner, text="It is my own work")
    page = Page(text(signed_in(owner).get(REVIEW)))
    assert (page.links.count(link), page.links.count(made.get_absolute_url())) == (0, 1)
    assert "waits for another moderator" in page.html
    page = Page(text(signed_in(moderator).get(REVIEW)))
    assert "It is my own work" in page.classed("notice")[-1].words
    assert made.get_absolute_url() in page.links
