"""Pictures, videos and the icon over the API."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension
from tests.site import factories
from tests.site.media.content import add_item, keys
from tests.site.media.videos import webm

PATH = "/api/v1/extensions/gear_tool/media/"


def file(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("file", data)


@pytest.fixture
def extension(owner: User) -> Extension:
    return factories.make_complete(owner).extension


@pytest.fixture
def api(owner: User, program: Callable[[User], Client]) -> Client:
    return program(owner)


def test_a_gallery_is_made_by_a_program(extension: Extension, api: Client) -> None:
    picture = factories.picture(960, 540).getvalue()
    data: Any = {"file": file(picture), "alt_text": "A gear"}
    made = api.post(f"{PATH}pictures/", data)
    assert made.status_code == 201
    assert made.json() | {"id": 0, "sources": []} == {
        "id": 0,
        "kind": "picture",
        "cover": False,
        "alt_text": "A gear",
        "width": 960,
        "height": 540,
        "sources": [],
        "video": None,
        "youtube": None,
    }
    data = {"file": file(webm()), "poster": file(picture), "alt_text": "It turns"}
    video = api.post(f"{PATH}videos/", data).json()["video"]
    assert (video["type"], video["seconds"], video["width"]) == ("video/webm", 3.9, 640)
    data = {"youtube": "aqz-KE-bpKQ", "poster": file(picture), "alt_text": "A rabbit"}
    assert api.post(f"{PATH}videos/", data).json()["youtube"] == "aqz-KE-bpKQ"
    icon = factories.picture(256, 256).getvalue()
    assert api.post("/api/v1/extensions/gear_tool/icon", {"file": file(icon)}).json()["icon"]
    assert api.delete("/api/v1/extensions/gear_tool/icon").status_code == 204
    media = api.get(PATH).json()
    assert media["icon"] is None
    assert [item["kind"] for item in media["items"]] == ["picture", "picture", "video", "youtube"]


def test_a_gallery_is_put_in_order_described_and_cut(extension: Extension, api: Client) -> None:
    add_item(extension)
    add_item(extension, "")
    cover, second, third = keys(extension)
    body = {"order": [second, cover, third], "seen": [cover, second, third]}
    answer = api.put(f"{PATH}order", body, content_type="application/json")
    assert [item["id"] for item in answer.json()["items"]] == body["order"]
    assert answer.json()["items"][0]["cover"]
    again = api.put(f"{PATH}order", body, content_type="application/json")
    assert (again.status_code, again.json()["problems"][0]["code"]) == (409, "media.order-changed")
    body = {"alt_text": "Teeth"}
    assert api.patch(f"{PATH}{third}", body, content_type="application/json").status_code == 200
    assert api.delete(f"{PATH}{cover}").status_code == 204
    assert api.delete(f"{PATH}{cover}").status_code == 404
    assert keys(extension) == [second, third]


@pytest.mark.parametrize(
    ("path", "data", "code"),
    [
        ("pictures/", {"alt_text": "A gear"}, "media.no-file"),
        ("pictures/", {"file": file(b"x")}, "media.alt-text-missing"),
        ("pictures/", {"file": file(b"x"), "alt_text": "A gear"}, "image.not-image"),
        ("videos/", {"file": file(b"x"), "alt_text": "A gear"}, "media.poster-missing"),
        ("videos/", {"poster": file(b"x"), "alt_text": "A gear"}, "media.no-file"),
        ("videos/", {"poster": file(b"x"), "alt_text": "A", "youtube": "x"}, "media.not-youtube"),
    ],
)
def test_what_is_missing_is_named(
    extension: Extension, api: Client, path: str, data: dict[str, Any], code: str
) -> None:
    answer = api.post(PATH + path, data)
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["code"] == code


def test_others_read_what_is_public_and_change_nothing(
    approve: Callable[..., Any],
    client: Client,
    stranger: User,
    program: Callable[[User], Client],
) -> None:
    extension = approve().extension
    add_item(extension, "Second")
    add_item(extension, "")
    assert [item["alt_text"] for item in client.get(PATH).json()["items"]] == [
        "A gear in the viewport",
        "Second",
    ]
    other = keys(extension)[1]
    for browser, status in ((client, 401), (program(stranger), 403)):
        assert browser.delete(f"{PATH}{other}").status_code == status
        data = {"file": io.BytesIO(b"x"), "alt_text": "Mine"}
        assert browser.post(f"{PATH}pictures/", data).status_code == status


def test_the_gallery_of_a_blocked_extension_is_empty(
    client: Client, owner: User, moderator: User, api: Client
) -> None:
    extension = factories.make_blocked(owner, moderator)
    add_item(extension)
    assert client.get(PATH).json() == {"icon": None, "items": []}
    assert len(api.get(PATH).json()["items"]) == 2
