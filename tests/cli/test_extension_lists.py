"""``extery sync``, ``list``, ``search``, ``info``, ``outdated`` and ``files``: output and exit status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.cli.output.table import cut, display_width, layout_table
from extery.client.records import find_installed, store_hold
from extery.client.repositories import Repository, change_repositories
from extery.client.targets import Target
from extery.client.transaction import transaction
from tests.cli.test_cli import modules_after
from tests.client.samples import make_entry, make_package, state_of
from tests.fetch.web import serving, status
from tests.repository.hosted import Repository as Hosted


class Place:
    """A target for Blender 4.2 with a remote repository ``studio`` on a server, and a local one ``mine``."""

    def __init__(self, folder: Path, hosted: Hosted, version: str = "4.2") -> None:
        self.hosted = hosted
        major, minor = map(int, version.split("."))
        self.target = Target(folder / version / "extensions", (major, minor, 99))
        self.studio = Repository("studio", hosted.url)
        change_repositories(self.target, lambda _: [self.studio, Repository("mine")])

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(extery, [*arguments, "--dir", str(self.target.folder)])

    def data(self, *arguments: str) -> dict[str, Any]:
        result = self.run(*arguments, "--json")
        document = json.loads(result.stdout)
        assert document["ok"] == (result.exit_code == 0)
        [target] = document["targets"]
        return dict(target)

    def ids(self, *arguments: str) -> list[str]:
        return [item["id"] for item in self.data(*arguments)["extensions"]]

    def install(self, package: Path, repository: Repository | None = None) -> None:
        identifier = package.stem.rpartition("-")[0]
        place = repository or self.studio
        with transaction(self.target, "install") as change:
            change.install(place, identifier, state_of(package), package)
            change.commit()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.delenv("COLUMNS", raising=False)
    with serving() as web:
        hosted = Hosted(tmp_path / "source", web)
        hosted.entries = [
            make_entry("gear_tool", "1.2.0", tagline="Turns gears", tags=["Mesh"]),
            make_entry("dusk", type="theme", tagline="Dark as the evening"),
            make_entry("future", blender_version_min="5.0.0"),
            make_entry("bad"),
        ]
        hosted.blocklist = [{"id": "bad", "reason": "It deletes files"}]
        hosted.publish()
        made = Place(tmp_path, hosted)
        made.run("sync")
        yield made


@pytest.fixture
def installed(place: Place, tmp_path: Path) -> Place:
    """Five installed extensions: outdated, pinned, blocked, local and not listed."""
    for identifier in ("gear_tool", "dusk", "bad", "private"):
        place.install(make_package(tmp_path / "packages", identifier))
    place.install(make_package(tmp_path / "packages", "own"), Repository("mine"))
    return place


def test_sync_names_what_it_has_done(place: Place) -> None:
    again = place.run("sync")
    assert again.stdout == "studio  unchanged\n"
    assert again.stderr == "Synced 1 repository of Blender 4.2: 1 unchanged. No problems.\n"
    place.hosted.entries.append(make_entry("wrong", tags=[]))
    place.hosted.publish()
    updated = place.run("sync")
    assert updated.stdout == "studio  updated, 4 entries\n"
    assert "entry 5 ('wrong') is left out: " in updated.stderr
    assert updated.exit_code == 0


def test_a_sync_that_fails_says_that_the_listing_is_kept(place: Place) -> None:
    place.hosted.web.fail("/r/index.json", *[status(403)] * 9)
    result = place.run("sync")
    assert result.stdout == "studio  failed, its last listing is kept\n"
    assert "studio: " in result.stderr
    assert "[fetch.refused]" in result.stderr
    assert result.exit_code == 1
    assert place.ids("list", "--available") == ["dusk", "gear_tool"]
    place.hosted.web.faults.clear()
    assert place.data("sync")["repositories"] == [
        {"name": "studio", "status": "unchanged", "entries": None, "has_listing": True}
    ]


def test_sync_names_what_changed_on_disk_and_what_is_blocked(installed: Place) -> None:
    import shutil

    first = installed.run("sync")
    assert "studio.bad: warning: version 1.0.0 is installed and blocked: It deletes files" in (
        first.stderr
    )
    shutil.rmtree(installed.target.folder / "studio" / "private")
    assert "studio.private 1.0.0 is no longer on disk\n" in installed.run("sync").stdout


def test_sync_does_not_use_a_network_that_is_off(place: Place) -> None:
    place.hosted.web.seen.clear()
    result = place.run("sync", "--offline")
    assert result.exit_code == 1
    assert place.hosted.web.seen == []


def test_list_shows_installed_extensions_with_notes(installed: Place) -> None:
    [item] = [i for i in find_installed(installed.target) if i.id == "dusk"]
    store_hold(installed.target, item, "for the film")
    result = installed.run("list")
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines == [
        "ID INSTALLED LISTED REPOSITORY NOTES",
        "bad 1.0.0 1.0.0 studio blocked: It deletes files; Turns gears",
        "dusk 1.0.0 1.0.0 studio pinned: for the film; Turns gears",
        "gear_tool 1.0.0 1.2.0 studio update available; Turns gears",
        "own 1.0.0 - mine local; Turns gears",
        "private 1.0.0 - studio not listed; Turns gears",
    ]
    assert result.stderr == "5 extensions installed in Blender 4.2. No problems.\n"


def test_list_chooses_what_it_shows(installed: Place) -> None:
    assert installed.ids("list", "--available") == ["dusk", "gear_tool"]
    assert installed.ids("list", "--updatable") == ["gear_tool"]
    assert installed.ids("list", "--all") == [
        "bad",
        "dusk",
        "future",
        "gear_tool",
        "own",
        "private",
    ]
    assert installed.ids("list", "--available", "--type", "theme") == ["dusk"]
    assert installed.ids("list", "--available", "--tag", "mesh") == ["gear_tool"]
    assert installed.ids("list", "--repo", "mine") == ["own"]
    assert installed.ids("list", "PRIV") == ["private"]
    assert installed.ids("list", "gears", "own") == ["own"]


def test_a_repository_that_does_not_exist_is_an_error(place: Place) -> None:
    result = place.run("list", "--repo", "studoi")
    assert result.exit_code == 1
    assert "[repo.unknown]" in result.stderr


def test_outdated_counts_pinned_extensions(installed: Place) -> None:
    [item] = [i for i in find_installed(installed.target) if i.id == "gear_tool"]
    result = installed.run("outdated")
    assert "to update: extery update --dir" in result.stderr
    assert result.stderr.endswith("\n1 extension outdated. No problems.\n")
    store_hold(installed.target, item, "for the film")
    result = installed.run("outdated")
    assert result.stderr == "1 extension outdated, 1 pinned. No problems.\n"
    assert "pinned: for the film" in result.stdout
    assert installed.data("outdated")["extensions"][0]["updatable"] is False
    assert result.exit_code == 0


def test_search_shows_the_best_match_first(place: Place) -> None:
    assert place.ids("search", "turns") == ["bad", "future", "gear_tool"]
    assert place.ids("search", "gear_tool")[0] == "gear_tool"
    assert place.ids("search", "evening", "--type", "theme") == ["dusk"]
    result = place.run("search", "turns", "--limit", "1")
    assert result.stderr.startswith("Found 3 extensions, showing 1; --limit shows more.")
    nothing = place.run("search", "spaceship")
    assert (nothing.exit_code, nothing.stdout) == (1, "")
    assert place.run("search").exit_code == 2


def test_info_shows_all_versions_and_why_they_do_not_fit(installed: Place) -> None:
    installed.hosted.entries.append(
        make_entry("gear_tool", "2.0.0", blender_version_min="5.0.0", permissions={"files": "Save"})
    )
    installed.hosted.publish()
    installed.run("sync")
    result = installed.run("info", "gear_tool")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[:2] == ["gear_tool Gear Tool", "Turns gears"]
    assert (
        lines[lines.index("Installed: 1.0.0 from studio") + 1]
        == f"Folder: {installed.target.folder / 'studio' / 'gear_tool'}"
    )
    assert lines[-3:] == [
        "VERSION REPOSITORY SIZE FITS",
        "1.2.0 studio 1.0 KB yes: Blender 4.2.0 and newer",
        "2.0.0 studio 1.0 KB no: it needs Blender 5.0.0 or newer",
    ]
    versions = installed.data("info", "studio.gear_tool")["versions"]
    assert [item["permissions"] for item in versions] == [{}, {"files": "Save"}]


def test_info_shows_installed_extensions_that_no_repository_lists(installed: Place) -> None:
    result = installed.run("info", "own")
    assert "Licence:     GPL-3.0-or-later\n" in result.stdout
    assert "VERSION" not in result.stdout


def test_an_unknown_id_has_a_suggestion(installed: Place) -> None:
    unknown = installed.run("info", "gear_tol", "dusk")
    assert unknown.exit_code == 1
    assert "did you mean gear_tool?" in unknown.stderr
    assert unknown.stdout.startswith("dusk  Dusk\n")
    assert "did you mean own?" in installed.run("files", "owm").stderr


def test_files_are_listed_with_their_paths(installed: Place) -> None:
    folder = installed.target.folder / "studio" / "gear_tool"
    (folder / "icons").mkdir()
    (folder / "icons" / "gear.svg").write_text("<svg/>")
    (folder / "icons" / "link").symlink_to("/")
    result = installed.run("files", "gear_tool")
    names = ["__init__.py", "blender_manifest.toml", "icons/gear.svg", "icons/link"]
    assert result.stdout.splitlines() == [str(folder / name) for name in names]
    [extension] = installed.data("files", "studio.gear_tool")["extensions"]
    assert [file["path"] for file in extension["files"]] == names


def test_several_targets_are_grouped(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config" / "blender"
    newer = Place(config, place.hosted, "5.0")
    Place(config, place.hosted, "4.2")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    both = ["--blender", "4.2,5.0"]
    result = CliRunner().invoke(extery, ["sync", *both])
    assert result.stdout.splitlines() == [
        "Blender 4.2:",
        "  studio  updated, 4 entries",
        "Blender 5.0:",
        "  studio  updated, 4 entries",
    ]
    listed = CliRunner().invoke(extery, ["search", "future", *both])
    lines = [" ".join(line.split()) for line in listed.stdout.splitlines()]
    assert lines[2] == "future - 1.0.0 studio it needs Blender 5.0.0 or newer; Turns gears"
    assert lines[5] == "future - 1.0.0 studio Turns gears"
    (newer.target.state_folder / "repositories.json").write_text("{")
    one = CliRunner().invoke(extery, ["list", "--available", *both])
    assert one.exit_code == 1
    assert "gear_tool" in one.stdout


def test_untrusted_texts_cannot_control_the_terminal(place: Place) -> None:
    place.hosted.entries.append(make_entry("evil", license=["x\x1b[2J"], maintainer="Ada"))
    place.hosted.blocklist.append({"id": "evil", "reason": "\x1b]0;title\x07"})
    place.hosted.publish()
    place.run("sync")
    for arguments in (["search", "evil"], ["info", "evil"], ["list", "--all"]):
        assert "\x1b]" not in place.run(*arguments).output
        assert "\x07" not in place.run(*arguments).output


def test_a_table_fits_a_narrow_terminal() -> None:
    rows = [("gear_tool", "studio", "x" * 100), ("ギア" * 30, "mine", "短い" * 40)]
    lines = layout_table(rows, width=80)
    assert [display_width(line) <= 80 for line in lines] == [True, True]
    assert all(line.endswith("…") for line in lines)
    assert layout_table(rows, width=0)[0].endswith("x" * 100)
    assert cut("gear", 4) == "gear"


@pytest.mark.parametrize("name", ["list", "search", "info", "outdated", "files"])
def test_commands_that_only_read_import_no_network(place: Place, name: str) -> None:
    arguments = [name, *(["gear_tool"] if name in ("search", "info", "files") else [])]
    loaded = modules_after(*arguments, "--dir", str(place.target.folder))
    assert "httpx" not in loaded
    assert "rich" not in loaded
    assert "sqlite3" in loaded or name == "files"


def test_a_repository_that_was_never_synced_is_named_with_the_cure(
    installed: Place,
) -> None:
    [listing] = installed.target.folder.glob("studio/.blender_ext/index.json")
    listing.unlink()
    result = installed.run("list")
    assert "not synced; Turns gears" in result.stdout
    assert "not listed" not in result.stdout
    assert "studio was never synced; to fetch the listing: extery sync --dir" in result.stderr
    assert "studio was never synced" in installed.run("search", "gear").stderr
