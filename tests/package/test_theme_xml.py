"""The reader of theme files, and its limits."""

from __future__ import annotations

import io

import pytest

from extery.core.errors import ProblemList
from extery.package import open_package
from extery.package.theme_colors import ThemeColors
from extery.package.theme_xml import (
    MAX_ATTRIBUTES,
    MAX_THEME_BYTES,
    MAX_THEME_DEPTH,
    ThemeXml,
    read_theme,
)
from extery.repository.page.metadata import read_metadata
from extery.rules.engine import check_package
from tests.fuzz.child import peak_of
from tests.samples.packages import XML, nested_theme, theme

BILLION = (
    b'<!DOCTYPE b [<!ENTITY a0 "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]><bpy>&a11;</bpy>"
)


def read(data: bytes) -> tuple[ThemeXml | None, list[str]]:
    problems = ProblemList()
    return read_theme(data, problems), [problem.code for problem in problems]


def test_colours_have_the_paths_of_blender() -> None:
    found, codes = read(
        b'<bpy><Theme><view_3d><ThemeView3D grid="#54545480" wire="red"><space>'
        b'<Space text="#FFFFFF" background_type="LINEAR"/></space></ThemeView3D></view_3d></Theme>'
        b'<ThemeStyle><a><b text="#000000"/></a></ThemeStyle></bpy>'
    )

    assert codes == []
    assert found is not None
    assert found.is_theme
    assert found.parts == {"Theme", "ThemeStyle"}
    assert found.colours == {
        "view_3d.grid": "#54545480",
        "view_3d.space.text": "#ffffff",
        "view_3d.space.background_type": "LINEAR",
    }


def test_a_theme_of_common_size_is_below_the_limits() -> None:
    colours = b" ".join(b'c%d="#123456"' % number for number in range(60))
    struct = b"<a><A %s/></a>" % colours
    data = XML.replace(b"<Theme>", b"<Theme>" + struct * 400)

    found, codes = read(data)

    assert len(data) > 300_000
    assert codes == []
    assert found is not None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (nested_theme(MAX_THEME_DEPTH - 1), None),
        (nested_theme(MAX_THEME_DEPTH), "theme.too-deep"),
        (nested_theme(100_000), "theme.too-deep"),
        (b"<bpy><Theme>" + b"<a>" * 500_000, "theme.too-deep"),
        (XML.replace(b"<Theme>", b"<Theme>" + b"<a/>" * 11_000), "theme.too-large"),
        (
            b"<bpy %s/>" % b" ".join(b'c%d=""' % number for number in range(MAX_ATTRIBUTES + 1)),
            "theme.too-large",
        ),
        (XML + b"<!--" + b" " * MAX_THEME_BYTES + b"-->", "theme.too-large"),
        (BILLION, "theme.not-xml"),
        (BILLION.decode().encode("utf-16"), "theme.not-xml"),
        (b'<?xml version="1.0" encoding="unicode_escape"?>' + XML, "theme.not-xml"),
        (b'<?xml version="1.0" encoding="no-such"?>' + XML, "theme.not-xml"),
        (b"", "theme.not-xml"),
    ],
    ids=range(12),
)
def test_a_theme_over_a_limit_is_a_problem_with_a_code(data: bytes, code: str | None) -> None:
    found, codes = read(data)

    assert codes == ([code] if code else [])
    assert (found is None) == bool(code)
    assert (ThemeColors.parse(data) is None) == bool(code)


def test_a_doctype_in_a_comment_is_accepted() -> None:
    _, codes = read(XML.replace(b"<Theme>", b"<!-- no <!DOCTYPE> here --><Theme>"))

    assert codes == []


def test_a_package_with_a_deeply_nested_theme_is_refused_and_has_no_preview() -> None:
    data = theme(("dusk.xml", nested_theme(100_000)))

    report = check_package(io.BytesIO(data), name="dusk.zip")
    with open_package(io.BytesIO(data), name="dusk.zip") as package:
        facts = read_metadata(package)

    assert [problem.code for problem in report.problems] == ["theme.too-deep"]
    assert "theme" not in facts


def test_reading_a_hostile_theme_needs_bounded_memory() -> None:
    script = (
        "from extery.core.errors import ProblemList\n"
        "from extery.package.theme_xml import MAX_THEME_BYTES, read_theme\n"
        "pieces = (b'<a>', b'<a/>', b'<a b=\"#123456\">', b' c', b'&lt;', b'\\n', b'<!--a-->')\n"
        "for piece in pieces:\n"
        "    for start in (b'<bpy><Theme>', b'<bpy a=\"', b'<'):\n"
        "        read_theme(start + piece * ((MAX_THEME_BYTES - 20) // len(piece)), ProblemList())\n"
        "many = b' '.join(b'c%d=\"\"' % n for n in range(180_000))\n"
        "read_theme(b'<bpy ' + many + b'/>', ProblemList())\n"
    )

    assert peak_of(script) < 150_000_000
