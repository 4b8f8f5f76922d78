"""Repositories that tell what changed: a mirror fetches that, and the whole listing only if it has to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from extery.fetch import Fetcher
from extery.repository.mirror.run import MirrorResult, mirror
from tests.fetch.web import status
from tests.repository.hosted import Repository, listed


@pytest.fixture
def telling(repository: Repository) -> Repository:
    """A repository with two extensions that keeps its changes."""
    repository.tells_changes = True
    repository.add("gear.zip")
    repository.add("dusk.zip", extension_id="dusk", kind="theme")
    return repository


def mirrored(repository: Repository, folder: Path, fetcher: Fetcher) -> MirrorResult:
    done = mirror(repository.url, folder, fetcher=fetcher)
    assert done.is_complete
    return done


def test_a_new_version_costs_its_package_and_a_few_bytes(
    telling: Repository, tmp_path: Path, fetcher: Fetcher
) -> None:
    folder = tmp_path / "mirror"
    mirrored(telling, folder, fetcher)
    assert telling.asked() == ["dusk.zip", "gear.zip", "index.json"]
    telling.withdraw("gear_tool")
    telling.add("gear-2.zip", version="2.0.0")
    telling.blocklist.append({"id": "dusk", "reason": "Too dark"})
    telling.publish()

    mirrored(telling, folder, fetcher)

    assert telling.asked() == ["changes.json", "gear-2.zip"]
    assert [item["version"] for item in listed(folder)] == ["1.2.3", "2.0.0"]
    blocks = json.loads((folder / "index.json").read_bytes())["blocklist"]
    assert blocks == [{"id": "dusk", "reason": "Too dark"}]
    # That nothing is new the listing itself has to say.
    mirrored(telling, folder, fetcher)
    assert telling.asked() == ["changes.json", "index.json"]


def test_a_mirror_does_not_promise_changes_that_it_does_not_keep(
    telling: Repository, tmp_path: Path, fetcher: Fetcher
) -> None:
    mirrored(telling, tmp_path / "mirror", fetcher)

    assert "changes" not in json.loads((tmp_path / "mirror" / "index.json").read_bytes())


@pytest.mark.parametrize("fault", ["gone", "forbidden", "damaged", "wrong", "huge", "broken"])
def test_where_changes_do_not_lead_on_the_listing_is_fetched(
    telling: Repository, tmp_path: Path, fetcher: Fetcher, fault: str
) -> None:
    folder = tmp_path / "mirror"
    mirrored(telling, folder, fetcher)
    telling.add("third.zip", extension_id="third_tool")
    changes = "/r/changes.json"
    if fault == "gone":
        del telling.web.pages[changes]
    elif fault == "forbidden":
        telling.web.fail(changes, status(403))
    elif fault == "broken":
        telling.web.fail(changes, status(418))
    elif fault == "damaged":
        telling.web.put(changes, telling.web.pages[changes][:-9])
    elif fault == "wrong":
        telling.web.put(changes, telling.web.pages[changes].replace(b"third_tool", b"other_tool"))
    else:
        telling.web.put(changes, b" " * 1_000_000)
    telling.asked()

    mirrored(telling, folder, fetcher)

    assert telling.asked() == ["changes.json", "index.json", "third.zip"]
    assert len(listed(folder)) == 3


def test_a_repository_that_stops_telling_is_followed_all_the_same(
    telling: Repository, tmp_path: Path, fetcher: Fetcher
) -> None:
    folder = tmp_path / "mirror"
    mirrored(telling, folder, fetcher)
    telling.tells_changes = False
    del telling.web.pages["/r/changes.json"]
    telling.add("third.zip", extension_id="third_tool")

    mirrored(telling, folder, fetcher)
    telling.asked()
    mirrored(telling, folder, fetcher)

    assert telling.asked() == ["index.json"]
    assert len(listed(folder)) == 3


def test_changes_that_nobody_keeps_up_hide_nothing(
    telling: Repository, tmp_path: Path, fetcher: Fetcher
) -> None:
    folder = tmp_path / "mirror"
    mirrored(telling, folder, fetcher)
    telling.tells_changes = False
    telling.add("third.zip", extension_id="third_tool")

    mirrored(telling, folder, fetcher)

    assert len(listed(folder)) == 3


def test_changes_that_take_longer_than_the_listing_are_not_followed(
    telling: Repository, tmp_path: Path, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change costs a pass over the listing, and hundreds of them fit into a few kilobytes."""
    folder = tmp_path / "mirror"
    mirrored(telling, folder, fetcher)
    telling.add("third.zip", extension_id="third_tool")
    telling.publish()
    listing = telling.web.pages["/r/index.json"]
    monkeypatch.setattr(
        "extery.repository.mirror.delta_fetch.MAX_PROCESSED_BYTES", len(listing) // 2
    )
    telling.asked()

    mirrored(telling, folder, fetcher)

    assert telling.asked() == ["changes.json", "index.json", "third.zip"]
    assert len(listed(folder)) == 3
