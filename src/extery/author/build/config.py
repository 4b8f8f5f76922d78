"""The manifest's ``[build]`` table: the files to pack, or patterns of files to leave out."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extery.author.build.pattern_habits import advice_on_pattern
from extery.core.errors import Problem, ProblemList, Where
from extery.core.text import quote_value
from extery.manifest.document import MANIFEST_FILENAME
from extery.manifest.locator import Locator
from extery.manifest.schemas.checking import limit_problems

#: Patterns used without ``[build]``: caches, hidden files, packages and backups, as in Blender 5.0.
DEFAULT_PATTERNS = ("__pycache__/", ".*", "/*.zip", "*.blend[1-9]")
#: Patterns used for a ``[build]`` without patterns, as in Blender.
BARE_PATTERNS = (".*",)


@dataclass(frozen=True)
class BuildConfig:
    """Either ``paths`` to pack, relative and normalised, or ``patterns`` to exclude."""

    paths: tuple[str, ...] | None = None
    patterns: tuple[str, ...] = DEFAULT_PATTERNS


def read_build_config(
    table: Mapping[str, Any], problems: ProblemList, locate: Locator
) -> BuildConfig | None:
    """Read ``[build]`` from a manifest's table; add problems and return ``None`` if it is invalid."""
    if "build" not in table:
        return BuildConfig()
    build = table["build"]
    if not isinstance(build, dict):
        problems.add("build.not-a-table", where=locate(("build",)), value=quote_value(build))
        return None
    errors_before = len(problems.errors)
    if "generated" in build:
        problems.add("build.reserved", where=locate(("build", "generated")))
    paths = _strings(build, "paths", problems, locate)
    patterns = _strings(build, "paths_exclude_pattern", problems, locate)
    if paths and patterns:
        problems.add(
            "build.paths-and-patterns",
            where=locate(("build", "paths_exclude_pattern"), of_key=True),
        )
    _check_patterns(patterns, problems, locate)
    normalised = _check_paths(paths, table, problems, locate)
    if any(problem.code != "build.ignored-value" for problem in problems.errors[errors_before:]):
        return None
    if paths:
        return BuildConfig(paths=normalised, patterns=())
    return BuildConfig(patterns=tuple(patterns) or BARE_PATTERNS)


def _strings(
    build: Mapping[str, Any], key: str, problems: ProblemList, locate: Locator
) -> list[str]:
    """Return the strings under ``key``; add problems and return an empty list if it is invalid."""
    value = build.get(key, [])
    if not isinstance(value, list):
        where, quoted = locate(("build", key)), quote_value(value)
        if value:
            problems.add("build.wrong-type", where=where, variant="list", key=key, value=quoted)
        else:
            problems.add("build.ignored-value", where=where, key=key, value=quoted)
        return []
    for index, item in enumerate(limit_problems(value, problems)):
        if not isinstance(item, str):
            problems.add(
                "build.wrong-type",
                where=locate(("build", key, index)),
                variant="item",
                key=key,
                value=quote_value(item),
            )
    return value if all(isinstance(item, str) for item in value) else []


def _check_patterns(patterns: list[str], problems: ProblemList, locate: Locator) -> None:
    for index, pattern in enumerate(limit_problems(patterns, problems)):
        where = locate(("build", "paths_exclude_pattern", index))
        if not pattern.strip():
            problems.add("build.pattern-empty", where=where)
        elif pattern.lstrip("!") == "**":
            problems.add("build.pattern-double-star", where=where, pattern=pattern)
        elif advice := advice_on_pattern(pattern):
            variant, corrected = advice
            problems.add(
                "build.pattern-without-effect",
                where=where,
                variant=variant,
                pattern=pattern,
                corrected=corrected,
            )


def _check_paths(
    paths: list[str], table: Mapping[str, Any], problems: ProblemList, locate: Locator
) -> tuple[str, ...]:
    """Return the valid ``paths``, normalised; the manifest's wheels are listed already."""
    wheels = table.get("wheels")
    texts = [w for w in wheels if isinstance(w, str)] if isinstance(wheels, list) else []
    listed: dict[str, str] = {}
    for index, wheel in enumerate(limit_problems(texts, problems)):
        name = member_name(wheel).lower()
        if name in listed and paths:  # Blender compares them only if there are paths
            where = locate(("wheels", index))
            problems.add(
                "build.path-twice", where=where, variant="wheel", path=wheel, list="wheels"
            )
        listed[name] = "wheels"
    names: list[str] = []
    for index, path in enumerate(limit_problems(paths, problems)):
        where = locate(("build", "paths", index))
        if problem := _path_problem(path, where):
            problems.extend([problem])
            continue
        name = posixpath.normpath(path)
        if name.lower() in listed:
            problems.add("build.path-twice", where=where, path=path, list=listed[name.lower()])
        listed.setdefault(name.lower(), "paths")
        names.append(name)
    return tuple(names)


def _path_problem(path: str, where: Where) -> Problem | None:
    """Return the problem of a single path, or ``None``."""
    name = posixpath.normpath(path)
    if not path:
        return Problem.of("build.path-empty", where=where)
    if "\\" in path or "\n" in path or "\0" in path:
        corrected = path.replace("\0", "").strip().replace("\\", "/")
        return Problem.of("build.path-bad-character", where=where, path=path, corrected=corrected)
    if path.startswith("/") or name == ".." or name.startswith("../"):
        return Problem.of("build.path-outside", where=where, path=path)
    if name == MANIFEST_FILENAME:
        return Problem.of("build.path-is-manifest", where=where, path=path)
    return None


def member_name(path: str) -> str:
    """Return the member name for a path in the manifest: ``wheels/x`` for ``./wheels/x``."""
    return posixpath.normpath(path.lstrip("/"))
