"""No add-on refuses to register: the manifest says for which Blender it is."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    for module in context.sources.parts:
        raising = {function.name for function in module.functions if function.raises}
        for use in module.uses:
            if (
                use.name == "bpy.app.version"
                and use.function == "register"
                and "register" in raising
            ):
                problems.add("code.version-check", where=context.line(module.path, use.at))
                break


RULE = Rule(
    "code.version-check",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.version-check",),
    severity="warning",
    guideline="review-manifest",
)
