"""Compiled Python is not packed: it cannot be reviewed, and each Blender compiles the source itself."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.file_kinds import is_bytecode
from extery.rules.rule import CHECKS, Input, Rule

_CACHE = "__pycache__"


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.open_file is None:
        return
    # Caches in a folder are reported by `extery.rules.package.unwanted_files`.
    is_reported = not context.members and context.excludes != "paths"
    names = [
        name
        for name in context.names
        if not (is_reported and _CACHE in name.split("/")) and is_bytecode(name, context.head(name))
    ]
    if not names:
        return
    problems.add(
        "file.bytecode",
        where=context.where(names[0]),
        variant="several" if len(names) > 1 else "",
        file=names[0],
        more=len(names) - 1,
    )


RULE = Rule(
    "files.bytecode",
    check,
    scopes=CHECKS,
    input=Input.FILES,
    codes=("file.bytecode",),
    severity="warning",
    guideline="terms-reviewable",
)
