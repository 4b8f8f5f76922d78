"""An extension has no archives inside: nobody can review them, and Blender does not unpack them."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

_SUFFIXES = (
    ".zip",
    ".7z",
    ".rar",
    ".tar",
    ".tgz",
    ".tar.gz",
    ".tar.bz2",
    ".tar.xz",
    ".txz",
    ".tar.zst",
)


def check(context: RuleContext, problems: ProblemList) -> None:
    for name in context.names:
        if name.lower().endswith(_SUFFIXES):
            problems.add("file.nested-archive", where=context.where(name), file=name)


RULE = Rule(
    "files.nested-archive",
    check,
    scopes=CHECKS,
    input=Input.NAMES,
    codes=("file.nested-archive",),
    severity="warning",
    guideline="terms-reviewable",
)
