"""No add-on installs Python packages while Blender runs."""

from __future__ import annotations

import re

from extery.analysis.facts import ModuleFacts, Value
from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

_MODULES = frozenset({"pip", "ensurepip"})
_RUN = re.compile(
    r"^(subprocess\.(run|call|check_call|check_output|Popen)|os\.(system|popen|exec.*|spawn.*))$"
)


def check(context: RuleContext, problems: ProblemList) -> None:
    for module in context.sources.parts:
        for one in module.imports:
            if not one.level and one.module.partition(".")[0] in _MODULES:
                name = one.module.partition(".")[0]
                problems.add("code.pip", where=context.line(module.path, one.at), what=name)
        for call in module.calls:
            if _RUN.match(call.name) and call.arguments and _runs_pip(call.arguments[0], module):
                problems.add(
                    "code.pip",
                    where=context.line(module.path, call.at),
                    what=f"{call.name}(… pip …)",
                )


def _runs_pip(value: Value, module: ModuleFacts) -> bool:
    if value.kind in ("str", "f-string"):
        return (
            re.search(r"\bpip3? +(install|download)\b|-m +(pip|ensurepip)\b", value.text)
            is not None
        )
    if value.kind == "name":
        return any(
            _runs_pip(one.value, module)
            for one in module.assignments
            if one.name.lstrip("%~") == value.text.lstrip("%~")
            and one.value.kind in ("list", "tuple", "str")
        )
    texts = [item.text for item in value.items if item.kind == "str"]
    return bool({"pip", "pip3", "ensurepip"}.intersection(texts)) and (
        "-m" in texts or "install" in texts or "download" in texts
    )


RULE = Rule(
    "code.pip",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.pip",),
    severity="warning",
    guideline="review-dependencies",
)
