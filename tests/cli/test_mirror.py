"""``extery mirror``: arguments, output and exit status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.cli.test_cli import modules_after
from tests.fetch.web import serving, status
from tests.repository.hosted import Repository, listed_entries


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """A repository with two extensions, served over HTTP; the current folder is empty."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with serving() as web:
        made = Repository(tmp_path / "source", web)
        made.add("gear.zip")
        made.add("dusk.zip", extension_id="dusk", kind="theme")
        yield made


def mirror(*arguments: str, token: str | None = None) -> Result:
    command = ["mirror", *arguments]
    return CliRunner().invoke(extery, command, env={"EXTERY_CLIENT_TOKEN": token})


def test_the_numbers_of_packages_are_printed(repository: Repository) -> None:
    first = mirror(repository.url, "copy")
    assert first.exit_code == 0, first.output
    assert first.stdout.startswith("2 entries in copy: 2 packages fetched (")
    assert first.stdout.endswith("0 up to date, 0 removed\n")
    assert first.stderr == "Mirrored 2 entries into copy. No problems.\n"

    repository.withdraw("dusk")
    second = mirror(repository.url, "copy")
    assert second.stdout == (
        "1 entry in copy: 0 packages fetched (0 bytes), 1 up to date, 1 removed\n"
    )


def test_versions_that_no_system_gets_are_counted(repository: Repository) -> None:
    for number in range(3):
        repository.add(f"gear{number}.zip", version=f"1.{number}.0")

    planned = mirror(repository.url, "copy", "--dry-run")
    assert planned.stdout.endswith("0 to remove, 3 older versions left out\n")
    result = mirror(repository.url, "copy")
    assert result.stdout.startswith("2 entries in copy: 2 packages fetched (")
    assert result.stdout.endswith("0 removed, 3 older versions left out\n")
    document = json.loads(mirror(repository.url, "copy", "--output-format", "json").stdout)
    assert document["superseded"] == ["gear_tool 1.0.0", "gear_tool 1.1.0", "gear_tool 1.2.0"]


def test_other_packages_of_a_listed_version_are_not_called_older(repository: Repository) -> None:
    repository.add("again.zip", version="1.2.3")

    result = mirror(repository.url, "copy")

    assert result.stdout.endswith("1 other package of a listed version left out\n")


def test_a_first_mirror_that_fails_has_no_old_listing(repository: Repository) -> None:
    del repository.web.pages["/r/dusk.zip"]

    assert "1 package failed; copy has no listing yet." in mirror(repository.url, "copy").stderr
    assert mirror(repository.url, "copy", "--keep-going").exit_code == 0
    assert "copy still has its old listing." in mirror(repository.url, "copy").stderr


def test_the_source_can_be_a_folder(repository: Repository) -> None:
    assert mirror(str(repository.folder), "copy").exit_code == 0
    assert len(listed_entries(Path("copy"))) == 2


def test_a_dry_run_prints_the_plan(repository: Repository) -> None:
    result = mirror(repository.url, "copy", "--dry-run", "--type", "theme")

    [line, summary] = result.stdout.splitlines()
    assert line.startswith("fetch dusk-1.2.3-")
    assert line.endswith(f"from {repository.web.url}/r/dusk.zip")
    assert summary.startswith("1 package to fetch")
    assert not Path("copy").exists()


def test_a_package_that_fails_is_reported_and_the_status_is_1(repository: Repository) -> None:
    repository.web.fail("/r/gear.zip", status(404))

    result = mirror(repository.url, "copy")

    assert result.exit_code == 1
    assert "gear_tool-1.2.3-" in result.stderr
    assert "404 Not Found [fetch.not-found]" in result.stderr
    assert "1 package failed; copy has no listing yet." in result.stderr
    assert result.stdout == ""


