"""The names of the files of a source folder mean one file each on every system.

Those of a package are checked when it is opened, by the same `extery.package.collisions.check_names`; the rule
`extery.rules.package.archive` reports what was found then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.package.collisions import check_names
from extery.rules.rule import FOLDERS, Input, Rule

if TYPE_CHECKING:
    from extery.core.errors import ProblemList
    from extery.rules.context import RuleContext

#: Codes of problems of names, also of those in archives.
NAME_CODES = (
    *("path.unsafe", "path.ambiguous", "path.not-portable", "path.backslash", "path.short-name"),
    *("path.case-collision", "path.folder-case", "path.file-and-folder"),
    *("package.duplicate-member", "package.too-many-members"),
)


def check(context: RuleContext, problems: ProblemList) -> None:
    check_names(context.names, problems)


RULE = Rule(
    "package.names",
    check,
    scopes=FOLDERS,
    input=Input.NAMES,
    codes=NAME_CODES,
)
