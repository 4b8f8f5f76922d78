"""A lock file or a bundle installs the same bytes elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.client.bundle import check_complete, open_lock, write_bundle
from extery.client.execute import execute
from extery.client.lock_file import (
    LockedExtension,
    LockedRepository,
    LockFile,
    parse_lock_file,
    read_lock_file,
)
from extery.client.locking import add_repositories, lock_target, plan_restore
from extery.client.package_state import PackageState
from extery.client.records import find_installed
from extery.client.repositories import Repository, load_repositories
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.transaction import transaction
from extery.core.errors import Conflict, Corrupt, ExteryError, NotFound, Unavailable
from extery.fetch import Fetcher
from tests.client.samples import STUDIO, make_package, make_target, state_of, tree

SHA = "0" * 64


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def installed_target(tmp_path: Path, store: Store) -> Target:
    target = make_target(tmp_path)
    with transaction(target, "install") as change:
        for identifier in ("gear_tool", "spring_tool"):
            package = make_package(tmp_path, identifier)
            change.install(STUDIO, identifier, state_of(package), store.add(package))
        change.commit()
    return target


def no_network(*_: object) -> Fetcher:
    raise AssertionError("the network is not needed")


def restore(lock: LockFile, target: Target, store: Store, *, exact: bool = False) -> None:
    add_repositories(target, lock)
    plan = plan_restore(target, lock, installed=[*find_installed(target)], exact=exact)
    result = execute(plan, "restore", store=store, make_fetcher=no_network)
    assert not result.failed


def versions(target: Target) -> dict[str, str]:
    return {item.name: item.state.version for item in find_installed(target)}


def test_a_lock_file_is_readable_sorted_and_reads_as_it_was_written(
    tmp_path: Path, store: Store
) -> None:
    lock, problems = lock_target(installed_target(tmp_path, store), find=lambda *_: [])
    assert not problems
    text = lock.dump()
    assert text.index('id = "gear_tool"') < text.index('id = "spring_tool"')
    again = parse_lock_file(text.encode())
    assert again.dump() == text
    assert set(again.extensions) == set(lock.extensions)


def test_a_bundle_installs_the_same_bytes_without_a_network(tmp_path: Path, store: Store) -> None:
    source = installed_target(tmp_path, store)
    lock, _ = lock_target(source, find=lambda *_: [])
    for name in ("farm.zip", "folder"):
        write_bundle(lock, tmp_path / name, store=store, make_fetcher=no_network)
        other = Target(tmp_path / f"other-{name}", (5, 2, 99))
        own_store = Store(tmp_path / f"cache-{name}")
        opened = open_lock(tmp_path / name, own_store)
        check_complete(opened, own_store)
        restore(opened, other, own_store)
        assert tree(other.folder / "studio") == tree(source.folder / "studio")
        assert load_repositories(other)[0].url == STUDIO.url


def test_what_the_other_blender_cannot_use_is_not_restored(tmp_path: Path, store: Store) -> None:
    source = make_target(tmp_path)
    old = make_package(tmp_path, "old_tool", blender_version_max="5.0.0")
    with transaction(source, "install") as change:
        for package in (old, make_package(tmp_path)):
            identifier = package.stem.rpartition("-")[0]
            change.install(STUDIO, identifier, state_of(package), store.add(package))
        change.commit()
    lock, _ = lock_target(source, find=lambda *_: [])
    other = Target(tmp_path / "other", (5, 2, 99))
    add_repositories(other, lock)
    plan = plan_restore(other, lock, installed=[])
    result = execute(plan, "restore", store=store, make_fetcher=no_network)
    [(failed, error)] = result.failed
    assert (failed.id, error.code) == ("old_tool", "install.incompatible")
    assert "it is for Blender older than 5.0.0" in str(error)
    assert versions(other) == {"studio.gear_tool": "1.0.0"}


def test_a_bundle_has_the_same_bytes_each_time(tmp_path: Path, store: Store) -> None:
    lock, _ = lock_target(installed_target(tmp_path, store), find=lambda *_: [])
    for name in ("one.zip", "two.zip"):
        write_bundle(lock, tmp_path / name, store=store, make_fetcher=no_network)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_damaged_bundle_is_refused(tmp_path: Path, store: Store) -> None:
    lock, _ = lock_target(installed_target(tmp_path, store), find=lambda *_: [])
    write_bundle(lock, tmp_path / "folder", store=store, make_fetcher=no_network)
    for package in (tmp_path / "folder/packages").iterdir():
        package.write_bytes(package.read_bytes() + b"x")
    with pytest.raises(Corrupt) as error:
        open_lock(tmp_path / "folder", Store(tmp_path / "other"))
    assert error.value.code == "lock.package-damaged"


def test_an_incomplete_bundle_needs_the_network(tmp_path: Path, store: Store) -> None:
    lock, _ = lock_target(installed_target(tmp_path, store), find=lambda *_: [])
    write_bundle(lock, tmp_path / "folder", store=store, make_fetcher=no_network)
    next(iter((tmp_path / "folder/packages").iterdir())).unlink()
    other = Store(tmp_path / "other")
    opened = open_lock(tmp_path / "folder", other)
    with pytest.raises(NotFound) as error:
        check_complete(opened, other)
    assert error.value.code == "lock.package-missing"


def test_a_restore_goes_up_and_down_and_exactly(tmp_path: Path, store: Store) -> None:
    target = installed_target(tmp_path, store)
    lock, _ = lock_target(target, find=lambda *_: [])
    with transaction(target, "install") as change:
        for package in (
            make_package(tmp_path, version="2.0.0"),
            make_package(tmp_path, "more_tool"),
        ):
            identifier = package.stem.rpartition("-")[0]
            change.install(STUDIO, identifier, state_of(package), store.add(package))
        change.commit()
    restore(lock, target, store)
    assert versions(target) == {
        "studio.gear_tool": "1.0.0",
        "studio.more_tool": "1.0.0",
        "studio.spring_tool": "1.0.0",
    }
    restore(lock, target, store, exact=True)
    assert "studio.more_tool" not in versions(target)


def test_an_extension_of_an_unknown_package_cannot_be_locked(tmp_path: Path, store: Store) -> None:
    target = installed_target(tmp_path, store)
    (target.state_folder / "installed.json").unlink()
    lock, problems = lock_target(target, find=lambda *_: [])
    assert [problem.code for problem in problems] == ["lock.unknown-package"] * 2
    assert lock.extensions == ()


def test_a_repository_of_another_url_is_not_mixed_up(tmp_path: Path, store: Store) -> None:
    lock, _ = lock_target(installed_target(tmp_path, store), find=lambda *_: [])
    other = make_target(tmp_path / "two", Repository("studio", "https://example.net/index.json"))
    with pytest.raises(Conflict) as error:
        add_repositories(other, lock)
    assert error.value.code == "lock.other-repository"


LOCK = LockFile(
    "4.2",
    (LockedRepository("studio", "https://example.org/\x7f\n\"'\\ü"),),
    (LockedExtension("studio", "gear_tool", PackageState("1.0.0", SHA, 5, "https://x")),),
)


def test_any_text_can_be_written_and_read() -> None:
    assert parse_lock_file(LOCK.dump().encode()) == LOCK


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("format = 1", "format = 2"),
        ("format = 1", "format = "),
        ('blender = "4.2"', "blender = 4.2"),
        (SHA, "0" * 63),
        (SHA, "A" * 64),
        ("size = 5", "size = -5"),
        ("size = 5", 'size = "5"'),
        ("size = 5", "size = true"),
        ('id = "gear_tool"', 'id = "../gear"'),
        ('version = "1.0.0"', 'version = "one"'),
        ('repository = "studio"', 'repository = "other"'),
        ('name = "studio"', 'name = ".studio"'),
        ("[[extension]]", "[extension]"),
        ('id = "gear_tool"', ""),
    ],
)
def test_a_damaged_lock_file_is_refused_with_its_place(old: str, new: str) -> None:
    text = LOCK.dump()
    assert old in text
    with pytest.raises(Corrupt) as error:
        parse_lock_file(text.replace(old, new, 1).encode(), "farm.lock")
    assert "farm.lock" in error.value.problems[0].message


def test_a_file_that_is_something_else_is_refused(tmp_path: Path, store: Store) -> None:
    package = make_package(tmp_path)
    with pytest.raises(Corrupt) as error:
        open_lock(package, store)
    assert error.value.code == "lock.not-a-bundle"
    (tmp_path / "note.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(ExteryError):
        open_lock(tmp_path / "note.txt", store)
    with pytest.raises(Unavailable):
        read_lock_file(tmp_path / "none.lock")
