"""The owner of a blocked extension changes nothing that is shown: pages and API refuse it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery.core.errors import Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.packages import package

SignedIn = Callable[[User], Client]


@pytest.fixture
def blocked(owner: User, moderator: User) -> Extension:
    """An approved extension with a draft of 2.0.0, which was blocked."""
    factories.make_approved(owner, moderator)
    factories.make_complete(owner, version="2.0.0")
    extension = Extension.objects.get()
    from extery_site.moderation import decisions as moderation

    moderation.block_extension(extension=extension, by=moderator, reason="Sends data away")
    return Extension.objects.get()


CHANGES: list[dict[str, Any]] = [
    {"description": "Harmless"},
    {"website": "https://evil.example/"},
    {"support_url": "https://evil.example/"},
    {"alt_text": "Harmless"},
    {"image": factories.picture, "alt_text": "Harmless"},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_no_field_of_a_blocked_extension_can_be_changed(
    owner: User, blocked: Extension, media: Callable[[], list[str]], change: dict[str, Any]
) -> None:
    before, files = Extension.objects.values().get(), media()
    values = {name: value() if callable(value) else value for name, value in change.items()}
    with pytest.raises(Refused) as caught:
        publish.update_draft(extension=blocked, by=owner, **values)
    assert caught.value.code == "upload.extension-blocked"
    assert Extension.objects.values().get() == before
    assert media() == files


def test_the_release_notes_of_a_blocked_extension_cannot_be_changed(
    owner: User, blocked: Extension
) -> None:
    version = Version.objects.get(number="2.0.0")
    with pytest.raises(Refused):
        publish.update_draft(extension=blocked, by=owner, version=version, release_notes="Hi")
    assert Version.objects.get(number="2.0.0").release_notes == ""


def test_the_page_refuses_to_save_and_says_why(
    owner: User, blocked: Extension, signed_in: SignedIn
) -> None:
    client = signed_in(owner)
    page = client.get("/publish/gear_tool/").content.decode()
    assert "A moderator blocked this extension:" in page
    assert "Sends data away" in page
    image = SimpleUploadedFile("gear.png", factories.picture().getvalue())
    for form in ({"description": "Harmless"}, {"description": "Harmless", "image": image}):
        response = client.post("/publish/gear_tool/", form)
        assert response.status_code == 403
        assert "Gear Tool is blocked: Sends data away" in response.content.decode()
    assert Extension.objects.get().description == blocked.description


def test_pages_refuse_to_upload_submit_and_discard(
    owner: User, blocked: Extension, signed_in: SignedIn
) -> None:
    client = signed_in(owner)
    file = SimpleUploadedFile("gears.zip", package(version="3.0.0"))
    response = client.post("/publish/", {"file": file})
    assert response.status_code == 403
    assert "upload.extension-blocked" in response.content.decode()
    for action in ("submit", "discard"):
        response = client.post(f"/publish/gear_tool/2.0.0/{action}/", follow=True)
        assert "is blocked: Sends data away" in response.content.decode()
    assert Version.objects.get(number="2.0.0").status == "draft"
    assert not Version.objects.filter(number="3.0.0").exists()


def test_the_api_refuses_to_upload_and_submit(
    owner: User, blocked: Extension, program: SignedIn
) -> None:
    client = program(owner)
    file = SimpleUploadedFile("gears.zip", package(version="3.0.0"))
    responses = [
        client.post("/api/v1/packages/", {"file": file}),
        client.post("/api/v1/extensions/gear_tool/versions/2.0.0/submit"),
    ]
    for response in responses:
        assert response.status_code == 403
        assert response.json()["problems"][0]["code"] == "upload.extension-blocked"
