"""Blocks of extensions and versions, and the second moderator of widely used ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from extery.core.errors import Conflict, ExteryError, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Package, Version
from extery_site.moderation import blocks, decisions
from extery_site.moderation.models.block_request import BlockRequest
from extery_site.publish import actions
from tests.site import factories

pytestmark = pytest.mark.django_db

PAGE = "/queue/gear_tool/block/"


@pytest.fixture
def imani(db: None) -> User:
    return factories.make_moderator("imani")


@pytest.fixture
def extension(owner: User, moderator: User) -> Extension:
    """Gear Tool 1.0.0 and 1.1.0, with 20 downloads of the newest version."""
    factories.make_approved(owner, moderator)
    newest = factories.make_approved(owner, moderator, version="1.1.0")
    Package.objects.filter(version=newest).update(download_count=20)
    Extension.objects.update(download_count=20)
    return Extension.objects.get()


@pytest.fixture
def _widely_used(settings: Any) -> None:
    settings.EXTERY_BLOCK_ALONE = 19


@pytest.fixture
def asked(extension: Extension, moderator: User, _widely_used: None) -> BlockRequest:
    return blocks.ask_for_block(
        extension=extension, by=moderator, reason="Sends files", note="See line 18"
    )


def download_status(number: str) -> int:
    package = Package.objects.get(version__number=number)
    response = Client().get(package.download_path)
    list(response)
    return int(response.status_code)


def test_versions_are_blocked_together(extension: Extension, moderator: User) -> None:
    events = blocks.block(
        extension=extension, by=moderator, reason="Sends files", numbers=["1.0.0", "1.1.0"]
    )

    assert sorted(event.version_number for event in events) == ["1.0.0", "1.1.0"]
    assert {event.text for event in events} == {"Sends files"}
    extension.refresh_from_db()
    assert (extension.status, extension.newest_version) == ("versions_blocked", None)


@pytest.mark.parametrize(
    ("numbers", "code"),
    [(["9.9.9"], "review.version-discarded"), (["1.1.0", "2.0.0"], "review.wrong-status")],
)
def test_if_one_version_cannot_be_blocked_none_is(
    numbers: list[str], code: str, extension: Extension, owner: User, moderator: User
) -> None:
    factories.make_waiting(owner, version="2.0.0")

    with pytest.raises(Conflict) as caught:
        blocks.block(extension=extension, by=moderator, reason="Hm", numbers=numbers)

    assert caught.value.code == code
    assert not Version.objects.filter(status="blocked").exists()


@pytest.mark.usefixtures("_widely_used")
def test_a_widely_used_extension_is_blocked_by_two(
    extension: Extension, owner: User, moderator: User, imani: User
) -> None:
    for block in (
        lambda: decisions.block_extension(extension=extension, by=moderator, reason="Hm"),
        lambda: decisions.block_version(
            version=extension.versions.get(number="1.1.0"), by=moderator, reason="Hm"
        ),
    ):
        with pytest.raises(Refused) as caught:
            block()
        assert caught.value.code == "review.second-moderator"
    # Few have this version.
    blocks.block(extension=extension, by=moderator, reason="Hm", numbers=["1.0.0"])

    request = blocks.ask_for_block(extension=extension, by=moderator, reason="Sends files")
    with pytest.raises(Refused) as caught:
        blocks.confirm_block(request=request, by=moderator)
    assert caught.value.code == "permission.second-moderator"
    with pytest.raises(Refused):
        blocks.confirm_block(request=request, by=owner)
    [event] = blocks.confirm_block(request=request, by=imani)

    extension.refresh_from_db()
    assert (extension.is_blocked, extension.block_reason) == (True, "Sends files")
    assert (event.kind, event.by, event.text) == ("blocked", imani, "Sends files")
    request.refresh_from_db()
    assert (request.state, request.decided_by) == ("confirmed", imani)


@pytest.mark.usefixtures("_widely_used")
def test_a_site_with_one_moderator_needs_no_second(
    extension: Extension, moderator: User, settings: Any
) -> None:
    settings.EXTERY_OWN_DECISIONS = True

    decisions.block_extension(extension=extension, by=moderator, reason="Sends files")

    extension.refresh_from_db()
    assert extension.is_blocked


def test_a_request_is_answered_once(
    asked: BlockRequest, moderator: User, imani: User, owner: User
) -> None:
    with pytest.raises(Conflict) as caught:
        blocks.ask_for_block(extension=asked.extension, by=imani, reason="Again")
    assert caught.value.code == "review.block-requested"
    with pytest.raises(InvalidInput):
        blocks.refuse_block(request=asked, by=imani, answer=" ")
    with pytest.raises(Refused) as refused:
        blocks.take_back_request(request=asked, by=imani)
    assert refused.value.code == "permission.own-request"

    blocks.refuse_block(request=asked, by=imani, answer="It asks first")

    asked.refresh_from_db()
    assert (asked.state, asked.answer, asked.decided_by) == ("refused", "It asks first", imani)
    for late in (
        lambda: blocks.confirm_block(request=asked, by=imani),
        lambda: blocks.take_back_request(request=asked, by=moderator),
    ):
        with pytest.raises(Conflict) as caught:
            late()
        assert caught.value.code == "review.block-request-closed"
    assert not Event.objects.filter(kind="blocked").exists()
    assert not Extension.objects.get().is_blocked


@pytest.mark.usefixtures("_widely_used")
def test_the_owner_of_an_extension_does_not_refuse_its_block(imani: User, moderator: User) -> None:
    extension = factories.make_approved(imani, moderator).extension
    request = blocks.ask_for_block(extension=extension, by=moderator, reason="Hm")

    with pytest.raises(Refused) as caught:
        blocks.refuse_block(request=request, by=imani, answer="It is fine")

    assert caught.value.code == "permission.own-work"


@pytest.mark.usefixtures("_widely_used")
def test_new_downloads_stop_until_the_answer_or_for_a_day(
    extension: Extension, moderator: User, imani: User, signed_in: Any
) -> None:
    request = blocks.ask_for_block(
        extension=extension, by=moderator, reason="Hm", numbers=["1.1.0"], stop_downloads=True
    )
    assert (download_status("1.1.0"), download_status("1.0.0")) == (403, 200)
    Version.objects.filter(number="1.1.0").update(
        downloads_stopped_until=timezone.now() - timedelta(seconds=1)
    )
    assert download_status("1.1.0") == 200
    Version.objects.filter(number="1.1.0").update(
        downloads_stopped_until=timezone.now() + timedelta(hours=1)
    )

    blocks.refuse_block(request=request, by=imani, answer="It is fine")

    assert download_status("1.1.0") == 200


@pytest.mark.usefixtures("_widely_used")
def test_a_request_about_a_version_that_left_is_a_conflict(
    extension: Extension, owner: User, moderator: User, imani: User
) -> None:
    request = blocks.ask_for_block(
        extension=extension, by=moderator, reason="Hm", numbers=["1.1.0"]
    )
    actions.unpublish(version=extension.versions.get(number="1.1.0"), by=owner)

    blocks.confirm_block(request=request, by=imani)

    assert extension.versions.get(number="1.1.0").is_blocked


@pytest.mark.usefixtures("_widely_used")
def test_versions_that_are_approved_meanwhile_are_not_downloaded_either(
    extension: Extension, owner: User, moderator: User, imani: User
) -> None:
    request = blocks.ask_for_block(
        extension=extension, by=moderator, reason="Sends files", stop_downloads=True
    )
    factories.make_approved(owner, moderator, version="1.2.0")
    assert [download_status(number) for number in ("1.1.0", "1.2.0")] == [403, 403]

    blocks.refuse_block(request=request, by=imani, answer="It asks first")

    factories.make_approved(owner, moderator, version="1.3.0")
    assert [download_status(number) for number in ("1.2.0", "1.3.0")] == [200, 200]


def test_the_page_counts_what_is_chosen(
    extension: Extension, moderator: User, signed_in: Any
) -> None:
    client = signed_in(moderator)
    data = {"scope": "versions", "version": ["1.0.0"], "reason": "Hm", "step": "count"}

    whole = client.get(PAGE).content.decode()
    one = client.post(PAGE, data).content.decode()
    none = client.post(PAGE, {**data, "version": []}).content.decode()

    assert ">20</span> downloads of all versions" in whole
    assert "Its 2 public versions stay in the listing" in whole
    assert ">0</span> downloads of 1.0.0" in one
    assert "it offers 1.1.0 as an update" in one
    assert "No version is chosen" in none


def test_the_page_blocks_only_what_it_has_counted(
    extension: Extension, moderator: User, signed_in: Any
) -> None:
    client = signed_in(moderator)
    data = {"scope": "versions", "version": ["1.1.0"], "reason": "Sends files", "step": "block"}

    first = client.post(PAGE, {**data, "counted": "extension"})

    assert first.status_code == 409
    assert "Nothing was blocked yet" in first.content.decode()
    assert not Version.objects.filter(status="blocked").exists()
    second = client.post(PAGE, {**data, "counted": "versions 1.1.0"})
    assert (second.status_code, second["Location"]) == (302, PAGE)
    assert Version.objects.get(number="1.1.0").block_reason == "Sends files"
    assert "Blocked: 1.1.0." in client.get(PAGE).content.decode()


def test_mistakes_in_the_form_block_nothing(
    extension: Extension, moderator: User, signed_in: Any
) -> None:
    client = signed_in(moderator)
    whole = {"scope": "extension", "counted": "extension", "step": "block"}
    versions = {"scope": "versions", "counted": "versions", "reason": "Hm", "step": "block"}

    answers = [
        client.post(PAGE, whole),
        client.post(PAGE, {**whole, "reason": "x" * 201}),
        client.post(PAGE, versions),
        client.post(PAGE, {**whole, "reason": "Hm", "scope": "everything"}),
    ]

    assert [answer.status_code for answer in answers] == [422] * 4
    assert "Enter a reason" in answers[0].content.decode()
    assert "hoose at least one version" in answers[2].content.decode()
    assert not Event.objects.filter(kind__in=("blocked", "version_blocked")).exists()
    assert client.post(PAGE, {"step": "explode"}).status_code == 404


@pytest.mark.usefixtures("_widely_used")
def test_two_moderators_block_and_lift_on_the_page(
    extension: Extension, moderator: User, imani: User, signed_in: Any
) -> None:
    first, second = signed_in(moderator), signed_in(imani)
    data = {"scope": "extension", "counted": "extension", "reason": "Sends files", "note": "Line 3"}
    refused = first.post(PAGE, {**data, "step": "block"})
    assert refused.status_code == 403
    first.post(PAGE, {**data, "step": "ask", "stop": "on"})
    request = BlockRequest.objects.get()
    own = first.get(PAGE).content.decode()
    page = second.get(PAGE).content.decode()
    assert "another moderator confirms or refuses it" in own
    assert "Confirm the block" not in own
    assert "Line 3" in page
    assert "Sends files" in first.get("/blocks/").content.decode()
    assert "Sends files" not in Client().get("/blocks/").content.decode()
    assert "Sends files" not in Client().get(PAGE).content.decode()

    assert first.post(PAGE, {"step": "confirm", "request": request.pk}).status_code == 403
    assert second.post(PAGE, {"step": "confirm", "request": "x"}).status_code == 404
    second.post(PAGE, {"step": "confirm", "request": request.pk})

    assert Extension.objects.get().is_blocked
    assert "Sends files" in Client().get(PAGE).content.decode()
    assert "Sends files" in Client().get("/blocks/").content.decode()
    second.post(PAGE, {"step": "lift", "answer": "The author cured it"})
    assert not Extension.objects.get().is_blocked
    assert "The author cured it" in Client().get("/blocks/").content.decode()


def test_a_moderator_lifts_the_block_of_one_version_on_the_page(
    extension: Extension, moderator: User, signed_in: Any
) -> None:
    blocks.block(extension=extension, by=moderator, reason="Sends files", numbers=["1.1.0"])

    signed_in(moderator).post(PAGE, {"step": "lift_version", "number": "1.1.0", "answer": "Cured"})

    assert Version.objects.get(number="1.1.0").is_public


def test_only_moderators_block_on_the_page(
    extension: Extension, owner: User, signed_in: Any
) -> None:
    data = {"scope": "extension", "counted": "extension", "reason": "Hm", "step": "block"}

    assert signed_in(owner).post(PAGE, data).status_code == 403
    assert "/account/login/" in Client().post(PAGE, data)["Location"]
    assert "Block Gear Tool" not in Client().get(PAGE).content.decode()
    assert not Extension.objects.get().is_blocked


def test_a_draft_has_no_public_page_of_blocks(owner: User) -> None:
    factories.make_draft(owner)

    assert Client().get(PAGE).status_code == 404


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_of_all_blocks_needs_a_fixed_number_of_queries(
    number: int,
    extension: Extension,
    moderator: User,
    signed_in: Any,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(number):
        decisions.block_extension(extension=extension, by=moderator, reason="Hm")
        decisions.unblock_extension(extension=extension, by=moderator)
    client = signed_in(moderator)

    with django_assert_max_num_queries(7):
        page = client.get("/blocks/")

    assert page.content.decode().count("thread-blocked") == min(number, 25)


@pytest.mark.usefixtures("_widely_used")
def test_the_api_asks_confirms_and_refuses(
    extension: Extension, moderator: User, imani: User, owner: User, program: Any
) -> None:
    first, second = program(moderator), program(imani)
    path = "/api/v1/extensions/gear_tool/block-requests"
    body = {"reason": "Sends files", "versions": ["1.1.0"]}

    alone = first.post("/api/v1/extensions/gear_tool/block", {"reason": "Hm"}, "application/json")
    asked = first.post(path, body, "application/json")
    [listed] = second.get("/api/v1/block-requests/").json()
    number = asked.json()["id"]
    refused = second.post(
        f"/api/v1/block-requests/{number}/refuse", {"reason": "No"}, "application/json"
    )
    again = first.post(path, {"reason": "Sends files"}, "application/json").json()["id"]
    done = second.post(f"/api/v1/block-requests/{again}/confirm", {}, "application/json")

    assert (alone.status_code, alone.json()["problems"][0]["code"]) == (
        *(403, "review.second-moderator"),
    )
    assert (asked.status_code, asked.json()["versions"]) == (201, ["1.1.0"])
    assert listed == asked.json()
    assert (refused.json()["state"], refused.json()["answer"]) == ("refused", "No")
    assert [event["kind"] for event in done.json()] == ["blocked"]
    assert program(owner).get("/api/v1/block-requests/").status_code == 403
    assert second.post("/api/v1/block-requests/0/confirm", {}).status_code == 404


def test_hostile_numbers_of_versions_are_refused(
    extension: Extension, moderator: User, signed_in: Any
) -> None:
    data = {
        "scope": "versions",
        "version": ["\x00" * 3, "é" * 5000],
        "reason": "Hm",
        "step": "count",
    }

    page = signed_in(moderator).post(PAGE, data)

    assert page.status_code == 200
    with pytest.raises(ExteryError):
        blocks.block(extension=extension, by=moderator, reason="Hm", numbers=["é" * 5000])
