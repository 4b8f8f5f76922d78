"""What users give as a repository leads to its listing, or to an answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from extery.client.repository_source import Source, find_source
from extery.core.errors import ExteryError, InvalidListing, NotFound
from tests.client.samples import make_package

URL = "https://example.org/index.json"


def answers(**pages: ExteryError | None) -> Callable[[str], None]:
    """Return a check that knows these addresses below example.org; all others do not exist."""
    known = {f"https://example.org/{name.replace('__', '/')}": page for name, page in pages.items()}

    def check(url: str) -> None:
        if url not in known:
            raise NotFound.of("fetch.not-found", url=url, status="404 Not Found")
        if error := known[url]:
            raise error

    return check


def page(variant: str = "", **values: str) -> InvalidListing:
    """Return the error for a web page."""
    return InvalidListing.of(
        "listing.web-page", variant=variant, url="https://example.org/", title="", **values
    )


def code_of(text: str, check: Callable[[str], None] | None = None, **options: bool) -> str:
    with pytest.raises(ExteryError) as caught:
        find_source(text, check, **options)
    problem = caught.value.problems[0]
    return f"{problem.code} {dict(problem.values).get('variant', '')}".strip()


def test_the_url_of_a_listing_is_taken_as_it_is() -> None:
    url = "https://example.org/api"
    assert find_source(url, answers(api=None)) == Source(url)
    assert find_source(f"  {url}\n", None) == Source(url)


def test_a_drag_and_drop_link_leads_to_its_repository() -> None:
    link = "https://example.org/gears-1.0.0.zip?repository=%2Findex.json&blender_version_min=4.2.0"
    assert find_source(link, None) == Source(URL, is_other=True)


@pytest.mark.parametrize("text", ["example.org/index.json", "https:/example.org/index.json"])
def test_an_address_without_a_proper_scheme_is_completed(text: str) -> None:
    assert find_source(text, None) == Source(URL, is_other=True)


def test_a_home_page_leads_to_the_repository_that_it_names() -> None:
    named = page("repository", suggestion="https://example.org/list")
    check = answers(**{"": named, "list": None})
    assert find_source("https://example.org/", check).url == "https://example.org/list"


def test_a_page_that_names_nothing_leads_to_a_listing_at_a_usual_place() -> None:
    guesses = {"suggestion": URL, "site": "https://example.org/api/v1/extensions/"}
    check = answers(**{"": page(**guesses), "api__v1__extensions__": None})
    assert find_source("https://example.org/", check).url == guesses["site"]
    assert code_of("https://example.org/", answers(**{"": page(**guesses)})) == "listing.web-page"


def test_a_page_to_sign_in_is_an_answer() -> None:
    check = answers(**{"": page("sign-in")})
    assert code_of("https://example.org/", check) == "listing.web-page sign-in"


def test_with_a_token_another_server_is_not_taken() -> None:
    named = page("repository", suggestion="https://evil.example/index.json")
    check = answers(**{"": named})
    assert code_of("https://example.org/", check, same_origin=True).startswith("listing.web-page")
    link = "https://example.org/gears-1.0.0.zip?repository=https://evil.example/index.json"
    assert code_of(link, None, same_origin=True) == "fetch.drag-link"


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(ExteryError) as caught:
        find_source("https://ada:pass-word@example.org/index.json", None)
    assert caught.value.code == "repo.credentials"
    assert "pass-word" not in str(caught.value)


def test_a_folder_with_a_listing_is_a_remote_repository(tmp_path: Path) -> None:
    folder = tmp_path / "with space"
    folder.mkdir()
    (folder / "index.json").write_text("{}")
    assert find_source(str(folder), None) == Source(folder.resolve().as_uri())
    file = folder / "index.json"
    assert find_source(str(file), None) == Source(file.resolve().as_uri())


def test_a_folder_of_extensions_is_a_local_repository(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "gears").mkdir(parents=True)
    (folder / "gears/blender_manifest.toml").touch()
    assert find_source(str(folder), None) == Source(folder=folder.resolve())
    (tmp_path / "empty").mkdir()
    assert find_source(str(tmp_path / "empty"), None).folder == (tmp_path / "empty").resolve()


def test_other_folders_and_files_are_answers(tmp_path: Path) -> None:
    package = make_package(tmp_path / "packages")
    assert code_of(str(package.parent)) == "repo.folder packages"
    assert code_of(str(package)) == "fetch.url file"
    (tmp_path / "gears").mkdir()
    (tmp_path / "gears/blender_manifest.toml").touch()
    assert code_of(str(tmp_path / "gears")) == "repo.folder extension"
    (tmp_path / "other").mkdir()
    (tmp_path / "other/notes.txt").touch()
    assert code_of(str(tmp_path / "other")) == "repo.folder other"
    assert code_of(str(tmp_path / "none")) == "fetch.not-found folder"


@pytest.mark.parametrize("text", ["", "\x00", "a" * 5_000, "ftp://example.org/", "git@a.org:b/c"])
def test_what_is_no_address_is_an_answer(text: str) -> None:
    check = answers()
    if text == "":
        text = "no-such-folder"
    assert code_of(text, check).startswith(("fetch.url", "fetch.not-found"))
