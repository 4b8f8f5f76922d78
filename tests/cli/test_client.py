"""The commands that change installed extensions, as a user types them."""

from __future__ import annotations

import json
import os
import shutil
import time
import zipfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.client.targets import profiles_folder
from extery.listing.entries import Entry, dump_listing, make_listing
from tests.cli.imports import modules_after
from tests.client.samples import make_entry, make_package
from tests.samples.packages import XML


class Evening:
    """A folder of extensions, and a repository that publishes more versions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packages = folder / "packages"
        self.target = folder / "extensions"
        self.entries: list[Entry] = []
        self.publish("gear_tool", "1.0.0")
        self.publish("spring_tool", "0.3.0")
        assert self.run("repo", "add", str(self.packages), "--name", "studio").exit_code == 0
        self.sync()

    def publish(self, identifier: str, version: str, **fields: str) -> None:
        for old in self.packages.glob(f"{identifier}-*.zip"):
            old.unlink()
        package = make_package(self.packages, identifier, version, **fields)
        if fields.get("type") == "theme":
            with zipfile.ZipFile(package, "a") as archive:
                archive.writestr(f"{identifier}.xml", XML)
        made = CliRunner().invoke(extery, ["server-generate", "--repo-dir", str(self.packages)])
        assert made.exit_code == 0, made.output

    def sync(self) -> None:
        stored = self.target / "studio/.blender_ext/index.json"
        stored.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.packages / "index.json", stored)

    def list_entries(self) -> None:
        """List only ``entries``, as the last sync would have stored them."""
        data = dump_listing(make_listing(self.entries))
        (self.target / "studio/.blender_ext/index.json").write_bytes(data)

    def run(self, *arguments: str, to: Path | None = None) -> Result:
        target = ["--dir", str(to or self.target), "--blender", "4.2"]
        return CliRunner().invoke(extery, [*arguments, *target])

    def json(self, *arguments: str, to: Path | None = None) -> Any:
        return json.loads(self.run(*arguments, "--json", to=to).stdout)

    def versions(self, target: Path | None = None) -> dict[str, str]:
        found = {}
        for path in sorted((target or self.target).glob("*/*/blender_manifest.toml")):
            [version] = [
                line.split('"')[1]
                for line in path.read_text().splitlines()
                if line.startswith("version")
            ]
            found[path.parent.name] = version
        return found


@pytest.fixture
def evening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evening:
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EXTERY_CONFIG", str(tmp_path / "config"))
    return Evening(tmp_path)


def test_extensions_are_installed_updated_and_undone(evening: Evening) -> None:
    result = evening.run("install", "gear_tool", "spring_tool")
    assert result.exit_code == 0
    assert "installed studio.gear_tool 1.0.0" in result.output
    assert "to undo this: extery undo 1" in result.output
    evening.publish("gear_tool", "1.1.0")
    evening.sync()
    result = evening.run("update")
    assert "updated studio.gear_tool 1.0.0 -> 1.1.0" in result.output
    assert "spring_tool" not in result.output
    assert "Updated 1 extension." in result.output
    assert evening.run("undo").exit_code == 0
    assert evening.versions() == {"gear_tool": "1.0.0", "spring_tool": "0.3.0"}


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


def test_a_removal_names_the_users_files_and_can_be_undone(evening: Evening) -> None:
    evening.run("install", "gear_tool")
    mine = evening.target / "studio/gear_tool/mine.json"
    mine.write_text("{}")
    result = evening.run("remove", "gear_tool")
    assert result.exit_code == 0
    assert "kept your files of studio.gear_tool: mine.json" in result.output
    assert evening.versions() == {}
    evening.run("undo")
    assert mine.read_text() == "{}"
    history = evening.run("history").output
    assert "remove (undone by 3)" in history
    assert history.index("undo of 2") < history.index("remove (undone by 3)")


def test_purge_removes_the_data_that_an_extension_has_written(evening: Evening) -> None:
    evening.run("install", "gear_tool")
    data = evening.target / ".user/studio/gear_tool/a.json"
    data.parent.mkdir(parents=True)
    data.write_text("{}")
    evening.run("remove", "gear_tool")
    assert data.exists()
    evening.run("undo")
    evening.run("remove", "gear_tool", "--purge")
    assert not data.exists()


def test_a_rollback_and_a_pin_keep_an_older_version(evening: Evening) -> None:
    evening.run("install", "gear_tool")
    evening.publish("gear_tool", "2.0.0")
    evening.sync()
    evening.run("update")
    assert evening.run("rollback", "gear_tool").exit_code == 0
    assert evening.versions() == {"gear_tool": "1.0.0"}
    assert "pinned studio.gear_tool to <2" in evening.run("pin", "gear_tool<2").output
    assert "is up to date, pinned to <2" in evening.run("update").output
    assert "[install.not-installed]" in evening.run("pin", "nothing", "gear_tool==1").output
    assert "is up to date, pinned to ==1" in evening.run("update").output
    assert (
        "unpinned studio.gear_tool\nUnpinned 1 extension."
        in evening.run("unpin", "gear_tool").output
    )
    assert (
        "studio.gear_tool was not pinned\nNothing was changed."
        in evening.run("unpin", "gear_tool").output
    )
    evening.run("pin", "gear_tool<2")
    evening.run("unpin", "gear_tool")
    evening.run("update")
    assert evening.versions() == {"gear_tool": "2.0.0"}


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


def test_a_lock_file_and_a_bundle_restore_the_same_elsewhere(
    evening: Evening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening.run("install", "gear_tool", "spring_tool")
    lock, bundle = tmp_path / "extery.lock", tmp_path / "farm.zip"
    assert evening.run("lock", str(lock)).exit_code == 0
    assert evening.run("bundle", str(bundle)).exit_code == 0
    shutil.rmtree(evening.packages)
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "other-cache"))
    other = tmp_path / "other"
    result = evening.run("restore", str(lock), "--offline", to=other)
    assert result.exit_code == 1
    assert "2 packages are not here" in result.output
    assert evening.run("restore", str(bundle), "--offline", to=other).exit_code == 0
    assert evening.versions(other) == {"gear_tool": "1.0.0", "spring_tool": "0.3.0"}


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


def test_gc_frees_what_undo_has_kept(evening: Evening) -> None:
    evening.run("install", "gear_tool")
    evening.run("remove", "gear_tool")
    nothing: Sequence[str] = ("--keep-operations", "0", "--keep-days", "0", "--keep-packages", "0")
    assert "Would remove 1 replaced extension" in evening.run("gc", *nothing, "--dry-run").output
    data = evening.json("gc", *nothing)
    assert (data["folders"], data["packages"]) == (1, 1)
    result = evening.run("undo")
    assert result.exit_code == 1
    assert "is not kept any more" in result.output


def test_damaged_extensions_are_found_and_repaired(evening: Evening) -> None:
    evening.run("install", "gear_tool", "spring_tool")
    folder = evening.target / "studio/gear_tool"
    (folder / "__init__.py").write_text("broken = True\n")
    (folder / "mine.json").write_text("{}")
    (evening.target / "studio/spring_tool/__init__.py").unlink()
    result = evening.run("verify")
    assert result.exit_code == 1
    assert "changed: __init__.py" in result.output
    assert "added: mine.json" in result.output
    assert "missing: __init__.py" in result.output
    result = evening.run("repair")
    assert result.exit_code == 0
    assert "kept your files of studio.gear_tool: __init__.py, mine.json" in result.output
    assert evening.run("verify").exit_code == 0
    evening.run("undo")
    assert (folder / "__init__.py").read_text() == "broken = True\n"


def test_an_extension_that_blender_has_installed_is_compared_with_its_listing(
    evening: Evening,
) -> None:
    evening.run("install", "gear_tool")
    (evening.target / ".extery/installed.json").unlink()
    assert "studio.gear_tool 1.0.0: intact" in evening.run("verify", "gear_tool").output
    evening.publish("gear_tool", "2.0.0")
    evening.sync()
    result = evening.run("verify")
    assert result.exit_code == 1
    assert "its package is not known" in result.output


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


def make_old(evening: Evening) -> None:
    """Make the last sync two days old, and publish a newer version since."""
    evening.run("install", "gear_tool")
    evening.publish("gear_tool", "1.1.0")
    old = time.time() - 2 * 86_400
    for path in evening.target.glob("**/index.json"):
        os.utime(path, (old, old))


def test_an_update_looks_for_newer_versions_once_a_day(evening: Evening) -> None:
    make_old(evening)
    assert "1.0.0      1.1.0" in evening.run("outdated").output
    assert "updated studio.gear_tool 1.0.0 -> 1.1.0" in evening.run("update").output
    evening.publish("gear_tool", "1.2.0")
    assert "1 extension is up to date" in evening.run("update").output


@pytest.mark.parametrize("switch", ["setting", "network"])
def test_no_command_looks_for_updates_if_that_is_switched_off(
    evening: Evening, switch: str
) -> None:
    make_old(evening)
    name = {"setting": "check-updates", "network": "online"}[switch]
    assert CliRunner().invoke(extery, ["config", "set", name, "no"]).exit_code == 0
    if switch == "network":  # a file needs none
        text = (evening.target / ".extery/repositories.json").read_text()
        url = evening.packages.as_uri()
        assert url in text
        (evening.target / ".extery/repositories.json").write_text(
            text.replace(url, "https://example.org/index.json")
        )
    result = evening.run("update")
    assert (result.exit_code, "1 extension is up to date" in result.output) == (0, True)
    assert "Nothing is outdated" in evening.run("outdated").output


def test_a_check_that_fails_does_not_fail_the_command(evening: Evening) -> None:
    make_old(evening)
    (evening.packages / "index.json").write_text("<html>")
    result = evening.run("update")
    assert result.exit_code == 0
    assert "newer versions were not looked for" in result.output
    assert "1 extension is up to date" in result.output


def test_a_sync_names_what_is_newer_unless_switched_off(evening: Evening) -> None:
    make_old(evening)
    assert "newer for Blender 4.2: studio.gear_tool 1.1.0; to update: extery update" in (
        evening.run("sync").output
    )
    assert CliRunner().invoke(extery, ["config", "set", "check-updates", "no"]).exit_code == 0
    assert "newer for" not in evening.run("sync").output


@pytest.mark.parametrize("command", ["undo", "rollback", "install-file"])
def test_an_extension_that_cannot_be_switched_is_an_error(
    evening: Evening, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening.run("install", "gear_tool")
    evening.publish("gear_tool", "1.1.0")
    evening.sync()
    assert evening.run("update").exit_code == 0

    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError(13, "It is in use")

    monkeypatch.setattr("extery.client.transaction.switch", fail)
    file = str(make_package(tmp_path / "files", "other_tool"))
    arguments = {"undo": [], "rollback": ["gear_tool"], "install-file": [file]}[command]
    result = evening.run(command, *arguments)
    assert result.exit_code == 1
    assert "was not changed: It is in use [install.in-use]" in result.output
    assert result.output.splitlines()[-1].startswith("Nothing was ")
    [problem] = evening.json(command, *arguments)["problems"]
    assert problem["code"] == "install.in-use"


def test_a_difference_from_the_package_is_counted_and_the_cure_named(evening: Evening) -> None:
    evening.run("install", "gear_tool")
    (evening.target / "studio/gear_tool/__init__.py").write_text("")
    result = evening.run("verify")
    assert result.exit_code == 1
    assert "to mend what differs: extery repair --dir" in result.output
    assert result.output.endswith("\nVerified 1 extension, 1 differs.\n")
    result = evening.run("repair")
    assert "reinstalled studio.gear_tool 1.0.0" in result.output
    assert "Reinstalled 1 extension." in result.output
    assert "Nothing to do: 1 extension is intact." in evening.run("repair").output


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


def test_what_a_bundle_has_for_another_blender_is_said_before_anything_is_done(
    evening: Evening, tmp_path: Path
) -> None:
    evening.publish("future_tool", "1.0.0", blender_version_min="5.3.0")
    new, old = tmp_path / "5.3" / "extensions", tmp_path / "old"
    source = str(evening.packages)

    def run(*arguments: str) -> Result:
        options = ["--dir", str(new), "--blender", "5.3"]
        return CliRunner().invoke(extery, [*arguments, *options])

    run("repo", "add", source, "--name", "studio")
    assert run("install", "future_tool", "gear_tool").exit_code == 0
    bundle = str(tmp_path / "evening.zip")
    assert run("bundle", bundle).exit_code == 0
    result = evening.run("restore", bundle, "--dry-run", to=old)
    assert result.exit_code == 1
    reason = "future_tool 1.0.0 cannot be installed in Blender 4.2: it needs Blender 5.3.0 or newer"
    assert f"error: studio.{reason} [install.incompatible]" in result.output
    assert "Dry run: 1 change" in result.output
    assert "install studio.gear_tool 1.0.0" in result.output
    assert evening.run("restore", bundle, to=old).exit_code == 1
    assert evening.versions(old) == {"gear_tool": "1.0.0"}
    again = evening.run("restore", bundle, to=old).output
    assert "Nothing was changed: 1 extension is installed already. Found 1 error." in again


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
