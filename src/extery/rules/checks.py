"""The rules of `extery check` for a profile, with the comments in the code that suppress warnings.

A site never reads these comments: an author cannot decide there what is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from extery.core import codes
from extery.core.errors import Problem, ProblemList, Where
from extery.rules.context import RuleContext
from extery.rules.fixes import Fix
from extery.rules.registry import all_rules
from extery.rules.rule import FindFix, Scope
from extery.rules.run import run_rules

if TYPE_CHECKING:
    from extery.analysis.facts import ModuleFacts, Suppression
    from extery.rules.profiles import Profile


class Suppressed(NamedTuple):
    """A warning that a comment suppresses, with the reason that the comment gives."""

    problem: Problem
    reason: str


class Checks:
    """A run of the rules: the suppressed warnings, and the fixes of those that are left."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.suppressed: list[Suppressed] = []
        self.fixes: list[Fix] = []

    def run(self, context: RuleContext, problems: ProblemList) -> None:
        """Add the problems of the rules of `Scope.CHECK`; remove those that comments suppress."""
        context.profile = self.profile
        run_rules(Scope.CHECK, context, problems)
        self.suppress(context, problems)
        self.fixes += _fixes_for(context, problems)

    def suppress(self, context: RuleContext, problems: ProblemList) -> None:
        comments = list(_comments(context))
        if not comments:
            return
        used: set[tuple[str, int, str]] = set()
        kept = []
        for problem in problems:
            found = None if problem.is_error else _suppression_of(problem, context, comments)
            if found is None:
                kept.append(problem)
                continue
            module, comment = found
            used.add((module.path, comment.line, problem.code))
            self.suppressed.append(Suppressed(problem, comment.reason))
        problems[:] = kept
        for module, comment in comments:
            _check_comment(module, comment, used, context, problems)


def _comments(context: RuleContext) -> Iterator[tuple[ModuleFacts, Suppression]]:
    for module in context.sources.modules:
        for comment in module.suppressions:
            yield module, comment


def _suppression_of(
    problem: Problem, context: RuleContext, comments: list[tuple[ModuleFacts, Suppression]]
) -> tuple[ModuleFacts, Suppression] | None:
    for module, comment in comments:
        if (
            problem.where.file == context.root + module.path
            and problem.code in comment.codes
            and comment.reason
            and problem.where.line is not None
            and problem.where.line in comment.lines
        ):
            return module, comment
    return None


def _check_comment(
    module: ModuleFacts,
    comment: Suppression,
    used: set[tuple[str, int, str]],
    context: RuleContext,
    problems: ProblemList,
) -> None:
    """Report what a comment names and does not suppress."""
    where = Where(context.root + module.path, (), comment.line)
    for code in comment.codes:
        if code not in codes.all_codes():
            problems.add("check.unknown-code", where=where, code=code)
        elif not comment.reason:
            problems.add("check.no-reason", where=where, code=code)
        elif (module.path, comment.line, code) not in used:
            problems.add("check.unused-suppression", where=where, code=code)


def _fixes_for(context: RuleContext, problems: Iterable[Problem]) -> Iterator[Fix]:
    """Yield the fixes of the problems that have one."""
    finders = _finders()
    for problem in problems:
        find = finders.get(problem.code)
        if find is not None and (fix := find(context, problem)) is not None:
            yield fix


@cache
def _finders() -> dict[str, FindFix]:
    return {code: rule.fix for rule in all_rules() if rule.fix is not None for code in rule.codes}
