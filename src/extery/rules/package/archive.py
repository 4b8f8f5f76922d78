"""The package is a zip of which every tool unpacks the same files.

`extery.package.open_package` finds these faults while it opens the archive; here they are reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext


def check(context: RuleContext, problems: ProblemList) -> None:
    problems.extend(context.faults)
