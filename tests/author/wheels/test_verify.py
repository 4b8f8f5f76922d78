"""``extery wheels verify`` and ``extery sbom`` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.author.wheels.conftest import add
from tests.author.wheels.fake_index import FakeIndex
from tests.author.wheels.packages import (
    advisory,
    gears,
    package_with,
    wheel_name,
    wheel_with,
    write_dump,
)
from tests.fetch.web import status


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with a wheel of ``gearlib``."""
    path = tmp_path / "my_addon-1.2.3.zip"
    path.write_bytes(gears("1.0").getvalue())
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(extery, list(map(str, arguments)))


def verify(*arguments: str | Path) -> Result:
    return run("wheels", "verify", *arguments)


def test_a_good_package_is_shown_as_a_table(index: FakeIndex, package: Path) -> None:
    index.add("gearlib", "1.0")

    result = verify(package)

    assert result.exit_code == 0, result.output
    heading, row = result.stdout.splitlines()
    assert heading.split() == ["library", "version", "index", "licence", "vulnerabilities", "tags"]
    assert row.split()[:3] == ["gearlib", "1.0", "identical"]
    assert "1 identical to the index" in result.stderr
    assert "--osv" in result.stderr


def test_a_forged_wheel_fails(index: FakeIndex, tmp_path: Path) -> None:
    index.add("gearlib", "1.0")
    path = tmp_path / "forged.zip"
    path.write_bytes(package_with({wheel_name("gearlib"): wheel_with("Summary: x")}).getvalue())

    result = verify(path)

    assert result.exit_code == 1
    assert "[library.changed]" in result.stdout
    assert "other bytes" in result.stdout


def test_a_wheel_of_ones_own_is_a_warning(index: FakeIndex, package: Path) -> None:
    assert verify(package).exit_code == 0
    assert "[library.unverified]" in verify(package).stdout
    assert verify(package, "--strict").exit_code == 1


@pytest.mark.parametrize(
    ("options", "exit_code"),
    [
        ((), 1),
        (("--fail-on", "medium"), 1),
        (("--fail-on", "high"), 0),
        (("--fail-on", "never"), 0),
        (("--fail-on", "never", "--strict"), 1),
    ],
)
def test_vulnerabilities_fail_from_a_severity_on(
    index: FakeIndex, package: Path, tmp_path: Path, options: tuple[str, ...], exit_code: int
) -> None:
    index.add("gearlib", "1.0")
    entry = advisory(database_specific={"severity": "MODERATE"})
    dump = write_dump(tmp_path / "all.zip", [entry])

    result = verify(package, "--osv", dump, *options)

    assert result.exit_code == exit_code, result.output
    assert "1 (medium)" in result.stdout
    assert "1 vulnerable version" in result.stderr


def test_malware_fails_always(index: FakeIndex, package: Path, tmp_path: Path) -> None:
    dump = write_dump(tmp_path / "all.zip", [advisory("MAL-2026-1")])

    result = verify(package, "--osv", dump, "--fail-on", "never")

    assert result.exit_code == 1
    assert "1 (malware)" in result.stdout


@pytest.mark.parametrize("name", ["PYSEC-2026-1", "CVE-2026-7"])
def test_a_vulnerability_that_is_ignored_does_not_fail(
    index: FakeIndex, package: Path, tmp_path: Path, name: str
) -> None:
    index.add("gearlib", "1.0")
    dump = write_dump(tmp_path / "all.zip", [advisory(aliases=["CVE-2026-7"])])

    result = verify(package, "--osv", dump, "--ignore", name, "--strict")

    assert result.exit_code == 0, result.output
    assert "none known" in result.stdout
    assert f"without {name}" in result.stderr
    assert verify(package, "--osv", dump, "--ignore", "CVE-2026-8").exit_code == 1


def test_a_dump_that_cannot_be_read_fails(index: FakeIndex, package: Path, tmp_path: Path) -> None:
    index.add("gearlib", "1.0")

    result = verify(package, "--osv", tmp_path / "missing.zip")

    assert result.exit_code == 1
    assert "[library.osv]" in result.output
    assert "none known" not in result.output


