"""The XML of a theme: the rule, the colours and the preview."""

from __future__ import annotations

from contextlib import nullcontext
from io import BytesIO

from extery.core.errors import ProblemList
from extery.package.theme_colors import ThemeColors, contrast_verdict
from extery.repository.page.theme_preview import styles
from extery.rules.context import RuleContext
from extery.rules.package import theme_file
from tests.fuzz.judge import check_problems
from tests.fuzz.seeds import beside, extra
from tests.samples.packages import XML

_FULL = b"""<?xml version="1.0" encoding="utf-8"?>
<bpy>
  <Theme>
    <user_interface><ThemeUserInterface editor_border="#161616ff" axis_x="#ff3352" panel_title="1.5">
      <wcol_regular><ThemeWidgetColors outline="#3d3d3dff" inner="#545454ff" text="#e6e6e6" shadetop="0"/></wcol_regular>
    </ThemeUserInterface></user_interface>
    <view_3d><ThemeView3D grid="#54545480" wire="#000000"><space><ThemeSpaceGradient text="#fff" header="#303030b3">
      <gradients><ThemeGradientColors high_gradient="#3d3d3d" background_type="LINEAR"/></gradients>
    </ThemeSpaceGradient></space></ThemeView3D></view_3d>
    <bone_color_sets><ThemeBoneColorSet normal="#9a0000"/><ThemeBoneColorSet normal="#f74018"/></bone_color_sets>
  </Theme>
  <ThemeStyle><panel_title><ThemeFontStyle points="11.0"/></panel_title></ThemeStyle>
</bpy>
"""
SEEDS = (XML, _FULL, *beside("*/src/*.xml"), *extra("*.xml"))
TOKENS = (
    b"<a>", b"</a>", b"<a/>", b"<bpy>", b"</bpy>", b"<Theme>", b"</Theme>", b"<ThemeStyle/>", b"<view_3d>", b"</view_3d>", b"<ThemeView3D ", b"<!DOCTYPE b [", b"<!ENTITY a 'aaaa'>", b"]>", b"&a;", b"&lt;", b"&#0;", b"&#x110000;",
    b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?xml version='1.0' encoding='", b"?>", b"utf-16", b"utf-7", b"unicode_escape", b"idna", b"rot13", b"cp037", b"xmlns='x'", b"xmlns:a='x'", b"a:", b"grid='#123456'",
    b" a='1'", b"background_type='", b"#123456", b"'", b'"', b"<", b">", b"/", b"=", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", "²".encode(),
)  # fmt: skip


def target(data: bytes) -> None:
    problems = ProblemList()
    context = RuleContext(
        "t.zip",
        names=["dusk.xml"],
        open_file=lambda _: nullcontext(BytesIO(data)),
        table={"type": "theme"},
    )
    theme_file.check(context, problems)
    check_problems(problems)
    theme = ThemeColors.parse(data)
    is_readable = not {p.code for p in problems} - {"theme.style-missing"}
    assert (theme is not None) == is_readable
    if theme is not None:
        style = styles(theme)
        assert not set(style) & set("\"'<>&\\(){}")
        contrast_verdict(theme.contrasts)
