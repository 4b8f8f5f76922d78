"""An extension contains no archives: they cannot be reviewed, and Blender does not unpack them."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.file_kinds import archive_format
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.open_file is None:
        return
    for name in context.names:
        if form := archive_format(name, context.head(name)):
            problems.add("file.nested-archive", where=context.where(name), file=name, format=form)


RULE = Rule(
    "files.nested-archive",
    check,
    scopes=CHECKS,
    input=Input.FILES,
    codes=("file.nested-archive",),
    severity="warning",
    guideline="terms-reviewable",
)
