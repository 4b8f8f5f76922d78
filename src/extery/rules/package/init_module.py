"""An add-on has an ``__init__.py`` next to its manifest."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.core.types import ADD_ON
from extery.rules.context import RuleContext
from extery.rules.rule import FILES, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.type != ADD_ON.name or ADD_ON.main_files(context.names):
        return
    compiled = [name for name in context.names if name.startswith("__init__.") and "/" not in name]
    if compiled:
        problems.add("package.init-compiled", where=context.where(compiled[0]), file=compiled[0])
        return
    below = sorted(name for name in context.names if name.endswith("/__init__.py"))
    folder = below[0].rpartition("/")[0] if below and below[0].count("/") == 1 else ""
    problems.add(
        "package.init-missing",
        where=context.where("__init__.py"),
        variant="subfolder" if folder else "",
        folder=folder,
    )


RULE = Rule(
    "package.init-module",
    check,
    scopes=FILES,
    input=Input.MANIFEST,
    codes=("package.init-missing", "package.init-compiled"),
)
