"""``install`` and ``install-file`` as a user types them."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.client.targets import profiles_folder
from tests.cli.evening import Evening
from tests.cli.imports import modules_after
from tests.client.samples import make_entry, make_package


def test_a_dry_run_prints_versions_sizes_permissions_and_licences(evening: Evening) -> None:
    result = evening.run("install", "gear_tool", "--dry-run")
    assert result.exit_code == 0
    assert "install studio.gear_tool 1.0.0 (" in result.output
    assert "licence: GPL-3.0-or-later" in result.output
    assert "Nothing was done" in result.output
    assert evening.versions() == {}
    [target] = evening.json("install", "gear_tool", "--dry-run")["targets"]
    [change] = target["changes"]
    assert (change["action"], change["after"]) == ("install", "1.0.0")


def test_one_failure_does_not_spoil_the_others_and_the_status_is_1(evening: Evening) -> None:
    evening.publish("future_tool", "1.0.0", blender_version_min="5.0.0")
    evening.sync()
    result = evening.run("install", "gear_tol", "future_tool", "spring_tool")
    assert result.exit_code == 1
    assert "did you mean gear_tool?" in result.output
    assert "it needs Blender 5.0.0 or newer" in result.output
    assert evening.versions() == {"spring_tool": "0.3.0"}


def test_a_file_is_installed_and_an_unusable_one_is_not(evening: Evening, tmp_path: Path) -> None:
    good = make_package(tmp_path, "file_tool")
    future = make_package(tmp_path, "future_tool", blender_version_min="5.0.0")
    result = evening.run("install-file", str(good), str(future), str(tmp_path / "none.zip"))
    assert result.exit_code == 1
    assert "installed user_default.file_tool 1.0.0" in result.output
    assert "future_tool 1.0.0 cannot be installed in Blender 4.2" in result.output
    assert evening.versions() == {"file_tool": "1.0.0"}


def test_a_file_that_is_too_large_is_not_copied(evening: Evening, tmp_path: Path) -> None:
    large = tmp_path / "large.zip"
    with large.open("wb") as file:
        file.truncate(5_000_000_000)  # takes no space
    result = evening.run("install-file", str(large))
    assert result.exit_code == 1
    assert "the package has 5.0 GB" in result.output
    assert not list((tmp_path / "cache").rglob("*.new"))


def test_a_repository_that_was_never_synced_is_synced_by_an_installation(
    evening: Evening, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    evening.run("repo", "add", str(evening.packages), "--name", "studio", to=other)
    assert evening.run("install", "gear_tool", to=other).exit_code == 0
    evening.publish("gear_tool", "1.5.0")
    assert "is up to date" in evening.run("update", to=other).output
    assert "1.0.0 -> 1.5.0" in evening.run("update", "--sync", to=other).output


@pytest.mark.parametrize("heavy", ["httpx", "http.client", "ssl", "rich", "asyncio", "zipfile"])
def test_an_installation_from_a_warm_store_imports_nothing_heavy(
    evening: Evening, heavy: str
) -> None:
    evening.run("install", "gear_tool")
    evening.run("remove", "gear_tool")
    where = ["--dir", str(evening.target), "--blender", "4.2"]
    assert heavy not in modules_after("install", "gear_tool", *where)
    assert evening.versions() == {"gear_tool": "1.0.0"}


def test_two_blenders_are_changed_by_one_command(
    evening: Evening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("BLENDER_USER_RESOURCES", raising=False)
    run = CliRunner().invoke
    both = ["--blender", "4.2,5.2"]
    assert run(extery, ["repo", "add", str(evening.packages), *both]).exit_code == 0
    for series in ("4.2", "5.2"):
        [repository] = list((tmp_path / f"home/blender/{series}").rglob("repositories.json"))
        name = json.loads(repository.read_text())["repositories"][0]["name"]
        stored = repository.parent.parent / name / ".blender_ext/index.json"
        stored.parent.mkdir(parents=True)
        shutil.copyfile(evening.packages / "index.json", stored)
    result = run(extery, ["install", "gear_tool", *both])
    assert result.exit_code == 0
    assert "Blender 4.2:" in result.output
    assert "Blender 5.2:" in result.output
    assert "Installed 2 extensions" in result.output


def test_a_dry_run_names_conflicts_of_wheels_before_anything_is_downloaded(
    evening: Evening,
) -> None:
    for identifier, version in (("gear_tool", "2.1.0"), ("sketch_tool", "1.26.4")):
        wheel = f"numpy-{version}-cp311-cp311-any.whl"
        path = make_package(evening.packages, identifier, files={f"wheels/{wheel}": "x"})
        entry = make_entry(
            identifier,
            archive_url=f"./{path.name}",
            archive_size=path.stat().st_size,
            archive_hash=f"sha256:{sha256(path.read_bytes()).hexdigest()}",
            python_versions=["3.11"],
        )
        evening.entries.append(entry)
    evening.list_entries()
    result = evening.run("install", "gear_tool", "sketch_tool", "--dry-run")
    assert "gear_tool brings numpy 2.1.0, and studio.sketch_tool brings 1.26.4" in result.stderr
    assert "known only after the download" not in result.stderr
    assert not list(Path(evening.target / "../cache").rglob("*.zip"))


def test_a_dry_run_states_that_conflicts_are_not_known_yet(evening: Evening) -> None:
    evening.entries.append(make_entry("gear_tool", python_versions=["3.11"]))
    evening.list_entries()
    result = evening.run("install", "gear_tool", "--dry-run", "--offline")
    assert "the wheels of studio.gear_tool are known only after the download" in result.stderr
    [target] = evening.json("install", "gear_tool", "--dry-run", "--offline")["targets"]
    assert target["wheels_unknown"] == ["studio.gear_tool"]


def test_what_is_next_after_an_installation_is_named(evening: Evening) -> None:
    result = evening.run("install", "gear_tool")
    options = f"--dir {evening.target} --blender 4.2"
    assert f"to enable it in Blender 4.2: extery enable studio.gear_tool {options}" in result.output
    assert f"to undo this: extery undo 1 {options}" in result.output
    assert "to enable" not in evening.run("remove", "gear_tool").output


def test_themes_are_not_enabled_together(evening: Evening) -> None:
    for name in ("dawn", "dusk"):
        evening.publish(name, "1.0.0", type="theme")
    evening.sync()
    assert "extery enable studio.dawn" in evening.run("install", "dawn").output
    evening.run("remove", "dawn")
    result = evening.run("install", "dawn", "dusk", "gear_tool")
    assert "to enable it in Blender 4.2: extery enable studio.gear_tool --dir" in result.output
    other, bundle = evening.folder / "other", str(evening.folder / "all.zip")
    assert "Bundled 3 extensions in" in evening.run("bundle", bundle).output
    result = evening.run("restore", bundle, to=other)
    assert "to enable it in Blender 4.2: extery enable studio.gear_tool --dir" in result.output


def test_what_a_site_lists_for_other_blenders_only_is_explained(
    evening: Evening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening.publish("future_tool", "1.0.0", blender_version_min="5.3.0")
    for name in ("BLENDER_USER_RESOURCES", "BLENDER_USER_EXTENSIONS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(extery, [*arguments])

    run("repo", "add", str(evening.packages), "--name", "studio", "--blender", "4.2,5.3")
    assert run("sync", "--blender", "4.2,5.3").exit_code == 0
    # A website leaves out what does not fit; a folder cannot.
    listing = profiles_folder() / "4.2/extensions/studio/.blender_ext/index.json"
    table = json.loads(listing.read_text())
    table["data"] = [item for item in table["data"] if item["id"] != "future_tool"]
    listing.write_text(json.dumps(table))
    reason = "future_tool 1.0.0 cannot be installed in Blender 4.2: it needs Blender 5.3.0 or newer"
    for command in ("install", "info"):
        result = run(command, "future_tool", "--blender", "4.2,5.3")
        assert result.exit_code == 1
        assert f"error: {reason} [install.incompatible]" in result.output
    assert (
        "no repository of Blender 4.2 lists 'past_tool'"
        in run("install", "past_tool", "--blender", "4.2").output
    )


def test_without_a_repository_that_is_used_the_cure_is_to_have_one(
    evening: Evening, tmp_path: Path
) -> None:
    fresh = tmp_path / "fresh"
    assert (
        "add a repository with 'extery repo add URL --dir"
        in evening.run("install", "gear_tool", to=fresh).output
    )
    assert "Blender 4.2 has no enabled repository." in evening.run("sync", to=fresh).output
    evening.run("repo", "disable", "studio")
    for command in ("install", "info"):
        assert "'extery repo enable studio --dir" in evening.run(command, "gear_tool").output
