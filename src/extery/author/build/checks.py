"""What a build packs although it should not, and what it lacks: the checks on planned files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from extery.author.build.config import BARE_PATTERNS, BuildConfig
from extery.core import codes
from extery.core.errors import ProblemList, Where
from extery.core.types import ADD_ON
from extery.manifest.document import Manifest
from extery.package.collisions import check_names
from extery.package.writer import SourceFile
from extery.rules.context import OpenFile, RuleContext
from extery.rules.engine import open_beside
from extery.rules.package import init_module, theme_xml
from extery.rules.wheels import files

_CACHES = frozenset({"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"})
_VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr", ".jj"})


def check(
    source: Path, manifest: Manifest, members: Sequence[SourceFile], problems: ProblemList
) -> None:
    """Check the planned files by the rules for packages.

    Where a rule is stricter than Blender's build it only warns: what Blender packs, we pack.
    """
    names = [member.name for member in members]
    contents = RuleContext(
        name=str(source),
        names=names,
        read=lambda name: (source / name).read_bytes(),
        table=manifest.table,
        open_file=_opener(members),
    )
    found = ProblemList()
    _check_init(contents, found)
    theme_xml.check(contents, found)
    check_names(names, found)
    files.check_present(contents, found)
    for problem in found:
        file = problem.where.file
        severity = "warning" if codes.find(problem.code).stricter else problem.severity
        problems.extend([problem._replace(where=Where(file), severity=severity)])


def _opener(members: Sequence[SourceFile]) -> OpenFile:
    """Opens planned files, which may come from anywhere."""
    sources = {member.name: member.source for member in members}

    @contextmanager
    def open_file(name: str) -> Iterator[BinaryIO]:
        source = sources[name]
        if isinstance(source, bytes):
            yield BytesIO(source)
            return
        with open_beside(source) as file:
            yield file

    return open_file


def _check_init(contents: RuleContext, problems: ProblemList) -> None:
    beside = [name for name in contents.names if "/" not in name]
    compiled = [name for name in beside if name.startswith("__init__.")]
    if contents.type != ADD_ON.name or ADD_ON.main_file in compiled or not compiled:
        init_module.check(contents, problems)
        return
    problems.add("build.init-compiled", where=contents.where(compiled[0]), file=compiled[0])


def check_accidents(
    manifest: Manifest, recipe: BuildConfig, members: Sequence[SourceFile], problems: ProblemList
) -> None:
    """Warn of what is packed only because nothing excludes it."""
    if recipe.paths is not None:
        return
    for code, pattern, names in (
        ("build.caches-packed", "{}/", _folders(members, _CACHES)),
        ("build.version-control-packed", "{}", _folders(members, _VERSION_CONTROL)),
        ("build.package-packed", "/*.zip", _packages(manifest, members)),
    ):
        if not names:
            continue
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        wanted = ", ".join(dict.fromkeys(f"'{pattern.format(name)}'" for name in names))
        problems.add(
            code,
            where=Where(names[0]),
            names=f"{', '.join(names[:3])}{more}",
            patterns=wanted,
            variant="bare" if recipe.patterns == BARE_PATTERNS else "",
        )


def _folders(members: Sequence[SourceFile], wanted: Collection[str]) -> list[str]:
    steps = {step for member in members for step in member.name.split("/")}
    return sorted(steps.intersection(wanted))


def _packages(manifest: Manifest, members: Sequence[SourceFile]) -> list[str]:
    start = f"{manifest.id}-"
    names = [member.name for member in members if "/" not in member.name]
    return [name for name in names if name.startswith(start) and name.endswith(".zip")]
