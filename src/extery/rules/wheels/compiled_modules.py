"""Compiled modules beside the code fit the Pythons and the platforms of the manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.core.errors import InvalidPackage, Problem, ProblemList
from extery.core.types import ADD_ON
from extery.rules.context import RuleContext
from extery.rules.manifest_fix import with_platforms
from extery.rules.rule import FILES, Input, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extery.core.compatibility import BlenderRange
    from extery.rules.compiled_files import CompiledFile
    from extery.rules.fixes import Fix

_SUFFIXES = (".so\n", ".pyd\n")
#: Files that are read; larger packages have shared libraries by hundreds.
_MAX_FILES = 2_000


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add one problem for the modules that lack the same Python, and one for the platforms without modules."""
    if context.type != ADD_ON.name or not any(map(context.lower_names.__contains__, _SUFFIXES)):
        return
    from extery.rules.bundled_wheels import range_of  # most packages have no compiled modules

    range_ = range_of(context)
    if range_ is None or context.open_file is None:
        return
    files = _read(context)
    # `__init__.pyd` is reported by the rules of packages.
    modules = [file for file in files if file.module not in ("", "__init__")]
    if modules:
        _check_pythons(modules, range_, context, problems)
        _check_platforms(files, modules, context, problems)


def fix(context: RuleContext, problem: Problem) -> Fix | None:
    return with_platforms(context, problem) if problem.code == "module.platform" else None


RULE = Rule(
    "wheels.compiled-modules",
    check,
    scopes=FILES,
    input=Input.FILES,
    codes=("module.python", "module.platform"),
    severity="warning",
    guideline="manual-wheels",
    fix=fix,
)


def _read(context: RuleContext) -> list[CompiledFile]:
    from extery.rules.compiled_files import HEADER_SIZE, describe, is_compiled

    files = []
    for name in [name for name in context.names if is_compiled(name)][:_MAX_FILES]:
        context.checkpoint()

        def header(name: str = name) -> bytes:
            try:
                return context.read(name, limit=HEADER_SIZE)
            except InvalidPackage:
                return b""  # reported by the rules of the package

        files.append(describe(name, header))
    return files


def _check_pythons(
    modules: Sequence[CompiledFile],
    range_: BlenderRange,
    context: RuleContext,
    problems: ProblemList,
) -> None:
    from extery.core.blender_pythons import name_range, python_ranges
    from extery.core.versions import format_blender_version
    from extery.rules.bundled_wheels import join_names

    ranges = python_ranges(range_)
    by_name: dict[str, list[CompiledFile]] = {}
    for file in modules:
        by_name.setdefault(file.module, []).append(file)
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for name, files in by_name.items():
        usable = [file for file in files if not file.unusable]
        if any(not file.python for file in usable):
            continue
        built = tuple(sorted({file.python for file in usable}, key=_number))
        missing = tuple(python for python in ranges if python not in built)
        if missing:
            groups.setdefault((missing, built), []).append(name)
    for (missing, built), names in groups.items():
        first = by_name[names[0]][0]
        newer = [python for python in ranges if python not in missing]
        is_older = bool(newer) and _number(missing[0]) < _number(newer[0])
        bound = ranges[newer[0] if is_older else missing[0]].minimum
        kind = "none" if not newer else "older" if is_older else "newer"
        problems.add(
            "module.python",
            where=context.where(first.path),
            variant=f"{kind}-several" if len(names) > 1 else kind,
            module=join_names(names),
            built=join_names([f"Python {python}" for python in built]) or "another Python",
            python=join_names(missing),
            blenders=" and ".join(name_range(ranges[python]) for python in missing),
            bound=format_blender_version(bound),
        )


def _number(python: str) -> tuple[int, ...]:
    return tuple(map(int, python.split(".")))


def _check_platforms(
    files: Sequence[CompiledFile],
    modules: Sequence[CompiledFile],
    context: RuleContext,
    problems: ProblemList,
) -> None:
    """Add a problem if there is no compiled file at all for a platform that the manifest is for."""
    from extery.core.name_sets import union
    from extery.core.platforms import COMMON, KNOWN
    from extery.rules.bundled_wheels import join_names, listed_platforms

    fits = union(file.platforms for file in files)
    listed = listed_platforms(context)
    missing = [name for name in KNOWN if name in (listed or COMMON) and not fits.has(name)]
    if not missing:
        return
    covered = [name for name in KNOWN if fits.has(name)]
    problems.add(
        "module.platform",
        where=context.where(modules[0].path),
        variant="listed" if listed else "" if covered else "none",
        file=modules[0].path,
        fits=join_names(covered) or "no platform of Blender",
        platform=join_names(missing),
        line="platforms = [{}]".format(", ".join(f'"{name}"' for name in covered)),
    )
