"""The names of operators, panels and menus are valid, so that they can be registered."""

from __future__ import annotations

import re

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

_OPERATOR = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
#: Source: `BKE_idtype` and the messages of `bpy.utils.register_class`: a name has at most 63 characters.
MAX_NAME = 63
_INFIX = {"Panel": "_PT_", "Menu": "_MT_", "Header": "_HT_", "UIList": "_UL_"}


def check(context: RuleContext, problems: ProblemList) -> None:
    for module in context.sources.parts:
        for one in module.classes:
            kind = next(
                (base.rpartition(".")[2] for base in one.bases if base.startswith("bpy.types.")), ""
            )
            field = one.field("bl_idname")
            if field is None or field[0].kind != "str" or not kind:
                continue
            name, place = field[0].text, context.line(module.path, field[1])
            if kind == "Operator" and not _OPERATOR.fullmatch(name):
                problems.add("code.operator-name", where=place, name=name, kind=kind)
            elif len(name) > MAX_NAME:
                problems.add(
                    "code.operator-name",
                    where=place,
                    variant="long",
                    name=name,
                    kind=kind,
                    limit=MAX_NAME,
                )
            elif kind in _INFIX and _INFIX[kind] not in name:
                problems.add(
                    "code.operator-name",
                    where=place,
                    variant="infix",
                    name=name,
                    kind=kind,
                    infix=_INFIX[kind],
                )


RULE = Rule(
    "code.operator-name",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.operator-name",),
    severity="warning",
    guideline="review-works",
)
