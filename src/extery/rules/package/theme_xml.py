"""A theme has exactly one ``.xml`` beside its manifest, and Blender can read it."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.core.text import quote_value
from extery.core.types import THEME
from extery.rules.context import RuleContext

#: Of several files, which is a problem by itself, so many are read.
_MAX_READ = 10


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.type != THEME.name:
        return
    found = THEME.main_files(context.names)
    if not found:
        problems.add(
            "theme.xml-missing",
            "a theme needs its .xml file beside the manifest",
            hint="export it from Blender: Preferences, Themes, Install and Save As",
            where=context.where(""),
        )
    elif len(found) > 1:
        problems.add(
            "theme.several-xml",
            f"a theme must have one .xml file, found {len(found)}: {', '.join(found[:4])}",
            hint="make a package of its own for each theme",
            where=context.where(found[1]),
        )
    for name in found[:_MAX_READ]:
        _check_xml(name, context, problems)


def _check_xml(name: str, context: RuleContext, problems: ProblemList) -> None:
    # Imported here: add-ons are checked more often than themes.
    from extery.package.theme_xml import MAX_BYTES, read_theme

    data = context.read(name, limit=MAX_BYTES + 1)
    theme = read_theme(data, problems, name=name, where=context.where(name))
    if theme is None:
        return
    if not theme.is_theme:
        problems.add(
            "theme.not-a-theme",
            f"{name} is not a theme: its outermost element is {quote_value(theme.root)}",
            hint="export the theme from Blender again",
            where=context.where(name),
        )
    elif "ThemeStyle" not in theme.parts:
        problems.add(
            "theme.style-missing",
            f"{name} has no <ThemeStyle> beside its <Theme>",
            hint="export the theme from Blender again, or add an empty <ThemeStyle></ThemeStyle>",
            where=context.where(name),
        )
