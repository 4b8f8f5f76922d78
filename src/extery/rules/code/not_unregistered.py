"""What an add-on registers is undone when it is disabled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from extery.analysis.facts import Call, ModuleFacts
from extery.core.errors import ProblemList
from extery.rules.call_graph import CallGraph
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule


class _Kind(NamedTuple):
    """Something that is registered: the calls that add it and those that remove it, by the end of their path.

    ``each`` compares the calls for each owner, the path before the last name, such as one list of handlers.
    """

    name: str
    adds: tuple[str, ...]
    removes: tuple[str, ...]
    owner: str = ""


_KINDS = (
    _Kind("class", ("bpy.utils.register_class",), ("unregister_class", "register_classes_factory")),
    _Kind(
        "keymap",
        (".keymap_items.new", ".keymap_items.new_modal"),
        (".keymap_items.remove", ".keymaps.remove", ".keymap_items.clear"),
    ),
    _Kind("draw", (".draw_handler_add",), (".draw_handler_remove",)),
    _Kind(
        "preview",
        ("bpy.utils.previews.new",),
        (
            *("previews.remove", "previews.close", "previews.clear"),
            *("previews.new().close", "previews.new().clear"),
        ),
    ),
    _Kind("message", ("bpy.msgbus.subscribe_rna",), ("bpy.msgbus.clear_by_owner",)),
    _Kind("tool", ("bpy.utils.register_tool",), ("bpy.utils.unregister_tool",)),
    _Kind(
        "nodes",
        ("nodeitems_utils.register_node_categories",),
        ("nodeitems_utils.unregister_node_categories",),
    ),
    _Kind("translations", ("bpy.app.translations.register",), ("bpy.app.translations.unregister",)),
    _Kind("manual", ("bpy.utils.register_manual_map",), ("bpy.utils.unregister_manual_map",)),
    _Kind(
        "handler", (".append", ".insert"), (".remove", ".clear", ".pop"), owner="bpy.app.handlers."
    ),
    _Kind("menu", (".append", ".prepend"), (".remove",), owner="bpy.types."),
)


def _last_name(path: str) -> str:
    return path.rpartition(".")[2]


_ADDS = frozenset(_last_name(path) for kind in _KINDS for path in kind.adds)


def check(context: RuleContext, problems: ProblemList) -> None:
    modules = context.sources.parts
    # Few calls have one of these names: each kind compares only those.
    calls = [(m, one) for m in modules for one in m.calls if _last_name(one.name) in _ADDS]
    for kind in _KINDS:
        added = [(m, call) for m, call in calls if _adds(kind, call)]
        if not added:
            continue
        removed = [
            call.name for m in modules for call in m.calls if call.name.endswith(kind.removes)
        ]
        removed += [use.name for m in modules for use in m.uses if use.name.endswith(kind.removes)]
        left = [pair for pair in added if not _is_removed(kind, pair[1], removed)]
        if left:
            module, call = left[0]
            problems.add(
                "code.not-unregistered",
                where=context.line(module.path, call.at),
                variant=kind.name,
                name=call.label,
                more=len(left) - 1,
            )
    _check_timers(context, modules, problems)
    _check_properties(context, modules, problems)


def _check_timers(
    context: RuleContext, modules: Sequence[ModuleFacts], problems: ProblemList
) -> None:
    """Report timers that repeat, are started by `register` or stay with the next file, and are never stopped.

    A timer that an operator starts ends with what it waits for, and so does one whose function may return ``None``.
    """
    started = [
        (module, call)
        for module in modules
        for call in module.calls
        if call.name == "bpy.app.timers.register"
    ]
    if not started:
        return
    stopped = {
        value.text.rpartition(".")[2].lstrip("%~") if value.text[:1] != "~" else "~"
        for module in modules
        for call in module.calls
        if call.name == "bpy.app.timers.unregister"
        and (value := call.argument(0, "function")) is not None
    }
    graph = CallGraph({module.path: module for module in modules})
    at_start = _run_by_register(modules, graph)
    left = []
    for module, call in started:
        value = call.argument(0, "function")
        target = graph.find(value.text, module, call.function) if value else None
        if value is None or target is None or not target.function.always_returns:
            continue
        persistent = call.keyword("persistent")
        is_persistent = persistent is not None and persistent.text == "True"
        is_stopped = "~" in stopped or target.function.name.rpartition(".")[2] in stopped
        if not is_stopped and (is_persistent or (module.path, call.function) in at_start):
            left.append((module, call))
    if left:
        module, call = left[0]
        problems.add(
            "code.not-unregistered",
            where=context.line(module.path, call.at),
            variant="timer",
            name=call.label,
            more=len(left) - 1,
        )


def _run_by_register(modules: Sequence[ModuleFacts], graph: CallGraph) -> set[tuple[str, str]]:
    """Return path and name of the functions that run when the add-on is enabled, ``""`` for the modules themselves."""
    found = {(module.path, "") for module in modules}
    for module in modules:
        start = graph.find("%register", module, "")
        if start is not None:
            found |= {(one.module.path, one.function.name) for one in graph.reached(start)}
    return found


def _adds(kind: _Kind, call: Call) -> bool:
    return call.name.startswith(kind.owner) and call.name.endswith(kind.adds)


def _is_removed(kind: _Kind, call: Call, removed: Sequence[str]) -> bool:
    if not kind.owner:
        return bool(removed)
    owner = call.name.rpartition(".")[0]
    # A variable may be any owner, such as that of a loop over all of them.
    return any(
        name.startswith(owner) or not name.startswith(kind.owner)
        for name in removed
        if name[:1] in "~%b"
    )


def _check_properties(
    context: RuleContext, modules: Sequence[ModuleFacts], problems: ProblemList
) -> None:
    """Report properties of Blender's types that are never deleted."""
    deleted = {use.name for m in modules for use in m.uses if use.context == "del"}
    is_dynamic = any(call.name == "builtins.delattr" for m in modules for call in m.calls)
    left = [
        (module, one)
        for module in modules
        for one in module.assignments
        if _PROPERTY.match(one.name)
        and one.value.kind == "call"
        and one.value.text.startswith("bpy.props.")
        and one.name not in deleted
    ]
    if left and not is_dynamic:
        module, one = left[0]
        problems.add(
            "code.not-unregistered",
            where=context.line(module.path, one.at),
            variant="property",
            name=one.name,
            more=len(left) - 1,
        )


_PROPERTY = re.compile(r"bpy\.types\.\w+\.\w+$")


RULE = Rule(
    "code.not-unregistered",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.not-unregistered",),
    severity="warning",
    guideline="review-works",
)