def test_packages_that_fail_can_be_left_out(repository: Repository) -> None:
    repository.web.fail("/r/gear.zip", status(404))

    result = mirror(repository.url, "copy", "--keep-going")

    assert result.exit_code == 0
    assert "[fetch.not-found]" in result.stderr
    assert result.stdout.startswith("1 entry in copy")


def test_json_has_the_numbers_and_names_of_packages(repository: Repository) -> None:
    result = mirror(repository.url, "copy", "--json")

    document = json.loads(result.stdout)
    assert document["ok"] is True
    assert len(document["fetched"]) == document["entries"] == 2
    assert (document["kept"], document["removed"], document["failed"]) == ([], [], [])


def test_the_token_is_an_option_or_an_environment_variable(repository: Repository) -> None:
    mirror(repository.url, "one", "--access-token", "first")
    mirror(repository.url, "two", token="second")

    tokens = {seen.headers["authorization"] for seen in repository.web.seen}
    assert tokens == {"Bearer first", "Bearer second"}
    for path in Path("one").rglob("*.json"):
        assert "first" not in path.read_text()


def test_filters_are_options(repository: Repository) -> None:
    mirror(repository.url, "copy", "--id", "g*", "--id", "x", "--blender", "4.5", "--newest", "1",
           "--license", "GPL-*", "--platform", "linux-x64")  # fmt: skip

    assert [item["id"] for item in listed_entries(Path("copy"))] == ["gear_tool"]


@pytest.mark.parametrize(
    "arguments", [("--blender", "new"), ("--newest", "0"), ("--type", "keymap")]
)
def test_an_invalid_filter_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    assert mirror("https://x.org/", "copy", *arguments).exit_code == 2


def test_an_unsupported_url_is_refused() -> None:
    result = mirror("ftp://x.org/", "copy")

    assert result.exit_code == 1
    assert "[fetch.url]" in result.stderr


def test_json_has_the_same_members_after_an_error(repository: Repository) -> None:
    result = mirror(f"{repository.web.url}/none", "copy", "--json")

    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (document["ok"], document["complete"]) == (False, False)
    assert [problem["code"] for problem in document["problems"]] == ["fetch.not-found"]


def test_the_network_is_imported_on_demand() -> None:
    assert "httpx" not in modules_after("mirror", "--help")


def test_the_url_of_each_listing_is_printed_with_its_blenders(repository: Repository) -> None:
    repository.add("rocks.zip", extension_id="rocks", kind="asset-library")

    result = mirror(repository.url, "copy")

    assert result.exit_code == 0, result.output
    url = Path("copy").resolve().as_uri()
    assert result.stdout.startswith("3 entries in copy: 3 packages fetched (")
    assert result.stderr == (
        f"paste into Blender, for every Blender, without asset libraries: {url}/index.json\n"
        "paste into Blender, for Blender 5.3 and newer, with asset libraries: "
        f"{url}/blender-5.3/index.json\n"
        "Mirrored 3 entries into copy. No problems.\n"
    )


def test_only_asset_libraries_can_be_mirrored(repository: Repository) -> None:
    repository.add("rocks.zip", extension_id="rocks", kind="asset-library")

    result = mirror(repository.url, "copy", "--type", "asset-library", "--output-format", "json")

    data = json.loads(result.stdout)
    assert (result.exit_code, data["entries"]) == (0, 1)
    assert [item["file"] for item in data["listings"]] == ["index.json", "blender-5.3/index.json"]


@pytest.mark.parametrize("type_", ["keymap", [], None])
def test_entries_of_unknown_types_are_named(repository: Repository, type_: object) -> None:
    repository.entries.insert(0, {"id": "gear_keys", "version": "1.0.0", "type": type_})
    repository.publish()

    result = mirror(repository.url, "copy", "--output-format", "json")

    data = json.loads(result.stdout)
    assert (result.exit_code, data["entries"]) == (0, 2)
    assert data["ignored"] == [{"id": "gear_keys", "version": "1.0.0", "type": type_}]
