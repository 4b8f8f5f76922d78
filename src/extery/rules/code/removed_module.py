"""No module imports what a Python of the Blender range no longer has."""

from __future__ import annotations

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import CHECKS, Input, Rule

#: Modules of the standard library -> the first Python without them.
#: Source: "What's New In Python 3.12" and "3.13", and PEP 594.
REMOVED = {
    **dict.fromkeys(("asynchat", "asyncore", "distutils", "imp", "smtpd"), (3, 12)),
    **dict.fromkeys(
        (
            *("aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap"),
            *("msilib", "nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau"),
            *("telnetlib", "uu", "xdrlib"),
        ),
        (3, 13),
    ),
}


def check(context: RuleContext, problems: ProblemList) -> None:
    sources = context.sources
    newest = sources.pythons[-1]
    version = tuple(map(int, newest.split(".")))
    bundled = {name.partition("/")[0].removesuffix(".py") for name in context.names}
    for module in sources.parts:
        for one in module.imports:
            top = one.module.partition(".")[0]
            removed = REMOVED.get(top)
            if (
                removed is None
                or removed > version
                or one.level
                or one.is_guarded
                or top in bundled
            ):
                continue
            problems.add(
                "code.removed-module",
                where=context.line(module.path, one.at),
                module=top,
                python=newest,
                since=".".join(map(str, removed)),
                variant="late" if one.function else "",
            )


RULE = Rule(
    "code.removed-module",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.removed-module",),
    severity="warning",
    guideline="review-works",
)
