"""extensions.blender.org takes an add-on or a theme under the licences that Blender's manual lists."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.core.types import ADD_ON, THEME
from extery.rules.context import RuleContext
from extery.rules.manifest_licenses import identifiers_in, license_expressions
from extery.rules.profiles import Profile
from extery.rules.rule import CHECKS, Input, Rule

#: https://docs.blender.org/manual/en/latest/advanced/extensions/licenses.html, and the public domain for assets.
_ACCEPTED = frozenset(
    {
        *("GPL-2.0-or-later", "GPL-3.0-or-later", "LGPL-2.1-or-later", "LGPL-3.0-or-later"),
        *("BSD-1-Clause", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "MIT", "MIT-0"),
        *("MPL-2.0", "Pixar", "Zlib", "CC0-1.0"),
    }
)


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.type not in (ADD_ON.name, THEME.name):
        return
    for index, expression in license_expressions(context):
        names = [name for name in identifiers_in(expression) if name not in _ACCEPTED]
        if names:
            problems.add(
                "license.not-accepted",
                where=context.locate(("license", index)),
                license=names[0],
            )


RULE = Rule(
    "licenses.accepted",
    check,
    scopes=CHECKS,
    input=Input.TABLE,
    codes=("license.not-accepted",),
    severity="warning",
    guideline="manual-licenses",
    profiles=frozenset({Profile.BLENDER_ORG}),
)
