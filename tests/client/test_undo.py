"""Every operation can be undone, and an undo can be undone; replaced folders are kept until they are old."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from extery.client import operations
from extery.client import transaction as transaction_module
from extery.client.gc import Policy, collect, collect_packages, used_packages
from extery.client.records import find_installed
from extery.client.remove import plan_removal
from extery.client.store import Store
from extery.client.targets import Target
from extery.client.transaction import transaction
from extery.client.undo import earlier_versions, roll_back, undo
from extery.core.errors import Conflict, ExteryError, NotFound
from tests.client.samples import STUDIO, make_package, make_target, state_of

ALL = Policy(operations=0, days=-1, package_days=-1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return make_target(tmp_path)


def install(target: Target, store: Store, *packages: Path) -> int:
    with transaction(target, "install") as change:
        for package in packages:
            identifier = package.stem.rpartition("-")[0]
            change.install(STUDIO, identifier, state_of(package), store.add(package))
        done = change.commit()
    assert done is not None
    return done.number


def remove(target: Target, *, with_user_data: bool = False) -> int:
    with transaction(target, "remove") as change:
        change.remove(STUDIO, "gear_tool", with_user_data=with_user_data)
        done = change.commit()
    assert done is not None
    return done.number


def installed(target: Target) -> dict[str, str]:
    return {item.name: item.state.version for item in find_installed(target)}


def test_the_last_operation_is_undone_and_then_the_one_before(
    tmp_path: Path, target: Target, store: Store
) -> None:
    install(target, store, make_package(tmp_path))
    install(target, store, make_package(tmp_path, version="2.0.0"))
    undo(target, store=store)
    assert installed(target) == {"studio.gear_tool": "1.0.0"}
    undo(target, store=store)
    assert installed(target) == {}
    with pytest.raises(NotFound) as error:
        undo(target, store=store)
    assert error.value.code == "undo.nothing"


def test_an_undo_that_failed_in_part_can_be_completed(
    tmp_path: Path, target: Target, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("gear_tool", "sketch_tool")
    install(target, store, *(make_package(tmp_path, name) for name in names))
    number = install(target, store, *(make_package(tmp_path, name, "2.0.0") for name in names))
    switch = transaction_module.switch

    def fail(new: Path | None, place: Path, *rest: Any, **options: Any) -> None:
        if place.name == "sketch_tool":
            raise OSError(13, "It is in use")
        switch(new, place, *rest, **options)

    monkeypatch.setattr(transaction_module, "switch", fail)
    done, _ = undo(target, store=store)
    assert [step.error for step in done.steps] == ["", "It is in use"]
    assert installed(target) == {"studio.gear_tool": "1.0.0", "studio.sketch_tool": "2.0.0"}
    monkeypatch.undo()
    again, steps = undo(target, store=store)
    assert (again.undoes, [step.name for step in steps]) == (number, ["studio.sketch_tool"])
    assert installed(target) == {"studio.gear_tool": "1.0.0", "studio.sketch_tool": "1.0.0"}


def test_an_undo_can_be_undone(tmp_path: Path, target: Target, store: Store) -> None:
    first = install(target, store, make_package(tmp_path))
    done, _ = undo(target, store=store)
    with pytest.raises(Conflict) as error:
        undo(target, first, store=store)
    assert error.value.code == "undo.undone"
    undo(target, done.number, store=store)
    assert installed(target) == {"studio.gear_tool": "1.0.0"}


def test_a_removed_extension_comes_back_with_the_users_files(
    tmp_path: Path, target: Target, store: Store
) -> None:
    install(target, store, make_package(tmp_path))
    preset = target.folder / "studio/gear_tool/presets/mine.json"
    preset.parent.mkdir()
    preset.write_text("{}")
    remove(target)
    assert not preset.exists()
    undo(target, store=store)
    assert preset.read_text() == "{}"


def test_removed_user_data_comes_back(tmp_path: Path, target: Target, store: Store) -> None:
    install(target, store, make_package(tmp_path))
    data = target.folder / ".user/studio/gear_tool/settings.json"
    data.parent.mkdir(parents=True)
    data.write_text("{}")
    remove(target)
    assert data.exists(), "kept unless it is to be removed"
    undo(target, store=store)
    remove(target, with_user_data=True)
    assert not data.exists()
    undo(target, store=store)
    assert data.read_text() == "{}"


def test_an_operation_is_not_undone_if_an_extension_was_changed_since(
    tmp_path: Path, target: Target, store: Store
) -> None:
    first = install(target, store, make_package(tmp_path), make_package(tmp_path, "other_tool"))
    install(target, store, make_package(tmp_path, version="2.0.0"))
    with pytest.raises(Conflict, match=r"gear_tool is 2\.0\.0 now") as error:
        undo(target, first, store=store)
    assert error.value.code == "undo.changed-since"
    assert installed(target) == {"studio.gear_tool": "2.0.0", "studio.other_tool": "1.0.0"}


def test_an_extension_is_rolled_back_step_by_step(
    tmp_path: Path, target: Target, store: Store
) -> None:
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        install(target, store, make_package(tmp_path, version=version))
    roll_back(target, "gear_tool", store=store)
    assert installed(target) == {"studio.gear_tool": "1.1.0"}
    roll_back(target, "studio.gear_tool", "1.0.0", store=store)
    assert installed(target) == {"studio.gear_tool": "1.0.0"}
    versions = [item.state.version for item in earlier_versions(target, STUDIO, "gear_tool")]
    assert sorted(versions) == ["1.0.0", "1.1.0", "1.2.0"]


def test_a_version_that_was_never_installed_cannot_be_rolled_back_to(
    tmp_path: Path, target: Target, store: Store
) -> None:
    install(target, store, make_package(tmp_path))
    with pytest.raises(NotFound, match=r"studio\.gear_tool 0\.9\.0 is not kept"):
        roll_back(target, "gear_tool", "0.9.0", store=store)
    with pytest.raises(NotFound) as error:
        roll_back(target, "gear_tol", store=store)
    assert error.value.code == "install.not-installed"


def test_without_a_kept_folder_the_package_of_the_store_is_unpacked(
    tmp_path: Path, target: Target, store: Store
) -> None:
    install(target, store, make_package(tmp_path))
    remove(target)
    collect(target, store, ALL)
    undo(target, store=store)
    assert installed(target) == {"studio.gear_tool": "1.0.0"}


def test_an_undo_that_is_not_possible_changes_nothing(
    tmp_path: Path, target: Target, store: Store
) -> None:
    install(target, store, make_package(tmp_path), make_package(tmp_path, "other_tool"))
    with transaction(target, "remove") as change:
        change.remove(STUDIO, "gear_tool")
        change.remove(STUDIO, "other_tool")
        change.commit()
    collect(target, store, ALL)
    store.path(state_of(tmp_path / "other_tool-1.0.0.zip").sha256).unlink()
    with pytest.raises(NotFound) as error:
        undo(target, store=store)
    assert error.value.code == "undo.not-kept"
    assert installed(target) == {}


def test_old_folders_are_removed_and_files_of_the_user_set_aside(
    tmp_path: Path, target: Target, store: Store
) -> None:
    install(target, store, make_package(tmp_path))
    folder = target.folder / "studio/gear_tool"
    (folder / "mine.json").write_text("{}")
    (folder / "__init__.py").write_text("changed = True\n")
    install(target, store, make_package(tmp_path, version="2.0.0"))
    dry = collect(target, store, ALL, is_dry=True)
    assert dry.folders == 1
    assert not dry.set_aside
    result = collect(target, store, ALL)
    [aside] = result.set_aside
    assert sorted(path.name for path in aside.iterdir()) == ["__init__.py", "mine.json"]
    assert not list(target.folder.glob("studio/.extery/*/old"))


def test_recent_folders_and_used_packages_are_kept(
    tmp_path: Path, target: Target, store: Store
) -> None:
    package = make_package(tmp_path)
    install(target, store, package)
    remove(target)
    assert collect(target, store).folders == 0
    kept = collect_packages(store, ALL, used=used_packages(target))
    assert kept.packages == 0
    collect(target, store, ALL)
    assert collect_packages(store, ALL, used=used_packages(target)).packages == 1
    assert not store.has(state_of(package).sha256)


def test_extensions_of_all_users_are_found_and_are_not_changed(
    tmp_path: Path, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.unpack_archive(make_package(tmp_path), tmp_path / "all-users/system/gear_tool")
    monkeypatch.setenv("BLENDER_SYSTEM_EXTENSIONS", str(tmp_path / "all-users"))
    [item] = find_installed(target)
    assert (item.name, item.repository.is_remote) == ("system.gear_tool", False)
    plan = plan_removal(target, ["gear_tool"], [item])
    assert [problem.code for problem in plan.problems] == ["install.local"]


def test_a_damaged_operation_hides_no_other(tmp_path: Path, target: Target, store: Store) -> None:
    install(target, store, make_package(tmp_path))
    number = install(target, store, make_package(tmp_path, version="2.0.0"))
    (operations.operations_folder(target) / f"{number:06d}.json").write_text("{")
    assert [item.number for item in operations.load_all(target)] == [1]
    assert install(target, store, make_package(tmp_path, version="3.0.0")) == number + 1


def test_a_step_of_a_foreign_journal_cannot_leave_the_repository(target: Target) -> None:
    folder = operations.operations_folder(target)
    folder.mkdir(parents=True)
    row = {"repository": "studio", "folder": "", "id": "../../x", "before": None, "after": None}
    text = '{"command":"x","started_at":1,"undoes":0,"done":false,"failed":[],"steps":[%s]}'
    import json

    steps = json.dumps(row | {"new_id": 0, "kept": 0, "error": ""})
    (folder / "000001.json").write_text(text % steps)
    assert operations.load(target, 1) is None
    with pytest.raises(ExteryError):
        undo(target, store=Store(target.folder))
