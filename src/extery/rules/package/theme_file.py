"""A theme has exactly one ``.xml`` next to its manifest, and Blender can read it."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.core.text import quote_value
from extery.core.types import THEME
from extery.rules.context import RuleContext
from extery.rules.rule import FILES, Input, Rule

#: Maximum number of files that are read; more than one is a problem by itself.
_MAX_READ = 10


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.type != THEME.name:
        return
    files = THEME.main_files(context.names)
    if not files:
        problems.add("theme.xml-missing", where=context.where(""))
    elif len(files) > 1:
        problems.add(
            "theme.several-xml",
            where=context.where(files[1]),
            count=len(files),
            files=", ".join(files[:4]),
        )
    for name in files[:_MAX_READ]:
        _check_xml(name, context, problems)


RULE = Rule(
    "package.theme-file",
    check,
    scopes=FILES,
    input=Input.FILES,
    codes=(
        *("theme.xml-missing", "theme.several-xml", "theme.not-xml", "theme.too-deep"),
        *("theme.too-large", "theme.style-missing", "theme.not-a-theme"),
    ),
)


def _check_xml(name: str, context: RuleContext, problems: ProblemList) -> None:
    # Imported here because most packages are add-ons.
    from extery.package.theme_xml import MAX_THEME_BYTES, read_theme

    data = context.read(name, limit=MAX_THEME_BYTES + 1)
    theme = read_theme(data, problems, name=name, where=context.where(name))
    if theme is None:
        return
    if not theme.is_theme:
        problems.add(
            "theme.not-a-theme",
            where=context.where(name),
            file=name,
            element=quote_value(theme.root),
        )
    elif "ThemeStyle" not in theme.parts:
        problems.add("theme.style-missing", where=context.where(name), file=name)
