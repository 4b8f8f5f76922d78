"""Sync stores listings for Blender and the index; one repository or entry that fails costs nothing else."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extery.client import sync_fetch
from extery.client.blender_lock import holder_of
from extery.client.index.queries import newest
from extery.client.layout import BLENDER_LOCK
from extery.client.records import find_installed
from extery.client.repositories import Repository, change_repositories
from extery.client.sync import SyncedTarget, sync
from extery.client.sync_state import SyncState, whole_path
from extery.client.targets import Target
from extery.client.transaction import transaction
from extery.core.errors import Refused
from extery.fetch import Fetcher, RetryPolicy
from extery.listing.complete import COMPLETE_LISTING
from extery.listing.entries import dump_listing, make_listing
from tests.client.samples import make_entry, make_package, state_of
from tests.fakes import FakeNetwork, FakeRepository
from tests.fetch.web import (
    Fault,
    cut_off,
    drip,
    encoded,
    endless,
    raw,
    redirect,
    serving,
    status,
    wait,
)

QUICK = RetryPolicy(attempts=2, first_delay=0.01, max_delay=2.0, read=60.0)


class Synced:
    """A target with the fake repositories ``one`` and ``two``."""

    def __init__(self, folder: Path) -> None:
        self.one = FakeRepository(folder / "one")
        self.two = FakeRepository(folder / "two", port=8)
        self.network = FakeNetwork(self.one, self.two, retry_policy=QUICK)
        self.target = Target(folder / "extensions", (4, 2, 99))
        self.repositories = [Repository("one", self.one.url), Repository("two", self.two.url)]
        change_repositories(self.target, lambda _: self.repositories)
        self.one.add("gear.zip")
        self.two.add("dusk.zip", extension_id="dusk", kind="theme")

    def sync(self, target: Target | None = None) -> SyncedTarget:
        with self.network:
            [result] = sync([target or self.target], fetcher_for=self.network)
        return result

    def statuses(self) -> dict[str, str]:
        return {item.repository.name: item.status for item in self.sync().repositories}

    def stored(self, name: str = "one", target: Target | None = None) -> list[str]:
        """Return the ids in the listing that Blender reads."""
        path = Repository(name).listing_in(target or self.target)
        return [item["id"] for item in json.loads(path.read_bytes())["data"]]

    def requested(self) -> list[str]:
        names = [*self.one.requested(), *self.two.requested()]
        return [name.partition("?")[0] for name in names]


@pytest.fixture
def synced(tmp_path: Path) -> Synced:
    return Synced(tmp_path)


def codes(result: SyncedTarget) -> list[str]:
    return [problem.code for problem in result.all_problems]


def test_all_listings_are_stored_as_they_were_received(synced: Synced) -> None:
    result = synced.sync()
    assert [item.status for item in result.repositories] == ["updated", "updated"]
    assert [item.entries for item in result.repositories] == [1, 1]
    assert result.ok
    for repository, source in zip(synced.repositories, (synced.one, synced.two), strict=True):
        stored = repository.listing_in(synced.target).read_bytes()
        assert stored == (source.folder / "index.json").read_bytes()
    assert list(newest(synced.target)) == ["two.dusk", "one.gear_tool"]


def test_the_request_has_the_parameters_of_blender(synced: Synced) -> None:
    synced.sync()
    _, _, query = synced.one.web.seen[0].path.partition("?")
    assert query == (
        f"platform={synced.target.system.platform}&blender_version=4.2.99&python_version=3.11.0"
    )


def test_nothing_is_written_if_nothing_has_changed(synced: Synced) -> None:
    synced.sync()
    synced.requested()
    before = {p: p.stat().st_mtime_ns for p in synced.target.folder.rglob("*")}
    assert synced.statuses() == {"one": "unchanged", "two": "unchanged"}
    assert synced.requested() == ["index.json", "index.json"]
    assert {p: p.stat().st_mtime_ns for p in synced.target.folder.rglob("*")} == before


def test_a_changed_listing_is_replaced_and_found(synced: Synced) -> None:
    synced.sync()
    synced.one.add("other.zip", extension_id="other_tool")
    assert synced.statuses() == {"one": "updated", "two": "unchanged"}
    assert synced.stored() == ["gear_tool", "other_tool"]
    synced.one.withdraw("gear_tool")
    synced.sync()
    assert "one.gear_tool" not in newest(synced.target)


def test_recorded_changes_are_fetched_instead_of_the_listing(synced: Synced) -> None:
    synced.one.records_changes = True
    synced.one.publish()
    synced.sync()
    synced.one.add("other.zip", extension_id="other_tool")
    synced.requested()
    synced.sync()
    assert synced.requested() == ["changes.json", "index.json", "index.json"]
    assert synced.stored() == ["gear_tool", "other_tool"]
    assert synced.statuses()["one"] == "unchanged"


def test_changes_apply_although_entries_are_left_out(synced: Synced) -> None:
    synced.one.records_changes = True
    synced.one.entries.append(make_entry("bad", website=""))
    synced.one.publish()
    assert codes(synced.sync()) == ["sync.entry-left-out"]
    assert whole_path(synced.target, "one").exists()
    synced.one.add("other.zip", extension_id="other_tool")
    synced.requested()
    synced.sync()
    assert synced.requested() == ["changes.json", "index.json", "index.json"]
    assert synced.stored() == ["gear_tool", "other_tool"]
    synced.one.withdraw("bad")
    synced.sync()
    assert not whole_path(synced.target, "one").exists()


def test_a_bad_entry_costs_that_entry(synced: Synced) -> None:
    synced.one.entries += [make_entry("bad", tags=[]), make_entry("good"), "text"]  # type: ignore[list-item]
    synced.one.publish()
    result = synced.sync()
    assert result.ok
    assert synced.stored() == ["gear_tool", "good"]
    first, second = map(str, result.all_problems)
    assert first.startswith("one:data[1].tags: entry 2 ('bad') is left out: ")
    assert second.startswith("one:data[3]: entry 4 ('text') is left out: ")
    assert {dict(problem.values)["number"] for problem in result.all_problems} == {2, 4}


def test_types_that_blender_refuses_are_left_out_for_it_only(
    synced: Synced, tmp_path: Path
) -> None:
    synced.one.entries.append(make_entry("library", type="asset-library"))
    synced.one.publish()
    assert codes(synced.sync()) == ["sync.type-left-out"]
    assert synced.stored() == ["gear_tool"]
    newer = Target(tmp_path / "newer", (5, 3, 99))
    change_repositories(newer, lambda _: synced.repositories)
    assert codes(synced.sync(newer)) == []
    assert synced.stored(target=newer) == ["gear_tool", "library"]


def test_a_listing_that_blender_has_replaced_is_followed(synced: Synced) -> None:
    synced.sync()
    path = synced.repositories[0].listing_in(synced.target)
    other = path.with_suffix(".new")
    other.write_bytes(dump_listing(make_listing([make_entry("from_blender")])))
    os.replace(other, path)
    assert "one.from_blender" in newest(synced.target)
    assert synced.statuses() == {"one": "updated", "two": "unchanged"}
    assert synced.stored() == ["gear_tool"]
    path.unlink()
    assert synced.statuses()["one"] == "updated"


def gzip_bomb() -> bytes:
    return gzip.compress(bytes(3_000_000))


FAULTS: dict[str, Callable[[], Fault]] = {
    "web page": lambda: raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n<!doctype html><title>Sign in</title>  "
    ),
    "package": lambda: raw(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nPK\x03\x04"),
    "403": lambda: status(403),
    "404": lambda: status(404),
    "429": lambda: status(429, Retry_After="3"),
    "500": lambda: status(500),
    "cut": lambda: cut_off(100),
    "gzip bomb": lambda: encoded(gzip_bomb(), "gzip"),
    "another encoding": lambda: encoded(b"?", "zstd"),
    "huge": lambda: raw(b"HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n{"),
    "endless": endless,
    "redirect to itself": lambda: redirect("/r/index.json"),
    "redirect to a file": lambda: redirect("file:///etc/passwd"),
    "other json": lambda: raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"),
    "deep json": lambda: raw(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"[" * 200_000),
}
#: These advance the clock, which all fake servers share.
SLOW: dict[str, Callable[[], Fault]] = {
    "slow": lambda: wait(10_000),
    "dripping": lambda: drip(30),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_repository_that_fails_keeps_its_listing(
    synced: Synced, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_fetch, "MAX_LISTING_SIZE", 1_000_000)
    synced.sync()
    synced.one.add("third.zip", extension_id="third_tool")
    synced.two.add("other.zip", extension_id="other_tool")
    synced.one.web.fail("/r/index.json", *(FAULTS[fault]() for _ in range(12)))
    result = synced.sync()
    one, two = result.repositories
    assert (one.status, one.has_listing, two.status) == ("failed", True, "updated")
    assert not result.ok
    assert str(one.problems[0]).startswith("one:")
    assert str(one.problems[0]).count("one:") == 1
    assert synced.stored() == ["gear_tool"]
    assert synced.stored("two") == ["dusk", "other_tool"]
    synced.one.web.faults.clear()
    assert synced.statuses() == {"one": "updated", "two": "unchanged"}


@pytest.mark.parametrize("fault", SLOW)
def test_a_repository_that_takes_too_long_keeps_its_listing(synced: Synced, fault: str) -> None:
    synced.sync()
    change_repositories(synced.target, lambda _: synced.repositories[:1])
    synced.one.add("third.zip", extension_id="third_tool")
    synced.one.web.fail("/r/index.json", *(SLOW[fault]() for _ in range(12)))
    [one] = synced.sync().repositories
    assert (one.status, one.has_listing) == ("failed", True)
    assert one.problems[0].code == "fetch.time-out"
    assert synced.stored() == ["gear_tool"]


def test_an_error_that_passes_is_no_failure(synced: Synced) -> None:
    synced.one.web.fail("/r/index.json", status(503, Retry_After="1"))
    assert synced.statuses() == {"one": "updated", "two": "updated"}


def test_a_first_sync_that_fails_leaves_no_listing(synced: Synced) -> None:
    synced.one.web.fail("/r/index.json", *[status(403)] * 9)
    one, _ = synced.sync().repositories
    assert (one.status, one.has_listing) == ("failed", False)


def test_a_repository_that_may_not_be_requested_fails_alone(synced: Synced) -> None:
    def fetcher_for(url: str, target: Target) -> Fetcher:
        if url == synced.one.url:
            raise Refused.of("fetch.token")
        return synced.network(url, target)

    with synced.network:
        [result] = sync([synced.target], fetcher_for=fetcher_for)
    assert [item.status for item in result.repositories] == ["failed", "updated"]


def test_a_token_is_not_sent_to_the_host_of_a_redirect(tmp_path: Path) -> None:
    target = Target(tmp_path / "extensions", (4, 2, 99))
    with serving() as web, serving() as other:
        url = f"{web.url}/index.json"
        change_repositories(target, lambda _: [Repository("one", url)])
        other.put("/index.json", dump_listing(make_listing([make_entry()])))
        web.put("/index.json", b"")
        web.fail("/index.json", redirect(f"{other.url}/index.json"))
        [result] = sync([target], fetcher_for=lambda u, _: Fetcher(token="secret", token_for=u))
        assert result.ok
        assert "authorization" in web.seen[0].headers
        assert "authorization" not in other.seen[0].headers
    assert list(newest(target)) == ["one.gear_tool"]


def test_disabled_and_local_repositories_are_not_requested(synced: Synced) -> None:
    change_repositories(
        synced.target,
        lambda _: [Repository("one", synced.one.url, enabled=False), Repository("mine")],
    )
    assert synced.sync().repositories == []
    assert synced.requested() == []


def test_a_target_with_damaged_repositories_does_not_stop_another(
    synced: Synced, tmp_path: Path
) -> None:
    damaged = Target(tmp_path / "damaged", (4, 2, 99))
    change_repositories(damaged, lambda _: [])
    (damaged.state_folder / "repositories.json").write_text("{")
    with synced.network:
        first, second = sync([damaged, synced.target], fetcher_for=synced.network)
    assert codes(first) == ["target.state-damaged"]
    assert second.ok


def test_a_folder_that_cannot_be_written_is_a_problem(synced: Synced) -> None:
    (synced.target.folder / "one").write_text("in the way")
    result = synced.sync()
    assert codes(result) == ["target.unusable"]
    assert not result.ok


def test_damaged_state_costs_a_request(synced: Synced) -> None:
    synced.sync()
    state = synced.target.state_folder / "sync.json"
    for text in ("", "[]", '{"repositories": {"one": {"etag": 7}}, "on_disk": []}'):
        state.write_text(text)
        assert synced.statuses() == {"one": "updated", "two": "updated"}


def test_a_repository_that_is_removed_is_forgotten(synced: Synced) -> None:
    synced.one.entries.append(make_entry("bad", tags=[]))
    synced.one.publish()
    synced.sync()
    change_repositories(synced.target, lambda _: synced.repositories[1:])
    synced.sync()
    assert list(SyncState(synced.target).listings) == ["two"]
    assert not whole_path(synced.target, "one").exists()


def test_blenders_lock_is_held_while_the_listing_is_replaced(
    synced: Synced, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = synced.repositories[0].listing_in(synced.target).with_name(BLENDER_LOCK)
    from extery.client import sync as module

    real, held = module._write_file, []
    monkeypatch.setattr(
        module, "_write_file", lambda *args: (held.append(bool(holder_of(lock))), real(*args))[1]
    )
    synced.sync()
    assert held == [True, True]
    assert not lock.exists()


@pytest.fixture
def newer(synced: Synced, tmp_path: Path) -> Target:
    """A target for Blender 5.3 whose repository has a complete listing."""
    target = Target(tmp_path / "newer", (5, 3, 99))
    change_repositories(target, lambda _: synced.repositories)
    publish_complete(synced, make_entry(), make_entry("library", type="asset-library"))
    return target


def publish_complete(synced: Synced, *entries: dict[str, Any]) -> None:
    data = dump_listing(make_listing(entries))
    synced.one.web.put(f"/r/{COMPLETE_LISTING}", data)


def test_a_new_blender_gets_the_complete_listing(synced: Synced, newer: Target) -> None:
    synced.sync(newer)
    assert synced.stored(target=newer) == ["gear_tool", "library"]
    synced.requested()
    assert synced.sync(newer).repositories[0].status == "unchanged"
    assert [seen.path for seen in synced.one.web.seen if COMPLETE_LISTING in seen.path]
    assert len(synced.one.web.seen) == 1
    publish_complete(synced, make_entry("library", type="asset-library"))
    synced.sync(newer)
    assert synced.stored(target=newer) == ["library"]
    library = newest(newer)["one.library"]
    assert library.url.startswith(synced.one.url.removesuffix("index.json") + "library")


def test_a_complete_listing_that_is_gone_is_replaced_by_the_other(
    synced: Synced, newer: Target
) -> None:
    synced.sync(newer)
    del synced.one.web.pages[f"/r/{COMPLETE_LISTING}"]
    synced.sync(newer)
    assert synced.stored(target=newer) == ["gear_tool"]


def test_an_old_blender_does_not_ask_for_the_complete_listing(
    synced: Synced, newer: Target
) -> None:
    synced.sync()
    assert synced.stored() == ["gear_tool"]
    assert synced.requested() == ["index.json", "index.json"]


def test_extensions_that_appear_change_and_vanish_are_noticed(
    synced: Synced, tmp_path: Path
) -> None:
    def put(version: str) -> None:
        folder = synced.target.folder / "one" / "by_hand"
        folder.mkdir(parents=True, exist_ok=True)
        text = make_manifest(tmp_path, version)
        (folder / "blender_manifest.toml").write_text(text)

    assert synced.sync().changes == []
    put("1.0.0")
    assert [tuple(change) for change in synced.sync().changes] == [
        ("appeared", "one.by_hand", "1.0.0", "")
    ]
    put("1.1.0")
    assert [tuple(change) for change in synced.sync().changes] == [
        ("changed", "one.by_hand", "1.1.0", "1.0.0")
    ]
    assert synced.sync().changes == []
    (synced.target.folder / "one" / "by_hand" / "blender_manifest.toml").unlink()
    assert [tuple(change) for change in synced.sync().changes] == [
        ("vanished", "one.by_hand", "", "1.1.0")
    ]


def make_manifest(folder: Path, version: str) -> str:
    import zipfile

    package = make_package(folder / "packages", "by_hand", version)
    with zipfile.ZipFile(package) as archive:
        return archive.read("blender_manifest.toml").decode()


def test_what_extery_installs_and_removes_is_not_reported(synced: Synced, tmp_path: Path) -> None:
    synced.sync()
    package = make_package(tmp_path)
    with transaction(synced.target, "install") as change:
        change.install(synced.repositories[0], "gear_tool", state_of(package), package)
        change.commit()
    assert synced.sync().changes == []
    with transaction(synced.target, "remove") as change:
        change.remove(synced.repositories[0], "gear_tool")
        change.commit()
    assert list(find_installed(synced.target)) == []
    assert synced.sync().changes == []


def test_a_blocked_extension_that_is_installed_is_reported_each_time(
    synced: Synced, tmp_path: Path
) -> None:
    synced.sync()
    package = make_package(tmp_path)
    with transaction(synced.target, "install") as change:
        change.install(synced.repositories[0], "gear_tool", state_of(package), package)
        change.commit()
    synced.one.blocklist.append({"id": "gear_tool", "reason": "It deletes\x1b[2J files"})
    synced.one.publish()
    for _ in range(2):
        [problem] = synced.sync().all_problems
        assert str(problem) == (
            "one.gear_tool: version 1.0.0 is installed and blocked: It deletes [2J files"
        )


def test_a_listing_over_the_limit_is_refused(
    synced: Synced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_fetch, "MAX_LISTING_SIZE", 100)
    assert synced.statuses() == {"one": "failed", "two": "failed"}


def test_progress_counts_repositories(synced: Synced) -> None:
    seen: list[tuple[int, int]] = []
    with synced.network:
        sync(
            [synced.target],
            fetcher_for=synced.network,
            on_done=lambda done, total, *_: seen.append((done, total)),
        )
    assert seen == [(1, 2), (2, 2)]
