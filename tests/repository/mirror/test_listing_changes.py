"""Repositories that record changes: a mirror fetches those instead of the listing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from extery.fetch import Fetcher
from extery.repository.mirror.run import MirrorResult, mirror
from tests.fetch.web import status
from tests.repository.hosted import Repository, listed_entries


@pytest.fixture
def recording(repository: Repository) -> Repository:
    """A repository with two extensions that records changes."""
    repository.records_changes = True
    repository.add("gear.zip")
    repository.add("dusk.zip", extension_id="dusk", kind="theme")
    return repository


def mirrored(repository: Repository, folder: Path, fetcher: Fetcher) -> MirrorResult:
    done = mirror(repository.url, folder, fetcher=fetcher)
    assert done.is_complete
    return done


def test_a_new_version_costs_its_package_and_a_few_bytes(
    recording: Repository, tmp_path: Path, fetcher: Fetcher
) -> None:
    folder = tmp_path / "mirror"
    mirrored(recording, folder, fetcher)
    assert recording.requested() == ["dusk.zip", "gear.zip", "index.json"]
    recording.withdraw("gear_tool")
    recording.add("gear-2.zip", version="2.0.0")
    recording.blocklist.append({"id": "dusk", "reason": "Too dark"})
    recording.publish()

    mirrored(recording, folder, fetcher)

    assert recording.requested() == ["changes.json", "gear-2.zip"]
    assert [item["version"] for item in listed_entries(folder)] == ["1.2.3", "2.0.0"]
    blocks = json.loads((folder / "index.json").read_bytes())["blocklist"]
    assert blocks == [{"id": "dusk", "reason": "Too dark"}]
    # The listing itself must confirm that it is unchanged.
    mirrored(recording, folder, fetcher)
    assert recording.requested() == ["changes.json", "index.json"]


def test_the_listing_of_a_mirror_does_not_announce_changes(
    recording: Repository, tmp_path: Path, fetcher: Fetcher
) -> None:
    mirrored(recording, tmp_path / "mirror", fetcher)

    assert "changes" not in json.loads((tmp_path / "mirror" / "index.json").read_bytes())


@pytest.mark.parametrize("fault", ["gone", "forbidden", "damaged", "wrong", "huge", "broken"])
def test_without_changes_from_the_cached_listing_the_listing_is_fetched(
    recording: Repository, tmp_path: Path, fetcher: Fetcher, fault: str
) -> None:
    folder = tmp_path / "mirror"
    mirrored(recording, folder, fetcher)
    recording.add("third.zip", extension_id="third_tool")
    changes = "/r/changes.json"
    if fault == "gone":
        del recording.web.pages[changes]
    elif fault == "forbidden":
        recording.web.fail(changes, status(403))
    elif fault == "broken":
        recording.web.fail(changes, status(418))
    elif fault == "damaged":
        recording.web.put(changes, recording.web.pages[changes][:-9])
    elif fault == "wrong":
        recording.web.put(
            changes, recording.web.pages[changes].replace(b"third_tool", b"other_tool")
        )
    else:
        recording.web.put(changes, b" " * 1_000_000)
    recording.requested()

    mirrored(recording, folder, fetcher)

    assert recording.requested() == ["changes.json", "index.json", "third.zip"]
    assert len(listed_entries(folder)) == 3


def test_a_repository_that_stops_recording_changes_is_still_mirrored(
    recording: Repository, tmp_path: Path, fetcher: Fetcher
) -> None:
    folder = tmp_path / "mirror"
    mirrored(recording, folder, fetcher)
    recording.records_changes = False
    del recording.web.pages["/r/changes.json"]
    recording.add("third.zip", extension_id="third_tool")

    mirrored(recording, folder, fetcher)
    recording.requested()
    mirrored(recording, folder, fetcher)

    assert recording.requested() == ["index.json"]
    assert len(listed_entries(folder)) == 3


def test_outdated_changes_do_not_hide_the_current_listing(
    recording: Repository, tmp_path: Path, fetcher: Fetcher
) -> None:
    folder = tmp_path / "mirror"
    mirrored(recording, folder, fetcher)
    recording.records_changes = False
    recording.add("third.zip", extension_id="third_tool")

    mirrored(recording, folder, fetcher)

    assert len(listed_entries(folder)) == 3


def test_changes_that_cost_more_than_the_listing_are_not_applied(
    recording: Repository, tmp_path: Path, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each change needs a pass over the listing, and hundreds fit into a few kilobytes."""
    folder = tmp_path / "mirror"
    mirrored(recording, folder, fetcher)
    recording.add("third.zip", extension_id="third_tool")
    recording.publish()
    listing = recording.web.pages["/r/index.json"]
    monkeypatch.setattr("extery.fetch.listing_changes.MAX_PROCESSED_BYTES", len(listing) // 2)
    recording.requested()

    mirrored(recording, folder, fetcher)

    assert recording.requested() == ["changes.json", "index.json", "third.zip"]
    assert len(listed_entries(folder)) == 3
