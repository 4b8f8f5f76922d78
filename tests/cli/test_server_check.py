"""``extery server-check``: arguments, output and exit status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.cli.test_cli import modules_after
from tests.fetch.web import serving
from tests.repository.hosted import Repository


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.chdir(tmp_path)
    with serving() as web:
        made = Repository(tmp_path / "source", web)
        made.add("gear.zip")
        yield made


def check(*arguments: str) -> Result:
    return CliRunner().invoke(extery, ["server-check", *arguments])


def test_a_valid_repository_is_reported_as_ok(repository: Repository) -> None:
    checked = check("source")
    assert checked.stdout == "source: ok\n"
    assert checked.stderr == "Checked source: 1 entry, 1 package read. No problems.\n"
    result = check(repository.url, "--listing-only")
    assert result.stdout == f"{repository.url}: ok\n"
    assert "0 packages read" in result.stderr
    assert result.exit_code == 0


def test_an_error_is_reported_and_the_status_is_1(repository: Repository) -> None:
    (repository.folder / "gear.zip").unlink()

    result = check("source")

    assert result.exit_code == 1
    first, hint = result.stdout.splitlines()
    assert first.startswith("index.json:data[0].archive_url: error: gear_tool 1.2.3: there is no")
    assert "hint" in hint
    assert result.stderr == "Checked source: 1 entry, 0 packages read. Found 1 error.\n"


def test_warnings_fail_only_a_strict_check(repository: Repository) -> None:
    repository.add("gear-2.zip", version="2.0.0")

    assert check("source").exit_code == 0
    assert "source: ok" in check("source").stdout
    assert check("source", "--strict").exit_code == 1


def test_json_has_the_numbers_of_entries_and_packages(repository: Repository) -> None:
    repository.add("gear-2.zip", version="2.0.0")

    document = json.loads(check("source", "--json").stdout)

    assert (document["ok"], document["entries"], document["packages"]) == (True, 2, 2)
    assert [problem["code"] for problem in document["problems"]] == ["listing.several"]


def test_a_missing_repository_is_an_error(repository: Repository) -> None:
    assert "[fetch.not-found]" in check("nowhere").stdout
    result = check("nowhere", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["problems"][0]["code"] == "fetch.not-found"


def test_the_network_is_imported_on_demand() -> None:
    assert "httpx" not in modules_after("server-check", "--help")


def test_every_command_with_a_url_names_the_repository_of_a_link_and_of_a_page(
    repository: Repository,
) -> None:
    url = repository.url
    page = repository.web.put("/r/", b'<html><a href="a.zip?repository=.%2Findex.json">Gear</a>')
    for command in (["server-check"], ["mirror", "--dry-run"], ["mirror"]):
        for address in (page, f"{page}gear.zip?repository=.%2Findex.json"):
            folder = ["copy"] if command[0] == "mirror" else []
            result = CliRunner().invoke(extery, [*command, address, *folder])
            assert result.exit_code == 1
            assert url in result.output.split("hint:")[1]
            assert "Traceback" not in result.output


def test_a_type_that_old_blenders_do_not_know_is_named(repository: Repository) -> None:
    repository.add("rocks.zip", extension_id="rocks", kind="asset-library")

    result = check("source")

    assert result.exit_code == 0, result.output
    assert "Blender 4.2 to 5.0 cannot sync this repository" in result.stdout
    assert "blender-5.3/" in result.stdout
    assert check("source", "--strict").exit_code == 1
