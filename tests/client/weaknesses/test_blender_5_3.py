"""What is weak in Blender up to 5.3, by the sections of the supplement to the contract (5.3/B to 5.3/J)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from extery.cli.app import extery
from tests.client.samples import make_entry
from tests.client.weaknesses.computer import Computer, computer_of
from tests.repository.packages import put
from tests.samples.packages import ADD_ON

LIBRARY = {"type": "asset-library", "blender_version_min": "5.3.0"}


@pytest.fixture
def newest(computer: Computer) -> Computer:
    """The same repository for a Blender 5.3."""
    return computer_of(computer, "5.3")


def codes_of(manifest: Path) -> list[str]:
    result = CliRunner().invoke(extery, ["validate", str(manifest), "--json"])
    [report] = json.loads(result.stdout)["reports"]
    return [problem["code"] for problem in report["problems"]]


def library(folder: Path, table: str) -> Path:
    folder.mkdir()
    manifest = ADD_ON.decode().replace('"add-on"', '"asset-library"').replace("4.2.0", "5.3.0")
    path = folder / "blender_manifest.toml"
    path.write_text(f"{manifest}\n{table}")
    return path.parent


@pytest.mark.parametrize(
    "url", ["https://", "https:// /", "https://assets.example.org/a b/", "https://x.org/\\n"]
)
def test_an_address_of_a_library_that_cannot_be_requested_is_found(
    tmp_path: Path, url: str
) -> None:
    """5.3/B: Blender looks at the first letters only."""
    found = codes_of(library(tmp_path / "a", f'[asset_library]\nremote_url = "{url}"\n'))
    assert any(code.startswith("manifest.asset_library.") for code in found)


@pytest.mark.parametrize(
    "table",
    [
        "",
        '[asset_library]\nremote_url = "https://x.org/"\nauth = {required = true, auth_method = ""}\n',
    ],
    ids=["no table", "no method"],
)
def test_a_library_that_blender_cannot_use_is_found(tmp_path: Path, table: str) -> None:
    """5.3/B: validate of Blender accepts what its preferences never show."""
    assert codes_of(library(tmp_path / "a", table)) != []


@pytest.mark.parametrize("value", [7, None, [], {}], ids=repr)
def test_the_way_of_signing_in_does_not_break_a_repository(newest: Computer, value: Any) -> None:
    """5.3/D: a value that is not a text passes the sync, and then breaks installations and lists of Blender 5.3."""
    newest.offer()
    document = json.loads(newest.web.pages["/r/index.json"])
    newest.web.put(
        "/r/index.json", json.dumps({**document, "assetlib_auth_method": value}).encode()
    )
    newest.subscribe()

    assert newest.run("install", "gear_tool").exit_code == 0
    assert "assetlib_auth_method" not in newest.stored()


@pytest.mark.parametrize("type_", [["add-on"], {}, None, 7, "keymap"], ids=repr)
@pytest.mark.parametrize("version", ["4.2", "5.3"])
def test_an_entry_of_an_unknown_type_costs_itself_only(
    computer: Computer, version: str, type_: Any
) -> None:
    """5.3/D: a list as a type crashes the sync, and unknown types are listed on the command line."""
    chosen = computer_of(computer, version)
    chosen.offer()
    chosen.studio.entries.append(make_entry("future_tool", type=type_))
    chosen.studio.publish()
    chosen.subscribe()

    assert chosen.run("sync").exit_code == 0
    listed = chosen.target_data("list", "--all")["extensions"]
    assert [item["id"] for item in listed] == ["gear_tool"]


def test_a_listing_with_a_library_is_read_by_every_blender(computer: Computer) -> None:
    """5.3/E: Blender 4.2, 4.5 and 5.0 refuse the whole listing, and are frozen at an older one."""
    computer.offer()
    computer.studio.entries.append(make_entry("tree_library", **LIBRARY))
    computer.studio.publish()
    computer.subscribe()

    assert computer.codes("sync") == ["sync.type-left-out"]
    assert [item["id"] for item in computer.stored()["data"]] == ["gear_tool"]
    newest = computer_of(computer, "5.3")
    newest.subscribe()
    assert newest.run("sync").exit_code == 0
    assert [item["id"] for item in newest.stored()["data"]] == ["gear_tool", "tree_library"]


def test_a_generated_listing_can_be_read_by_every_blender(tmp_path: Path) -> None:
    """5.3/F: Blender puts libraries into the one listing, and does not read the way of signing in from its file."""
    put(tmp_path, "gear.zip", version="1.0.0")
    put(
        tmp_path,
        "tree.zip",
        extension_id="tree_library",
        kind="asset-library",
        blender_version_min="5.3.0",
    )
    (tmp_path / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\nassetlib_auth_method = "FROM_REPOSITORY"\n'
    )

    assert (
        CliRunner().invoke(extery, ["server-generate", "--repo-dir", str(tmp_path)]).exit_code == 0
    )

    def listing(path: str) -> tuple[list[str], str]:
        document = json.loads((tmp_path / path).read_bytes())
        return [item["id"] for item in document["data"]], document.get("assetlib_auth_method", "")

    assert listing("index.json")[0] == ["gear_tool"]
    assert listing("blender-5.3/index.json") == (["gear_tool", "tree_library"], "FROM_REPOSITORY")


@pytest.mark.parametrize(
    ("tags", "version", "warns"),
    [
        ("cp313-abi3", "4.2", True),
        ("cp311-abi3", "5.3", False),
        ("cp313-cp313t", "5.3", True),
        ("cp313-cp313", "5.3", False),
        ("py3-none", "4.2", False),
    ],
)
def test_a_wheel_that_a_blender_leaves_out_or_cannot_import_is_named(
    computer: Computer, tags: str, version: str, warns: bool
) -> None:
    """5.3/J: Blender offers and installs the extension, and fails when it is enabled."""
    chosen = computer_of(computer, version)
    name = f"./wheels/gears-1.0-{tags}-any.whl"
    package = put(computer.folder, "gear.zip", version="1.0.0", wheels=[name])
    chosen.offer_bytes("gear.zip", package.read_bytes(), "gear_tool")
    chosen.subscribe()

    done = chosen.data("install", "gear_tool")

    assert done["status"] == 0
    assert [problem["code"] for problem in done["problems"]] == ["install.wheel-python"] * warns


def test_a_library_for_another_system_is_not_missing(computer: Computer) -> None:
    """5.3/J: it is not needed there."""
    wheels = ["./wheels/gears-1.0-cp313-abi3-win_amd64.whl", "./wheels/nuts-1.0-py3-none-any.whl"]
    package = put(computer.folder, "gear.zip", version="1.0.0", wheels=[wheels[1]])
    two = put(computer.folder, "two.zip", extension_id="two", version="1.0.0", wheels=wheels)
    computer.offer_bytes("gear.zip", package.read_bytes(), "gear_tool")
    assert computer.target.system.platform != "windows-x64"

    assert computer.codes("install-file", package, two) == []
