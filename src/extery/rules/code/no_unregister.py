"""An add-on that can be enabled can be disabled."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    module = context.sources.by_path.get("__init__.py")
    if module is None or module.faults or module.failure:
        return
    names = {function.name for function in module.functions}
    names |= {one.name.lstrip("%~") for one in module.assignments if not one.function}
    names |= {one.name for one in module.imports}
    # `register, unregister = register_classes_factory(classes)`, and `from .all import *`
    is_dynamic = "*" in names or any(
        call.name == "bpy.utils.register_classes_factory" for call in module.calls
    )
    if is_dynamic:
        return
    for name in ("register", "unregister"):
        if name not in names:
            problems.add("code.no-unregister", where=context.where("__init__.py"), name=name)
            return


RULE = Rule(
    "code.no-unregister",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.no-unregister",),
    severity="warning",
    guideline="review-works",
)
