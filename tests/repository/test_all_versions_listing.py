"""All versions are listed in a folder of their own, for the client of Extery: Blender would install any of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extery.client.all_versions import find_all_versions
from extery.client.index.queries import candidates
from extery.client.plan import plan_install
from extery.client.repositories import Repository, change_repositories
from extery.client.requirements import Requirement
from extery.client.sync import sync
from extery.client.targets import Target
from extery.core.errors import Conflict, ExteryError, InvalidInput
from extery.core.types import THEME
from extery.fetch import Fetcher
from extery.repository.check import check_repository
from extery.repository.generate import generate
from extery.repository.mirror.run import mirror
from tests.repository.packages import put
from tests.repository.test_complete_listing import put_library

CONFIG = 'schema_version = "1.0.0"\nall_versions = true\n'
ADDRESS = "all-versions/index.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three versions of an add-on, of which the last one is for Blender 5.0, and a theme."""
    folder = tmp_path / "packages"
    folder.mkdir()
    put(folder, "gear-1.0.0.zip", version="1.0.0")
    put(folder, "gear-1.1.0.zip", version="1.1.0")
    put(folder, "gear-2.0.0.zip", version="2.0.0", blender_version_min="5.0.0")
    put(folder, "dusk.zip", extension_id="dusk", kind=THEME.name)
    (folder / "blender_repo.toml").write_text(CONFIG)
    return folder


def document(folder: Path, address: str = "index.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / address).read_bytes())
    return found


def listed(folder: Path, address: str = "index.json") -> list[tuple[str, str]]:
    return [(item["id"], item["version"]) for item in document(folder, address)["data"]]


def client(folder: Path, tmp_path: Path, *blender: int) -> Target:
    """Return a Blender that was synced with the repository."""
    target = Target(tmp_path / "extensions", (*blender,))  # type: ignore[arg-type]
    change_repositories(target, lambda _: [Repository("studio", folder.as_uri() + "/index.json")])
    sync([target], fetcher_for=lambda *_: Fetcher())
    return target


def chosen(target: Target, text: str) -> str:
    """Return the version that would be installed."""
    plan = plan_install(
        target,
        [Requirement.parse(text)],
        find=candidates,
        installed=[],
        find_all_versions=lambda t, wanted: find_all_versions(
            t, wanted, fetcher_for=lambda *_: Fetcher()
        ),
    )
    if plan.problems.errors:
        raise ExteryError(*plan.problems)
    [change] = plan.changes
    assert change.candidate is not None
    return str(change.candidate.version)


def test_all_versions_are_beside_the_listing_with_the_systems_of_their_packages(
    folder: Path,
) -> None:
    result = generate(folder)
    assert document(folder)["all_versions"] == f"./{ADDRESS}"
    assert listed(folder) == [("dusk", "1.2.3"), ("gear_tool", "2.0.0"), ("gear_tool", "1.1.0")]
    every = document(folder, ADDRESS)
    assert [
        (item["id"], item["version"], item.get("blender_version_max")) for item in every["data"]
    ] == [
        ("dusk", "1.2.3", None),
        ("gear_tool", "1.0.0", None),
        ("gear_tool", "1.1.0", None),
        ("gear_tool", "2.0.0", None),
    ]
    assert "all_versions" not in every
    for item in every["data"]:
        package = folder / "all-versions" / item["archive_url"]
        assert package.samefile(folder / package.name)
    # It is no repository for Blender, and what it has counts as older.
    assert list(result.listings) == [("index.json", "everyone")]
    assert (result.counts.listed, result.counts.older) == (3, 1)
    assert [*result.changes] == ["index.json"]


def test_any_version_can_be_installed_from_a_folder(folder: Path, tmp_path: Path) -> None:
    generate(folder)
    target = client(folder, tmp_path, 5, 0, 99)
    assert chosen(target, "gear_tool") == "2.0.0"
    assert chosen(target, "gear_tool==1.0.0") == "1.0.0"
    assert chosen(target, "gear_tool<2") == "1.1.0"


def test_without_the_setting_a_version_that_is_not_listed_is_not_found(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "blender_repo.toml").unlink()
    generate(folder)
    assert "all_versions" not in document(folder)
    assert not (folder / "all-versions").exists()
    with pytest.raises(ExteryError, match="gear_tool"):
        chosen(client(folder, tmp_path, 5, 0, 99), "gear_tool==1.0.0")


def test_there_is_none_where_every_version_is_listed(folder: Path) -> None:
    generate(folder)
    (folder / "gear-1.0.0.zip").unlink()
    (folder / "gear-2.0.0.zip").unlink()
    generate(folder)
    assert "all_versions" not in document(folder)
    assert not (folder / "all-versions").exists()


def test_the_limits_of_the_configuration_hold_for_it_too(folder: Path) -> None:
    (folder / "blender_repo.toml").write_text(f"{CONFIG}retention = 2\n")
    generate(folder)
    assert ("gear_tool", "1.0.0") not in listed(folder, ADDRESS)
    assert ("gear_tool", "1.1.0") in listed(folder, ADDRESS)


def test_the_complete_listing_has_one_of_its_own(folder: Path, tmp_path: Path) -> None:
    put_library(folder, "rocks-1.zip", version="1.0.0")
    put_library(folder, "rocks-2.zip", version="2.0.0")
    generate(folder)
    assert ("rocks", "1.0.0") not in listed(folder, ADDRESS)
    complete = f"blender-5.3/{ADDRESS}"
    assert {("rocks", "1.0.0"), ("gear_tool", "1.0.0")} <= {*listed(folder, complete)}
    # Old Blenders refuse a listing with a library, and so does the client in their place.
    assert chosen(client(folder, tmp_path, 4, 2, 99), "gear_tool==1.0.0") == "1.0.0"


def test_full_urls_are_those_of_the_packages(folder: Path) -> None:
    (folder / "blender_repo.toml").write_text(f'{CONFIG}base_url = "https://example.org/p/"\n')
    generate(folder)
    urls = [item["archive_url"] for item in document(folder, ADDRESS)["data"]]
    assert urls[1] == "https://example.org/p/gear-1.0.0.zip"
    assert sorted(path.name for path in (folder / "all-versions").glob("*.zip")) == []


def test_a_folder_of_another_origin_is_not_touched(folder: Path) -> None:
    (folder / "all-versions").mkdir()
    (folder / "all-versions" / "index.json").write_text("mine")
    with pytest.raises(Conflict) as error:
        generate(folder)
    assert error.value.code == "generate.file-not-owned"
    assert (folder / "all-versions" / "index.json").read_text() == "mine"


def test_a_channel_cannot_have_its_name(folder: Path) -> None:
    (folder / "blender_repo.toml").write_text(f"{CONFIG}[channels.all-versions]\n")
    with pytest.raises(InvalidInput) as error:
        generate(folder)
    assert error.value.code == "generate.config-name"


def test_the_check_of_the_folder_finds_nothing_wrong_with_it(folder: Path) -> None:
    generate(folder)
    assert list(check_repository(folder.as_uri(), fetcher=Fetcher()).problems) == []


def test_a_mirror_does_not_promise_what_it_does_not_have(folder: Path, tmp_path: Path) -> None:
    generate(folder)
    copy = tmp_path / "mirror"
    mirror(folder.as_uri() + "/index.json", copy, fetcher=Fetcher())
    assert listed(copy) == listed(folder)
    assert "all_versions" not in document(copy)
