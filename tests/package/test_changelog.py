"""The section of a version in the changelog of a package."""

from __future__ import annotations

import io
import zipfile

import pytest

from extery.package import open_package
from extery.package.changelog import MAX_BYTES, MAX_SECTION, read_notes, section_of

TEXT = """# Changelog

## [Unreleased]

- Not yet

## [1.2.0] - 2026-11-29

- Moonlight
### Fixed
- Save Day

```
## 1.1.0 in an example
```

## 1.1.0

- Older
"""


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.2.0", "- Moonlight\n### Fixed\n- Save Day\n\n```\n## 1.1.0 in an example\n```"),
        ("1.1.0", "- Older"),
        ("1.2", ""),
        ("2.0.0", ""),
        ("1.2.0-beta.1", ""),
    ],
)
def test_the_section_of_a_version_ends_at_the_next_heading_of_its_level(
    version: str, expected: str
) -> None:
    assert section_of(TEXT, version) == expected


def test_headings_can_be_underlined() -> None:
    text = "Version 2.0\n===========\n\nNew\n\nVersion 1.0\n-----------\nOld\n"
    assert section_of(text, "2.0") == "New\n\nVersion 1.0\n-----------\nOld"
    assert section_of(text, "1.0") == "Old"


@pytest.mark.parametrize("heading", ["## v1.0.0", "## 1.0.0 (2026)", "# Gears 1.0.0 #"])
def test_usual_headings_are_read(heading: str) -> None:
    assert section_of(f"{heading}\n\nText", "1.0.0") == "Text"


def test_other_numbers_are_not_mistaken_for_the_version() -> None:
    for heading in ("## 11.0.0", "## 1.0.0.1", "## 1.0.0-rc1", "## 1.0.0+build"):
        assert section_of(f"{heading}\nText", "1.0.0") == ""


def test_a_long_section_is_cut_and_hostile_text_takes_linear_time() -> None:
    assert len(section_of("# 1.0.0\n" + "x\n" * MAX_SECTION, "1.0.0")) == MAX_SECTION
    assert section_of("#" * MAX_BYTES + "\n" + "# " + "#" * 400 + "\n", "1.0.0") == ""
    assert section_of(("# " + " #" * 200 + "\n") * 500, "1.0.0") == ""


def test_the_changelog_is_beside_the_manifest() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("gears/blender_manifest.toml", "")
        archive.writestr("gears/docs/CHANGELOG.md", "# 1.0.0\nWrong")
        archive.writestr("gears/Changelog.md", "\ufeff# 1.0.0\nRight \ud7ff".encode())
    with open_package(file) as package:
        assert read_notes(package, "1.0.0") == ("Changelog.md", "Right \ud7ff")
        assert read_notes(package, "2.0.0") == ("", "")


def test_a_changelog_that_is_too_large_has_no_section() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("blender_manifest.toml", "")
        archive.writestr("CHANGELOG.md", "# 1.0.0\n" + "x" * MAX_BYTES)
    with open_package(file) as package:
        assert read_notes(package, "1.0.0") == ("", "")
