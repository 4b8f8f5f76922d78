"""A source folder packs no caches, version control data or earlier packages of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from extery.core.errors import ProblemList, Where
from extery.rules.context import RuleContext
from extery.rules.rule import FOLDERS, Input, Rule

_CACHES = frozenset({"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"})
_VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr", ".jj"})


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.excludes == "paths":  # listed files are packed on purpose
        return
    for code, pattern, names in (
        ("build.caches-packed", "{}/", _folders(context.names, _CACHES)),
        ("build.version-control-packed", "{}", _folders(context.names, _VERSION_CONTROL)),
        ("build.package-packed", "/*.zip", _packages(context)),
    ):
        if not names:
            continue
        variants = ("bare" if context.excludes == "bare" else "", "more" if len(names) > 3 else "")
        patterns = dict.fromkeys(f"'{pattern.format(name)}'" for name in names)
        problems.add(
            code,
            where=Where(names[0]),
            names=", ".join(names[:3]),
            more=len(names[3:]),
            patterns=", ".join(patterns),
            variant="-".join(filter(None, variants)),
        )


RULE = Rule(
    "package.unwanted-files",
    check,
    scopes=FOLDERS,
    input=Input.MANIFEST,
    codes=("build.caches-packed", "build.version-control-packed", "build.package-packed"),
    severity="warning",
)


def _folders(names: Sequence[str], folders: Collection[str]) -> list[str]:
    steps = {step for name in names for step in name.split("/")}
    return sorted(steps.intersection(folders))


def _packages(context: RuleContext) -> list[str]:
    identifier = (context.table or {}).get("id")
    if not isinstance(identifier, str):
        return []
    start = f"{identifier}-"
    return [n for n in context.names if n.startswith(start) and n.endswith(".zip") and "/" not in n]
