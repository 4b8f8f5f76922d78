"""No thread uses Blender's data: bpy is for the main thread only."""

from __future__ import annotations

import re

from extery.analysis.facts import Call, ModuleFacts, Use
from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

_STARTS = {"threading.Thread": "target", "threading.Timer": "function"}
#: What Blender owns: `bpy`, and the context that operators and panels are given.
_BLENDER = ("bpy.", "~context.")
_SUBMITS = (".submit", ".run_in_executor")
#: Functions and properties that other threads may use.
_ALLOWED = re.compile(
    r"^bpy\.app\.(timers\.|version|background|tempdir|binary_path|online_access|build_)|^bpy\.path\.|^bpy\.utils\.(user_resource|extension_path_user)"
)


def check(context: RuleContext, problems: ProblemList) -> None:
    for module in context.sources.parts:
        for call in module.calls:
            function = _target(call)
            if not function:
                continue
            used = _first_use(module, function)
            if used is not None:
                problems.add(
                    "code.thread-bpy",
                    where=context.line(module.path, used.at),
                    name=used.label,
                    function=function,
                    line=call.at.line,
                )


def _target(call: Call) -> str:
    """Return the name of the function of the module, or of its class, that a call starts in a thread."""
    value = None
    if call.name in _STARTS:
        index = 1
        value = call.keyword(_STARTS[call.name]) or (
            call.arguments[index] if len(call.arguments) > index else None
        )
    elif call.name.endswith(_SUBMITS) and call.arguments:
        value = call.arguments[
            1 if call.name.endswith(".run_in_executor") and len(call.arguments) > 1 else 0
        ]
    if value is None or value.kind != "name":
        return ""
    if value.text.startswith("~self.") and value.text.count(".") == 1:
        return f"{call.function.rpartition('.')[0]}.{value.text.removeprefix('~self.')}"
    return value.text[1:] if value.text[:1] in "%~" and "." not in value.text else ""


def _first_use(module: ModuleFacts, function: str) -> Call | Use | None:
    names = {function, *(f.name for f in module.functions if f.name.endswith(f".{function}"))}
    places: list[Call | Use] = [*module.calls, *module.uses]
    for one in sorted(places, key=lambda place: place.at):
        if one.function in names and one.name.startswith(_BLENDER) and not _ALLOWED.match(one.name):
            return one
    return None


RULE = Rule(
    "code.thread-bpy",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.thread-bpy",),
    severity="warning",
    guideline="terms-stability",
)
