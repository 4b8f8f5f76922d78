"""What is given in place of a repository URL is recognised, with the URL that was meant."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from extery.core.errors import InvalidInput, InvalidListing, NotFound, Problem
from extery.fetch import Fetcher, get_document, repository_url
from extery.fetch.repository_addresses import check_received_document
from extery.listing.entries import parse_listing
from tests.fetch.web import Web, redirect


def given(text: str) -> Problem:
    with pytest.raises(InvalidInput) as caught:
        repository_url(text)
    return caught.value.problems[0]


def received(url: str, page: str, *, requested: str = "") -> Problem:
    with pytest.raises(InvalidListing) as caught:
        check_received_document(requested or url, url, page.encode())
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("link", "repository"),
    [
        (
            "https://x.org/p/a.zip?repository=.%2Findex.json&blender_version_min=4.2.0",
            "https://x.org/p/index.json",
        ),
        (
            "https://x.org/d/a.zip?repository=/api/v1/extensions/",
            "https://x.org/api/v1/extensions/",
        ),
        ("http://x.org/a.zip?repository=https%3A%2F%2Fy.org%2Fr%2F", "https://y.org/r/"),
        ("file:///srv/p/a.zip?repository=.%2Findex.json", "file:///srv/p/index.json"),
        ("HTTPS://x.org/p/A.ZIP?a=b&repository=index.json#top", "https://x.org/p/index.json"),
    ],
)
def test_a_drag_and_drop_link_names_its_repository(link: str, repository: str) -> None:
    problem = given(link)

    assert problem.code == "fetch.drag-link"
    assert f"this repository is {repository}".removeprefix("this ") in problem.message
    assert problem.hint == f"give {repository}"


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("extensions.example.org/api/v1/extensions/", "https://extensions.example.org/api/v1/extensions/"),
        ("example.org", "https://example.org"),
        ("//example.org/r/", "https://example.org/r/"),
        ("localhost:8000/index.json", "http://localhost:8000/index.json"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https:/example.org/r/", "https://example.org/r/"),
        ("http:example.org/r/", "http://example.org/r/"),
        ("HTTP:/example.org/r/", "http://example.org/r/"),
    ],
)  # fmt: skip
def test_an_address_without_a_scheme_names_the_url_to_try(text: str, suggestion: str) -> None:
    problem = given(text)

    assert problem.code == "fetch.url"
    assert problem.hint == f"try {suggestion}"


@pytest.mark.parametrize("name", ["packages", "my.packages", "example.org", "https:"])
def test_an_existing_folder_is_a_folder_whatever_its_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()

    assert repository_url(name) == (tmp_path / name).as_uri()


def test_a_file_that_is_no_listing_names_its_folder(tmp_path: Path) -> None:
    for name in ("index.html", "gear.zip"):
        (tmp_path / name).write_bytes(b"x")
        assert f"give its folder, {tmp_path}" in given(str(tmp_path / name)).hint
    (tmp_path / "index.json").write_bytes(b"{}")
    assert repository_url(str(tmp_path / "index.json")).endswith("/index.json")


@pytest.mark.parametrize("name", ["index.html", "index.json.gz", "a.zip"])
def test_the_url_of_a_file_that_is_no_listing_names_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")

    problem = given((tmp_path / name).as_uri())

    assert problem.hint == f"give its folder, {tmp_path}, or an index.json"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("listing.json", "there is no file {folder}/listing.json"),
        ("gears", "there is no folder {folder}/gears"),
        ("C:\\gears\\index.json", "there is no file {folder}/C:\\gears\\index.json"),
    ],
)
def test_a_missing_path_is_named_as_it_was_given(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(NotFound) as caught:
        repository_url(str(tmp_path / name))

    assert str(caught.value.problems[0]) == message.format(folder=tmp_path)


def test_a_folder_without_a_listing_names_the_command_that_makes_one(
    tmp_path: Path, fetcher: Fetcher
) -> None:
    with pytest.raises(NotFound) as caught:
        get_document((tmp_path / "index.json").as_uri(), fetcher=fetcher)

    [problem] = caught.value.problems
    assert problem.message == f"the folder {tmp_path} has no index.json"
    assert problem.hint == f"generate it with: extery server-generate --repo-dir {tmp_path}"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("http://", "it has no host", "https://example.org/index.json"),
        ("git@example.org:ada/gears.git", "is an address for git", "/index.json"),
        ("ssh://git@example.org/ada/gears", "is an address for git", "/index.json"),
        ("git+https://example.org/ada/gears", "is an address for git", "/index.json"),
    ],
)
def test_other_addresses_are_named_as_what_they_are(text: str, message: str, hint: str) -> None:
    problem = given(text)

    assert problem.code == "fetch.url"
    assert message in problem.message
    assert problem.hint is not None
    assert hint in problem.hint


@pytest.mark.skipif(os.name == "nt", reason="Windows opens files of other computers")
def test_a_file_url_with_two_slashes_names_the_one_with_three() -> None:
    problem = given("file://packages/gears/index.json")

    assert "the computer packages" in problem.message
    assert problem.hint is not None
    assert problem.hint.endswith("file:///packages/gears/index.json")


@pytest.mark.parametrize(
    ("name", "body", "hint"),
    [
        ("index.json.gz", b"\x1f\x8b\x08", "give https://x.org/index.json"),
        ("index.json.br", b"\x8b\x02", "give https://x.org/index.json"),
        ("listing", b"\x1f\x8b\x08", "give the URL of the uncompressed listing"),
    ],
)
def test_a_compressed_listing_names_the_other_one(name: str, body: bytes, hint: str) -> None:
    url = f"https://x.org/{name}"
    with pytest.raises(InvalidListing) as caught:
        check_received_document(url, url, body)

    [problem] = caught.value.problems
    assert "compressed file" in problem.message
    assert problem.hint == hint


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ('{"version": "v1"}'.encode("utf-16"), "the listing is UTF-16"),
        ('{"version": "v1"}'.encode("utf-8-sig"), "begins with a byte order mark"),
        ('{"version": "v\xfc"}'.encode("latin-1"), "its bytes are not UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "its bytes are not UTF-8"),
        (b'{"id": "gears", "versions": []}', "is JSON, but not a listing"),
        (b"{}", "is JSON, but not a listing"),
    ],
)
def test_other_content_is_one_problem_without_the_words_of_a_codec(
    data: bytes, message: str
) -> None:
    with pytest.raises(InvalidListing) as caught:
        parse_listing(data)

    [problem] = caught.value.problems
    assert message in problem.message
    assert "codec" not in problem.message


@pytest.mark.parametrize(
    ("url", "suggestion"),
    [
        ("https://github.com/ada/ext/blob/main/r/index.json", "https://raw.githubusercontent.com/ada/ext/main/r/index.json"),
        ("https://gitlab.com/ada/ext/-/blob/main/index.json", "https://gitlab.com/ada/ext/-/raw/main/index.json"),
        ("https://codeberg.org/ada/ext/src/branch/main/index.json", "https://codeberg.org/ada/ext/raw/branch/main/index.json"),
        ("http://127.0.0.1:8765/blob/main/index.json", "http://127.0.0.1:8765/raw/main/index.json"),
    ],
)  # fmt: skip
def test_the_page_of_a_file_on_a_code_host_names_the_file(url: str, suggestion: str) -> None:
    problem = received(url, "<!DOCTYPE html><title>index.json at main - Code host</title>")

    assert (
        "the page of a code host about a file (index.json at main - Code host)" in problem.message
    )
    assert problem.hint == f"try {suggestion}"


@pytest.mark.parametrize(
    ("url", "suggestion"),
    [
        ("https://github.com/Ada/ext", "https://ada.github.io/ext/index.json"),
        ("https://gitlab.com/ada/ext/", "https://ada.gitlab.io/ext/index.json"),
        ("https://codeberg.org/ada/ext", "https://ada.codeberg.page/ext/index.json"),
    ],
)
def test_the_page_of_a_project_names_the_url_of_its_pages(url: str, suggestion: str) -> None:
    assert suggestion in received(url, "<html>").hint


@pytest.mark.parametrize(
    ("page", "suggestion"),
    [
        ('<a href="./a.zip?repository=.%2Findex.json&amp;x=1">', "https://x.org/p/index.json"),
        ("<a href=/d/a.zip?repository=%2Fapi%2Fv1%2Fextensions%2F>", "https://x.org/api/v1/extensions/"),
        ('<input value="https://x.org/api/v1/extensions/">', "https://x.org/api/v1/extensions/"),
        ('<code id="listing-url">https://x.org/api/v1/extensions/</code>', "https://x.org/api/v1/extensions/"),
        ('<code>https://y.org/r/index.json</code>', "https://y.org/r/index.json"),
        ('<h1>Index of /p/</h1><a href="index.json">index.json</a>', "https://x.org/p/index.json"),
    ],
)  # fmt: skip
def test_a_page_that_names_a_repository_leads_to_it(page: str, suggestion: str) -> None:
    problem = received("https://x.org/p/", f"<!doctype html><title>Gears &amp; more</title>{page}")

    assert problem.message == "https://x.org/p/ is a web page (Gears & more), not a listing"
    assert problem.hint == f"the page names this repository: {suggestion}"


@pytest.mark.parametrize(
    "page",
    [
        "<html>",
        '\ufeff\n <?xml version="1.0"?><html>',
        '<a href="javascript:index.json">',
        '<a href="ftp://x.org/a.zip?repository=ftp://x.org/">',
        f"<title>{'<title' * 9_000}",
        f"<a href={'a/' * 100_000}index.json",
    ],
    ids=["plain", "xml", "script", "ftp", "titles", "long"],
)
def test_any_other_page_names_the_usual_addresses(page: str) -> None:
    for url in ("https://x.org/p/", "https://x.org/p", "https://x.org/p/index.html"):
        hint = received(url, page).hint
        assert "try https://x.org/p/index.json or https://x.org/api/v1/extensions/" in hint


def test_a_redirect_to_a_sign_in_page_asks_for_a_token(web: Web, fetcher: Fetcher) -> None:
    web.put("/login/", b"<!doctype html><title>Welcome</title>")
    url = web.put("/r/index.json", b"")
    web.fail("/r/index.json", redirect("/login/?next=/r/index.json"))

    with pytest.raises(InvalidListing) as caught:
        get_document(url, fetcher=fetcher)

    assert "leads to a page to sign in (Welcome)" in caught.value.problems[0].message
    assert "--access-token" in caught.value.problems[0].hint


def test_a_package_is_called_by_its_name(web: Web, fetcher: Fetcher) -> None:
    with pytest.raises(InvalidListing) as caught:
        get_document(web.put("/r/a", b"PK\x03\x04rest"), fetcher=fetcher)

    assert "is a zip" in caught.value.problems[0].message


def test_an_empty_listing_is_called_empty() -> None:
    with pytest.raises(InvalidListing) as caught:
        parse_listing(b" \n")

    assert "is empty" in caught.value.problems[0].message


def test_a_folder_that_does_not_exist_on_a_server_names_the_usual_addresses(
    web: Web, fetcher: Fetcher
) -> None:
    with pytest.raises(NotFound) as caught:
        get_document(f"{web.url}/r/", fetcher=fetcher)

    assert "ends in /index.json" in caught.value.problems[0].hint


@pytest.mark.parametrize("url", ["http://[/index.json", "https://[::1/api/v1/extensions/"])
def test_a_malformed_url_in_a_page_is_ignored(url: str) -> None:
    problem = received("https://example.org/r", f'<a href="{url}">Get</a>')

    assert problem.code == "listing.web-page"
    assert "[" not in str(problem.hint)


def test_a_page_that_repeats_the_name_of_a_listing_is_read_in_linear_time() -> None:
    """It took a thousand steps for each time."""
    page = "<a href=/login" + "index.json" * 40_000
    steps = 0

    def count(frame: object, event: str, argument: object) -> object:
        nonlocal steps
        steps += event == "line"
        return count

    sys.settrace(count)
    try:
        problem = received("https://example.org/r", page)
    finally:
        sys.settrace(None)
    assert problem.code == "listing.web-page"
    assert steps < 1_000_000


@pytest.mark.parametrize("text", ["r" * 5_000, "a/" * 5_000, f"file:///{'r' * 5_000}"])
def test_a_path_that_the_system_refuses_is_no_repository(text: str) -> None:
    problem = given(text)

    assert problem.code == "fetch.url"
    assert len(problem.message) < 1_500
