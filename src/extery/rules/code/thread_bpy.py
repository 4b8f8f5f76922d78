"""No thread uses Blender's data: bpy is for the main thread only."""

from __future__ import annotations

import re

from extery.analysis.facts import Call, ModuleFacts, Position, Use
from extery.core.errors import ProblemList
from extery.rules.call_graph import CallGraph, Target
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

_STARTS = {"threading.Thread": "target", "threading.Timer": "function"}
#: What Blender owns: `bpy`, and the context that operators and panels are given.
_BLENDER = ("bpy.", "~context.")
_TIMER = "bpy.app.timers.register"
_SUBMITS = (".submit", ".run_in_executor")
#: Functions and properties that other threads may use.
_ALLOWED = re.compile(
    r"^bpy\.app\.(timers\.|version|background|tempdir|binary_path|online_access|build_)|^bpy\.path\.|^bpy\.utils\.(user_resource|extension_path_user)"
)


def check(context: RuleContext, problems: ProblemList) -> None:
    graph = CallGraph({module.path: module for module in context.sources.parts})
    reported = set[tuple[str, Position]]()
    for module in context.sources.parts:
        for call in module.calls:
            start = _target(call, module, graph)
            found = _first_use(start, graph) if start else None
            if start is None or found is None:
                continue
            where, used = found
            if (where.module.path, used.at) in reported:
                continue
            reported.add((where.module.path, used.at))
            is_same = where == start
            problems.add(
                "code.thread-bpy",
                where=context.line(where.module.path, used.at),
                variant="" if is_same else "called",
                name=used.label,
                function=where.function.name.rpartition(".")[2],
                target=start.function.name.rpartition(".")[2],
                line=call.at.line,
                file=module.path,
            )


def _target(call: Call, module: ModuleFacts, graph: CallGraph) -> Target | None:
    """Return the function that a call starts in a thread."""
    value = None
    if call.name in _STARTS:
        value = call.argument(1, _STARTS[call.name])
    elif call.name.endswith(_SUBMITS) and call.arguments:
        value = call.arguments[
            1 if call.name.endswith(".run_in_executor") and len(call.arguments) > 1 else 0
        ]
    if value is None or value.kind != "name":
        return None
    return graph.find(value.text, module, call.function)


def _is_inside(at: Position, other: Position) -> bool:
    """Return whether a place is in the expression at another: a lambda for a timer runs in the main thread."""
    return (other.line, other.column) < (at.line, at.column) and (at.end_line, at.end_column) <= (
        other.end_line,
        other.end_column,
    )


def _first_use(start: Target, graph: CallGraph) -> tuple[Target, Call | Use] | None:
    """Return the first use of Blender in a function that runs in a thread, or in one that it calls."""
    for target in graph.reached(start):
        timers = [call.at for call in target.module.calls if call.name == _TIMER]
        # What a called function has as its context may be anything.
        owners = _BLENDER if target == start else _BLENDER[:1]
        places: list[Call | Use] = [*target.module.calls, *target.module.uses]
        for one in sorted(places, key=lambda place: place.at):
            if (
                one.function == target.function.name
                and one.name.startswith(owners)
                and not _ALLOWED.match(one.name)
                and not any(_is_inside(one.at, timer) for timer in timers)
            ):
                return target, one
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
