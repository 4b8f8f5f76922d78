"""No add-on executes code that it puts together itself."""

from __future__ import annotations

from extery.analysis.facts import ModuleFacts, Value
from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

_CALLS = ("builtins.exec", "builtins.eval", "marshal.loads", "types.CodeType")


def check(context: RuleContext, problems: ProblemList) -> None:
    for module, call in context.sources.calls(*_CALLS):
        first = call.argument(0)
        if first is None or _is_constant(first, module):
            continue
        name = call.name.removeprefix("builtins.")
        decoded = _decodes(first)
        problems.add(
            "code.dynamic-execution",
            where=context.line(module.path, call.at),
            variant="decoded" if decoded else "",
            name=name,
            source=decoded,
        )


def _is_constant(value: Value, module: ModuleFacts) -> bool:
    """Return whether a value is a text of the module, which can be read there."""
    return value.kind == "str" or any(
        one.name in value.mentions and one.value.kind == "str" and not one.function
        for one in module.assignments
    )


def _decodes(value: Value) -> str:
    """Return the function that makes readable code of an encoded text, or ``""``."""
    names = (value.text, *value.mentions)
    return next(
        (
            n
            for n in names
            if n.startswith(
                ("base64.", "zlib.", "codecs.decode", "marshal.", "binascii.", "lzma.", "bz2.")
            )
        ),
        "",
    )


RULE = Rule(
    "code.dynamic-execution",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.dynamic-execution",),
    severity="warning",
    guideline="terms-reviewable",
)
