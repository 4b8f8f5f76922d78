"""My Blender: what is suggested, what the cookie may have, and the form that sets it."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from extery.core.compatibility import System
from extery_site.catalog.my_blender import (
    NEWEST_BLENDER,
    choose,
    parse_cookie,
    read_my_blender,
    store_my_blender,
)

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Mobile"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"
CHOICE = {"blender": "4.5", "platform": "linux-x64", "only_fitting": "on", "next": "/add-ons/"}


@pytest.mark.parametrize(
    ("headers", "platform"),
    [
        ({}, ""),
        ({"User-Agent": WINDOWS}, "windows-x64"),
        ({"User-Agent": WINDOWS.replace("x64", "ARM64")}, "windows-arm64"),
        ({"User-Agent": MAC}, "macos-arm64"),
        ({"User-Agent": LINUX}, "linux-x64"),
        ({"User-Agent": LINUX.replace("x86_64", "aarch64")}, "linux-arm64"),
        ({"User-Agent": ANDROID}, ""),
        ({"User-Agent": IPHONE}, ""),
        ({"User-Agent": "x" * 400 + WINDOWS}, ""),
        ({"Sec-CH-UA-Platform": '"macOS"', "User-Agent": "other"}, "macos-arm64"),
        ({"Sec-CH-UA-Platform": '"Chrome OS"', "User-Agent": LINUX}, ""),
        ({"Sec-CH-UA-Platform": '"Android"', "User-Agent": LINUX}, ""),
    ],
)
def test_the_platform_is_suggested_from_the_browser_and_the_blender_is_the_newest(
    rf: RequestFactory, headers: dict[str, str], platform: str
) -> None:
    mine = read_my_blender(rf.get("/", headers=headers))
    assert mine == (NEWEST_BLENDER, platform, False, False)


def test_a_choice_is_read_from_the_cookie_and_means_the_python_of_that_blender(
    rf: RequestFactory,
) -> None:
    response = HttpResponse()
    chosen = choose("4.5", "linux-x64", only_fitting=True)
    store_my_blender(response, chosen)
    rf.cookies.update(response.cookies)
    request = rf.get("/", headers={"User-Agent": WINDOWS})
    mine = read_my_blender(request)
    assert mine == chosen
    assert read_my_blender(request) is mine
    assert mine.is_chosen
    assert mine.system == System((4, 5, 0), "linux-x64", "3.11")


def test_any_blender_on_any_platform_excludes_nothing() -> None:
    mine = parse_cookie("::1")
    assert mine is not None
    assert mine.system == System()
    assert (mine.text, mine.short_text) == ("any Blender", "Any Blender")


@pytest.mark.parametrize(
    "text",
    [
        *("", "4.5", "4.5:linux-x64", "4.5:linux-x64:1:1", "9.9:linux-x64:1", "4.5:amiga:1"),
        *("4.5.0:linux-x64:1", "<b>:linux-x64:1", ":" * 5000),
    ],
)
def test_a_cookie_that_this_site_does_not_write_is_ignored(rf: RequestFactory, text: str) -> None:
    assert parse_cookie(text) is None


def test_the_choice_is_kept_for_a_year_and_the_visitor_comes_back(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/my-blender/", CHOICE)
    assert (response.status_code, response["Location"]) == (302, "/add-ons/")
    cookie = response.cookies["extery_blender"]
    assert (cookie.value, cookie["max-age"]) == ("4.5:linux-x64:1", 31_536_000)
    assert cookie["samesite"] == "Lax"


def test_a_choice_is_forgotten(db: None) -> None:
    client = Client()
    client.post("/my-blender/", CHOICE)
    response = client.post("/my-blender/", {"forget": "1", "next": "/"})
    assert response.cookies["extery_blender"]["max-age"] == 0
    assert "extery_blender" not in client.get("/").cookies


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil", ""]
)
def test_the_form_leads_to_pages_of_this_site_only(client: Client, db: None, target: str) -> None:
    assert client.post("/my-blender/", CHOICE | {"next": target})["Location"] == "/"


@pytest.mark.parametrize("change", [{"blender": "9.9"}, {"platform": "amiga"}, {"blender": "\0"}])
def test_an_unknown_blender_is_400_and_sets_no_cookie(
    client: Client, db: None, change: dict[str, Any]
) -> None:
    response = client.post("/my-blender/", CHOICE | change)
    assert response.status_code == 400
    assert not response.cookies
    assert "to choose" in response.content.decode()
