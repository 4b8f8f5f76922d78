"""The whole folder of a repository is checked: all listings, packages without an entry, the page."""

from __future__ import annotations

import json
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from extery.fetch import Fetcher
from extery.fetch.decoding import supported_encodings
from extery.repository.generate import generate
from tests.repository.checking import check, check_folder, codes
from tests.repository.hosted import Repository
from tests.repository.packages import put
from tests.samples.packages import ADD_ON, MANIFEST, PACKAGES, packed


def packed_by_windows() -> bytes:
    return packed((f"gears\\{MANIFEST}", ADD_ON), ("gears\\__init__.py", b""))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (packed_by_windows(), "path.backslash"),
        (PACKAGES["path.encoding"](), "path.encoding"),
        (PACKAGES["package.truncated"](), "package.truncated"),
        (packed((f".gears/{MANIFEST}", ADD_ON)), "package.manifest-missing"),
        (PACKAGES["package.manifest-ambiguous"](), "package.manifest-ambiguous"),
    ],
)
def test_an_unlisted_package_that_cannot_be_installed_is_one_problem_with_the_reason(
    repository: Repository, fetcher: Fetcher, data: bytes, code: str
) -> None:
    repository.add("gear.zip")
    (repository.folder / "windows.zip").write_bytes(data)

    [problem] = check_folder(repository, fetcher).problems

    assert (problem.code, problem.where.file) == (code, "windows.zip")
    assert problem.is_error


