"""The names of operators, panels and menus are the add-on's own: not those of Blender, and each of one class."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from extery.analysis.facts import Class, ModuleFacts, Position
from extery.core.compatibility import BlenderRange
from extery.core.errors import ProblemList
from extery.core.text import quote_value
from extery.rules.bundled_wheels import join_names, range_of
from extery.rules.context import RuleContext
from extery.rules.registered_names import NATIVE, RegisteredName, registered_names
from extery.rules.rule import CHECKS, Input, Rule

_KINDS = {
    "Operator": "operator",
    "Panel": "panel",
    "Menu": "menu",
    "Header": "header",
    "UIList": "list",
}


#: With these, an add-on finds its classes by itself.
_DYNAMIC = re.compile(r"__subclasses__$|getmembers$|builtins\.(vars|globals|dir)$|auto_load")


class _Named(NamedTuple):
    """A class of a module that Blender registers under a name."""

    module: ModuleFacts
    one: Class
    kind: str
    name: str
    at: Position


def check(context: RuleContext, problems: ProblemList) -> None:
    range_ = range_of(context)
    first: dict[tuple[str, str], _Named] = {}
    of_add_ons: dict[str, list[_Named]] = {}
    for found in _registered_classes(context):
        for taken in registered_names(found.kind).get(found.name, ()):
            series = _series_in(taken, range_)
            blenders = f"Blender {join_names(series, most=5)}" if series else ""
            if series and taken.owner not in ("", NATIVE):
                of_add_ons.setdefault(taken.owner, []).append(found)
            elif series:
                variant = "native" if taken.owner == NATIVE else ""
                _add(problems, found, context, variant=variant, blenders=blenders)
        other = first.setdefault((found.kind, found.name), found)
        # Two classes of one name in a module are alternatives, such as for two versions of Blender.
        if other.one.name != found.one.name:
            place = f"{other.module.path}:{other.at.line}"
            _add(problems, found, context, variant="twice", first=other.one.name, place=place)
    for owner, classes in of_add_ons.items():
        more = len(classes) - 1
        variant = "shipped-several" if more else "shipped"
        _add(problems, classes[0], context, variant=variant, owner=owner, more=more)


def _add(
    problems: ProblemList,
    found: _Named,
    context: RuleContext,
    *,
    variant: str = "",
    **values: str | int,
) -> None:
    problems.add(
        "code.taken-name",
        where=context.line(found.module.path, found.at),
        variant=variant,
        name=found.name,
        kind=_KINDS[found.kind],
        own=_own_name(found, context),
        **values,
    )


def _registered_classes(context: RuleContext) -> Iterator[_Named]:
    """Yield the classes that something in the add-on names, as a list of classes to register does."""
    modules = context.sources.parts
    names = {use.name for module in modules for use in module.uses}
    mentioned = {name.rpartition(".")[2].lstrip("%") for name in names}
    is_dynamic = any(_DYNAMIC.search(call.name) for module in modules for call in module.calls)
    for module in modules:
        for one in module.classes:
            found = _named(module, one)
            if found is not None and (is_dynamic or one.name in mentioned):
                yield found


def _named(module: ModuleFacts, one: Class) -> _Named | None:
    kinds = (base.rpartition(".")[2] for base in one.bases if base.startswith("bpy.types."))
    kind = next((kind for kind in kinds if kind in _KINDS), "")
    field = one.field("bl_idname")
    if not kind or one.function:
        return None
    if field is not None:
        value, at = field
        return _Named(module, one, kind, value.text, at) if value.kind == "str" else None
    # Without a bl_idname it is the name of the class.
    return _Named(module, one, kind, one.name, one.at) if kind != "Operator" else None


def _series_in(taken: RegisteredName, range_: BlenderRange | None) -> list[str]:
    return [
        series
        for series in taken.series
        if range_ is None or range_.overlaps(BlenderRange.of_series(series))
    ]


def _own_name(found: _Named, context: RuleContext) -> str:
    """Return a name of the same kind with the id of the extension in it."""
    identifier = (context.table or {}).get("id")
    own = identifier if isinstance(identifier, str) and identifier.isidentifier() else "my_tool"
    if found.kind == "Operator":
        return quote_value(f"{own.lower()}.{found.name.partition('.')[2]}")
    rest = found.name.partition("_")[2]
    return quote_value(f"{own.upper()}_{rest}")


RULE = Rule(
    "code.taken-name",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.taken-name",),
    severity="warning",
    guideline="review-interference",
)
