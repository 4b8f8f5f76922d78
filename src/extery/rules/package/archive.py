"""Every tool unpacks the same files from the package.

`extery.package.open_package` finds these problems when it opens the archive; this rule reports them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext


def check(context: RuleContext, problems: ProblemList) -> None:
    problems.extend(context.opening_problems)
