"""Run the rules of a scope on a context."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.package.error_capture import add_exception
from extery.rules.context import RuleContext
from extery.rules.registry import checks_for
from extery.rules.rule import Input, Scope

#: With these problems no member but the manifest is unpacked, because it would be dangerous or pointless.
_DANGEROUS = frozenset(
    {
        "package.unexpected",
        "package.bomb",
        "package.too-large",
        "package.too-many-members",
        "package.overlapping",
        "package.encrypted",
    }
)
#: With these problems files have other names than their author gave them.
_OTHER_NAMES = frozenset({"path.encoding", "path.backslash"})


def run_rules(
    scope: Scope,
    context: RuleContext,
    problems: ProblemList,
    *,
    inputs: frozenset[Input] = frozenset(Input),
) -> None:
    """Run the rules of ``scope`` with one of ``inputs``, in the order of the registry."""
    for check, needs_table, needs_trust, needs_names in checks_for(scope, inputs, context.profile):
        if needs_table and context.table is None:
            continue
        if needs_names and problems and has_code(problems, _OTHER_NAMES):
            continue
        if (
            needs_trust
            and problems
            and context.package is not None
            and has_code(problems, _DANGEROUS)
        ):
            continue
        try:
            check(context, problems)
        except Exception as error:
            add_exception(error, problems, context.name)


def has_code(problems: ProblemList, codes: frozenset[str]) -> bool:
    """Return whether a problem has one of ``codes``."""
    return any(problem.code in codes for problem in problems)
