"""Preferences of an add-on are looked up and registered by __package__."""

from __future__ import annotations

from extery.analysis.facts import Value
from extery.core.errors import Problem, ProblemList
from extery.rules.context import RuleContext
from extery.rules.fixes import Edit, Fix
from extery.rules.rule import CHECKS, Input, Rule

_PREFERENCES = ".preferences.addons"


def check(context: RuleContext, problems: ProblemList) -> None:
    for module in context.sources.parts:
        is_root = module.path == "__init__.py"
        lookups = [(item.at, item.key) for item in module.items if item.name.endswith(_PREFERENCES)]
        lookups += [
            (call.at, call.arguments[0])
            for call in module.calls
            if call.name.endswith(f"{_PREFERENCES}.get") and call.arguments
        ]
        for at, key in lookups:
            if wrong := _wrong(key, is_root=is_root):
                problems.add(
                    "code.preferences-name", where=context.line(module.path, at), name=wrong
                )
        for one in module.classes:
            field = one.field("bl_idname")
            if field is None or not any(base.endswith("AddonPreferences") for base in one.bases):
                continue
            if wrong := _wrong(field[0], is_root=is_root):
                problems.add(
                    "code.preferences-name",
                    where=context.line(module.path, field[1]),
                    variant="class",
                    name=wrong,
                )


def _wrong(key: Value, *, is_root: bool) -> str:
    """Return the key as text if it cannot be the name under which Blender knows the extension."""
    if key.kind == "str":
        return f'"{key.text}"'
    if key.kind == "name" and key.text == "__name__" and not is_root:
        return "__name__"
    if "__name__" in key.mentions and not is_root:
        return "__name__"
    # Of 'bl_ext.repository.id' the first part is 'bl_ext'.
    if key.kind == "other" and "__package__.split" in key.mentions:
        return "__package__.split(…)[0]"
    return ""


def fix(context: RuleContext, problem: Problem) -> Fix | None:
    """Look up by ``__package__``, which in a folder of the add-on is that of the folder."""
    where = problem.where
    path = where.file.removeprefix(context.root)
    if "/" in path:
        return None
    module = context.sources.by_path[path]
    for item in module.items:
        if (item.at.line, item.at.column) == (where.line, where.column):
            return Fix(problem, path, (Edit(item.key_at, "__package__"),), is_safe=True)
    for one in module.classes:
        field = one.field("bl_idname")
        if field is not None and (field[1].line, field[1].column) == (where.line, where.column):
            return Fix(problem, path, (Edit(field[1], "bl_idname = __package__"),), is_safe=True)
    return None


RULE = Rule(
    "code.preferences-name",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.preferences-name",),
    severity="warning",
    guideline="review-names",
    fix=fix,
)
