"""Repositories are added, removed, enabled, disabled and renamed; what is installed is never lost."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from extery.client import rename as rename_module
from extery.client.layout import BLENDER_ORG_URL
from extery.client.operations import load_all
from extery.client.records import find_installed, store_hold
from extery.client.repositories import Repository, change_repositories, load_repositories
from extery.client.repository_changes import (
    add_repository,
    enable_repositories,
    rename,
)
from extery.client.repository_removal import remove_repository
from extery.client.repository_source import Source
from extery.client.targets import Target
from extery.client.tokens import Tokens
from extery.client.transaction import target_lock, transaction
from extery.core.errors import ExteryError
from tests.client.samples import STUDIO, make_package, make_target, state_of, tree

OTHER = Source("https://example.com/index.json")


@pytest.fixture
def target(tmp_path: Path) -> Target:
    """A target with the repository ``studio``."""
    return make_target(tmp_path)


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path / "config", environ={}, find_keyring=lambda: None)


def install(target: Target, folder: Path, version: str = "1.0.0") -> None:
    package = make_package(folder, version=version)
    with transaction(target, "install") as change:
        change.install(STUDIO, "gear_tool", state_of(package), package)
        change.commit()


def names(target: Target) -> list[str]:
    return [item.name for item in load_repositories(target)]


def installed(target: Target) -> dict[str, str]:
    return {item.name: item.state.version for item in find_installed(target)}


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(ExteryError) as caught:
        action()
    return caught.value.code


def test_a_repository_is_named_after_its_host(target: Target) -> None:
    added = add_repository(target, OTHER)
    assert added == Repository("example_com", OTHER.url, "example.com")
    assert load_repositories(target) == [STUDIO, added]


def test_a_name_and_a_title_can_be_given(target: Target) -> None:
    added = add_repository(target, OTHER, name="gears", title="Gears and more")
    assert (added.name, added.title) == ("gears", "Gears and more")
    assert add_repository(target, Source("https://a.example/"), title="Gears").name == "Gears_001"


def test_a_listing_is_added_once(target: Target) -> None:
    same = Source(STUDIO.url + "/")
    assert code_of(lambda: add_repository(target, same, name="again")) == "repo.known"
    enable_repositories(target, ["studio"], enabled=False)
    with pytest.raises(ExteryError, match="studio") as caught:
        add_repository(target, same)
    assert "repo enable studio" in caught.value.problems[0].hint


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Studio", "repo.name-taken"),
        ("a-b", "repo.name"),
        ("_a", "repo.name"),
        ("a" * 48, "repo.name"),
    ],
)
def test_names_that_cannot_be_used_are_refused(target: Target, name: str, code: str) -> None:
    assert code_of(lambda: add_repository(target, OTHER, name=name)) == code
    assert names(target) == ["studio"]


def test_a_local_repository_is_a_folder_elsewhere(target: Target, tmp_path: Path) -> None:
    folder = tmp_path / "my extensions"
    make_target(tmp_path / "x")
    folder.mkdir()
    added = add_repository(target, Source(folder=folder), name="mine")
    assert added.folder_in(target) == folder
    assert not added.is_remote
    assert code_of(lambda: add_repository(target, Source(folder=folder))) == "repo.known"


def test_the_folder_of_a_removed_repository_is_taken_over(
    target: Target, tmp_path: Path, tokens: Tokens
) -> None:
    install(target, tmp_path)
    removed = remove_repository(target, "studio", tokens)
    assert (removed.kept, removed.purged) == (["gear_tool"], [])
    assert load_repositories(target) == [Repository("studio")]
    assert installed(target) == {"studio.gear_tool": "1.0.0"}
    listing = STUDIO.listing_in(target)
    listing.parent.mkdir(exist_ok=True)
    listing.write_text("{}")  # of the removed repository
    add_repository(target, Source(STUDIO.url), name="studio", title="Studio")
    assert load_repositories(target) == [STUDIO]
    assert not listing.exists()
    assert [item.state.sha256 != "" for item in find_installed(target)] == [True]


def test_a_repository_without_extensions_leaves_nothing(target: Target, tokens: Tokens) -> None:
    listing = STUDIO.listing_in(target)
    listing.parent.mkdir(parents=True)
    listing.write_text("{}")
    remove_repository(target, "studio", tokens)
    assert names(target) == []
    assert not (target.folder / "studio").exists()


def test_a_purge_removes_the_extensions_and_can_be_undone(
    target: Target, tmp_path: Path, tokens: Tokens
) -> None:
    install(target, tmp_path)
    before = tree(target.folder / "studio/gear_tool")
    removed = remove_repository(target, "studio", tokens, purge=True)
    assert (removed.purged, names(target), installed(target)) == (["gear_tool"], [], {})
    operation = load_all(target)[0]
    assert operation.number == removed.operation
    with transaction(target, "undo", undoes=operation.number) as change:
        [step] = operation.steps
        assert step.before is not None
        change.put_back(Repository("studio"), "gear_tool", step.before, operation.number)
        change.commit()
    assert tree(target.folder / "studio/gear_tool") == before
    assert installed(target) == {"studio.gear_tool": "1.0.0"}


def test_a_purge_that_fails_keeps_the_repository(
    target: Target, tmp_path: Path, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(target, tmp_path)

    def fail(*_: object, **__: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("extery.client.transaction.switch", fail)
    removed = remove_repository(target, "studio", tokens, purge=True)
    assert removed.failed == {"gear_tool": "Permission denied"}
    assert load_repositories(target) == [STUDIO]


def test_the_token_goes_with_the_repository(target: Target, tokens: Tokens) -> None:
    tokens.store(STUDIO.url, "secret", target.folder)
    assert remove_repository(target, "studio", tokens).had_token
    assert tokens.get(STUDIO.url) == ""


def test_a_local_repository_is_forgotten_and_never_emptied(
    target: Target, tmp_path: Path, tokens: Tokens
) -> None:
    folder = tmp_path / "mine"
    (folder / "gears").mkdir(parents=True)
    add_repository(target, Source(folder=folder), name="mine")
    assert code_of(lambda: remove_repository(target, "mine", tokens, purge=True)) == "repo.local"
    remove_repository(target, "mine", tokens)
    assert names(target) == ["studio"]
    assert (folder / "gears").is_dir()


def test_a_local_folder_of_blender_cannot_be_removed(target: Target, tokens: Tokens) -> None:
    (target.folder / "user_default").mkdir()
    assert code_of(lambda: remove_repository(target, "user_default", tokens)) == "repo.local"
    assert names(target) == ["studio", "user_default"]


def test_the_repository_of_a_new_blender_can_be_removed_with_its_extensions_kept(
    target: Target, tmp_path: Path, tokens: Tokens
) -> None:
    install(target, tmp_path)
    (target.folder / "studio").rename(target.folder / "blender_org")
    change_repositories(target, lambda _: [])
    assert load_repositories(target) == [Repository("blender_org", BLENDER_ORG_URL)]
    remove_repository(target, "blender_org", tokens)
    assert load_repositories(target) == [Repository("blender_org")]


def test_unknown_names_change_nothing(target: Target, tokens: Tokens) -> None:
    actions: list[Callable[[], object]] = [
        lambda: remove_repository(target, "nope", tokens),
        lambda: enable_repositories(target, ["studio", "nope"], enabled=False),
        lambda: rename(target, "nope", "other"),
    ]
    assert {code_of(action) for action in actions} == {"repo.unknown"}
    assert load_repositories(target) == [STUDIO]


def test_repositories_are_disabled_and_enabled(target: Target) -> None:
    add_repository(target, OTHER, name="gears")
    changed = enable_repositories(target, ["studio", "gears"], enabled=False)
    assert [item.name for item in changed] == ["studio", "gears"]
    assert [item.enabled for item in load_repositories(target)] == [False, False]
    assert enable_repositories(target, ["gears"], enabled=False) == []
    enable_repositories(target, ["gears"], enabled=True)
    assert [item.enabled for item in load_repositories(target)] == [False, True]


def prepare_rename(target: Target, folder: Path) -> None:
    install(target, folder)
    install(target, folder, "1.1.0")
    [item] = find_installed(target)
    store_hold(target, item, "for the film")
    data = target.folder / ".user/studio/gear_tool"
    data.mkdir(parents=True)
    (data / "presets.json").write_text("{}")
    add_repository(target, OTHER, name="last")


def check_renamed(target: Target) -> None:
    assert names(target) == ["film", "last"]
    [item] = find_installed(target)
    assert (item.name, item.state.version, item.held) == ("film.gear_tool", "1.1.0", "for the film")
    assert item.state.sha256
    assert (target.folder / ".user/film/gear_tool/presets.json").is_file()
    assert not (target.folder / "studio").exists()
    operation = load_all(target)[0]
    [step] = operation.steps
    assert (operation.old_folder(target, step) / "__init__.py").is_file()
    assert not (target.state_folder / "rename.json").exists()


def test_a_rename_takes_folders_records_and_history_along(target: Target, tmp_path: Path) -> None:
    prepare_rename(target, tmp_path)
    renamed = rename(target, "studio", "film")
    assert renamed == Repository("film", STUDIO.url, "Studio")
    check_renamed(target)


def test_a_folder_of_the_new_name_is_not_overwritten(target: Target, tmp_path: Path) -> None:
    install(target, tmp_path)
    (target.folder / "film").write_text("mine")
    assert code_of(lambda: rename(target, "studio", "film")) == "repo.folder-exists"
    (target.folder / "film").unlink()
    (target.folder / ".user/film").mkdir(parents=True)
    assert code_of(lambda: rename(target, "studio", "film")) == "repo.folder-exists"
    assert installed(target) == {"studio.gear_tool": "1.0.0"}


def test_the_case_of_a_name_can_be_changed(target: Target, tmp_path: Path) -> None:
    install(target, tmp_path)
    rename(target, "studio", "Studio")
    assert installed(target) == {"Studio.gear_tool": "1.0.0"}
    rename(target, "Studio", "Studio")
    assert names(target) == ["Studio"]


def test_a_folder_of_blender_is_renamed_with_its_url(target: Target) -> None:
    (target.folder / "blender_org").mkdir()
    rename(target, "blender_org", "official")
    assert load_repositories(target) == [STUDIO, Repository("official", BLENDER_ORG_URL)]


def test_a_rename_that_cannot_begin_changes_nothing(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(target, tmp_path)

    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(rename_module, "_rename_folders", fail)
        assert code_of(lambda: rename(target, "studio", "film")) == "target.unusable"
    with target_lock(target, "list"):
        assert installed(target) == {"studio.gear_tool": "1.0.0"}
    assert load_repositories(target) == [STUDIO]


#: What a rename does, in order.
STEPS = ("_rename_folders", "rename_records", "operations.rename_repository", "change_repositories")


def rename_and_die(target: Target, step: str) -> None:
    module, _, name = step.rpartition(".")
    owner = getattr(rename_module, module) if module else rename_module
    setattr(owner, name, lambda *_: os._exit(9))
    rename(target, "studio", "film")


@pytest.mark.parametrize("step", STEPS)
def test_a_rename_that_is_killed_is_completed_by_the_next_command(
    target: Target, tmp_path: Path, step: str
) -> None:
    prepare_rename(target, tmp_path)
    process = multiprocessing.get_context("fork").Process(
        target=rename_and_die, args=(target, step)
    )
    process.start()
    process.join()
    assert process.exitcode == 9
    with target_lock(target, "list"):
        check_renamed(target)


def test_a_damaged_note_of_a_rename_is_ignored(target: Target) -> None:
    for text in ("{", "{}", '{"new": "a", "repository": 7}', '{"new": 7, "repository": {}}'):
        (target.state_folder / "rename.json").write_text(text)
        with target_lock(target, "list"):
            assert load_repositories(target) == [STUDIO]
