"""Metadata of packages on the page: date, changes, icon, theme."""

import io
import zipfile
from pathlib import Path

import pytest

from extery.package import open_package
from extery.repository.page.metadata import newest_section, read_metadata
from tests.samples.packages import ADD_ON, MANIFEST, THEME, XML, packed

PNG = b"\x89PNG\r\n\x1a\n" + 50 * b"x"
PLAIN = (1980, 1, 1, 0, 0, 0)


def member(name: str, date: tuple[int, int, int] = (1980, 1, 1)) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (*date, 0, 0, 0))


def facts(*members: tuple[str | zipfile.ZipInfo, bytes], manifest: bytes = ADD_ON) -> dict:
    data = packed((member(MANIFEST), manifest), *members)
    with open_package(io.BytesIO(data), name="a.zip") as package:
        return read_metadata(package)


def test_the_date_is_that_of_the_newest_file() -> None:
    found = facts((member("a.py", (2025, 2, 3)), b""), (member("b.py", (2024, 12, 31)), b""))

    assert found == {"date": "2025-02-03"}


def test_an_archive_without_real_dates_has_no_date() -> None:
    assert facts((member("a.py"), b"")) == {}


def test_a_small_icon_is_included() -> None:
    assert facts((member("icon.png"), PNG))["icon"].startswith("data:image/png;base64,iVBO")


@pytest.mark.parametrize(
    "data", [b"<svg onload=alert(1)>", PNG + bytes(9000)], ids=["no PNG", "too large"]
)
def test_an_unsuitable_icon_is_left_out(data: bytes) -> None:
    assert "icon" not in facts((member("icon.png"), data))


@pytest.mark.parametrize("name", ["CHANGELOG.md", "changes.rst", "History.txt", "NEWS"])
def test_the_newest_changes_are_read_from_the_changelog(name: str) -> None:
    assert facts((member(name), b"1.1\n===\n\n* Faster\n\n1.0\n===\n"))["changes"] == (
        "1.1\n\n• Faster"
    )


def test_a_changelog_in_a_subfolder_is_ignored() -> None:
    assert facts((member("vendor/CHANGELOG.md"), b"# 9.9\n- Other")) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("# Changelog\n\n## 2.0 - today\n### Added\n- A\n## 1.0\n- B", "2.0 - today\nAdded\n• A"),
        ("# Changes\nAll of them.\n\n## [Unreleased]\n\n## 1.0\n- B", "1.0\n• B"),
        ("# 2.0\n## Added\n- A", "2.0\nAdded\n• A"),
        ("## 2.0\n- A\n## 1.0\n- B", "2.0\n• A"),
        ("Only words.\nAnd more.", "Only words.\nAnd more."),
        ("Title\n=====\n\n2.0\n---\n- A\n\n1.0\n---\n- B", "2.0\n• A"),
        ("\ufeff# 1.0\r\n+ A\r\n", "1.0\n• A"),
    ],
)
def test_the_newest_section_with_content_is_used(text: str, expected: str) -> None:
    assert newest_section(text) == expected


def test_a_long_section_is_cut_at_a_word() -> None:
    shown = newest_section("# 1.0\n" + "word " * 400)

    assert len(shown) < 610
    assert shown.endswith("word …")


def test_a_theme_has_a_preview_and_its_contrast() -> None:
    xml = XML.replace(b"#54545480", b"#123456")

    found = facts((member("dusk.xml"), xml), manifest=THEME)

    assert found["theme_styles"] == "--grid:#123456"
    level, sentence = found["contrast"]
    assert level == "good"
    assert "6.0 : 1" in sentence


@pytest.mark.parametrize("xml", [b"<bpy>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><bpy><Theme/></bpy>"])
def test_an_unreadable_theme_has_no_preview(xml: bytes) -> None:
    assert facts((member("dusk.xml"), xml), manifest=THEME) == {}


def test_a_damaged_member_is_left_out(tmp_path: Path) -> None:
    data = packed((member(MANIFEST), ADD_ON), (member("CHANGELOG.md"), b"# 1.0 " + 60 * b"x"))
    data = bytearray(data)
    at = data.index(b"CHANGELOG.md") + len("CHANGELOG.md")
    data[at : at + 6] = b"\xff" * 6

    with open_package(io.BytesIO(bytes(data)), name="a.zip") as package:
        assert read_metadata(package) == {}