def test_an_unlisted_zip_that_is_no_extension_is_a_warning(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    (repository.folder / "textures.zip").write_bytes(packed(("rock.png", b"")))

    [problem] = check_folder(repository, fetcher).problems

    assert (problem.code, problem.severity) == ("server.unlisted", "warning")


def studio(folder: Path) -> None:
    """Generate a folder with every kind of listing, and its page."""
    put(folder, "gear-1.zip", version="1.0.0")
    put(folder, "gear-2.zip", version="2.0.0-beta")
    put(folder, "rocks.zip", extension_id="rocks", kind="asset-library")
    (folder / "sets").mkdir()
    (folder / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\nprereleases = false\nchanges = true\n'
        "[channels.beta]\nprereleases = true\n"
    )
    generate(folder, html=True)


ALL_LISTINGS = [
    *("index.json", "beta/index.json", "blender-5.3/index.json", "beta/blender-5.3/index.json")
]


def test_all_listings_of_a_folder_are_checked_and_named(
    repository: Repository, fetcher: Fetcher
) -> None:
    studio(repository.folder)

    found = check_folder(repository, fetcher)

    assert list(found.problems) == []
    assert [listing.file for listing in found.listings] == ALL_LISTINGS
    assert found.as_dict()["listings"][-1] == {
        "file": ALL_LISTINGS[-1],
        "entries": 2,
        "packages": 2,
    }


#: Paths of opened files are recorded in the last item.
_OPENED: list[list[str]] = []


@cache
def _record_opened_files() -> None:
    def hook(event: str, arguments: tuple[object, ...]) -> None:
        # Of open() with an opener there is an event without flags for the system as well.
        if event == "open" and _OPENED and arguments[1] is None:
            _OPENED[-1].append(str(arguments[0]))

    sys.addaudithook(hook)


def test_each_listing_of_a_folder_is_read_once(repository: Repository, fetcher: Fetcher) -> None:
    studio(repository.folder)
    (repository.folder / "notes").mkdir()
    (repository.folder / "notes/index.json").write_text('{"notes": "unlisted.zip"}')
    (repository.folder / "repo.json").write_text("{}")
    (repository.folder / "unlisted.zip").write_bytes(packed(("rock.png", b"")))
    _record_opened_files()

    _OPENED.append([])
    try:
        found = check_folder(repository, fetcher)
    finally:
        paths = [Path(name) for name in _OPENED.pop() if name.endswith(".json")]

    assert list(found.problems) == []
    changes = [name.replace("index", "changes") for name in ALL_LISTINGS]
    names = [*ALL_LISTINGS, *changes, "notes/index.json", "repo.json"]
    assert sorted(paths) == sorted(repository.folder / name for name in names)


def test_each_listing_of_a_url_is_requested_once_in_each_form(
    repository: Repository, fetcher: Fetcher
) -> None:
    studio(repository.folder)
    for path in repository.folder.rglob("*"):
        if path.is_file():
            name = path.relative_to(repository.folder).as_posix()
            repository.web.put(f"/r/{name}", path.read_bytes())

    found = check(repository, fetcher)

    names = [listing.file for listing in found.listings]
    assert names == ["index.json", "blender-5.3/index.json"]
    requests = Counter(
        (seen.path.removeprefix("/r/"), seen.headers["accept-encoding"] == "identity")
        for seen in repository.web.seen
        if not seen.path.endswith(".zip")
    )
    for name in names:
        # As Blender requests it, and as clients that accept compression do.
        assert (requests.pop((name, True)), requests.pop((name, False))) == (1, 1)
    assert requests == {("index.html", True): 1}


def test_a_listing_that_is_too_large_is_named_and_the_others_are_checked(
    repository: Repository, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio(repository.folder)
    monkeypatch.setattr("extery.fetch.documents.MAX_LOCAL_DOCUMENT_SIZE", 100_000)
    (repository.folder / "beta/index.json").write_text('{"blocklist": []}' + " " * 100_000)

    found = check_folder(repository, fetcher)

    assert [(p.code, p.where.file) for p in found.problems] == [("fetch.too-long", "beta/")]
    assert len(found.listings) == 3


def publish_at(folder: Path, base_url: str) -> None:
    """Generate the folder with every kind of listing for ``base_url``."""
    studio(folder)
    text = (folder / "blender_repo.toml").read_text()
    (folder / "blender_repo.toml").write_text(f'base_url = "{base_url}"\n{text}')
    generate(folder)


def test_packages_of_a_channel_with_full_urls_are_read_from_the_folder_that_will_be_published(
    repository: Repository, fetcher: Fetcher
) -> None:
    publish_at(repository.folder, "https://not-published-yet.example.org/")

    found = check_folder(repository, fetcher)

    assert list(found.problems) == []
    assert [listing.packages for listing in found.listings] == [
        listing.entries for listing in found.listings
    ]


def test_a_full_url_whose_package_differs_from_that_of_the_folder_is_requested(
    repository: Repository, fetcher: Fetcher
) -> None:
    publish_at(repository.folder, "https://not-published-yet.example.org/")
    put(repository.folder, "gear-2.zip", version="2.0.0-beta", tagline="Other gears")

    found = check_folder(repository, fetcher)

    assert {(p.code, p.where.file) for p in found.problems} == {
        ("fetch.unreachable", "beta/index.json"),
        ("fetch.unreachable", "beta/blender-5.3/index.json"),
    }


@pytest.mark.parametrize("name", ALL_LISTINGS)
def test_a_problem_of_each_listing_has_its_place(
    repository: Repository, fetcher: Fetcher, name: str
) -> None:
    studio(repository.folder)
    listing = repository.folder / name
    document = json.loads(listing.read_text("utf-8"))
    document["data"][0]["archive_size"] += 1
    document["data"][0]["license"] = ["SPDX:MIT"]
    listing.write_text(json.dumps(document))

    problems = check_folder(repository, fetcher).problems

    folder = name.removesuffix("index.json")
    variants = ["index.json.br"] if "br" in supported_encodings() else []
    companions = {"index.json.gz", "changes.json", *variants}
    (stale,) = (p for p in problems if p.code == "server.stale-companion")
    assert set(dict(stale.values)["names"].split(", ")) == companions
    assert {problem.where.file for problem in problems} == {
        f"{folder}index.json",
        stale.where.file,
    }
    assert stale.where.file.startswith(folder)
    assert {"server.archive-size", "server.metadata-differs"} < {p.code for p in problems}


def test_a_listing_that_is_cut_off_is_a_problem_and_the_others_are_checked(
    repository: Repository, fetcher: Fetcher
) -> None:
    studio(repository.folder)
    listing = repository.folder / "beta/index.json"
    listing.write_bytes(listing.read_bytes()[:-9])

    found = check_folder(repository, fetcher)

    assert "listing.not-json" in codes(found)
    assert {p.where.file.rpartition("/")[0] for p in found.problems} == {"beta"}
    assert [listing.entries for listing in found.listings] == [1, 0, 2, 2]


def test_a_file_of_another_program_is_no_listing(repository: Repository, fetcher: Fetcher) -> None:
    repository.add("gear.zip")
    (repository.folder / "search").mkdir()
    (repository.folder / "search/index.json").write_text('{"data": [1]}')

    found = check_folder(repository, fetcher)

    assert [listing.file for listing in found.listings] == ["index.json"]


def test_a_problem_of_a_package_in_several_listings_is_reported_once(
    repository: Repository, fetcher: Fetcher
) -> None:
    (repository.folder / "dusk.zip").write_bytes(PACKAGES["theme.xml-missing"]())
    studio(repository.folder)

    assert codes(check_folder(repository, fetcher)) == ["theme.xml-missing"]


def test_a_page_with_links_to_packages_that_are_gone_is_a_warning(
    repository: Repository, fetcher: Fetcher
) -> None:
    studio(repository.folder)
    (repository.folder / "gear-1.zip").unlink()
    put(repository.folder, "gear-3.zip", version="3.0.0")
    page = (repository.folder / "index.html").read_bytes()
    generate(repository.folder, html=True)
    (repository.folder / "index.html").write_bytes(page)

    found = check_folder(repository, fetcher)

    [problem] = [one for one in found.problems if one.code == "server.stale-page"]
    assert problem.message == "index.html links to gear-1.zip, which no listing has"


def test_listings_beside_that_of_a_url_and_those_linked_from_its_page_are_checked(
    repository: Repository, fetcher: Fetcher
) -> None:
    studio(repository.folder)
    for path in sorted(repository.folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(repository.folder).as_posix()
            repository.web.put(f"/r/{name}", path.read_bytes())
    page = repository.web.pages["/r/index.html"]
    repository.web.pages["/r/index.html"] = page + b'<a href="beta/index.json">Beta</a>'

    found = check(repository, fetcher)

    assert [listing.file for listing in found.listings] == [
        *("index.json", "blender-5.3/index.json", "beta/index.json")
    ]
    assert codes(found) == []
