"""URLs of repositories and packages, by Blender's rules."""

from pathlib import Path

import pytest

from extery.core.errors import InvalidInput, InvalidListing
from extery.fetch import (
    listing_url,
    path_from_url,
    repository_url,
    resolve_any_archive_url,
    resolve_archive_url,
)
from extery.fetch.addresses import is_unencrypted, origin_of, redact_url


@pytest.mark.parametrize(
    ("listing", "archive_url", "expected"),
    [
        ("https://x.org/r/index.json", "./a.zip", "https://x.org/r/a.zip"),
        ("https://x.org/r/", "./a.zip", "https://x.org/r/a.zip"),
        ("https://x.org/r", "./a.zip", "https://x.org/r/a.zip"),
        ("https://x.org/r/beta.json", "./a.zip", "https://x.org/r/beta.json/a.zip"),
        ("https://x.org/r/index.json?a=b#c", "./p/a.zip", "https://x.org/r/p/a.zip"),
        ("https://x.org", "./a.zip", "https://x.org/a.zip"),
        ("https://x.org/r/", "https://y.org/a.zip?b", "https://y.org/a.zip?b"),
        ("file:///r/index.json", "./a%20b.zip", "file:///r/a%20b.zip"),
        ("file:///r/index.json", "file:///s/a.zip", "file:///s/a.zip"),
    ],
)
def test_a_package_url_is_resolved_as_blender_resolves_it(
    listing: str, archive_url: str, expected: str
) -> None:
    assert resolve_archive_url(listing, archive_url) == expected


@pytest.mark.parametrize(
    "archive_url",
    ["a.zip", "/a.zip", "../a.zip", "ftp://x/a.zip", "", "HTTPS://x/a.zip", "file:/a.zip"],
)
def test_a_url_that_blender_cannot_resolve_is_an_error(archive_url: str) -> None:
    with pytest.raises(InvalidListing) as caught:
        resolve_archive_url("https://x.org/r/index.json", archive_url)

    assert caught.value.code == "fetch.archive-url"


@pytest.mark.parametrize(
    ("listing", "archive_url", "expected"),
    [
        ("https://x.org/r/index.json", "./a.zip", "https://x.org/r/a.zip"),
        ("https://x.org/r", "./a.zip", "https://x.org/r/a.zip"),
        ("https://x.org/r/index.json", "a.zip", "https://x.org/r/a.zip"),
        ("https://x.org/r/index.json?a=b", "../a.zip?c", "https://x.org/a.zip?c"),
        ("https://x.org/r/index.json", "/p/a.zip", "https://x.org/p/a.zip"),
        ("https://x.org/r/index.json", "//y.org/a.zip", "https://y.org/a.zip"),
        ("https://x.org/r/index.json", "HTTPS://y.org/a.zip", "https://y.org/a.zip"),
        ("file:///r/s/index.json", "../a.zip", "file:///r/a.zip"),
    ],
)
def test_the_client_resolves_what_blender_cannot(
    listing: str, archive_url: str, expected: str
) -> None:
    assert resolve_any_archive_url(listing, archive_url) == expected


@pytest.mark.parametrize(
    "archive_url",
    ["", "ftp://x/a.zip", "file:/etc/passwd", "FILE:///etc/passwd", "C:/a.zip"],
)
def test_what_names_no_package_on_the_web_is_an_error(archive_url: str) -> None:
    with pytest.raises(InvalidListing) as caught:
        resolve_any_archive_url("https://x.org/r/index.json", archive_url)

    assert caught.value.code in ("fetch.archive-url", "fetch.archive-url-local")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://x.org/index.json", True),
        ("http://127.0.0.1.x.org/", True),
        ("http://192.168.0.7:8000/", True),
        ("https://x.org/", False),
        ("http://localhost:8000/", False),
        ("http://127.0.0.1/", False),
        ("http://[::1]:8000/", False),
        ("file:///r/index.json", False),
        ("http://[", False),
    ],
)
def test_only_what_leaves_this_computer_needs_encryption(url: str, expected: bool) -> None:
    assert is_unencrypted(url) is expected


@pytest.mark.parametrize(
    "archive_url",
    ["http://[::1/a.zip", "http://x:y/a.zip", "http://\u2100/a.zip", "./\ud800.zip", "./%00.zip"],
)
def test_an_invalid_url_is_an_error(archive_url: str) -> None:
    with pytest.raises(InvalidListing) as caught:
        resolve_archive_url("https://x.org/r/index.json", archive_url)

    assert caught.value.code == "fetch.url"


def test_a_listing_from_the_web_cannot_refer_to_a_local_file() -> None:
    with pytest.raises(InvalidListing) as caught:
        resolve_archive_url("https://x.org/r/", "file:///etc/passwd")

    assert caught.value.code == "fetch.archive-url-local"


def test_only_file_urls_get_the_name_of_the_listing_appended() -> None:
    assert listing_url("https://x.org/r/") == "https://x.org/r/"
    assert listing_url("file:///r") == "file:///r/index.json"
    assert listing_url("file:///r/index.json") == "file:///r/index.json"


def test_a_path_becomes_the_url_of_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "with space"
    folder.mkdir()

    assert path_from_url(repository_url(str(folder))) == folder
    assert repository_url("HTTPS://x.org/R") == "https://x.org/R"
    with pytest.raises(InvalidInput):
        repository_url("ftp://x.org/")


def test_a_port_belongs_to_an_origin() -> None:
    assert origin_of("https://x.org/a") == origin_of("https://x.org:443/b")
    assert origin_of("https://x.org/") != origin_of("http://x.org/")
    with pytest.raises(InvalidInput):
        origin_of("https://x.org:none/")


def test_messages_show_neither_password_nor_query() -> None:
    assert redact_url("https://me:secret@x.org:1/a?token=2#f") == "https://x.org:1/a"


def test_a_password_in_an_invalid_url_is_not_shown() -> None:
    assert redact_url("https://joe:secret@[::1/a.zip?token=b") == "https://[::1/a.zip"


def test_messages_contain_no_control_characters() -> None:
    assert redact_url("https://x.org/\x1b[2Ja.zip") == "https://x.org/?[2Ja.zip"


@pytest.mark.parametrize(
    "archive_url",
    [
        "https://x.org/a.zip\r\nX-Injected: 1",
        "./a.zip\nHost: y",
        "https://x.org/\ta.zip",
        "https://x.org/" + "a" * 10_000,
        "./" + "a" * 50_000_000,
        "https://x.org:99999/a.zip",
        "https://x.org:-1/a.zip",
        "https://x.org:" + "9" * 5_000 + "/a.zip",
    ],
    ids=lambda url: url[:30],
)
def test_a_hostile_url_has_a_short_message(archive_url: str) -> None:
    with pytest.raises(InvalidListing) as caught:
        resolve_archive_url("https://x.org/r/index.json", archive_url)

    assert caught.value.code == "fetch.url"
    assert len(str(caught.value)) < 2_000
    assert str(caught.value).isprintable()
