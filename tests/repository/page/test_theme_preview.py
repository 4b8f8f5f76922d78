"""Previews of themes: the colours, their names in 4.2 and 5.0, and their contrast."""

import re
from pathlib import Path

import pytest

from extery.package.theme_colors import PANEL, VIEW, ThemeColors, contrast_verdict
from extery.repository.page.theme_preview import SPRITE, styles
from tests.parts import require_part
from tests.repository.page.pages import parse_theme


def theme_of(**colours: str) -> ThemeColors:
    return ThemeColors({path.replace("__", "."): value for path, value in colours.items()})


def test_colours_that_a_theme_does_not_set_are_those_of_the_dark_theme() -> None:
    theme = parse_theme(b"<bpy><Theme/></bpy>")

    assert styles(theme) == ""
    assert theme[VIEW] == "#3d3d3d"


def test_the_second_colour_of_the_viewport_is_used_in_a_gradient_only() -> None:
    path = "view_3d__space__gradients__"
    colours = {f"{path}high_gradient": "#112233", f"{path}gradient": "#445566"}

    assert "--view2:#123" in styles(theme_of(**colours))
    assert "--view2:#456" in styles(theme_of(**colours, **{f"{path}background_type": "LINEAR"}))


def test_the_sprite_uses_exactly_the_variables_of_the_preview() -> None:
    used = set(re.findall(r"var\(--(\w+),", SPRITE))
    every = theme_of(**dict.fromkeys(_all_paths(), "#010203"))

    assert used == {part.split(":")[0].removeprefix("--") for part in styles(every).split(";")}


def _all_paths() -> list[str]:
    from extery.repository.page.theme_preview import PREVIEW_ROLES

    return [path.replace(".", "__") for item in PREVIEW_ROLES.values() for path in item.paths]


@pytest.mark.parametrize(
    "value", ["red", "#12", "url(https://example.org)", '#123456"/><script>', "#1234567"]
)
def test_a_style_contains_colours_only(value: str) -> None:
    text = value.replace('"', "&quot;").replace("<", "&lt;")
    xml = f'<bpy><Theme><view_3d><ThemeView3D grid="{text}"/></view_3d></Theme></bpy>'

    assert styles(parse_theme(xml.encode())) == ""


@pytest.mark.parametrize("data", [b"", b"<bpy/>", b"no XML", b"<bpy><Theme></bpy>"])
def test_a_file_that_is_no_theme_has_no_colours(data: bytes) -> None:
    assert ThemeColors.parse(data) is None


def test_black_on_white_has_the_highest_contrast_and_the_same_colours_the_lowest() -> None:
    theme = theme_of(
        text_editor__space__text="#000000",
        text_editor__space__back="#ffffff",
        outliner__space__text="#808080",
        outliner__space__back="#808080",
    )

    assert theme.contrasts["Text Editor"] == pytest.approx(21)
    assert theme.contrasts["Outliner"] == pytest.approx(1)


def test_transparent_colours_are_blended_before_measuring() -> None:
    clear = theme_of(
        user_interface__panel_back="#ffffff00",
        user_interface__panel_text="#ffffff",
        properties__space__back="#000000",
    )

    assert clear.contrasts["Properties"] == pytest.approx(21)


@pytest.mark.parametrize(
    ("ratios", "level", "words"),
    [
        ({"Outliner": 7.09, "buttons": 9.0}, "good", "at least 7.0 : 1 (Outliner)"),
        ({"Outliner": 4.49, "buttons": 9.0}, "weak", "weak contrast in Outliner: 4.4 : 1"),
        ({"Outliner": 2.0, "buttons": 4.0}, "poor", "poor contrast in Outliner and buttons: 2.0"),
    ],
)
def test_the_contrast_is_described_in_a_sentence(
    ratios: dict[str, float], level: str, words: str
) -> None:
    found, sentence = contrast_verdict(ratios)

    assert found == level
    assert words in sentence


@pytest.mark.blender
@pytest.mark.parametrize("series", ["4.2", "5.0"])
def test_blenders_own_themes_are_read_in_each_release(series: str) -> None:
    folder = require_part(f"blender-{series}")
    (light,) = folder.glob(f"**/{series}/scripts/presets/interface_theme/Blender_Light.xml")

    theme = parse_theme(Path(light).read_bytes())

    assert theme[VIEW] == "#646464"
    assert theme[PANEL] == "#ccccccff"
    assert "--pan:#ccc;" in styles(theme)
    assert contrast_verdict(theme.contrasts)[0] == "good"
    assert theme.contrasts["Outliner"] == pytest.approx(7.37, abs=0.01)
