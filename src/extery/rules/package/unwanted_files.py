"""A source folder packs no caches, version control data, tests, files of tools or earlier packages of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from extery.core.errors import Problem, ProblemList, Where
from extery.rules.context import RuleContext
from extery.rules.manifest_fix import with_patterns
from extery.rules.rule import FOLDERS, Input, Rule

if TYPE_CHECKING:
    from extery.rules.fixes import Fix

_CACHES = frozenset({"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"})
_VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr", ".jj"})
_TOOLS = frozenset(
    {".github", ".gitlab", ".vscode", ".idea", ".vs", ".venv", ".tox", ".nox", "node_modules"}
)
_TESTS = ("tests", "test")


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.excludes == "paths":  # listed files are packed on purpose
        return
    for code, pattern, names in (
        ("build.caches-packed", "{}/", _folders(context.names, _CACHES)),
        ("build.version-control-packed", "{}", _folders(context.names, _VERSION_CONTROL)),
        ("build.tools-packed", "{}", _folders(context.names, _TOOLS)),
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
    for folder in _TESTS:
        tests = [name for name in context.names if name.startswith(f"{folder}/")]
        if any(_is_test(name) for name in tests):
            pattern = f"'/{folder}/'"
            problems.add(
                "build.tests-packed",
                where=Where(f"{folder}/"),
                folder=folder,
                files=f"{len(tests)} file{'' if len(tests) == 1 else 's'}",
                patterns=pattern,
            )


def fix(context: RuleContext, problem: Problem) -> Fix | None:
    """Leave the files out; they may be there on purpose."""
    patterns = str(dict(problem.values)["patterns"]).split(", ")
    return with_patterns(context, problem, [pattern.strip("'") for pattern in patterns])


RULE = Rule(
    "package.unwanted-files",
    check,
    scopes=FOLDERS,
    input=Input.MANIFEST,
    codes=(
        *("build.caches-packed", "build.version-control-packed", "build.package-packed"),
        *("build.tools-packed", "build.tests-packed"),
    ),
    severity="warning",
    fix=fix,
)


def _folders(names: Sequence[str], folders: Collection[str]) -> list[str]:
    steps = {step for name in names for step in name.split("/")}
    return sorted(steps.intersection(folders))


def _is_test(name: str) -> bool:
    """Return whether a file is a test of pytest or unittest: a folder of another kind may have the same name."""
    file = name.rpartition("/")[2]
    return file == "conftest.py" or (file.startswith("test_") and file.endswith(".py"))


def _packages(context: RuleContext) -> list[str]:
    identifier = (context.table or {}).get("id")
    if not isinstance(identifier, str):
        return []
    start = f"{identifier}-"
    return [n for n in context.names if n.startswith(start) and n.endswith(".zip") and "/" not in n]
