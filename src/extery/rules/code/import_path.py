"""No module changes how Python finds modules, for all of Blender."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

_CALLS = (
    "sys.path.append",
    "sys.path.insert",
    "sys.path.extend",
    "site.addsitedir",
    "sys.meta_path.append",
    "sys.meta_path.insert",
    "sys.path_hooks.append",
)
_LISTS = frozenset({"sys.path", "sys.meta_path", "sys.path_hooks"})


def check(context: RuleContext, problems: ProblemList) -> None:
    sources = context.sources
    for module, call in sources.calls(*_CALLS):
        problems.add("code.import-path", where=context.line(module.path, call.at), name=call.label)
    for module in sources.parts:
        for one in module.assignments:
            if one.name in _LISTS or one.name == "sys.path[]":
                problems.add(
                    "code.import-path",
                    where=context.line(module.path, one.at),
                    name=one.name.removesuffix("[]"),
                )
        for item in module.items:
            if item.name == "sys.modules" and item.context == "store":
                problems.add(
                    "code.import-path",
                    where=context.line(module.path, item.at),
                    variant="modules",
                    name="sys.modules",
                )


RULE = Rule(
    "code.import-path",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.import-path",),
    severity="warning",
    guideline="review-import-path",
)
