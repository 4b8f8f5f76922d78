"""A listing that has not changed costs one small request, and one that has costs its changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from extery.core.errors import ExteryError, InvalidListing
from extery.fetch import Fetcher, Validators
from extery.fetch.listings import FetchedListing, fetch_listing
from extery.listing.delta import announces_changes
from tests.fakes import FakeRepository
from tests.fetch.conftest import QUICK
from tests.fetch.web import raw, status, without_ranges
from tests.repository.hosted import Repository


class Stored:
    """The listing of a repository as a client stores it."""

    def __init__(self, repository: Repository, fetcher: Fetcher) -> None:
        self.repository, self.fetcher = repository, fetcher
        self.body, self.validators = b"", Validators()

    def fetch(self) -> FetchedListing | None:
        fetched = fetch_listing(
            self.repository.url,
            fetcher=self.fetcher,
            validators=self.validators,
            has_changes=announces_changes(self.body),
            load=lambda: self.body,
        )
        if fetched is not None:
            self.body = fetched.body or self.body
            self.validators = fetched.validators
        return fetched

    @property
    def is_current(self) -> bool:
        return self.body == (self.repository.folder / "index.json").read_bytes()


@pytest.fixture
def repository(tmp_path: Path) -> FakeRepository:
    return FakeRepository(tmp_path / "source")


@pytest.fixture
def fetcher(repository: FakeRepository) -> Iterator[Fetcher]:
    with repository.fetcher(retry_policy=QUICK) as fake:
        yield fake


@pytest.fixture
def stored(repository: Repository, fetcher: Fetcher) -> Stored:
    """A stored listing of a repository that records changes."""
    repository.records_changes = True
    repository.add("gear.zip")
    made = Stored(repository, fetcher)
    made.fetch()
    repository.requested()
    return made


def test_an_unchanged_listing_is_one_request(repository: Repository, stored: Stored) -> None:
    assert stored.fetch() is None
    assert repository.requested() == ["index.json"]


def test_a_changed_listing_is_made_from_its_changes(repository: Repository, stored: Stored) -> None:
    repository.add("dusk.zip", extension_id="dusk", kind="theme")
    stored.fetch()
    assert stored.is_current
    assert repository.requested() == ["changes.json", "index.json"]
    assert stored.fetch() is None


def test_validators_are_replaced_if_only_they_have_changed(
    repository: Repository, stored: Stored
) -> None:
    stored.validators = Validators('"of another server"')
    assert stored.fetch() == FetchedListing(None, stored.validators)
    assert stored.fetch() is None


def test_a_listing_that_another_tool_has_replaced_is_fetched(
    repository: Repository, stored: Stored
) -> None:
    repository.records_changes = False
    repository.add("dusk.zip", extension_id="dusk", kind="theme")
    stored.fetch()
    assert stored.is_current


def test_changes_to_a_listing_of_another_length_are_not_trusted(
    repository: Repository, stored: Stored
) -> None:
    repository.add("dusk.zip", extension_id="dusk", kind="theme")
    changes = repository.web.pages["/r/changes.json"]
    repository.records_changes = False
    repository.add("third.zip", extension_id="third_tool")
    repository.web.put("/r/changes.json", changes)
    stored.fetch()
    assert stored.is_current


@pytest.mark.parametrize("number", [416, 501, 400])
def test_a_server_that_refuses_ranges_is_asked_for_the_whole_listing(
    repository: Repository, stored: Stored, number: int
) -> None:
    repository.add("dusk.zip", extension_id="dusk", kind="theme")
    repository.web.fail("/r/index.json", status(number))
    stored.fetch()
    assert stored.is_current


def test_a_server_that_ignores_ranges_sends_the_whole_listing(
    repository: Repository, stored: Stored
) -> None:
    repository.add("dusk.zip", extension_id="dusk", kind="theme")
    repository.web.fail("/r/index.json", without_ranges())
    stored.fetch()
    assert stored.is_current
    assert repository.requested() == ["index.json"]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-0/oops\r\nContent-Length: 1\r\n\r\n{",
        b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-0/9\r\nContent-Length: 9000\r\n\r\n{",
        b"HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\n\r\n{",
    ],
)
def test_a_range_that_makes_no_sense_is_ignored(
    repository: Repository, stored: Stored, answer: bytes
) -> None:
    repository.add("dusk.zip", extension_id="dusk", kind="theme")
    repository.web.fail("/r/index.json", raw(answer))
    stored.fetch()
    assert stored.is_current


def test_an_error_is_raised(repository: Repository, stored: Stored) -> None:
    repository.web.fail("/r/index.json", status(403))
    with pytest.raises(ExteryError) as caught:
        stored.fetch()
    assert caught.value.code == "fetch.refused"


def test_a_web_page_in_place_of_a_listing_is_refused(
    repository: Repository, stored: Stored
) -> None:
    repository.web.put("/r/index.json", b"<!doctype html><title>Welcome</title>")
    repository.web.fail("/r/index.json", without_ranges())
    with pytest.raises(InvalidListing):
        stored.fetch()


def test_a_file_has_no_changes(repository: Repository, stored: Stored) -> None:
    url = (repository.folder / "index.json").as_uri()
    fetched = fetch_listing(url, fetcher=stored.fetcher, has_changes=True, load=bytes)
    assert fetched is not None
    assert fetched.body == (repository.folder / "index.json").read_bytes()
