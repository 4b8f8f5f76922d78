"""The names of the files of a source folder mean one file each on every system.

Those of a package are checked when it is opened, see `extery.rules.package.archive`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.package.collisions import check_names

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext


def check(context: RuleContext, problems: ProblemList) -> None:
    check_names(context.names, problems)
