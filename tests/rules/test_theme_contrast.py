"""Text of a theme that people read all the time differs from what is below it."""

from __future__ import annotations

import io

import pytest

from extery.core.errors import Problem
from extery.package.theme_colors import ThemeColors
from extery.rules.checks import Checks
from extery.rules.engine import check_package
from extery.rules.profiles import Profile
from tests.contrast import contrast
from tests.samples.packages import theme


def themed(text: str, back: str = "#202020") -> bytes:
    return (
        "<bpy>\n<Theme>\n<text_editor>\n<ThemeTextEditor>\n<space>\n<ThemeSpaceGeneric\n"
        f' back="{back}"\n text="{text}">\n</ThemeSpaceGeneric>\n</space>\n</ThemeTextEditor>\n'
        "</text_editor>\n</Theme>\n<ThemeStyle></ThemeStyle>\n</bpy>"
    ).encode()


def found(data: bytes) -> list[Problem]:
    problems = check_package(
        io.BytesIO(theme(("dusk.xml", data))), checks=Checks(Profile.BLENDER_ORG)
    ).problems
    return [problem for problem in problems if problem.code == "theme.contrast"]


def test_text_that_is_hard_to_read_is_named_with_its_colours_and_line() -> None:
    [problem] = found(themed("#404040"))

    assert problem.message == "text in Text Editor has a contrast of 1.5 : 1, #404040 on #202020"
    assert problem.where.line == 8
    assert "text_editor.space.text" in problem.hint


@pytest.mark.parametrize("text", ["#6a6a6a", "#737373", "#d0d0d0"])
def test_the_limit_is_that_of_wcag_for_large_text(text: str) -> None:
    assert bool(found(themed(text))) is (contrast(text, "#202020") < 3)


def test_a_colour_of_blender_on_a_background_of_the_theme_is_named_as_such() -> None:
    data = themed("#101010", "#e0e0e0").replace(b'\n text="#101010"', b"")

    [problem] = found(data)

    assert "which is Blender's own colour" in problem.hint
    assert problem.where.line is None


def test_the_page_of_a_repository_shows_the_same_ratios() -> None:
    colours = ThemeColors.parse(themed("#404040"))
    assert colours is not None

    [text] = [item for item in colours.texts() if item.name == "Text Editor"]
    assert colours.contrasts["Text Editor"] == text.ratio
    assert abs(text.ratio - contrast("#404040", "#202020")) < 0.01
