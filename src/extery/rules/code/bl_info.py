"""An extension has no bl_info: its manifest replaces it."""

from __future__ import annotations

from extery.analysis.facts import Position
from extery.core.errors import Problem, ProblemList
from extery.rules.context import RuleContext
from extery.rules.fixes import Edit, Fix
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    module = context.sources.by_path.get("__init__.py")
    if module is None:
        return
    for one in module.assignments:
        if one.name == "%bl_info" and not one.function:
            problems.add("code.bl-info", where=context.line(module.path, one.at))
            return


def fix(context: RuleContext, problem: Problem) -> Fix | None:
    """Remove the assignment; a legacy add-on needs it."""
    for one in context.sources.by_path["__init__.py"].assignments:
        if one.name == "%bl_info" and not one.function:
            lines = Position(one.at.line, 1, one.at.end_line + 1, 1)
            return Fix(problem, "__init__.py", (Edit(lines, ""),), is_safe=False)
    return None


RULE = Rule(
    "code.bl-info",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.bl-info",),
    severity="warning",
    guideline="manual-legacy",
    fix=fix,
)
