"""Every name that the code uses is defined; ruff finds the others."""

from __future__ import annotations

import re

from extery.analysis.pool import Limits
from extery.core.errors import ProblemList, Where
from extery.rules.context import RuleContext
from extery.rules.ruff import RuffFinding, run_ruff
from extery.rules.rule import Input, Rule, Scope

#: ruff's rule for undefined names.
_RULE = "F821"
_NAME = re.compile(r"`([^`]+)`")


def check(context: RuleContext, problems: ProblemList) -> None:
    sources = context.sources
    modules = [one for one in sources.parts if not one.failure and not one.faults]
    if not modules:
        return
    limit = Limits().module_bytes
    texts = {one.path: context.read(one.path, limit=limit) for one in modules}
    # Assigned further down, in a loop for example: only a run knows which comes first.
    assigned = {(m.path, one.name.lstrip("%~")) for m in modules for one in m.assignments}
    reported: set[tuple[str, str]] = set()
    for finding in run_ruff(texts.items(), select=_RULE, python=sources.pythons[0]):
        match = _NAME.search(finding.message)
        if match is None or not _is_evaluated(finding, texts[finding.path]):
            continue
        key = (finding.path, match[1])
        if key not in reported and key not in assigned:
            reported.add(key)
            problems.add(
                "code.undefined-name",
                where=Where(context.root + finding.path, (), finding.line, finding.column),
                name=match[1],
                file=finding.path,
            )


def _is_evaluated(finding: RuffFinding, data: bytes) -> bool:
    """Return whether the name is not in a text, nor in the reloading of modules that add-ons do at their beginning.

    Texts in annotations of Blender's properties are no names, and those of others are never evaluated.
    """
    lines = data.decode("utf-8", "replace").split("\n")
    if finding.line > len(lines):
        return False
    line = lines[finding.line - 1]
    before = line[: finding.column - 1]
    return "reload(" not in line and not (before.count("'") % 2 or before.count('"') % 2)


RULE = Rule(
    "code.undefined-name",
    check,
    # Reviewers need not have ruff, and a site does not report what depends on it.
    scopes=frozenset({Scope.CHECK}),
    input=Input.CODE,
    codes=("code.undefined-name",),
    severity="warning",
    guideline="review-works",
)
