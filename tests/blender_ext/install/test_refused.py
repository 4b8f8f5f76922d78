"""Which extensions are not installed: blocked, incompatible, invalid or unknown ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.blender_ext.install.installing import after_sync, edit_listing, install, url_of
from tests.blender_ext.tool import make_repository, run, visible
from tests.repository.packages import put


def test_what_cannot_be_installed_does_not_stop_the_others(remote: Path, local: Path) -> None:
    def change(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
        by_id = {item["id"]: item for item in data}
        by_id["bolts"]["platforms"] = ["amiga-m68k"]
        return [*by_id.values(), {"id": "loom", "type": "node-pack"}, {"id": "saw"} | by_id["cogs"]]

    blocks = [{"id": "cogs", "reason": "broken"}]
    done = after_sync(
        remote,
        local,
        "cogs,none,bolts,loom,gears,",
        data=change,
        blocklist=lambda _: blocks,
    )

    assert done.status == 1
    assert done.messages == [
        ("FATAL_ERROR", 'Package "cogs", is blocked: broken'),
        ("FATAL_ERROR", 'Package "none", not found'),
        ("FATAL_ERROR", 'Package "bolts", found but not compatible with this system'),
        ("FATAL_ERROR", 'Package "loom", found but not compatible with this system'),
        ("FATAL_ERROR", 'Package "", not found'),
        ("STATUS", 'Installed "gears"'),
    ]


@pytest.mark.parametrize(
    ("arguments", "is_installed"),
    [
        (["--blender-version", "4.1.0"], False),
        (["--blender-version", "4.2.0"], True),
        (["--blender-version", "0.0.0", "--python-version", "3.11.7"], True),
    ],
)
def test_versions_decide_what_is_installed(
    arguments: list[str], is_installed: bool, remote: Path, local: Path
) -> None:
    assert (install(remote, local, "gears", *arguments).status == 0) == is_installed


@pytest.mark.parametrize(
    "arguments", [["--blender-version", "x"], ["--python-version", "three"]], ids=" ".join
)
def test_an_invalid_version_is_a_fatal_error(
    arguments: list[str], remote: Path, local: Path
) -> None:
    done = install(remote, local, "gears", *arguments)

    assert done.status == 1
    assert len(done.texts("FATAL_ERROR")) == 1


def test_an_invalid_entry_is_a_fatal_error(remote: Path, local: Path) -> None:
    done = after_sync(remote, local, "gears", data=lambda data: [{**e, "tags": 3} for e in data])

    assert done.status == 1
    assert done.texts("FATAL_ERROR")[0].startswith('Package malformed meta-data for "gears"')


@pytest.mark.parametrize(
    "change",
    [{"type": []}, {"type": None}, {"blender_version_max": "x"}],
    ids=repr,
)
def test_an_odd_entry_is_no_crash(change: dict[str, Any], remote: Path, local: Path) -> None:
    done = after_sync(remote, local, "gears", data=lambda data: [{**e, **change} for e in data])

    assert done.status == 1
    assert [kind for kind, _ in done.messages] == ["FATAL_ERROR"]


def test_a_block_without_reason_is_one(remote: Path, local: Path) -> None:
    blocks = [None, {"id": "gears", "reason": None}]
    done = after_sync(remote, local, "gears", blocklist=lambda _: blocks)

    assert done.texts("FATAL_ERROR") == ['Package "gears", is blocked: Unknown']


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"data": 1}', "[" * 100_000])
def test_without_a_listing_nothing_is_installed(
    text: str | None, remote: Path, local: Path
) -> None:
    if text is not None:
        (local / ".blender_ext").mkdir(parents=True)
        (local / ".blender_ext" / "index.json").write_text(text)

    done = run("install", "gears", "--remote-url", remote.as_uri(), "--local-dir", local)

    assert done.status == 1
    assert done.texts("FATAL_ERROR")[0].startswith("Error loading package repository: ")


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"extension_id": "saws"}, 'Package ID mismatch (remote: "gears", archive: "saws")'),
        (
            {"extension_id": "gears", "version": "9.0.0"},
            'Package version mismatch (remote: "1.2.3", archive: "9.0.0")',
        ),
    ],
)
def test_another_package_than_that_of_the_listing_is_not_installed(
    other: dict[str, Any], expected: str, remote: Path, local: Path
) -> None:
    repository = ["--remote-url", url_of(remote), "--local-dir", str(local)]
    run("sync", *repository)
    put(remote, "gears.zip", **other)
    [entry] = json.loads((make_repository(remote) / "index.json").read_bytes())["data"][-1:]
    entries = json.loads((remote / "index.json").read_bytes())["data"]
    entry = next(item for item in entries if item["archive_url"] == "./gears.zip")
    edit_listing(local, data=lambda _: [entry | {"id": "gears", "version": "1.2.3"}])

    done = run("install", "gears", *repository)

    assert (done.status, done.messages) == (1, [("ERROR", expected)])
    assert visible(local) == []
