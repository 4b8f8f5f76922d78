"""The scenarios are consistent, and every version builds with the findings that are expected."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import shutil
import zipfile
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image

from extery.author.build.execute import plan_build
from extery.rules.engine import check_package
from extery_demo.colours import lightness, mix
from extery_demo.pictures import draw_gallery, draw_image
from extery_demo.scenarios import Scenario, VersionScenario, read_scenario, scenarios
from extery_demo.sources import build_version, edition_for, write_source
from extery_demo.theme_xml import Edition, Palette, theme_file
from extery_demo.users import USERS
from extery_demo.wheels import write_wheel
from extery_site.media.isolated_video import probe
from extery_site.reports.models import Report
from tests.contrast import contrast

SCENARIOS = scenarios()
VERSIONS = [
    pytest.param(scenario, version, id=f"{scenario.id}-{version.number}")
    for scenario in SCENARIOS
    for version in scenario.versions
]


def by_id(extension_id: str) -> Scenario:
    return next(scenario for scenario in SCENARIOS if scenario.id == extension_id)


@pytest.mark.parametrize(("scenario", "version"), VERSIONS)
def test_every_version_builds_with_the_findings_of_its_scenario(
    scenario: Scenario, version: VersionScenario, tmp_path: Path
) -> None:
    packages = build_version(scenario, version, tmp_path)
    plan = plan_build(
        tmp_path / f"{scenario.id}-{version.number}", split_platforms=len(packages) > 1
    )
    assert [problem.code for problem in plan.problems] == list(version.findings)

    for package in packages:
        report = check_package(package.path)

        assert [problem.code for problem in report.problems] == list(version.findings)
        assert report.manifest is not None
        assert (report.manifest.id, report.manifest.version) == (scenario.id, version.number)


def test_two_builds_of_a_version_are_the_same_bytes(tmp_path: Path) -> None:
    scenario = by_id("folder_door")
    one, other = (
        [package.sha256 for package in build_version(scenario, scenario.versions[-1], folder)]
        for folder in (tmp_path / "one", tmp_path / "other")
        if not folder.mkdir()
    )

    assert one == other
    assert len(set(one)) == 5


def test_python_caches_are_not_packed(tmp_path: Path) -> None:
    scenario = read_scenario(shutil.copytree(by_id("ring_table").folder, tmp_path / "ring_table"))
    cache = scenario.folder / "source" / "__pycache__"
    cache.mkdir(exist_ok=True)  # that of an installation may be there
    (cache / "__init__.cpython-311.pyc").write_bytes(b"\0")

    (package,) = build_version(scenario, scenario.versions[0], tmp_path)

    assert sorted(zipfile.ZipFile(package.path).namelist()) == [
        "__init__.py",
        "blender_manifest.toml",
    ]


def test_a_replacement_that_does_not_occur_once_is_an_error(tmp_path: Path) -> None:
    scenario = read_scenario(shutil.copytree(by_id("beat_marker").folder, tmp_path / "beat_marker"))
    code = scenario.folder / "source_1_0_1" / "__init__.py"
    code.write_text(code.read_text("utf-8").replace("fps_base", "fps_other"), encoding="utf-8")

    with pytest.raises(ValueError, match="found 0 times"):
        write_source(scenario, scenario.versions[0], tmp_path / "source")


def test_the_users_of_the_scenarios_exist_and_have_the_permissions() -> None:
    moderators = {user.username for user in USERS if user.is_moderator}
    authors = {user.username for user in USERS} - moderators
    for scenario in SCENARIOS:
        decided = {version.by for version in scenario.versions if version.by}
        handled = {report.handled_by for report in scenario.reports if report.handled_by}
        blocked = {scenario.block.by} if scenario.block else set()
        assert scenario.owner in authors, scenario.id
        assert decided | handled | blocked <= moderators, scenario.id
        assert {comment.by for comment in scenario.thread} <= authors | moderators, scenario.id
        assert {report.by for report in scenario.reports} <= authors, scenario.id
        raters = [rating.by for rating in scenario.ratings]
        assert len(raters) == len(set(raters)), scenario.id
        assert {scenario.owner, *raters} <= authors | moderators, scenario.id
        assert scenario.owner not in raters, scenario.id
        assert {report.reason for report in scenario.reports} <= set(Report.Reason.values), (
            scenario.id
        )


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_the_events_of_a_scenario_are_in_order(scenario: Scenario) -> None:
    for version in scenario.versions:
        if version.decided is not None:
            assert version.decided < version.uploaded
        assert version.outcome in ("waiting", "draft") or version.decided is not None
        assert version.outcome == "approved" or version is scenario.versions[-1]
    published = {version.number: version.decided for version in scenario.versions}
    joined = {user.username: user.joined for user in USERS}
    for rating in scenario.ratings:
        assert rating.at < (published[rating.version] or 0)
        assert rating.at < joined[rating.by]
        assert rating.replied < rating.at
        assert (rating.hidden or 0) < rating.at
    for dispute in scenario.disputes:
        assert dispute.at < (published[dispute.version] or 0)
    uploads = [version.uploaded for version in scenario.versions]
    assert uploads == sorted(uploads, reverse=True)
    assert joined[scenario.owner] > scenario.started
    for entry in (*scenario.thread, *scenario.reports):
        assert entry.at < joined[entry.by]
        assert entry.at < scenario.started


def test_every_complete_scenario_has_an_image_of_its_own() -> None:
    drawn = {scenario.id: draw_image(scenario) for scenario in SCENARIOS}

    assert [name for name, data in drawn.items() if data is None] == ["snapshot_shelf"]
    sheets = [data for data in drawn.values() if data is not None]
    assert {Image.open(io.BytesIO(data)).size for data in sheets} == {(1920, 1080)}
    assert len(set(sheets)) == len(sheets)
    assert draw_image(by_id("pebble_scatter")) == drawn["pebble_scatter"]


def test_galleries_have_pictures_and_a_film_that_can_be_probed() -> None:
    drawn = {scenario.id: draw_gallery(scenario) for scenario in SCENARIOS if scenario.pictures}
    pictures = [one for gallery in drawn.values() for one in gallery]
    assert len(drawn) >= 3
    assert {Image.open(io.BytesIO(one.picture)).size for one in pictures} == {(1280, 720)}
    assert len({one.picture for one in pictures}) == len({one.alt_text for one in pictures})
    [film] = [one.film for one in pictures if one.film is not None]
    facts = probe(io.BytesIO(film), max_seconds=10)
    assert (facts["container"], facts["size"], facts["edits"]) == ("webm", [640, 360], [])


@pytest.mark.parametrize(
    "scenario",
    [scenario for scenario in SCENARIOS if scenario.is_theme],
    ids=lambda scenario: scenario.id,
)
def test_the_texts_of_a_theme_have_enough_contrast(scenario: Scenario) -> None:
    palette = Palette.from_table(scenario.palette)
    for ground in (palette.back, palette.panel, palette.header, palette.field, palette.button):
        assert contrast(palette.text, ground) >= 4.5
        assert contrast(palette.strong, ground) >= 7


def test_a_theme_is_written_for_the_blender_it_supports(tmp_path: Path) -> None:
    scenario = by_id("moss_cellar")

    manifests = [
        write_source(scenario, version, tmp_path / version.number) for version in scenario.versions
    ]

    assert [edition_for(manifest) for manifest in manifests] == ["4.2", "5.0", "5.3"]
    limits = [manifest.blender_version_max for manifest in manifests]
    assert limits == ["5.0.0", "5.3.0", None]
    old, middle, new = (
        (tmp_path / manifest.version / "moss_cellar.xml").read_bytes() for manifest in manifests
    )
    assert [b"ThemePanelColors" in xml for xml in (old, middle, new)] == [True, False, False]
    assert [b"ThemeRegions" in xml for xml in (old, middle, new)] == [False, True, True]
    assert [b"header_text" in xml for xml in (old, middle, new)] == [True, True, False]


def test_a_palette_with_an_unknown_colour_is_an_error() -> None:
    with pytest.raises(TypeError, match="sparkle"):
        Palette.from_table({**by_id("beacon").palette, "sparkle": "#ffffff"})


def test_a_theme_file_is_reproducible() -> None:
    palette = Palette.from_table(by_id("beacon").palette)

    assert theme_file(palette, "5.0") == theme_file(palette, "5.0")
    assert len({theme_file(palette, edition) for edition in get_args(Edition)}) == 3


def test_colours_are_mixed_part_by_part() -> None:
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert lightness("#ffffff") == pytest.approx(1.0)


def test_a_wheel_lists_its_files_with_their_hashes(tmp_path: Path) -> None:
    wheel = write_wheel(
        tmp_path, name="spoon", version="1.0", tag="py3-none-any", module=b"A = 1\n"
    )

    assert wheel.name == "spoon-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        record = archive.read("spoon-1.0.dist-info/RECORD").decode()
        rows = {name: (digest, size) for name, digest, size in csv.reader(record.splitlines())}
        assert set(rows) == set(archive.namelist())
        data = archive.read("spoon.py")
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        assert rows["spoon.py"] == (f"sha256={digest}", str(len(data)))
        assert "Tag: py3-none-any" in archive.read("spoon-1.0.dist-info/WHEEL").decode()
