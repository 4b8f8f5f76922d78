"""A change of a target happens as a whole or not at all, and every replaced folder is kept."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from extery.client import operations, switch
from extery.client.records import find_installed, get_installed
from extery.client.repositories import Repository
from extery.client.targets import Target
from extery.client.transaction import recover, target_lock, transaction
from extery.core.errors import Conflict, ExteryError, InvalidPackage
from tests.client.samples import STUDIO, make_package, make_target, state_of, tree


def install(
    target: Target, *packages: Path, command: str = "install"
) -> operations.Operation | None:
    with transaction(target, command) as change:
        for package in packages:
            identifier = package.stem.rpartition("-")[0]
            change.install(STUDIO, identifier, state_of(package), package)
        return change.commit()


def remove(target: Target, identifier: str) -> operations.Operation | None:
    with transaction(target, "remove") as change:
        change.remove(STUDIO, identifier)
        return change.commit()


def installed(target: Target) -> dict[str, str]:
    return {item.name: item.state.version for item in find_installed(target)}


def test_a_package_is_unpacked_and_recorded(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    package = make_package(tmp_path, files={"icons/gear.svg": "<svg/>"})
    operation = install(target, package)
    assert operation is not None
    assert operation.done
    [item] = find_installed(target)
    assert item.state == state_of(package)
    assert (item.folder / "icons/gear.svg").read_text() == "<svg/>"


def test_only_the_installed_extensions_of_some_ids_are_read(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    install(target, make_package(tmp_path), make_package(tmp_path, "spring_tool"))
    (target.folder / "studio/spring_tool/blender_manifest.toml").write_text("not a manifest")
    assert [item.id for item in find_installed(target, {"gear_tool", "unknown"})] == ["gear_tool"]
    assert [*find_installed(target, {"spring_tool"})] == []
    assert [*find_installed(target, set())] == []


def test_an_update_keeps_the_replaced_folder_with_the_users_files(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    install(target, make_package(tmp_path))
    mine = target.folder / "studio/gear_tool/presets.json"
    mine.write_text("{}")
    operation = install(target, make_package(tmp_path, version="1.1.0"))
    assert operation is not None
    [step] = operation.steps
    assert (operation.old_folder(target, step) / "presets.json").read_text() == "{}"
    assert not mine.exists()
    assert step.before is not None
    assert (step.before.version, installed(target)) == ("1.0.0", {"studio.gear_tool": "1.1.0"})


def test_a_removed_folder_is_kept_and_can_be_put_back(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    package = make_package(tmp_path)
    install(target, package)
    removed = remove(target, "gear_tool")
    assert removed is not None
    assert installed(target) == {}
    with transaction(target, "undo", undoes=removed.number) as change:
        change.put_back(STUDIO, "gear_tool", state_of(package), removed.number)
        change.commit()
    assert installed(target) == {"studio.gear_tool": "1.0.0"}
    assert not removed.old_folder(target, removed.steps[0]).exists()


def test_nothing_changes_without_a_commit(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    install(target, make_package(tmp_path))
    before = tree(target.folder)
    with transaction(target, "install") as change:
        package = make_package(tmp_path, version="2.0.0")
        change.install(STUDIO, "gear_tool", state_of(package), package)
    assert tree(target.folder) == before


def test_a_folder_that_was_to_be_put_back_stays_kept_without_a_commit(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    package = make_package(tmp_path)
    install(target, package)
    removed = remove(target, "gear_tool")
    assert removed is not None
    with transaction(target, "undo") as change:
        change.put_back(STUDIO, "gear_tool", state_of(package), removed.number)
    assert removed.old_folder(target, removed.steps[0]).is_dir()
    assert installed(target) == {}


def test_a_package_that_cannot_be_unpacked_does_not_spoil_the_others(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    good, bad = make_package(tmp_path), make_package(tmp_path, "bad_tool")
    bad.write_bytes(bad.read_bytes()[:-40])
    with transaction(target, "install") as change:
        change.install(STUDIO, "gear_tool", state_of(good), good)
        with pytest.raises(InvalidPackage):
            change.install(STUDIO, "bad_tool", state_of(bad), bad)
        change.commit()
    assert installed(target) == {"studio.gear_tool": "1.0.0"}
    assert not list(target.folder.glob("studio/.extery/*/new"))


def test_a_package_of_another_version_is_refused(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    package = make_package(tmp_path, version="1.2.4")
    state = state_of(package)._replace(version="1.2.3")
    with (
        transaction(target, "install") as change,
        pytest.raises(Conflict, match=r"gear_tool 1\.2\.4, expected was gear_tool 1\.2\.3"),
    ):
        change.install(STUDIO, "gear_tool", state, package)
    assert installed(target) == {}


def test_a_link_to_a_checkout_is_kept_and_its_files_stay(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    checkout = tmp_path / "checkout"
    with make_package(tmp_path).open("rb") as file:
        shutil.unpack_archive(file.name, checkout)
    (target.folder / "studio").mkdir()
    (target.folder / "studio/gear_tool").symlink_to(checkout)
    before = tree(checkout)
    operation = install(target, make_package(tmp_path, version="2.0.0"))
    assert operation is not None
    assert operation.old_folder(target, operation.steps[0]).is_symlink()
    assert not (target.folder / "studio/gear_tool").is_symlink()
    assert tree(checkout) == before


@pytest.mark.parametrize("has_exchange", [True, False])
def test_a_folder_that_cannot_be_replaced_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_exchange: bool
) -> None:
    """As on Windows, where the folder of an extension that Blender uses cannot be renamed."""
    target = make_target(tmp_path)
    install(target, make_package(tmp_path), make_package(tmp_path, "other_tool"))

    def refuse(*paths: Any) -> None:
        if any(Path(path).name == "gear_tool" for path in paths):
            raise PermissionError(13, "The process cannot access the file")

    rename = os.rename
    if not has_exchange:
        monkeypatch.setattr(switch, "exchange", lambda *_: False)
    else:
        exchange = switch.exchange
        monkeypatch.setattr(switch, "exchange", lambda *a: refuse(*a) or exchange(*a))
    monkeypatch.setattr(os, "rename", lambda *a, **o: refuse(*a) or rename(*a, **o))
    operation = install(
        target,
        make_package(tmp_path, version="2.0.0"),
        make_package(tmp_path, "other_tool", version="2.0.0"),
    )
    assert operation is not None
    assert [step.error for step in operation.steps] == ["The process cannot access the file", ""]
    assert installed(target) == {"studio.gear_tool": "1.0.0", "studio.other_tool": "2.0.0"}


def test_a_record_of_another_version_is_not_believed(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    install(target, make_package(tmp_path))
    shutil.rmtree(target.folder / "studio/gear_tool")
    shutil.unpack_archive(
        make_package(tmp_path, version="3.0.0"), target.folder / "studio/gear_tool"
    )
    item = get_installed(target, STUDIO, "gear_tool")
    assert item is not None
    assert (item.state.version, item.state.sha256) == ("3.0.0", "")


class Crash(BaseException):
    """Raised in place of a call of the system."""


#: Calls of the system that change a disk.
CALLS = ("rename", "replace", "open", "mkdir", "unlink", "rmdir", "write", "utime", "chmod")


def run_until_call(number: int, action: Callable[[], object]) -> bool:
    """Run ``action`` in a child that ends at its ``number``th call of the system; return whether it ended so."""

    def child() -> None:
        left = number

        def counted(call: Callable[..., Any]) -> Callable[..., Any]:
            def run(*arguments: Any, **options: Any) -> Any:
                nonlocal left
                left -= 1
                if left < 0:
                    os._exit(9)
                return call(*arguments, **options)

            return run

        for name in CALLS:
            setattr(os, name, counted(getattr(os, name)))
        switch.exchange = counted(switch.exchange)  # type: ignore[assignment]
        action()
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    assert process.exitcode in (0, 9)
    return process.exitcode == 9


def leftovers(target: Target) -> list[str]:
    """Return files and folders that neither Blender nor the journal accounts for."""
    areas = [path for path in target.folder.glob("studio/.extery/*/*") if path.name != "old"]
    temporary = [path for path in target.folder.rglob("*.new") if path.is_file()]
    locks = [*target.folder.rglob("index.lock"), *target.folder.rglob("*.holder")]
    return [str(path) for path in [*areas, *temporary, *locks]]


@pytest.mark.parametrize("has_exchange", [True, False])
@pytest.mark.parametrize("operation", ["install", "update", "remove", "undo"])
def test_a_crash_at_any_call_leaves_the_old_state_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operation: str, *, has_exchange: bool
) -> None:
    if not has_exchange:
        monkeypatch.setattr(switch, "exchange", lambda *_: False)
    start = make_target(tmp_path / "start")
    first, second = make_package(tmp_path), make_package(tmp_path, version="2.0.0")
    other = make_package(tmp_path, "other_tool")
    removed = None
    if operation != "install":
        install(start, first)
    if operation == "undo":
        removed = remove(start, "gear_tool")

    def change(target: Target) -> None:
        if operation == "remove":
            remove(target, "gear_tool")
        elif removed is not None:
            with transaction(target, "undo") as undo:
                undo.put_back(STUDIO, "gear_tool", state_of(first), removed.number)
                undo.commit()
        else:
            install(target, second if operation == "update" else first, other)

    old = installed(start)
    seen = []
    for number in range(10_000):
        folder = tmp_path / f"run{number}"
        shutil.copytree(start.folder, folder / "extensions", symlinks=True)
        target = Target(folder / "extensions", start.blender)
        crashed = run_until_call(number, lambda target=target: change(target))  # type: ignore[misc]
        with target_lock(target, "next command"):
            pass
        seen.append(installed(target))
        # The kept folder names its repository by its path; that of a copy is another one.
        assert leftovers(target) == [], f"call {number}"
        shutil.rmtree(folder)
        if not crashed:
            break
    new = seen[-1]
    assert new != old
    assert all(state in (old, new) for state in seen)
    assert seen == sorted(seen, key=lambda state: state == new), "once new, it stays new"
    assert len(seen) > 20


def test_an_operation_that_was_interrupted_is_completed_only_once(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    install(target, make_package(tmp_path))
    assert recover(target) == []


def test_another_process_is_waited_for_and_named(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    package = make_package(tmp_path)
    waited: list[str] = []
    with (
        target_lock(target, "extery update"),
        pytest.raises(Conflict, match="extery update"),
        transaction(target, "install", timeout=0, on_wait=waited.append),
    ):
        raise AssertionError("not reached")
    assert install(target, package) is not None
    assert installed(target) == {"studio.gear_tool": "1.0.0"}


def test_a_running_blender_is_waited_for(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    package = make_package(tmp_path)
    session = tmp_path / "blender_a1b2c3"
    session.mkdir()
    lock = target.folder / "studio/.blender_ext/index.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text(str(session))
    with transaction(target, "install", timeout=0) as change:
        change.install(STUDIO, "gear_tool", state_of(package), package)
        with pytest.raises(Conflict) as error:
            change.commit()
    assert error.value.code == "target.blender-busy"
    assert installed(target) == {}
    session.rmdir()  # Blender has ended
    assert install(target, package) is not None
    assert not lock.exists()


def test_a_lock_of_a_command_that_was_killed_at_once_is_removed(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    lock = target.folder / "studio/.blender_ext/index.lock"
    lock.parent.mkdir(parents=True)
    for text in ("", "/proc/999999999"):
        lock.write_text(text)
        with target_lock(target, "next command"):
            assert not lock.exists()


def test_a_repository_elsewhere_is_changed_in_its_own_file_system(tmp_path: Path) -> None:
    elsewhere = Repository("farm", "https://example.org/", custom_folder=str(tmp_path / "farm"))
    target = make_target(tmp_path, elsewhere)
    package = make_package(tmp_path)
    with transaction(target, "install") as change:
        change.install(elsewhere, "gear_tool", state_of(package), package)
        change.commit()
    with suppress(ExteryError), transaction(target, "remove") as change:
        change.remove(elsewhere, "gear_tool")
        operation = change.commit()
    assert operation is not None
    assert operation.old_folder(target, operation.steps[0]).is_relative_to(tmp_path / "farm")
    assert installed(target) == {}
