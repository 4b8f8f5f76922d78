"""Every Blender of a theme's range knows the attributes in its ``.xml`` and can read their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.core.types import THEME
from extery.rules.rule import FILES, Input, Rule

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.type != THEME.name:
        return
    # Imported here because most packages are add-ons.
    from extery.core.errors import ProblemList as OwnProblems
    from extery.package.theme_xml import MAX_THEME_BYTES, read_theme
    from extery.rules.theme_range import check_theme

    files = THEME.main_files(context.names)
    if len(files) != 1:
        return
    data = context.read(files[0], limit=MAX_THEME_BYTES + 1)
    theme = read_theme(data, OwnProblems())  # `theme_file` reports its problems
    if theme is not None and theme.is_theme:
        check_theme(files[0], data, context, problems)


RULE = Rule(
    "package.theme-attributes",
    check,
    scopes=FILES,
    input=Input.FILES,
    codes=("theme.unknown-attributes", "theme.value"),
    severity="warning",
)
