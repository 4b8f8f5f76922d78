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

#: What Blender's build leaves out without ``[build]``: caches, hidden files, packages and backups, as in Blender 5.0.
DEFAULT_PATTERNS = ("__pycache__/", ".*", "/*.zip", "*.blend[1-9]")
#: What it leaves out with a ``[build]`` without patterns.
BARE_PATTERNS = (".*",)
#: What no extension needs, left out also beside the patterns of an author, unless a pattern such as ``!.github/``
#: includes it.
UNWANTED_PATTERNS = (
    *("__pycache__/", ".mypy_cache/", ".pytest_cache/", ".ruff_cache/", ".ipynb_checkpoints/"),
    *(
        ".git",
        ".hg/",
        ".svn/",
        ".bzr/",
        ".jj/",
        ".github/",
        ".gitlab/",
        ".vscode/",
        ".idea/",
        ".vs/",
    ),
    *(".venv/", ".tox/", ".nox/", "node_modules/"),
    *("__MACOSX/", ".DS_Store", "._*", "Thumbs.db", "desktop.ini"),
    # What a killed command was writing, see `extery.core.files.atomic_write`.
    ".*.new",
    "/extery.toml",
)


@dataclass(frozen=True)
class BuildConfig:
    """Either ``paths`` to pack, relative and normalised, or ``patterns`` to exclude.

    ``unwanted`` are more patterns to exclude, also below folders in ``paths``; there are none if the build is that of Blender, which
    packs folders empty.
    """

    paths: tuple[str, ...] | None = None
    patterns: tuple[str, ...] = DEFAULT_PATTERNS
    unwanted: tuple[str, ...] = ()

    @property
    def like_blender(self) -> bool:
        """Whether exactly the files are packed that Blender's build packs."""
        return not self.unwanted

    @property
    def all_patterns(self) -> tuple[str, ...]:
        """The patterns of what is left out, of the author first."""
        return (*self.patterns, *self.unwanted)


def read_build_config(
    table: Mapping[str, Any],
    problems: ProblemList,
    locate: Locator,
    *,
    like_blender: bool = False,
) -> BuildConfig | None:
    """Read ``[build]`` from a manifest's table; add problems and return ``None`` if it is invalid.

    With ``like_blender`` the same files are packed as by Blender's build, whatever they are.
    """
    unwanted = () if like_blender else (*UNWANTED_PATTERNS, *_own_packages(table))
    if "build" not in table:
        return BuildConfig(unwanted=unwanted)
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
        return BuildConfig(paths=normalised, patterns=(), unwanted=unwanted)
    # An empty table is no wish to pack caches: only Blender's own build takes it so.
    default = BARE_PATTERNS if like_blender else DEFAULT_PATTERNS
    return BuildConfig(patterns=tuple(patterns) or default, unwanted=unwanted)


def _own_packages(table: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the pattern of earlier packages of the extension."""
    identifier = table.get("id")
    is_valid = isinstance(identifier, str) and identifier.isidentifier()
    return (f"/{identifier}-*.zip",) if is_valid else ()


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
