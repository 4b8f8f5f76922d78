"""Limits of texts that do not come from a form."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from extery.core.errors import InvalidInput
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension
from extery_site.catalog.text_limits import clean_text
from tests.site import factories
from tests.site.packages import package


def test_texts_are_stripped() -> None:
    assert clean_text(" a\nb \n", field="text", max_length=3) == "a\nb"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abcd", "request.too-large"),
        ("a\0", "request.bad-value"),
        ("\ud83d", "request.bad-value"),
    ],
)
def test_a_text_that_cannot_be_stored_is_refused_with_its_field(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        clean_text(text, field="text", max_length=3)
    assert caught.value.code == code
    assert caught.value.problems[0].where.field == "text"


@pytest.mark.parametrize(
    ("reason", "status"), [("x" * 201, 413), ("a\0b", 400), ("unpaired surrogate: \ud83d", 400)]
)
def test_an_invalid_block_reason_is_refused(
    reason: str, status: int, owner: User, moderator: User, program: Any
) -> None:
    factories.make_approved(owner, moderator)
    response = program(moderator).post(
        "/api/v1/extensions/gear_tool/block", {"reason": reason}, "application/json"
    )
    assert response.status_code == status
    assert response.json()["problems"][0]["field"] == "reason"
    assert not Extension.objects.get().is_blocked


def test_a_decision_reason_over_the_limit_is_refused(
    owner: User, moderator: User, program: Any
) -> None:
    version = factories.make_waiting(owner)
    path = "/api/v1/extensions/gear_tool/versions/1.0.0/approve"
    body = {"reason": "x" * 10_001, "packages": version.package_hashes}
    response = program(moderator).post(path, body, "application/json")
    assert response.status_code == 413
    version.refresh_from_db()
    assert version.status == version.Status.IN_REVIEW


@pytest.mark.parametrize(("notes", "status"), [("x" * 20_001, 413), ("a\0b", 400)])
def test_an_upload_with_release_notes_over_the_limit_stores_nothing(
    notes: str, status: int, owner: User, program: Any
) -> None:
    data = {"file": SimpleUploadedFile("a.zip", package()), "release_notes": notes}
    response = program(owner).post("/api/v1/packages/", data)
    assert response.status_code == status
    assert response.json()["problems"][0]["field"] == "release_notes"
    assert not Extension.objects.exists()
