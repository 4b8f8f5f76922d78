"""The page of a repository draws the themes of the demo in their own colours."""

from __future__ import annotations

from typing import get_args

import pytest

from extery.package.theme_colors import PANEL, VIEW
from extery.repository.page.theme_preview import picture, styles
from extery_demo.scenarios import scenarios
from extery_demo.theme_xml import Edition, Palette, theme_file
from tests.repository.page.pages import parse_theme

PALETTES = {item.id: Palette.from_table(item.palette) for item in scenarios() if item.is_theme}


@pytest.mark.parametrize("edition", get_args(Edition))
@pytest.mark.parametrize("name", PALETTES)
def test_a_theme_is_drawn_in_its_own_colours(name: str, edition: Edition) -> None:
    palette = PALETTES[name]

    theme = parse_theme(theme_file(palette, edition))
    style = styles(theme)

    assert theme[VIEW] == palette.view
    assert theme[PANEL][:7] == palette.panel
    drawn = {"view": palette.view, "act": palette.active, "bart": palette.text}
    for variable, colour in (drawn | {"headt": palette.text}).items():
        assert f"--{variable}:{colour}" in style or f"--{variable}:#{colour[1::2]}" in style
    assert len(picture(style)) < 1000


def test_the_editions_of_a_theme_are_drawn_alike_except_for_what_4_2_cannot_express() -> None:
    palette = PALETTES["harbour_dusk"]

    old, middle, new = (
        dict(
            part.split(":") for part in styles(parse_theme(theme_file(palette, edition))).split(";")
        )
        for edition in get_args(Edition)
    )

    differing = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    # Blender 5.0 added a colour for the lines between editors.
    assert differing == {"--gap"}
    assert middle == new
