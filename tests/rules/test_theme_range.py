"""Themes are compared with every Blender of their range, and each cause is one problem with a cure that works."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.core.errors import Problem
from extery.core.versions import BlenderSeries
from extery.package.theme_structure import known_series, theme_structure
from extery.rules.engine import Scope, check_package
from tests.samples.packages import MANIFEST, PACKAGES, THEME, XML, packed

VALUES = {"float": "0.5", "int": "1", "boolean": "TRUE", "array": "#112233", "string": "x"}


def exported(series: BlenderSeries) -> bytes:
    """Return a theme with everything that a Blender exports, each attribute on a line of its own."""
    structure = theme_structure(series)

    def struct(type_: str) -> str:
        attributes, children = "", ""
        for name, member in structure.types[type_].items():
            if not member.is_exported:
                continue
            if member.kind in ("struct", "list"):
                items = struct(member.type) * (member.length or 1)
                children += f"<{name}>{items}</{name}>"
            else:
                value = VALUES.get(member.kind) or member.choices[0]
                attributes += f'\n{name}="{value}"'
        return f"<{type_}{attributes}>\n{children}</{type_}>\n"

    return f"<bpy>{struct('Theme')}{struct('ThemeStyle')}</bpy>".encode()


def edited(inner: str) -> bytes:
    return f"<bpy><Theme>{inner}</Theme><ThemeStyle/></bpy>".encode()


def themed(data: bytes, minimum: str = "4.2.0", maximum: str = "") -> bytes:
    """Return a package of a theme with this range."""
    manifest = THEME.replace(b'"4.2.0"', f'"{minimum}"'.encode())
    if maximum:
        manifest += f'blender_version_max = "{maximum}"\n'.encode()
    return packed((MANIFEST, manifest), ("dusk.xml", data))


def problems(data: bytes, minimum: str = "4.2.0", maximum: str = "") -> list[Problem]:
    return list(check_package(io.BytesIO(themed(data, minimum, maximum))).problems)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(extery, [*map(str, arguments), "--json"])


def codes(result: Result) -> list[str]:
    return [problem["code"] for problem in json.loads(result.stdout)["problems"]]


@pytest.mark.parametrize("series", known_series())
def test_an_export_has_no_problems_in_the_blender_that_exported_it(series: BlenderSeries) -> None:
    major, minor = series

    assert problems(exported(series), f"{major}.{minor}.0", f"{major}.{minor + 1}.0") == []


def test_an_export_of_an_old_blender_is_one_problem_that_names_the_end_of_the_range() -> None:
    [problem] = problems(exported((4, 2)))

    assert problem.code == "theme.unknown-attributes"
    assert problem.severity == "warning"
    assert "unknown to Blender 4.5 and newer (4 since 4.5, " in problem.message
    assert "that newer Blenders export are not set" in problem.message
    assert 'blender_version_max = "4.5.0"' in problem.hint
    assert problems(exported((4, 2)), "4.2.0", "4.5.0") == []


def test_an_export_of_a_new_blender_is_one_problem_that_names_the_beginning_of_the_range() -> None:
    [problem] = problems(exported((5, 3)))

    assert "unknown to Blender 4.2 to 5.0 (14 before 4.5, " in problem.message
    assert "that older Blenders export are not set" in problem.message
    assert 'blender_version_min = "5.2.0"' in problem.hint
    assert problems(exported((5, 3)), "5.2.0") == []


def test_an_export_of_a_blender_in_the_middle_is_two_problems() -> None:
    newer, older = problems(exported((5, 2)))

    assert "unknown to Blender 5.3 and newer" in newer.message
    assert 'blender_version_max = "5.3.0"' in newer.hint
    assert "unknown to Blender 4.2 to 5.0 (" in older.message
    assert 'blender_version_min = "5.2.0"' in older.hint
    assert problems(exported((5, 2)), "5.2.0", "5.3.0") == []


def test_an_attribute_that_no_blender_of_the_range_knows_is_named_with_its_line() -> None:
    data = edited('<view_3d>\n<ThemeView3D\n grid="#54545480"\n gird="#545454"/></view_3d>')

    [problem] = problems(data)

    assert problem.message == "ThemeView3D.gird in dusk.xml is unknown to Blender 4.2 and newer"
    assert problem.hint == "remove it: Blender ignores it"
    assert str(problem.where) == "dusk.xml:4"


def test_attributes_and_elements_are_counted_together() -> None:
    data = edited(
        '<old_editor><ThemeOld colour="#123456"/></old_editor>'
        '<info><ThemeInfo odd="1" even="2"/></info><console><ThemeOld/></console>'
    )

    [problem] = problems(data, "4.5.0", "5.1.0")

    assert problem.message == (
        "4 attributes and elements of dusk.xml are unknown to Blender 4.5 to 5.0,"
        " the first is Theme.old_editor"
    )


def test_a_theme_that_sets_few_colours_lacks_nothing() -> None:
    assert problems(XML) == []
    assert problems(XML.replace(b" grid", b' title="#ffffff" grid'))[0].message == (
        "ThemeView3D.title in dusk.xml is unknown to Blender 4.2 and newer"
    )


def test_a_range_without_a_known_blender_is_not_judged() -> None:
    assert problems(exported((5, 3)), "4.3.0", "4.5.0") == []
    assert problems(exported((4, 2)), "5.4.0") == []


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (
            '<view_3d><ThemeView3D grid="grey"/></view_3d>',
            "ThemeView3D.grid must be a colour such as #1d1d1dff, found 'grey'",
        ),
        (
            '<view_3d><ThemeView3D outline_width="1.5"/></view_3d>',
            "ThemeView3D.outline_width must be a whole number, found '1.5'",
        ),
        (
            '<user_interface><ThemeUserInterface icon_alpha="full"/></user_interface>',
            "ThemeUserInterface.icon_alpha must be a number, found 'full'",
        ),
        (
            (
                '<user_interface><ThemeUserInterface><wcol_box><ThemeWidgetColors show_shaded="yes"/>'
                "</wcol_box></ThemeUserInterface></user_interface>"
            ),
            "ThemeWidgetColors.show_shaded must be TRUE or FALSE, found 'yes'",
        ),
        (
            (
                "<view_3d><ThemeView3D><space><ThemeSpaceGradient><gradients>"
                '<ThemeGradientColors background_type="FLAT"/></gradients></ThemeSpaceGradient></space>'
                "</ThemeView3D></view_3d>"
            ),
            (
                "ThemeGradientColors.background_type must be one of SINGLE_COLOR, LINEAR, RADIAL, "
                "found 'FLAT'"
            ),
        ),
        ("<view_3d></view_3d>", "the element Theme.view_3d is empty"),
        ('<view_3d><ThemeView3D space="x"/></view_3d>', "ThemeView3D.space is an element, not"),
    ],
)
def test_a_value_at_which_blender_stops_is_named(inner: str, text: str) -> None:
    [problem] = problems(edited(inner))

    assert problem.code == "theme.value"
    assert problem.message.startswith(
        f"Blender 4.2, 4.5, 5.0, 5.2, 5.3 cannot load dusk.xml: {text}"
    )


def test_a_value_at_which_some_blenders_stop_names_them() -> None:
    data = edited(
        '<view_3d><ThemeView3D><space><ThemeSpaceGradient panelcolors="x"/></space></ThemeView3D>'
        "</view_3d>"
    )

    newer, value = problems(data)

    assert newer.message.endswith("is unknown to Blender 5.0 and newer")
    assert value.message.startswith("Blender 4.2, 4.5 cannot load dusk.xml: ")


@pytest.mark.parametrize("code", ["theme.unknown-attributes", "theme.value"])
def test_every_command_reports_the_warning_and_succeeds(code: str, tmp_path: Path) -> None:
    source, folder, copy = tmp_path / "dusk", tmp_path / "repository", tmp_path / "mirror"
    for place in (source, folder):
        place.mkdir()
    (source / MANIFEST).write_bytes(THEME)
    (source / "dusk.xml").write_bytes(
        XML.replace(b"grid=", b"gird=") if "unknown" in code else XML.replace(b"#54545480", b"x")
    )
    package = folder / "dusk.zip"
    package.write_bytes(PACKAGES[code]())

    for result in (
        run("validate", source),
        run("validate", package),
        run("build", source, "--output-dir", tmp_path),
        run("server-generate", "--repo-dir", folder),
        run("server-generate", "--repo-dir", folder),
        run("server-check", folder),
        run("mirror", folder, copy),
        run("mirror", folder, copy),
    ):
        assert codes(result) == [code], result.stdout
        assert result.exit_code == 0, result.stdout
    assert json.loads(run("mirror", folder, copy).stdout)["flawed"] == []
    uploaded = check_package(io.BytesIO(PACKAGES[code]()), scope=Scope.UPLOAD)
    assert [problem.code for problem in uploaded.problems] == [code]
