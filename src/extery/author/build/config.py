"""What the manifest's ``[build]`` says: the files to pack, or the patterns of those to leave out."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from extery.core.errors import ProblemList
from extery.core.text import quote_value
from extery.manifest.document import FILENAME, Locator

#: What stays out without ``[build]``: caches, hidden files, packages and backups, as in Blender 5.0.
DEFAULT_PATTERNS = ("__pycache__/", ".*", "/*.zip", "*.blend[1-9]")
#: What stays out where there is a ``[build]`` without patterns: Blender then packs the rest.
BARE_PATTERNS = (".*",)


@dataclass(frozen=True)
class BuildConfig:
    """Either ``paths``, relative and normalised, or ``patterns`` of what stays out."""

    paths: tuple[str, ...] | None = None
    patterns: tuple[str, ...] = DEFAULT_PATTERNS


def read_build_config(
    table: Mapping[str, Any], problems: ProblemList, locate: Locator
) -> BuildConfig | None:
    """Read ``[build]`` from a manifest's table; ``None`` with problems noted if it is wrong."""
    if "build" not in table:
        return BuildConfig()
    build = table["build"]
    if not isinstance(build, dict):
        problems.add(
            "build.not-a-table",
            f"build must be a table, found {quote_value(build)}",
            hint="write a section [build]",
            where=locate(("build",)),
        )
        return None
    found = len(problems.errors)
    if "generated" in build:
        problems.add(
            "build.reserved",
            "a source manifest must not have a table [build.generated]",
            hint="remove it; 'extery build --split-platforms' writes it into the packages",
            where=locate(("build", "generated")),
        )
    paths = _strings(build, "paths", problems, locate)
    patterns = _strings(build, "paths_exclude_pattern", problems, locate)
    if paths and patterns:
        problems.add(
            "build.paths-and-patterns",
            "[build] must not have both paths and paths_exclude_pattern",
            hint="keep paths to list what goes in, or the patterns to list what stays out",
            where=locate(("build", "paths_exclude_pattern"), of_key=True),
        )
    _check_patterns(patterns, problems, locate)
    listed = _listed(paths, table, problems, locate)
    if len(problems.errors) > found:
        return None
    if paths:
        return BuildConfig(paths=listed, patterns=())
    return BuildConfig(patterns=tuple(patterns) or BARE_PATTERNS)


def _strings(
    build: Mapping[str, Any], key: str, problems: ProblemList, locate: Locator
) -> list[str]:
    """The list under ``key``; where it is something else, a problem and an empty list."""
    value = build.get(key, [])
    if not isinstance(value, list):
        problems.add(
            "build.wrong-type",
            f"{key} must be a list of strings, found {quote_value(value)}",
            hint=f'write it as: {key} = ["…"]',
            where=locate(("build", key)),
        )
        return []
    for index, item in enumerate(value):
        if not isinstance(item, str):
            problems.add(
                "build.wrong-type",
                f"{key} must be a list of strings, found {quote_value(item)}",
                hint="put it in quotes",
                where=locate(("build", key, index)),
            )
    return value if all(isinstance(item, str) for item in value) else []


def _check_patterns(patterns: list[str], problems: ProblemList, locate: Locator) -> None:
    for index, pattern in enumerate(patterns):
        where = locate(("build", "paths_exclude_pattern", index))
        if not pattern:
            problems.add(
                "build.pattern-empty",
                "an empty pattern names nothing",
                hint="remove it",
                where=where,
            )
        elif pattern.lstrip("!") == "**":
            problems.add(
                "build.pattern-names-nothing",
                f"{pattern!r} names nothing; Blender's build crashes on it",
                hint="write what to leave out, for example 'docs/' or '*.psd'",
                where=where,
            )
        elif hint := _why_without_effect(pattern):
            problems.add(
                "build.pattern-without-effect",
                f"the pattern {pattern!r} is unlikely to match a file",
                hint=hint,
                where=where,
            )


def _why_without_effect(pattern: str) -> str:
    """What to write instead of a pattern that hardly any file can match; ``""`` for all others."""
    if pattern.startswith("# "):
        return "comments belong outside the quotes"
    name = pattern.lstrip("!")
    steps = [step for step in name.split("/") if step]
    if not steps or set(steps) == {"**"}:
        return "write a name between the slashes"
    if "." in steps or ".." in steps:
        return "begin with '/' for the source folder itself, without '.' or '..'"
    if "\\" in name.removeprefix("\\!"):
        return "use / between folders; a backslash does not escape anything"
    return ""


def _listed(
    paths: list[str], table: Mapping[str, Any], problems: ProblemList, locate: Locator
) -> tuple[str, ...]:
    """The normalised ``paths``, each checked; the manifest's wheels count as listed already."""
    wheels = table.get("wheels")
    texts = [w for w in wheels if isinstance(w, str)] if isinstance(wheels, list) else []
    listed = {member_name(wheel).lower(): "in wheels" for wheel in texts}
    names: list[str] = []
    for index, path in enumerate(paths):
        where = locate(("build", "paths", index))
        if fault := _fault(path):
            code, message, hint = fault
            problems.add(code, message, hint=hint, where=where)
            continue
        name = posixpath.normpath(path)
        if name.lower() in listed:
            problems.add(
                "build.path-twice",
                f"{path!r} is listed {listed[name.lower()]} already",
                hint="remove it from paths",
                where=where,
            )
        listed.setdefault(name.lower(), "in paths")
        names.append(name)
    return tuple(names)


def _fault(path: str) -> tuple[str, str, str] | None:
    """What is wrong with one path by itself: code, message and hint."""
    name = posixpath.normpath(path)
    if not path:
        return "build.path-empty", "an empty path names no file", "remove it"
    if "\\" in path or "\n" in path or "\0" in path:
        return (
            "build.path-bad-character",
            f"a path must be one line with / between folders, found {path!r}",
            f"write {path.replace(chr(0), '').strip().replace(chr(92), '/')!r}",
        )
    if path.startswith("/") or name == ".." or name.startswith("../"):
        return (
            "build.path-outside",
            f"{path!r} is not inside the source folder",
            "write the path from the manifest's folder on, and copy the file there if need be",
        )
    if name == FILENAME:
        return "build.path-is-manifest", f"paths lists {path!r}", "remove it; it is always packed"
    return None


def member_name(path: str) -> str:
    """The name in the package of a path from the manifest: ``./wheels/x`` is ``wheels/x``."""
    return posixpath.normpath(path.lstrip("/"))
