"""extensions.blender.org takes an add-on or a theme under the licences that Blender's manual lists."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.core.license_compatibility import Assessment, evaluate
from extery.core.types import ADD_ON, THEME
from extery.rules.context import RuleContext
from extery.rules.manifest_licenses import license_expressions
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
        result = evaluate(expression, _assess_one)
        if result.verdict == "incompatible":
            problems.add(
                "license.not-accepted",
                where=context.locate(("license", index)),
                license=result.licenses[0],
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


def _assess_one(identifier: str, _exception: str) -> Assessment:
    return Assessment("compatible" if identifier in _ACCEPTED else "incompatible", (identifier,))
