"""An exceeded quota is a form error on pages and a problem in the API: 429 with Retry-After."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from extery_site.accounts.models import ApiToken, User
from extery_site.catalog.models import Event, Package, Version
from extery_site.moderation.findings import findings_of
from extery_site.project.setting_types import Rate
from extery_site.publish import actions as publish
from extery_site.quotas.uploads_at_once import upload_of
from extery_site.reports.models import Report
from tests.site import factories
from tests.site.packages import package
from tests.site.races import errors_of, run_simultaneously

ONE = Rate(1, timedelta(hours=1), "hour")
SignedIn = Callable[[User], Client]


def assert_refused(response: Any, text: str = "has reached its limit of 1 ") -> None:
    assert response.status_code == 429
    assert 3590 < int(response["Retry-After"]) <= 3600
    content = response.content.decode()
    assert text in content
    assert "ry again after 20" in content


def upload(client: Client, **fields: Any) -> HttpResponse:
    file = SimpleUploadedFile("gears.zip", package(**fields))
    return client.post("/publish/", {"file": file})  # type: ignore[return-value]


@pytest.mark.parametrize("subject", ["ACCOUNT", "ADDRESS"])
def test_an_upload_beyond_the_quota_is_refused_on_the_page(
    owner: User, signed_in: SignedIn, settings: Any, subject: str
) -> None:
    setattr(settings, f"EXTERY_UPLOADS_PER_{subject}", ONE)
    client = signed_in(owner)
    assert upload(client).status_code == 302
    response = upload(client, version="2.0.0")
    assert_refused(response)
    assert b"was not accepted" not in response.content
    assert Version.objects.count() == 1


def test_rejected_packages_count_as_uploads(
    owner: User, signed_in: SignedIn, settings: Any
) -> None:
    settings.EXTERY_UPLOADS_PER_ACCOUNT = ONE
    client = signed_in(owner)
    assert upload(client, version="x").status_code == 422
    assert_refused(upload(client))


def test_an_upload_beyond_the_quota_is_a_problem_in_the_api(
    owner: User, program: SignedIn, settings: Any
) -> None:
    settings.EXTERY_UPLOADS_PER_ADDRESS = ONE
    settings.EXTERY_PROXIES = 1
    client = program(owner)

    def send(address: str, version: str) -> Any:
        file = SimpleUploadedFile("gears.zip", package(version=version))
        headers = {"X-Forwarded-For": address}
        return client.post("/api/v1/packages/", {"file": file}, headers=headers)

    assert send("2001:db8::1", "1.0.0").status_code == 201
    response = send("2001:db8::ffff", "2.0.0")
    assert response.status_code == 429
    assert 3590 < int(response["Retry-After"]) <= 3600
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == "/problems/quota.exceeded/"
    assert body["problems"][0]["hint"].startswith("try again after ")
    assert body["problems"][0]["values"]["retry_after"] > 3590
    assert send("2001:db8:0:1::1", "2.0.0").status_code == 201


def test_submissions_and_disputes_beyond_the_quotas_notify_no_one(
    owner: User, moderator: User, program: SignedIn, settings: Any
) -> None:
    settings.EXTERY_SUBMISSIONS_PER_ACCOUNT = settings.EXTERY_COMMENTS_PER_ACCOUNT = ONE
    version = factories.make_waiting(owner, files={"__init__.py": "def (:\n"})
    publish.withdraw(version=version, by=owner)
    [finding] = findings_of(version)
    client, path = program(owner), "/api/v1/extensions/gear_tool/versions/1.0.0/"

    def send(step: str) -> Any:
        return client.post(f"{path}{step}", {"text": "Fine"}, content_type="application/json")

    steps = ("submit", f"findings/{finding}/dispute", "withdraw")
    assert [send(step).status_code for step in steps] == [200, 200, 200]
    assert_refused(send("submit"))
    publish.submit(version=version, by=owner)
    assert_refused(send(f"findings/{finding}/dispute"))
    assert Event.objects.filter(kind="disputed").count() == 1


def test_images_count_as_uploads(owner: User, signed_in: SignedIn, settings: Any) -> None:
    factories.make_draft(owner)
    settings.EXTERY_UPLOADS_PER_ACCOUNT = ONE
    client = signed_in(owner)

    def save() -> Any:
        image = SimpleUploadedFile("gear.png", factories.picture().getvalue())
        return client.post("/publish/gear_tool/", {"image": image, "alt_text": "A gear"})

    assert save().status_code == 302
    assert_refused(save())
    assert client.post("/publish/gear_tool/", {"description": "Gears"}).status_code == 302


def test_an_account_has_a_limit_of_uploads_that_are_checked_at_the_same_time(
    owner: User, stranger: User, signed_in: SignedIn, program: SignedIn, settings: Any
) -> None:
    settings.EXTERY_UPLOADS_AT_ONCE_PER_ACCOUNT = 1
    settings.EXTERY_UPLOADS_PER_ACCOUNT = Rate(2, timedelta(hours=1), "hour")
    factories.make_draft(owner)
    client = signed_in(owner)
    image = {"image": SimpleUploadedFile("g.png", factories.picture().getvalue()), "alt_text": "A"}
    with upload_of(owner.pk, address="192.0.2.1"):
        page = upload(client, id="gear_2")
        file = SimpleUploadedFile("gears.zip", package(id="gear_2"))
        answer = program(owner).post("/api/v1/packages/", {"file": file})
        saved = client.post("/publish/gear_tool/", image)
        for response in (page, answer, saved):
            assert response.status_code == 429
            assert response["Retry-After"] == "10"
            assert b"1 other uploads of this account" in response.content
        assert answer.json()["problems"][0]["code"] == "quota.uploads-at-once"
        assert upload(signed_in(stranger), id="gear_3").status_code == 302
    # Refused ones do not count as uploads of the period.
    assert upload(client, id="gear_2").status_code == 302
    assert (
        client.post(
            "/publish/gear_tool/",
            {**image, "image": SimpleUploadedFile("g.png", factories.picture().getvalue())},
        ).status_code
        == 302
    )


def test_an_upload_that_fails_is_in_progress_no_longer(
    owner: User, signed_in: SignedIn, settings: Any
) -> None:
    settings.EXTERY_UPLOADS_AT_ONCE_PER_ACCOUNT = 1
    for _ in range(3):
        assert upload(signed_in(owner), version="x").status_code == 422
    assert upload(signed_in(owner)).status_code == 302


def test_an_account_has_a_limit_of_drafts(
    owner: User, signed_in: SignedIn, program: SignedIn, settings: Any
) -> None:
    settings.EXTERY_DRAFTS_PER_ACCOUNT = 2
    client = signed_in(owner)
    first = factories.make_draft(owner, id="gear_1")
    assert upload(client, id="gear_2", platforms=["linux-x64"]).status_code == 302
    response = upload(client, id="gear_3")
    assert response.status_code == 429
    month = 30 * 86400
    assert month - 60 < int(response["Retry-After"]) <= month
    assert "has 2 drafts, and the limit is 2" in response.content.decode()
    file = SimpleUploadedFile("gears.zip", package(id="gear_3"))
    answer = program(owner).post("/api/v1/packages/", {"file": file})
    assert answer.status_code == 429
    assert answer.json()["problems"][0]["code"] == "quota.drafts-exceeded"

    other_platform = upload(client, id="gear_2", platforms=["windows-x64"])
    assert other_platform.status_code == 302
    publish.submit(version=factories.complete(first), by=owner)
    assert upload(client, id="gear_3").status_code == 302


def test_an_address_has_a_quota_of_new_drafts(
    owner: User, stranger: User, signed_in: SignedIn, settings: Any
) -> None:
    settings.EXTERY_DRAFTS_PER_ADDRESS = ONE
    assert upload(signed_in(owner), id="gear_1").status_code == 302
    assert_refused(upload(signed_in(stranger), id="gear_2"), "limit of 1 new drafts per hour")
    assert Package.objects.count() == 1


@pytest.mark.parametrize("subject", ["ACCOUNT", "ADDRESS"])
def test_a_comment_beyond_the_quota_is_refused(
    owner: User, moderator: User, signed_in: SignedIn, settings: Any, subject: str
) -> None:
    factories.make_waiting(owner)
    setattr(settings, f"EXTERY_COMMENTS_PER_{subject}", ONE)
    comment = {"step": "comment", "text": "Hello gears"}
    client = signed_in(owner)
    assert client.post("/queue/gear_tool/1.0.0/", comment).status_code == 302
    response = client.post("/queue/gear_tool/1.0.0/", comment | {"text": "Hello again"})
    assert_refused(response)
    assert "Hello again</textarea>" in response.content.decode()
    for text in ("First", "Second"):
        sent = signed_in(moderator).post("/queue/gear_tool/1.0.0/", comment | {"text": text})
        assert sent.status_code == 302
    assert Event.objects.filter(kind="comment").count() == 3


@pytest.mark.parametrize("subject", ["ACCOUNT", "ADDRESS"])
def test_a_report_beyond_the_quota_is_refused(
    approve: Callable[..., Any],
    stranger: User,
    moderator: User,
    signed_in: SignedIn,
    settings: Any,
    subject: str,
) -> None:
    approve()
    setattr(settings, f"EXTERY_REPORTS_PER_{subject}", ONE)
    report = {"reason": "broken", "text": "Teeth are missing"}
    client = signed_in(stranger)
    assert client.post("/report/extension/gear_tool/", report).status_code == 302
    assert_refused(client.post("/report/extension/gear_tool/", report))
    for _ in range(2):
        path = "/report/extension/gear_tool/"
        assert signed_in(moderator).post(path, report).status_code == 302
    assert Report.objects.count() == 2


@pytest.mark.parametrize("subject", ["ACCOUNT", "ADDRESS"])
def test_a_token_beyond_the_quota_is_refused(
    owner: User, signed_in: SignedIn, settings: Any, subject: str
) -> None:
    setattr(settings, f"EXTERY_TOKENS_PER_{subject}", ONE)
    client = signed_in(owner)
    form = {"name": "release", "days": "30"}
    assert client.post("/account/tokens/", form).status_code == 200
    response = client.post("/account/tokens/", form)
    assert_refused(response)
    assert "New token" not in response.content.decode()
    assert ApiToken.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_simultaneous_uploads_one_becomes_the_last_draft(owner: User, settings: Any) -> None:
    settings.EXTERY_DRAFTS_PER_ACCOUNT = 1
    files = [package(id=f"gear_{number}") for number in range(3)]

    results = run_simultaneously(
        *(
            partial(publish.receive_upload, file=io.BytesIO(data), user=owner, address="192.0.2.1")
            for data in files
        )
    )

    assert errors_of(results) == ["quota.drafts-exceeded"] * 2
    assert Version.objects.count() == 1
