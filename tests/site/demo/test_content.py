"""What is written down for the demo fits together, and every version of it builds without a warning."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import shutil
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from extery.author.build.execute import plan_build
from extery.rules import check_package
from extery_site.demo.colours import lightness, mix
from extery_site.demo.people import PEOPLE
from extery_site.demo.pictures import picture
from extery_site.demo.sources import build_version, edition_for, write_source
from extery_site.demo.stories import Story, VersionStory, read_story, stories
from extery_site.demo.theme_xml import Palette, theme_file
from extery_site.demo.wheels import write_wheel
from extery_site.reports.models import Report

STORIES = stories()
VERSIONS = [
    pytest.param(story, version, id=f"{story.id}-{version.number}")
    for story in STORIES
    for version in story.versions
]


def of_id(extension_id: str) -> Story:
    return next(story for story in STORIES if story.id == extension_id)


@pytest.mark.parametrize(("story", "version"), VERSIONS)
def test_every_version_builds_without_an_error_or_a_warning(
    story: Story, version: VersionStory, tmp_path: Path
) -> None:
    packages = build_version(story, version, tmp_path)
    plan = plan_build(tmp_path / f"{story.id}-{version.number}", split_platforms=len(packages) > 1)
    assert list(plan.problems) == []

    for package in packages:
        report = check_package(package.path)

        assert list(report.problems) == []
        assert report.manifest is not None
        assert (report.manifest.id, report.manifest.version) == (story.id, version.number)


def test_two_builds_of_a_version_are_the_same_bytes(tmp_path: Path) -> None:
    story = of_id("folder_door")
    one, other = (
        [package.sha256 for package in build_version(story, story.versions[-1], folder)]
        for folder in (tmp_path / "one", tmp_path / "other")
        if not folder.mkdir()
    )

    assert one == other
    assert len(set(one)) == 5


def test_what_python_leaves_behind_is_not_packed(tmp_path: Path) -> None:
    story = read_story(shutil.copytree(of_id("ring_table").folder, tmp_path / "ring_table"))
    cache = story.folder / "source" / "__pycache__"
    cache.mkdir()
    (cache / "__init__.cpython-311.pyc").write_bytes(b"\0")

    (package,) = build_version(story, story.versions[0], tmp_path)

    assert sorted(zipfile.ZipFile(package.path).namelist()) == [
        "__init__.py",
        "blender_manifest.toml",
    ]


def test_a_version_that_does_not_fit_the_next_newer_one_is_an_error(tmp_path: Path) -> None:
    story = read_story(shutil.copytree(of_id("beat_marker").folder, tmp_path / "beat_marker"))
    code = story.folder / "source" / "__init__.py"
    code.write_text(code.read_text("utf-8").replace("fps_base", "fps_other"), encoding="utf-8")

    with pytest.raises(ValueError, match="0 times, not once"):
        write_source(story, story.versions[0], tmp_path / "source")


def test_the_people_of_the_stories_exist_and_may_do_what_they_do() -> None:
    moderators = {person.username for person in PEOPLE if person.is_moderator}
    authors = {person.username for person in PEOPLE} - moderators
    for story in STORIES:
        decided = {version.by for version in story.versions if version.by}
        handled = {report.handled_by for report in story.reports if report.handled_by}
        blocked = {story.block.by} if story.block else set()
        assert story.owner in authors, story.id
        assert decided | handled | blocked <= moderators, story.id
        assert {line.by for line in story.thread} <= authors | moderators, story.id
        assert {report.by for report in story.reports} <= authors, story.id
        assert {report.reason for report in story.reports} <= set(Report.Reason.values), story.id


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_a_story_goes_on_in_time(story: Story) -> None:
    for version in story.versions:
        if version.decided is not None:
            assert version.decided < version.uploaded
        assert version.fate in ("waiting", "draft") or version.decided is not None
        assert version.fate == "approved" or version is story.versions[-1]
    uploads = [version.uploaded for version in story.versions]
    assert uploads == sorted(uploads, reverse=True)
    joined = {person.username: person.joined for person in PEOPLE}
    assert joined[story.owner] > story.begun
    for line in (*story.thread, *story.reports):
        assert line.at < joined[line.by]
        assert line.at < story.begun


def test_every_finished_story_has_a_large_picture_of_its_own() -> None:
    drawn = {story.id: picture(story) for story in STORIES}

    assert [name for name, data in drawn.items() if data is None] == ["snapshot_shelf"]
    sheets = [data for data in drawn.values() if data is not None]
    assert {Image.open(io.BytesIO(data)).size for data in sheets} == {(1920, 1080)}
    assert len(set(sheets)) == len(sheets)
    assert picture(of_id("pebble_scatter")) == drawn["pebble_scatter"]


@pytest.mark.parametrize(
    "story", [story for story in STORIES if story.is_theme], ids=lambda story: story.id
)
def test_the_texts_of_a_theme_can_be_read(story: Story) -> None:
    palette = Palette.from_table(story.palette)
    for ground in (palette.back, palette.panel, palette.header, palette.field, palette.button):
        assert contrast(palette.text, ground) >= 4.5
        assert contrast(palette.strong, ground) >= 7


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_theme_is_written_in_the_names_of_the_blender_it_is_for(tmp_path: Path) -> None:
    story = of_id("moss_cellar")
    old, new = (
        write_source(story, version, tmp_path / version.number) for version in story.versions
    )

    assert (edition_for(old), edition_for(new)) == ("4.2", "5.0")
    assert (old.blender_version_max, new.blender_version_max) == ("5.0.0", None)
    assert b"ThemePanelColors" in (tmp_path / "1.0.0" / "moss_cellar.xml").read_bytes()
    assert b"ThemeRegions" in (tmp_path / "2.0.0" / "moss_cellar.xml").read_bytes()


def test_a_palette_with_a_wrong_name_is_an_error() -> None:
    with pytest.raises(TypeError, match="sparkle"):
        Palette.from_table({**of_id("beacon").palette, "sparkle": "#ffffff"})


def test_a_theme_is_the_same_whenever_it_is_written() -> None:
    palette = Palette.from_table(of_id("beacon").palette)

    assert theme_file(palette, "5.0") == theme_file(palette, "5.0")
    assert theme_file(palette, "4.2") != theme_file(palette, "5.0")


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