def test_an_index_that_is_down_fails_and_says_nothing_about_wheels(
    index: FakeIndex, package: Path
) -> None:
    index.web.fail("/simple/gearlib/", status(403))
    result = verify(package)

    assert result.exit_code == 1
    assert "not compared" in result.stdout
    assert "not on the index" not in result.output


def test_offline_is_what_is_remembered(index: FakeIndex, package: Path) -> None:
    index.add("gearlib", "1.0")
    before = verify(package, "--offline")
    verify(package)
    seen = len(index.web.seen)

    after = verify(package, "--offline")

    assert "the network is not used" in before.output
    assert after.stdout.splitlines()[1].split()[:3] == ["gearlib", "1.0", "identical"]
    assert len(index.web.seen) == seen


def test_what_verify_remembers_check_knows(index: FakeIndex, source: Path) -> None:
    index.add("gearlib", "1.0")
    add(source, "gearlib")
    verify(source)
    seen = len(index.web.seen)

    result = run("wheels", "check", "--source-dir", source)

    assert "1 equal to the index" in result.output
    assert len(index.web.seen) == seen


def test_a_folder_is_verified_as_it_would_be_packed(index: FakeIndex, source: Path) -> None:
    index.add("gearlib", "1.0")
    add(source, "gearlib")
    wheel = source / "wheels" / wheel_name("gearlib")
    wheel.write_bytes(b"no wheel")

    result = verify(source)

    assert result.exit_code == 1
    assert "[library.changed]" in result.stdout
    assert "[wheel.unreadable]" in result.stdout
    assert f"{source}/wheels/" in result.stdout


def test_json_has_the_whole_report(index: FakeIndex, package: Path) -> None:
    index.add("gearlib", "1.0")

    document = json.loads(verify(package, "--json").stdout)

    (wheel,) = document["report"]["wheels"]
    assert wheel["verdict"]["kind"] == "identical"
    assert document["report"]["index_url"] == index.url


@pytest.mark.parametrize("command", [("wheels", "verify"), ("sbom",)])
def test_what_is_no_package_is_an_error(
    index: FakeIndex, tmp_path: Path, command: tuple[str, ...]
) -> None:
    other = write_dump(tmp_path / "other.zip", [advisory()])
    (tmp_path / "empty").mkdir()

    for path in (other, tmp_path / "missing.zip", tmp_path / "empty"):
        result = run(*command, path)
        assert result.exit_code == 1, result.output
        assert "error:" in result.output


def test_a_bill_of_materials_needs_no_network(index: FakeIndex, package: Path) -> None:
    result = run("sbom", package)

    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["metadata"]["component"]["name"] == "my_addon"
    assert index.web.seen == []


def test_a_bill_of_materials_is_written_to_a_file(
    index: FakeIndex, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add("gearlib", "1.0")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    target = tmp_path / "my_addon.cdx.json"

    result = run("sbom", package, "-o", target, "--verify")

    assert result.exit_code == 0, result.output
    document = json.loads(target.read_text("utf-8"))
    assert document["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"
    assert '"identical"' in target.read_text("utf-8")
    assert result.stdout == ""


def test_a_bill_of_materials_without_the_verdicts_that_were_asked_for_is_not_written(
    index: FakeIndex, package: Path, tmp_path: Path
) -> None:
    target = tmp_path / "my_addon.cdx.json"
    target.write_text("old", "utf-8")

    result = run("sbom", package, "-o", target, "--osv", tmp_path / "missing.zip")

    assert result.exit_code == 1
    assert target.read_text("utf-8") == "old"


def test_a_bill_of_materials_that_cannot_be_written_is_an_error(
    index: FakeIndex, package: Path, tmp_path: Path
) -> None:
    result = run("sbom", package, "-o", tmp_path / "missing" / "my_addon.cdx.json")

    assert result.exit_code == 1
    assert "cannot be written" in result.output
