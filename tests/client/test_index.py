"""The index finds listed extensions, follows the stored listings, and is made again when it is damaged."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from extery.client.index import database
from extery.client.index.database import open_index, path_of
from extery.client.index.queries import (
    ListFilter,
    candidates,
    list_extensions,
    newest,
    search_extensions,
    similar_ids,
)
from extery.client.repositories import Repository
from extery.client.targets import Target
from extery.listing.entries import dump_listing, make_listing
from tests.client.samples import STUDIO, make_entry, make_target

OTHER = Repository("other", "https://other.example.org/index.json")


def store(
    target: Target,
    *entries: dict[str, Any],
    repository: Repository = STUDIO,
    blocked: dict[str, str] | None = None,
) -> None:
    """Replace the stored listing of a repository, as Blender does it."""
    path = repository.listing_in(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    target.state_folder.mkdir(exist_ok=True)
    blocks = [{"id": key, "reason": reason} for key, reason in (blocked or {}).items()]
    path.with_suffix(".new").write_bytes(dump_listing(make_listing(entries, blocks)))
    os.replace(path.with_suffix(".new"), path)


def shown(target: Target, **conditions: Any) -> list[str]:
    with open_index(target) as index:
        return [item.id for item in list_extensions(index, ListFilter(**conditions))]


def found(target: Target, text: str) -> list[str]:
    with open_index(target) as index:
        return [item.id for item in search_extensions(index, text, limit=9)[0]]


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return make_target(tmp_path, STUDIO, OTHER)


@pytest.fixture
def without_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """An SQLite without full-text search."""
    monkeypatch.setattr(database, "_SEARCH", "CREATE VIRTUAL TABLE texts USING missing(name)")


def test_a_target_without_listings_has_no_extensions(target: Target) -> None:
    assert shown(target) == []
    assert candidates(target, "gear_tool") == []


def test_all_versions_of_an_id_are_candidates_best_first(target: Target) -> None:
    store(
        target,
        make_entry(version="1.2.0"),
        make_entry(version="1.10.0"),
        make_entry(version="2.0.0", blender_version_min="5.0.0"),
    )
    store(target, make_entry(version="1.10.0"), repository=OTHER, blocked={"gear_tool": "Bad"})
    items = candidates(target, "gear_tool")
    assert [
        (i.repository.name, i.entry["version"], bool(i.incompatible), i.blocked) for i in items
    ] == [
        ("studio", "1.10.0", False, ""),
        ("other", "1.10.0", False, "Bad"),
        ("studio", "1.2.0", False, ""),
        ("studio", "2.0.0", True, ""),
    ]


def test_the_newest_version_is_one_that_fits_and_is_released(target: Target) -> None:
    store(
        target,
        make_entry(version="1.2.0"),
        make_entry(version="1.10.0"),
        make_entry(version="1.11.0-beta"),
        make_entry(version="2.0.0", blender_version_min="5.0.0"),
        make_entry("dusk", blender_version_min="5.0.0"),
    )
    chosen = newest(target)
    assert {name: item.entry["version"] for name, item in chosen.items()} == {
        "studio.gear_tool": "1.10.0",
        "studio.dusk": "1.0.0",
    }
    assert not chosen["studio.dusk"].can_install
    assert list(newest(target, ["dusk", "missing"])) == ["studio.dusk"]


def test_the_index_follows_a_listing_that_blender_has_replaced(target: Target) -> None:
    store(target, make_entry("one"), make_entry("two"))
    assert shown(target) == ["one", "two"]
    store(target, make_entry("two"), make_entry("three", version="2.0.0"), make_entry("three"))
    assert shown(target) == ["three", "two"]
    assert newest(target)["studio.three"].entry["version"] == "2.0.0"
    store(target, make_entry("three"))
    assert newest(target)["studio.three"].entry["version"] == "1.0.0"
    assert found(target, "two") == []


def test_only_new_entries_are_read(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    store(target, *(make_entry(f"tool_{number}") for number in range(5)))
    shown(target)
    read = []
    original = database._updated.__globals__["sqlite3"]
    assert original is sqlite3
    from extery.client.index import refresh

    real = refresh.reason_against
    monkeypatch.setattr(
        refresh,
        "reason_against",
        lambda item, system: read.append(item["id"]) or real(item, system),
    )
    store(target, *(make_entry(f"tool_{number}") for number in range(6)))
    assert len(shown(target)) == 6
    assert read == ["tool_5"]


def test_a_repository_that_is_gone_has_no_entries(tmp_path: Path, target: Target) -> None:
    store(target, make_entry("one"))
    store(target, make_entry("two"), repository=OTHER)
    assert shown(target) == ["one", "two"]
    make_target(tmp_path, STUDIO)
    assert shown(target) == ["one"]


def test_another_version_of_blender_is_offered_other_extensions(target: Target) -> None:
    store(target, make_entry("gears", blender_version_min="5.0.0"))
    assert newest(target)["studio.gears"].incompatible
    newer = Target(target.folder, (5, 0, 1))
    assert not newest(newer)["studio.gears"].incompatible


def test_conditions_choose_extensions(target: Target) -> None:
    store(
        target,
        make_entry("gear_tool", tags=["Mesh", "3D View"]),
        make_entry("dusk", type="theme", tags=["Dark"], tagline="As the evening"),
        make_entry("late", blender_version_min="5.0.0"),
        make_entry("bad"),
        blocked={"bad": "It deletes files"},
    )
    store(target, make_entry("dusk", type="theme"), repository=OTHER)
    assert shown(target, types=["theme"]) == ["dusk", "dusk"]
    assert shown(target, tags=["mesh"]) == ["gear_tool"]
    assert shown(target, tags=["view"]) == []
    assert shown(target, repositories=["other"]) == ["dusk"]
    assert shown(target, text="evening DUSK") == ["dusk"]
    assert shown(target, text="gear%") == []
    assert shown(target, text="gear_t") == ["gear_tool"]
    assert shown(target, only_installable=True) == ["dusk", "dusk", "gear_tool"]


def test_a_search_ranks_the_id_and_ignores_accents(target: Target) -> None:
    store(
        target,
        make_entry("helper", tagline="Makes a gear"),
        make_entry("gear"),
        make_entry("gear_tool"),
        make_entry("cafe", name="Café Maker", tagline="Makes coffee"),
    )
    assert found(target, "gear") == ["gear", "gear_tool", "helper"]
    assert found(target, "cafe mak") == ["cafe"]
    assert found(target, "ear_t") == ["gear_tool"]
    assert found(target, 'gear" OR "x') == []
    assert sorted(found(target, "ada")) == ["cafe", "gear", "gear_tool", "helper"]


@pytest.mark.usefixtures("without_search")
def test_a_search_works_without_full_text_search(target: Target) -> None:
    store(target, make_entry("helper", tagline="Makes a gear"), make_entry("gear"))
    assert found(target, "gear") == ["gear", "helper"]
    store(target, make_entry("gear"))
    assert found(target, "gear") == ["gear"]


def test_similar_ids_are_found(target: Target) -> None:
    store(target, make_entry("gear_tool"), make_entry("dusk"), make_entry("node_wrangler"))
    with open_index(target) as index:
        assert similar_ids(index, "gear_tol") == ["gear_tool"]
        assert similar_ids(index, "Node-Wrangler") == ["node_wrangler"]
        assert similar_ids(index, "mine_x", ["mine_y"]) == ["mine_y"]
        assert similar_ids(index, "") == []


@pytest.mark.parametrize("damage", ["text", "zeros", "cut", "empty", "middle", "other tables"])
def test_a_damaged_index_is_made_again(target: Target, damage: str) -> None:
    store(target, *(make_entry(f"tool_{number}") for number in range(200)))
    shown(target)
    path = path_of(target)
    data = path.read_bytes()
    if damage == "other tables":
        path.unlink()
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE entries (x)")
            other.execute(f"PRAGMA user_version = {database.SCHEMA}")
        other.close()
    else:
        path.write_bytes(
            {
                "text": b"not a database",
                "zeros": bytes(len(data)),
                "cut": data[: len(data) // 2],
                "empty": b"",
                "middle": data[:4096] + b"\xff" * (len(data) - 4096),
            }[damage]
        )
    assert len(shown(target)) == 200
    assert len(found(target, "tool")) == 9
    assert path.stat().st_size > 4096


def test_a_locked_index_is_not_waited_for_without_end(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(target, make_entry("one"))
    shown(target)
    monkeypatch.setattr(database, "TIMEOUT", 0.01)
    holder = sqlite3.connect(path_of(target), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    store(target, make_entry("two"))
    assert shown(target) == ["two"]
    holder.execute("ROLLBACK")
    holder.close()
    assert shown(target) == ["two"]


def test_an_index_that_is_current_is_not_written(target: Target) -> None:
    store(target, make_entry("one"))
    shown(target)
    before = path_of(target).stat()
    assert shown(target) == ["one"]
    assert path_of(target).stat().st_mtime_ns == before.st_mtime_ns


def test_nothing_is_written_where_extery_has_no_state(tmp_path: Path) -> None:
    target = Target(tmp_path / "extensions", (4, 2, 99))
    assert shown(target) == []
    assert not target.folder.exists()


def test_a_listing_that_cannot_be_read_has_no_entries(target: Target) -> None:
    store(target, make_entry("one"))
    shown(target)
    STUDIO.listing_in(target).write_bytes(b"<html>")
    assert shown(target) == []


def test_entries_that_blender_stored_and_extery_refuses_are_skipped(target: Target) -> None:
    store(target, make_entry("one"), {**make_entry("two"), "archive_size": -1}, {"id": 7})
    assert shown(target) == ["one"]
