"""Cookies and Cache-Control of pages, and the files at fixed addresses."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Version

PUBLIC_PAGES = [
    "/",
    "/extensions/",
    "/add-ons/",
    "/queue/",
    "/about/use-in-blender/",
    "/people/ada/",
]


@pytest.mark.parametrize(
    "path", [*PUBLIC_PAGES, "/extensions/gear_tool/", "/queue/gear_tool/1.0.0/", "/api/docs"]
)
def test_an_anonymous_page_sets_no_cookie_and_may_be_cached(
    client: Client, approve: Callable[..., Version], path: str
) -> None:
    approve()
    response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies
    assert response["Cache-Control"] == "public, max-age=60"
    assert "Cookie" in response["Vary"]


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_a_page_of_a_signed_in_user_is_private(
    signed_in: Callable[[User], Client], owner: User, path: str
) -> None:
    assert signed_in(owner).get(path)["Cache-Control"] == "private, no-cache"


def test_an_error_page_and_a_page_with_a_form_are_not_public(client: Client, db: None) -> None:
    assert client.get("/nowhere/")["Cache-Control"] == "private, no-cache"
    assert "no-store" in client.get("/account/login/")["Cache-Control"]


def test_the_theme_can_be_chosen_without_a_csrf_cookie(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/account/appearance/", {"appearance": "dark", "next": "/"})
    assert response.status_code == 302
    assert response.cookies["extery_theme"].value == "dark"
    assert client.get("/")["Cache-Control"] == "public, max-age=60"


def test_robots_txt_leaves_out_pages_without_content(client: Client, db: None) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    assert "Disallow: /account/\n" in response.content.decode()
    assert "Disallow: /\n" not in response.content.decode()


def test_security_txt_has_the_contact_of_the_settings(
    client: Client, db: None, settings: Any
) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.EXTERY_SECURITY_CONTACT = "mailto:security@example.org"
    settings.EXTERY_SITE_URL = "https://extensions.example.org"
    text = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:security@example.org\n" in text
    assert "Expires: 2" in text
    assert "Canonical: https://extensions.example.org/.well-known/security.txt\n" in text


def test_change_password_redirects_to_the_form(client: Client, db: None) -> None:
    response = client.get("/.well-known/change-password")
    assert response.status_code == 302
    assert response["Location"] == "/account/password/change/"


@pytest.mark.parametrize(
    "query", ["platform=amiga", "sort=random", "type=brush", "tag=zz", "blender=x"]
)
@pytest.mark.parametrize("path", ["/extensions/", "/add-ons/"])
def test_an_unknown_filter_or_sort_order_is_400(
    client: Client, approve: Callable[..., Version], path: str, query: str
) -> None:
    approve()
    if path == "/add-ons/" and query.startswith("type"):
        query = "sort=oldest"
    response = client.get(f"{path}?{query}")
    assert response.status_code == 400
    assert "errorlist" in response.content.decode()


@pytest.mark.parametrize("platform", ["amiga", "linux", "linux-x64x", "Linux-x64", "windows-amd64"])
def test_an_unknown_platform_is_400_in_the_listing(client: Client, db: None, platform: str) -> None:
    response = client.get("/api/v1/extensions/", {"platform": platform})
    assert response.status_code == 400
    assert response.json()["problems"][0]["code"] == "request.bad-value"
    assert platform in response.json()["detail"]


def test_mails_have_the_name_and_address_of_the_site(
    client: Client, owner: User, settings: Any, run_tasks: Callable[[], int]
) -> None:
    settings.EXTERY_SITE_NAME = "Studio Tools"
    settings.EXTERY_SITE_URL = "https://tools.example.org"
    client.post("/account/password/reset/", {"email": "ada@example.org"})
    run_tasks()
    [message] = mail.outbox
    assert message.body.startswith("A new password was requested for your account at Studio Tools.")
    assert message.body.endswith("\n-- \nStudio Tools\nhttps://tools.example.org/")
    assert "testserver" not in message.body


HOSTS = ["evil.example", "a b", "localhost@evil.example", "[::1", "x" * 300, "%0d"]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", ["/", "/nowhere/", "/static/css/base.css", "/account/login/"])
def test_a_wrong_host_is_400_without_a_traceback(
    client: Client, host: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get(path, headers={"Host": host})
    assert response.status_code == 400
    assert "Unknown host" in response.content.decode()
    assert host not in response.content.decode()
    assert not [
        record for record in caplog.records if record.exc_info and record.levelno >= logging.INFO
    ]


def test_a_wrong_host_is_a_problem_in_the_api(client: Client) -> None:
    response = client.get("/api/v1/extensions/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["problems"][0]["code"] == "request.bad-value"
