"""No add-on reloads Blender's scripts, or changes its key map and other add-ons."""

from __future__ import annotations

import re

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

_CALLS = {
    "bpy.ops.script.reload": "reload",
    "bpy.ops.wm.read_factory_settings": "settings",
    "bpy.ops.wm.read_homefile": "settings",
    "bpy.ops.wm.save_userpref": "preferences",
    "bpy.ops.preferences.addon_disable": "add-ons",
    "bpy.ops.preferences.addon_remove": "add-ons",
    "addon_utils.disable": "add-ons",
}
_KEYMAPS = re.compile(
    r"\.keyconfigs\.(default|user|active)\.keymaps.*\.keymap_items\.(remove|clear)$"
)


def check(context: RuleContext, problems: ProblemList) -> None:
    for module in context.sources.parts:
        for call in module.calls:
            kind = _CALLS.get(call.name, "")
            if _KEYMAPS.search(call.name):
                kind = "keymap"
            if kind:
                problems.add(
                    "code.interference",
                    where=context.line(module.path, call.at),
                    variant=kind,
                    name=call.label,
                )


RULE = Rule(
    "code.interference",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.interference",),
    severity="warning",
    guideline="review-interference",
)
