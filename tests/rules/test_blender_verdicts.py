"""The verdict of each Blender is the recorded one, and reports say where Blenders differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result

from extery.author.build.execute import plan_build
from extery.author.validate import check_path
from extery.cli.app import extery
from extery.core.errors import InvalidInput, ProblemList
from extery.core.versions import (
    BLENDER_SERIES,
    JUDGED_SERIES,
    BlenderSeries,
    format_series,
    python_of_blender,
)
from extery.rules.blender_verdicts import verdict_lines
from extery.rules.report import CheckReport
from tests.blender.install import RELEASES
from tests.manifest.mutations import GOOD, GOOD_LIBRARY, GOOD_THEME, toml
from tests.manifest.test_corpus import Verdict, is_same, like_blender
from tests.parts import require_part
from tests.samples.packages import MANIFEST, PACKAGES, XML

Fields = dict[str, str]


class Recorded(NamedTuple):
    """A recorded verdict of a Blender's `validate`."""

    file: Path
    series: BlenderSeries
    with_tags: bool
    verdict: dict[str, Any]


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def recorded_verdicts() -> Iterator[Recorded]:
    corpus = require_part("corpus")
    for folder, name in (
        (corpus, "verdicts.jsonl"),
        (corpus, "verdicts-4.5-to-5.3.jsonl"),
        (corpus / "samples-5.3", "verdicts.jsonl"),
    ):
        for row in rows(folder / name):
            for key, verdict in row.items():
                if key.startswith("validate_"):
                    major, minor, *tags = key.removeprefix("validate_").split("_")
                    series = (int(major), int(minor))
                    yield Recorded(folder / row["file"], series, bool(tags), verdict)


def theirs(verdict: dict[str, Any]) -> Verdict:
    """Return the fields in error; what is inside of [asset_library] counts as that field."""
    return [
        (error["field"] and error["field"].partition(".")[0], error["kind"])
        for error in verdict["fields_in_error"]
    ]


@pytest.mark.corpus
def test_the_verdict_of_each_blender_on_every_recorded_manifest_is_the_recorded_one() -> None:
    reports: dict[tuple[Path, bool], CheckReport] = {}
    compared: dict[BlenderSeries, int] = {}
    differences = []
    for file, series, with_tags, recorded in recorded_verdicts():
        report = reports.get((file, with_tags))
        if report is None:
            report = reports[file, with_tags] = check_path(
                file, valid_tags=None if with_tags else {}
            )
        [verdict] = [verdict for verdict in report.verdicts if verdict.series == series]
        compared[series] = compared.get(series, 0) + 1
        ours = like_blender(ProblemList(verdict.errors))
        expected = theirs(recorded)
        is_library = "asset_library" in {field for field, _ in expected}
        same = [f for f, _ in ours] == [f for f, _ in expected] if is_library else None
        if not (is_same(ours, expected) if same is None else same):
            differences.append(f"{file.name} {series}: Blender {expected}, Extery {ours}")
        assert verdict.accepts == recorded["ok"], (file, series)

    assert not differences, "\n".join(differences)
    assert set(compared) == set(JUDGED_SERIES)
    assert min(compared.values()) > 400


@pytest.mark.corpus
def test_the_samples_of_5_3_are_built_or_refused_as_by_blender(tmp_path: Path) -> None:
    samples = require_part("corpus") / "samples-5.3"
    for row in rows(samples / "verdicts.jsonl"):
        folder = tmp_path / row["file"]
        folder.mkdir()
        (folder / MANIFEST).write_bytes((samples / row["file"]).read_bytes())
        (folder / "__init__.py").touch()
        (folder / "theme.xml").write_bytes(XML)
        errors = []
        try:
            plan_build(folder, valid_tags={})
        except InvalidInput as error:
            errors = [p.code for p in error.problems if p.is_error]
        errors = [code for code in errors if not code.startswith(("package.wheel", "wheel."))]
        assert bool(errors) == (not row["build_5_3"]["ok"]), (row["file"], errors)


def manifest(folder: Path, fields: Fields) -> Path:
    (folder / MANIFEST).write_bytes(toml(fields))
    return folder / MANIFEST


THEME = {**GOOD_THEME, "permissions": '{files = "Read gears"}'}


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        (GOOD, []),
        ({**GOOD, "id": '"a b"'}, []),
        (
            GOOD_LIBRARY,
            ["refused by Blender 4.2 to 5.2: type 'asset-library' came with Blender 5.3"],
        ),
        (
            THEME,
            ["refused by Blender 5.3: themes have no permissions since Blender 5.3, found files"],
        ),
        (
            {**GOOD, "asset_library": "{auth = 1}"},
            ["refused by Blender 5.3: asset_library.remote_url is missing (and 1 more)"],
        ),
    ],
)
def test_a_line_says_which_blenders_refuse_if_they_differ(
    fields: Fields, lines: list[str], tmp_path: Path
) -> None:
    assert verdict_lines(check_path(manifest(tmp_path, fields)).refusals) == lines


def test_the_verdict_on_a_source_folder_is_also_that_of_build(tmp_path: Path) -> None:
    fields = {key: value for key, value in GOOD_LIBRARY.items() if key != "asset_library"}
    file = manifest(tmp_path, fields)

    assert check_path(file).verdicts[-1].accepts
    assert check_path(tmp_path).verdicts[-1].codes == ("manifest.asset_library.missing",)
    with pytest.raises(InvalidInput):
        plan_build(tmp_path)


def test_validate_and_build_of_a_good_library_need_no_other_file(tmp_path: Path) -> None:
    manifest(tmp_path, GOOD_LIBRARY)

    assert list(check_path(tmp_path).problems) == []
    [package] = plan_build(tmp_path).packages
    assert [member.name for member in package.members] == [MANIFEST]


