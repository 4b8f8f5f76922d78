"""Sync beside other commands, and killed at any call: nothing is lost, and nothing half is stored."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from extery.client.records import find_installed
from extery.client.repositories import Repository, change_repositories, load_repositories
from extery.client.repository_changes import rename
from extery.client.sync import SyncedTarget, sync
from extery.client.sync_state import SyncState
from extery.client.targets import Target
from extery.client.transaction import target_lock
from extery.fetch import Fetcher
from tests.client.machine import Machine
from tests.client.samples import make_entry
from tests.client.test_transaction import leftovers, run_until_call
from tests.fakes import FakeNetwork, FakeRepository
from tests.repository.hosted import listed_entries

PROCESSES = multiprocessing.get_context("fork")


def run_at_once(*actions: Callable[[], int]) -> list[int]:
    """Run actions in processes that begin together; return their exit statuses."""
    barrier = PROCESSES.Barrier(len(actions))

    def child(action: Callable[[], int]) -> None:
        barrier.wait()
        os._exit(action())

    processes = [PROCESSES.Process(target=child, args=(action,)) for action in actions]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode or 0 for process in processes]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path, tmp_path / "home")
    made.prepare()
    return made


def command(machine: Machine, *arguments: str) -> Callable[[], int]:
    return lambda: machine.run(*arguments).exit_code


def test_several_syncs_at_once_store_the_same(machine: Machine) -> None:
    machine.generate(machine.packages, ("gear_tool", "2.0.0"))
    assert run_at_once(*[command(machine, "sync")] * 4) == [0] * 4
    stored = machine.target / "studio/.blender_ext/index.json"
    assert stored.read_bytes() == (machine.packages / "index.json").read_bytes()
    assert "1 unchanged" in machine.run("sync").output
    assert not [name for name in machine.names() if name.endswith((".new", ".holder"))]


def test_a_sync_beside_installations_disturbs_neither(machine: Machine) -> None:
    machine.generate(machine.packages, ("gear_tool", "2.0.0"), ("spring_tool", "0.3.0"))
    statuses = run_at_once(
        command(machine, "sync"),
        command(machine, "install", "spring_tool"),
        command(machine, "sync"),
        command(machine, "install-file", "FILE"),
    )
    assert statuses == [0] * 4
    machine.done("install", "gear_tool")
    target = Target(machine.target, (4, 2, 99))
    installed = {item.id: item.state.version for item in find_installed(target)}
    assert installed == {"gear_tool": "2.0.0", "spring_tool": "0.3.0", "file_tool": "1.0.0"}


def test_repositories_that_are_added_at_once_are_all_there(machine: Machine) -> None:
    names = [f"more_{number}" for number in range(4)]
    for name in names:
        machine.generate(machine.folder / name, (f"tool_of_{name}", "1.0.0"))
    statuses = run_at_once(
        *(command(machine, "repo", "add", str(machine.folder / n), "--name", n) for n in names),
        command(machine, "sync"),
    )
    assert statuses == [0] * 5
    assert {row["name"] for row in machine.state()["repositories"]} == {"studio", *names}


class During:
    """A network that changes the target while a sync fetches."""

    def __init__(self, folder: Path, change: Callable[[Target], object]) -> None:
        self.online = FakeRepository(folder / "online")
        self.online.add("gear.zip")
        self.network = FakeNetwork(self.online)
        self.change = change
        self.target = Target(folder / "extensions", (4, 2, 99))
        self.repository = Repository("studio", self.online.url)
        change_repositories(self.target, lambda _: [self.repository])

    def __call__(self, url: str, target: Target) -> Fetcher:
        self.change(target)
        return self.network(url, target)

    def sync(self) -> SyncedTarget:
        with self.network:
            [result] = sync([self.target], fetcher_for=self)
        return result


def remove_all(target: Target) -> None:
    with target_lock(target, "repo remove"):
        change_repositories(target, lambda _: [])


def test_a_repository_that_is_removed_during_a_sync_stays_removed(tmp_path: Path) -> None:
    during = During(tmp_path, remove_all)
    assert during.sync().ok
    assert load_repositories(during.target) == []
    assert not (during.target.folder / "studio").exists()


def test_a_repository_that_is_renamed_during_a_sync_has_one_folder(tmp_path: Path) -> None:
    during = During(tmp_path, lambda target: rename(target, "studio", "workshop"))
    assert during.sync().ok
    assert [item.name for item in load_repositories(during.target)] == ["workshop"]


def test_the_state_of_a_repository_that_is_added_during_a_sync_is_kept(tmp_path: Path) -> None:
    other = FakeRepository(tmp_path / "other", port=8)
    other.records_changes = True
    other.add("dusk.zip", extension_id="dusk", kind="theme")
    other.entries.append(make_entry("bad", tags=[]))
    other.publish()

    def add(target: Target) -> None:
        if len(load_repositories(target)) == 1:
            row = Repository("other", other.url)
            change_repositories(target, lambda rows: [*rows, row])
            with network:
                assert sync([target], fetcher_for=network)[0].target == target

    during = During(tmp_path, add)
    network = FakeNetwork(during.online, other)
    during.sync()
    assert set(SyncState(during.target).listings) == {"studio", "other"}
    assert (during.target.state_folder / "listings/other.json").exists()


def test_a_sync_that_is_killed_at_any_call_leaves_the_old_listing_or_the_new_one(
    tmp_path: Path,
) -> None:
    during = During(tmp_path, lambda _target: None)
    during.sync()
    during.online.add("spring.zip", extension_id="spring_tool")
    during.online.entries.append(make_entry("bad", tags=[]))
    during.online.publish()
    start, seen = tmp_path / "start", []
    shutil.copytree(during.target.folder, start)
    for number in range(10_000):
        shutil.rmtree(during.target.folder)
        shutil.copytree(start, during.target.folder)
        was_killed = run_until_call(number, during.sync)
        with target_lock(during.target, "next command"):
            pass
        private = during.target.folder / "studio/.blender_ext"
        seen.append([entry["id"] for entry in listed_entries(private)])
        assert leftovers(during.target) == [], f"call {number}"
        assert {path.name for path in private.iterdir()} == {"index.json"}, f"call {number}"
        if not was_killed:
            break
        during.sync()
        assert json.loads((during.target.state_folder / "sync.json").read_bytes())
        assert len(listed_entries(private)) == 2, f"call {number}"
    assert set(map(tuple, seen)) == {("gear_tool",), ("gear_tool", "spring_tool")}
    assert len(seen) > 10
