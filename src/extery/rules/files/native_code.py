"""Machine code beside the Python code cannot be reviewed; that of a library belongs in a wheel."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.file_kinds import is_library, is_wheel, native_format
from extery.rules.profiles import Profile
from extery.rules.rule import CHECKS, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.open_file is None:
        return
    found = {
        name: form
        for name in context.names
        if not is_wheel(name) and (form := native_format(context.head(name)))
    }
    for kind, names in (
        ("library", [name for name in found if is_library(name)]),
        ("program", [name for name in found if not is_library(name)]),
    ):
        if not names:
            continue
        problems.add(
            "file.native-code",
            where=context.where(names[0]),
            variant=f"{kind}-several" if len(names) > 1 else kind,
            file=names[0],
            format=found[names[0]],
            more=len(names) - 1,
        )


RULE = Rule(
    "files.native-code",
    check,
    scopes=CHECKS,
    input=Input.FILES,
    codes=("file.native-code",),
    severity="warning",
    guideline="terms-reviewable",
    profiles=frozenset({Profile.BLENDER_ORG}),
)
