"""Publishing through the API."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Version
from tests.site import factories
from tests.site.packages import package

Program = Callable[[User], Client]
VERSION = "/api/v1/extensions/gear_tool/versions/1.0.0/"


def test_an_upload_is_submitted_and_withdrawn_through_the_api(
    owner: User, program: Program
) -> None:
    api = program(owner)
    created = api.post("/api/v1/packages/", {"file": SimpleUploadedFile("g.zip", package())})
    assert created.status_code == 201
    incomplete = api.post(f"{VERSION}submit")
    assert incomplete.status_code == 422
    assert [problem["field"] for problem in incomplete.json()["problems"]] == [
        "description",
        "image",
    ]
    factories.complete(Version.objects.select_related("extension").get())
    sent = api.post(f"{VERSION}submit")
    assert (sent.status_code, sent.json()["status"]) == (200, "in_review")
    again = api.post(f"{VERSION}submit")
    assert again.status_code == 409
    assert again.json()["problems"][0]["code"] == "submit.wrong-status"
    back = api.post(f"{VERSION}withdraw")
    assert (back.status_code, back.json()["status"]) == (200, "withdrawn")


def test_an_upload_has_the_verdict_of_each_blender(owner: User, program: Program) -> None:
    api = program(owner)

    accepted = api.post("/api/v1/packages/", {"file": SimpleUploadedFile("g.zip", package())})
    library = package(id="rocks", type="asset-library")
    added = api.post("/api/v1/packages/", {"file": SimpleUploadedFile("r.zip", library)})
    theme = package(id="dusk", type="theme", permissions={"files": "Read gears"})
    refused = api.post("/api/v1/packages/", {"file": SimpleUploadedFile("d.zip", theme)})

    assert (accepted.status_code, added.status_code, refused.status_code) == (201, 201, 422)
    for response, series in (
        (accepted, ["4.2", "4.5", "5.0", "5.1", "5.2", "5.3"]),
        (added, ["5.3"]),
        (refused, ["4.2", "4.5", "5.0", "5.1", "5.2"]),
    ):
        verdicts = response.json()["verdicts"]
        assert [name for name, verdict in verdicts.items() if verdict["accepts"]] == series
    assert refused.json()["verdicts"]["5.3"]["codes"] == ["manifest.permissions.none-for-type"]


def test_a_draft_of_another_user_is_not_found(
    owner: User, stranger: User, program: Program
) -> None:
    factories.make_complete(owner)
    response = program(stranger).post(f"{VERSION}submit")
    assert response.status_code == 404
    assert Extension.objects.get().status == Extension.Status.DRAFT
