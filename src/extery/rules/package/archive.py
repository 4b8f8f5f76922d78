"""Every tool unpacks the same files from the package.

`extery.package.open_package` finds these problems when it opens the archive; this rule reports them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.rules.package.names import NAME_CODES
from extery.rules.rule import PACKAGES, Input, Rule

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext


def check(context: RuleContext, problems: ProblemList) -> None:
    problems.extend(context.opening_problems)


RULE = Rule(
    "package.archive",
    check,
    scopes=PACKAGES,
    input=Input.NAMES,
    codes=(
        *("package.not-found", "package.unreadable", "package.not-zip", "package.empty"),
        *("package.truncated", "package.damaged", "package.unexpected", "package.overlapping"),
        *("package.unused-data", "package.prefix-data", "package.trailing-data"),
        *("package.zip64-mismatch", "package.header-mismatch", "package.unicode-path"),
        *("package.extra-field", "package.stream-size", "package.special-file"),
        *("package.folder-with-data", "package.symlink", "path.encoding"),
        *("package.manifest-missing", "package.manifest-ambiguous", "package.legacy"),
        *NAME_CODES,
    ),
)