def validate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(extery, ["validate", *map(str, arguments)])


def test_like_blender_takes_a_version(tmp_path: Path) -> None:
    library, theme = tmp_path / "library.toml", tmp_path / "theme.toml"
    library.write_bytes(toml(GOOD_LIBRARY))
    theme.write_bytes(toml(THEME))

    for options, status in {
        ("--like-blender", "4.2"): (1, 0),
        ("--like-blender=5.2",): (1, 0),
        ("--like-blender", "5.3"): (0, 1),
        ("--like-blender", "5.3.0"): (0, 1),
        ("--like-blender",): (0, 1),
    }.items():
        assert tuple(validate(*options, path).exit_code for path in (library, theme)) == status
    assert validate(theme, "--like-blender").exit_code == 1
    assert validate("--like-blender", "--", theme).exit_code == 1


def test_an_unknown_version_is_wrong_usage(tmp_path: Path) -> None:
    result = validate("--like-blender", "4.1", manifest(tmp_path, GOOD))

    assert result.exit_code == 2
    assert "'4.1' is not one of the versions 4.2, 4.5, 5.0, 5.1, 5.2, 5.3." in result.output


def test_what_other_blenders_refuse_is_a_warning(tmp_path: Path) -> None:
    result = validate("--like-blender", "4.2", "--json", manifest(tmp_path, THEME))

    [problem] = json.loads(result.stdout)["problems"]
    assert (problem["code"], problem["severity"]) == (
        "manifest.permissions.none-for-type",
        "warning",
    )


@pytest.mark.parametrize(
    ("value", "status"), [("true", 1), ("false", 1), ('"4.2"', 0), ('"5.3"', 1), ('"4.1"', 1)]
)
def test_a_project_file_can_set_the_version(value: str, status: int, tmp_path: Path) -> None:
    manifest(tmp_path, THEME)
    (tmp_path / "theme.xml").write_bytes(XML)
    (tmp_path / "extery.toml").write_text(f"[validate]\nlike-blender = {value}\n")

    result = validate(tmp_path)
    assert result.exit_code == status, result.output
    assert ("usage.config-value" in result.output) == (value == '"4.1"')


def test_a_number_in_a_project_file_is_refused(tmp_path: Path) -> None:
    manifest(tmp_path, GOOD)
    (tmp_path / "extery.toml").write_text("[validate]\nlike-blender = 4.2\n")

    result = validate(tmp_path)
    assert result.exit_code == 1
    assert "like-blender must be true, false or a string, found 4.2" in result.output


def test_json_has_the_verdict_of_each_blender(tmp_path: Path) -> None:
    result = validate("--json", manifest(tmp_path, GOOD_LIBRARY))

    [report] = json.loads(result.stdout)["reports"]
    assert list(report["verdicts"]) == [format_series(series) for series in JUDGED_SERIES]
    assert report["verdicts"]["5.2"] == {
        "accepts": False,
        "codes": ["manifest.type.unknown-type"],
    }
    assert report["verdicts"]["5.3"] == {"accepts": True, "codes": []}


def test_text_and_html_say_who_refuses(tmp_path: Path) -> None:
    file = manifest(tmp_path, THEME)

    for options in ((), ("--html",)):
        assert "refused by Blender 5.3: themes have no" in validate(*options, file).stdout
    assert "refused" not in validate("--quiet", manifest(tmp_path, GOOD_LIBRARY)).stdout


def test_a_file_that_is_no_manifest_is_refused_by_all(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("id = ")

    report = check_path(tmp_path / MANIFEST)
    assert not any(verdict.accepts for verdict in report.verdicts)
    assert verdict_lines(report.refusals) == []


def test_the_python_of_each_blender_is_that_of_its_release() -> None:
    assert set(JUDGED_SERIES) <= set(BLENDER_SERIES)
    assert python_of_blender((5, 0)) == "3.11"
    assert python_of_blender((5, 1)) == "3.13"
    for name, release in RELEASES.items():
        major, minor = map(int, name.split("."))
        assert python_of_blender((major, minor)) == release.python


@pytest.mark.parametrize("options", [["--like-blender"], ["--like-blender", "4.2"]])
def test_a_package_that_cannot_be_read_is_not_accepted_like_blender(
    options: list[str], tmp_path: Path
) -> None:
    package = tmp_path / "gears.zip"
    package.write_bytes(PACKAGES["package.prefix-data"]())

    assert not any(verdict.accepts for verdict in check_path(package).verdicts)
    assert validate(*options, package).exit_code == 1


@pytest.mark.parametrize(
    ("fields", "build", "accepts"),
    [
        (GOOD_THEME, "", True),
        (GOOD_THEME, "paths = ['docs']", True),
        (GOOD_THEME, "paths = ''", True),
        (GOOD_THEME, "paths = 'docs'", False),
        (GOOD_THEME, "paths_exclude_pattern = [' ']", False),
        (GOOD_THEME, "paths_exclude_pattern = 0", True),
        ({**GOOD_THEME, "wheels": "['a-1.0-py3-none-any.whl']"}, "", False),
    ],
)
def test_the_verdict_on_a_folder_is_that_of_blenders_build_not_of_ours(
    fields: Fields, build: str, accepts: bool, tmp_path: Path
) -> None:
    """Ours refuses a theme without its XML, and a folder or an empty text in ``paths``."""
    (tmp_path / "docs").mkdir()
    (tmp_path / MANIFEST).write_bytes(toml(fields) + f"[build]\n{build}\n".encode())

    report = check_path(tmp_path)
    assert not report.ok
    assert {verdict.accepts for verdict in report.verdicts} == {accepts}
    assert validate("--like-blender", "5.0", tmp_path).exit_code == (not accepts)
