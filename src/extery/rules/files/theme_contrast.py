"""Text of a theme that people read all the time differs enough from what is below it."""

from __future__ import annotations

from extery.core.errors import ProblemList, Where
from extery.core.types import THEME
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

#: Text that Blender draws with an outline, which can be read on any background.
_OUTLINED = frozenset({"3D View"})


def check(context: RuleContext, problems: ProblemList) -> None:
    files = THEME.main_files(context.names) if context.type == THEME.name else []
    if len(files) != 1 or context.open_file is None:
        return
    # Imported here because most packages are add-ons.
    from extery.package.theme_colors import POOR_CONTRAST, ThemeColors
    from extery.package.theme_settings import find_setting, line_of, parse_elements
    from extery.package.theme_xml import MAX_THEME_BYTES

    data = context.read(files[0], limit=MAX_THEME_BYTES + 1)
    colours = ThemeColors.parse(data)
    if colours is None:  # `extery.rules.package.theme_file` reports it
        return
    root = parse_elements(data)
    where = Where(context.where(files[0]).file if not context.members else context.root + files[0])
    for text in colours.texts():
        if text.ratio >= POOR_CONTRAST or text.name in _OUTLINED:
            continue
        path = next((path for path in text.role.paths if path in colours.colours), "")
        setting = find_setting(root, path) if path else None
        problems.add(
            "theme.contrast",
            where=where._replace(line=line_of(setting, data)) if setting else where,
            variant="" if path else "unset",
            place=text.name,
            ratio=f"{int(text.ratio * 10) / 10:.1f}",  # rounded down: 2.99 is below 3
            text=text.text,
            background=text.background,
            name=path or text.role.paths[0],
        )


RULE = Rule(
    "files.theme-contrast",
    check,
    scopes=CHECKS,
    input=Input.FILES,
    codes=("theme.contrast",),
    severity="warning",
    guideline="review-interface",
)
