"""Packages are checked: those that cannot be read, and those without an entry."""

from __future__ import annotations

import gzip
import os
import shutil
import sys

import pytest

from extery.fetch import Fetcher
from extery.repository.generate import generate
from tests.fetch.web import Handler, status
from tests.repository.checking import check, check_folder, codes
from tests.repository.hosted import Repository
from tests.repository.packages import put


def test_a_package_that_is_missing_was_not_read(repository: Repository, fetcher: Fetcher) -> None:
    repository.add("a.zip")
    repository.add("b.zip", extension_id="dusk")
    del repository.web.pages["/r/b.zip"]

    assert check(repository, fetcher).packages == 1


def test_a_package_with_unrequested_compression_is_an_error(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    body = gzip.compress(repository.web.pages["/r/gear.zip"])

    def compressed(handler: Handler, _: bytes) -> bool:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        return True

    repository.web.fail("/r/gear.zip", compressed)

    [problem] = check(repository, fetcher).problems

    assert problem.code == "server.compressed"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
def test_a_pipe_is_reported_as_missing_and_not_read(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    (repository.folder / "gear.zip").unlink()
    os.mkfifo(repository.folder / "gear.zip")

    assert codes(check_folder(repository, fetcher)) == ["server.archive-missing"]


def test_a_file_url_is_a_warning_locally_and_an_error_on_the_web(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip", url=(repository.folder / "gear.zip").as_uri())

    assert codes(check_folder(repository, fetcher)) == ["server.local-file"]
    assert codes(check(repository, fetcher)) == ["fetch.archive-url-local"]


def test_an_unlisted_package_is_reported(repository: Repository, fetcher: Fetcher) -> None:
    repository.add("gear.zip")
    repository.add("old.zip", version="0.9.0", blender_version_max="4.3.0")
    repository.withdraw("gear_tool", "0.9.0")

    [problem] = check_folder(repository, fetcher).problems

    assert (problem.code, problem.where.file) == ("server.unlisted", "old.zip")


def test_a_package_of_a_channel_is_not_unlisted(repository: Repository, fetcher: Fetcher) -> None:
    put(repository.folder, "gear 1.zip", version="1.0.0")
    put(repository.folder, "gear-2.zip", version="2.0.0-beta")
    (repository.folder / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\nprereleases = false\n[channels.beta]\nprereleases = true\n'
    )
    generate(repository.folder)

    found = check_folder(repository, fetcher)

    assert list(found.problems) == []
    assert [tuple(listing) for listing in found.listings] == [
        ("index.json", 1, 1),
        ("beta/index.json", 1, 1),
    ]


def test_a_file_that_is_not_a_zip_is_reported_with_its_entry(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    (repository.folder / "gear.zip").write_bytes(b"no zip at all")

    found = check_folder(repository, fetcher)

    assert codes(found) == ["server.archive-size", "package.not-zip"]
    assert "gear_tool 1.2.3" in found.problems.errors[1].message


def test_a_failed_download_is_one_problem_of_its_package(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    repository.web.fail("/r/gear.zip", status(403))

    assert codes(check(repository, fetcher)) == ["fetch.refused"]


def test_listing_only_reads_no_packages(repository: Repository, fetcher: Fetcher) -> None:
    repository.add("gear.zip")

    assert check(repository, fetcher, listing_only=True).packages == 0
    # As Blender requests it, and as clients that accept compression do; then the complete listing and the page.
    assert repository.requested() == [*("index.html", "index.json", "index.json", "index.json")]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")
def test_a_name_that_is_not_unicode_is_unlisted(repository: Repository, fetcher: Fetcher) -> None:
    path = repository.folder / repository.add("gear.zip")["archive_url"]
    shutil.copy(path, repository.folder / "gear\udcff.zip")

    assert codes(check_folder(repository, fetcher)) == ["server.unlisted"]
