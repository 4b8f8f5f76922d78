"""A clock that is wrong: journal, undo, gc, locks and sync do not depend on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from extery.client import operations
from extery.client.gc import Policy, collect, collect_packages
from extery.client.records import find_installed
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.transaction import target_lock
from extery.client.undo import find_operation, undo
from extery.fetch.retry import retry_after
from tests.client.samples import make_package, make_target
from tests.client.synced import Synced
from tests.client.test_transaction import install
from tests.fakes import FakeClock

DAY = 86_400.0
YEAR = 365 * DAY


@pytest.fixture
def clock() -> Iterator[FakeClock]:
    with FakeClock().installed() as made:
        yield made


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return make_target(tmp_path)


def install_versions(target: Target, folder: Path, *versions: str) -> None:
    for version in versions:
        install(target, make_package(folder, version=version))


def kept(target: Target) -> list[int]:
    """Return the operations whose replaced folder is kept."""
    return sorted(
        operation.number
        for operation in operations.load_all(target)
        for step in operation.steps
        if operation.old_folder(target, step).exists()
    )


def set_to_1970(clock: FakeClock) -> None:
    clock.set_back(clock.time())


@pytest.mark.parametrize("change", [set_to_1970, lambda clock: clock.set_back(10 * YEAR)])
def test_an_operation_at_an_earlier_clock_is_the_last_one(
    target: Target, tmp_path: Path, clock: FakeClock, change: Callable[[FakeClock], None]
) -> None:
    install_versions(target, tmp_path, "1.0.0", "2.0.0")
    change(clock)
    install_versions(target, tmp_path, "3.0.0")
    journal = operations.load_all(target)
    assert journal[0].started_at < journal[1].started_at
    assert [operation.number for operation in journal] == [3, 2, 1]
    assert find_operation(target).number == 3
    undo(target, store=Store(tmp_path / "cache"))
    assert [item.state.version for item in find_installed(target)] == ["2.0.0"]


def test_a_clock_that_started_in_1970_costs_nothing_that_is_kept(
    target: Target, tmp_path: Path, clock: FakeClock
) -> None:
    """As on a computer without a battery, which gets the time from the network later."""
    now = clock.time()
    install_versions(target, tmp_path, "1.0.0")
    set_to_1970(clock)
    install_versions(target, tmp_path, "2.0.0", "3.0.0")
    store, policy = Store(tmp_path / "cache"), Policy(operations=0, days=30)
    collect(target, store, policy)
    assert kept(target) == [2, 3], "at the wrong clock nothing is old"
    clock.set_back(clock.time() - now)
    collect(target, store, policy)
    assert kept(target) == [2, 3], "they are not older than the operation before them"
    install_versions(target, tmp_path, "4.0.0")
    clock.sleep(31 * DAY)
    collect(target, store, policy)
    assert kept(target) == []


def test_an_operation_of_the_future_is_not_kept_for_ever(
    target: Target, tmp_path: Path, clock: FakeClock
) -> None:
    install_versions(target, tmp_path, "1.0.0")
    clock.set_back(-50 * YEAR)
    install_versions(target, tmp_path, "2.0.0")
    clock.set_back(50 * YEAR)
    install_versions(target, tmp_path, "3.0.0")
    store, policy = Store(tmp_path / "cache"), Policy(operations=0, days=30)
    collect(target, store, policy)
    assert kept(target) == [2, 3]
    clock.sleep(31 * DAY)
    collect(target, store, policy)
    assert kept(target) == []


def test_without_any_plausible_time_only_the_number_of_operations_counts(
    target: Target, tmp_path: Path, clock: FakeClock
) -> None:
    set_to_1970(clock)
    install_versions(target, tmp_path, "1.0.0", "2.0.0", "3.0.0")
    clock.set_back(-60 * YEAR)
    collect(target, Store(tmp_path / "cache"), Policy(operations=0, days=30))
    assert kept(target) == [2, 3]
    collect(target, Store(tmp_path / "cache"), Policy(operations=1, days=0))
    assert kept(target) == [3]


def test_a_package_from_a_wrong_clock_gets_its_time_from_the_next_gc(
    tmp_path: Path, clock: FakeClock
) -> None:
    store = Store(tmp_path / "cache")
    path = store.add(make_package(tmp_path))
    for wrong in (0.0, clock.time() + 50 * YEAR):
        os.utime(path, (wrong, wrong))
        assert collect_packages(store).packages == 0
        assert abs(path.stat().st_mtime - clock.time()) < 2
    clock.sleep(91 * DAY)
    assert collect_packages(store).packages == 1


def test_a_lock_is_taken_and_described_at_any_clock(target: Target, clock: FakeClock) -> None:
    set_to_1970(clock)
    for _ in range(2):
        with target_lock(target, "first"):
            clock.sleep(1)
        clock.set_back(-100 * YEAR)
    assert not list(target.state_folder.glob("*.holder"))


def test_a_sync_at_an_earlier_clock_sees_what_has_changed(tmp_path: Path) -> None:
    synced = Synced(tmp_path)
    synced.sync()
    synced.network.clock.set_back(20 * YEAR)
    assert synced.statuses() == {"one": "unchanged", "two": "unchanged"}
    synced.one.add("other.zip", extension_id="other_tool")
    assert synced.statuses() == {"one": "updated", "two": "unchanged"}
    assert synced.stored() == ["gear_tool", "other_tool"]


def test_files_of_an_earlier_clock_are_followed_too(tmp_path: Path) -> None:
    """Blender may have written a listing at another clock, and of the same size."""
    synced = Synced(tmp_path)
    synced.sync()
    path = synced.repositories[0].listing_in(synced.target)
    new = path.with_name("new")
    new.write_bytes(path.read_bytes().replace(b"gear_tool", b"gear_toll"))
    os.utime(new, (1, 1))
    new.replace(path)
    assert synced.statuses() == {"one": "updated", "two": "unchanged"}
    assert synced.stored() == ["gear_tool"]


def test_parts_of_downloads_are_removed_after_a_day(tmp_path: Path, clock: FakeClock) -> None:
    store = Store(tmp_path / "cache")
    path = store.add(make_package(tmp_path))
    parts = [path.with_suffix(".part"), store.folder / "tmp1.new"]
    for part in parts:
        part.write_bytes(b"PK")
    assert collect_packages(store).freed == 0
    clock.sleep(2 * DAY)
    assert collect_packages(store).packages == 0
    assert [part.exists() for part in parts] == [False, False]
    assert path.exists()


@pytest.mark.parametrize("year", [1970, 2026, 2099])
def test_a_date_to_try_again_is_compared_with_that_of_the_server(year: int) -> None:
    date = f"Wed, 21 Oct {year} 07:28:%02d GMT"
    assert retry_after({"retry-after": date % 30, "date": date % 0}) == 30
    assert retry_after({"retry-after": date % 0, "date": date % 30}) == 0
