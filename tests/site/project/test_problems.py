"""Errors as HTTP responses: status, HTML pages and problem details."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from extery.core import codes
from extery.core.errors import (
    Conflict,
    Corrupt,
    ExteryError,
    Incompatible,
    InvalidManifest,
    NotFound,
    Problem,
    Refused,
    Unavailable,
)
from extery_site.project import error_views, problems
from tests.site import factories
from tests.site.pages.html import page_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidManifest(Problem("upload.no-file", "x")), 422),
        (InvalidManifest(Problem("upload.too-large", "x")), 413),
        (Incompatible(Problem("download.not-found", "x")), 409),
        (Conflict(Problem("upload.version-exists", "x")), 409),
        (NotFound(Problem("request.not-found", "x")), 404),
        (Refused(Problem("permission.owner-only", "x")), 403),
        (Refused(Problem("account.sign-in-required", "x")), 401),
        (Corrupt(Problem("download.file-missing", "x")), 500),
        (Unavailable(Problem("setting.port", "x")), 503),
    ],
)
def test_the_error_type_and_the_code_determine_the_status(error: ExteryError, status: int) -> None:
    assert problems.http_status(error) == status
    assert problems.problem_details(error)["status"] == status


@pytest.mark.parametrize(
    ("path", "accept", "is_json"),
    [
        ("/api/v1/x", "text/html", True),
        ("/x", "application/json", True),
        ("/x", "application/problem+json", True),
        ("/x", "text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("/x", "*/*", False),
        ("/x", "image/png", False),
    ],
)
def test_api_paths_and_json_clients_get_json(
    rf: Any, path: str, accept: str, is_json: bool
) -> None:
    assert problems.wants_json(rf.get(path, headers={"Accept": accept})) is is_json


def test_an_error_page_shows_message_and_hint(client: Client, owner: Any, moderator: Any) -> None:
    extension = factories.make_blocked(owner, moderator, reason="Mines coins")
    path = extension.newest_version.packages.get().download_path
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 403
    assert response["Content-Type"].startswith("text/html")
    assert "Accept" in response["Vary"]
    page = response.content.decode()
    assert "Gear Tool is blocked: Mines coins" in page
    assert "isable and remove it" in page


def test_every_code_of_the_site_has_a_title_and_an_explanation() -> None:
    site_codes = [code for code in codes.all_codes() if _is_raised_by_the_site(code)]
    assert "upload.version-exists" in site_codes
    for code in site_codes:
        entry = codes.find(code)
        assert entry.title
        assert entry.why.endswith(".")


def _is_raised_by_the_site(code: str) -> bool:
    return codes.AREAS[code.partition(".")[0]].startswith("site_")


def test_the_type_of_a_problem_is_the_url_of_its_page(client: Client, db: None) -> None:
    response = client.get("/problems/upload.version-exists/")
    assert response.status_code == 200
    assert codes.find("upload.version-exists").why in response.content.decode()
    page = page_of(client.get("/problems/code.online-access/"))
    shown = [one.words for one in page.all("h2")]
    assert shown == ["An extension with the problem", "The same without it"]
    main = page.all("main")[0].words
    assert "For example: requests.get uses the network" in main
    assert "if not bpy.app.online_access" in main
    assert "extery check finds the same on your computer" in main
    authors = page_of(client.get("/problems/code.undefined-name/")).all("main")[0].words
    assert "Only extery check on your computer reports this" in authors
    for unknown in ("upload.nothing", "nothing", "manifest.id.x", "__init__.x"):
        assert client.get(f"/problems/{unknown}/").status_code == 404


def test_responses_have_security_headers(client: Client, db: None) -> None:
    response = client.get("/problems/upload.version-exists/")
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_a_failed_csrf_check_is_a_problem_with_a_code(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(
        "/account/login/", {"login": "a"}, headers={"Accept": "application/json"}
    )
    assert response.status_code == 403
    assert response.json()["problems"][0]["code"] == "request.csrf-failed"


def test_if_the_error_page_fails_the_response_is_plain_text(
    rf: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no templates")

    monkeypatch.setattr(error_views, "problem_response", fail)
    response = error_views.server_error(rf.get("/"))
    assert response.status_code == 500
    assert b"internal error" in response.content
    assert "no templates" in caplog.text
