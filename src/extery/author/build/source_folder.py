"""A source folder: its manifest, the files that a build packs, and their problems.

Used by `extery build` and `extery validate`, so both report the same problems.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from extery.author.build.config import (
    BARE_PATTERNS,
    DEFAULT_PATTERNS,
    UNWANTED_PATTERNS,
    BuildConfig,
    member_name,
    read_build_config,
)
from extery.author.build.left_out import LeftOut
from extery.author.build.patterns import PathPatterns
from extery.author.build.sources import (
    Selection,
    find_file,
    find_files,
    find_unlisted,
    is_folder_inside,
)
from extery.author.build.targets import Target
from extery.core import codes
from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.core.files import open_regular
from extery.core.text import os_error_text
from extery.core.wheel_names import WheelName
from extery.manifest.document import MANIFEST_FILENAME, Manifest, parse_table, read_manifest_bytes
from extery.manifest.locator import Locator
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.package.source_files import SourceFile
from extery.rules.context import FileInfo, OpenFile, RuleContext
from extery.rules.engine import run_rules, tags_to_check
from extery.rules.rule import Input, Scope

if TYPE_CHECKING:
    from extery.rules.checks import Checks


@dataclass(frozen=True)
class SourceFolder:
    """A folder with a manifest.

    ``table`` is ``None`` if the manifest is not TOML, ``manifest`` if it has errors, ``config`` if ``[build]`` is
    invalid. ``problems`` are those of the manifest and of ``[build]``.
    """

    path: Path
    data: bytes
    table: Mapping[str, Any] | None
    manifest: Manifest | None
    config: BuildConfig | None
    problems: ProblemList
    locate: Locator


@dataclass
class PlannedFiles:
    """The files to pack beside the manifest: ``wheels`` by their paths in it, and all ``others``.

    ``left_out`` is what is in the folder and not packed, sorted by path.
    """

    others: list[SourceFile] = field(default_factory=list)
    wheels: dict[str, SourceFile] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)


def read_source_folder(
    path: Path,
    *,
    valid_tags: ValidTags | None = None,
    like_blender: bool = False,
    data: bytes | None = None,
) -> SourceFolder:
    """Read the manifest in ``path``, or ``data`` in its place; raises `InvalidManifest` if the file cannot be read.

    ``valid_tags`` maps types to their tags; ``None`` means Blender's own, ``{}`` disables the check.
    ``like_blender`` is that of `read_build_config`.
    """
    if data is None:
        data = read_manifest_bytes(path / MANIFEST_FILENAME)
    problems, from_rules = ProblemList(), ProblemList()
    locate = Locator(data, MANIFEST_FILENAME)
    table = parse_table(data, problems, MANIFEST_FILENAME)
    if table is None:
        return SourceFolder(path, data, None, None, None, problems, locate)
    context = RuleContext(
        str(path), table=table, locate=locate, valid_tags=tags_to_check(valid_tags)
    )
    run_rules(Scope.FOLDER, context, from_rules, inputs=frozenset({Input.TABLE}))
    # `read_build_config` reports this as an error.
    problems.extend(p for p in from_rules if p.code != "manifest.build.not-a-table")
    # What only Extery refuses is a warning in a build.
    is_refused = any(codes.find(one.code).build_severity == "error" for one in problems.errors)
    manifest = None if is_refused else Manifest.from_table(table)
    config = read_build_config(table, problems, locate, like_blender=like_blender)
    return SourceFolder(path, data, table, manifest, config, problems, locate)


def plan_files(
    source: SourceFolder,
    targets: Sequence[Target],
    problems: ProblemList,
    *,
    checks: Checks | None = None,
    texts: Mapping[str, bytes] = {},
) -> PlannedFiles:
    """Find the files to pack and check them with the rules for source folders.

    With ``checks`` the rules of `Scope.CHECK` run too. ``texts`` replace the contents of the files of these names.
    ``targets`` are the packages to write: they are excluded from packing, and only the wheels of their platforms
    are needed. Valid parts of a manifest with errors are used, so that all problems are reported at once.
    """
    if source.table is None:
        return PlannedFiles()
    wheels, missing = _find_wheels(source, targets, problems)
    files = PlannedFiles(wheels=wheels)
    _find_others(source, [target.path for target in targets], files, problems)
    files.others = [_with_text(file, texts) for file in files.others] if texts else files.others
    _run_rules(source, files, missing, problems, checks)
    return files


def _with_text(file: SourceFile, texts: Mapping[str, bytes]) -> SourceFile:
    text = texts.get(file.name)
    return file if text is None else file._replace(source=text, size=len(text))


def _find_others(
    source: SourceFolder, outputs: Collection[Path], files: PlannedFiles, problems: ProblemList
) -> None:
    """Set all files to pack except manifest and wheels, sorted by name, and what is left out."""
    config = source.config
    if config is None:
        # The files of the default patterns may not be those that the author wants to pack: ignore their problems.
        config, problems = BuildConfig(unwanted=UNWANTED_PATTERNS), ProblemList()
    wheels = {member_name(wheel) for _, wheel in _listed_wheels(source)}
    if config.paths is None:
        selection = Selection(
            *(PathPatterns(config.all_patterns), _own_patterns(config), outputs),
            with_environments=config.like_blender,
        )
        found = find_files(source.path, selection, problems, left_out=files.left_out)
    else:
        found = _find_listed(source, config, outputs, files, problems)
        wheels.difference_update(config.paths)  # reported as an error
    files.others = [file for file in found if file.name not in wheels]
    needed = {wheel.name for wheel in files.wheels.values()}
    files.left_out.extend(
        LeftOut(file.name, "platform")
        for file in found
        if file.name in wheels and file.name not in needed
    )
    files.left_out.sort()


def _own_patterns(config: BuildConfig) -> Collection[str]:
    return () if config.patterns == DEFAULT_PATTERNS else config.patterns


def _find_listed(
    source: SourceFolder,
    config: BuildConfig,
    outputs: Collection[Path],
    files: PlannedFiles,
    problems: ProblemList,
) -> list[SourceFile]:
    """Return the files in ``paths``, and those below its folders, sorted by name."""
    found: dict[str, SourceFile] = {}
    selection = Selection(PathPatterns((*DEFAULT_PATTERNS, *config.unwanted)), outputs=outputs)
    for index, name in enumerate(config.paths or ()):
        where = source.locate(("build", "paths", index))
        if source.path / name in outputs:
            problems.add("build.path-is-output", where=where, path=name)
        elif not config.like_blender and is_folder_inside(source.path, name):
            start = "" if name == "." else f"{name}/"
            inside = find_files(
                source.path, selection, problems, start=start, left_out=files.left_out
            )
            variant = "" if inside else "empty"
            problems.add(
                "build.folder-listed", where=where, variant=variant, path=name, count=len(inside)
            )
            found.update((file.name, file) for file in inside)
        elif member := find_file(source.path, name, problems, where):
            found[member.name] = member
    packed = [*found, *(wheel.name for wheel in files.wheels.values())]
    files.left_out.extend(find_unlisted(source.path, packed))
    return sorted(found.values())


def _listed_wheels(source: SourceFolder) -> Iterator[tuple[int, str]]:
    return RuleContext("", table=source.table).wheels()


def _find_wheels(
    source: SourceFolder, targets: Sequence[Target], problems: ProblemList
) -> tuple[dict[str, SourceFile], set[str]]:
    """Return the files of the wheels that a target needs, and the wheels without a file."""
    platforms = [target.platform for target in targets] or [None]
    members: dict[str, SourceFile] = {}
    missing: set[str] = set()
    for index, wheel in _listed_wheels(source):
        if not wheel.strip() or not any(fits(wheel, platform) for platform in platforms):
            continue
        where = source.locate(("wheels", index))
        name = member_name(wheel)
        if name == ".." or name.startswith("../"):
            problems.add("build.path-outside", where=where, variant="wheel", path=wheel)
        elif not os.path.exists(source.path / name):  # noqa: PTH110 (`exists` raises for long names)
            missing.add(wheel)
        elif member := find_file(source.path, name, problems, where):
            members[wheel] = member
    return members, missing


def fits(wheel: str, platform: str | None) -> bool:
    """Return whether a package for ``platform`` needs the wheel; ``None`` means all platforms."""
    return platform is None or WheelName.parse(wheel).platforms.has(platform)


def _run_rules(
    source: SourceFolder,
    files: PlannedFiles,
    missing: Collection[str],
    problems: ProblemList,
    checks: Checks | None,
) -> None:
    members = [*files.wheels.values(), *files.others]
    config = source.config or BuildConfig()
    context = RuleContext(
        str(source.path),
        names=[member.name for member in members],
        open_file=_opener(members),
        stat_file=_stat_function(members),
        table=source.table,
        locate=source.locate,
        required_wheels={*missing, *files.wheels},
        excludes=_excludes(config),
    )
    from_rules = ProblemList()
    inputs = frozenset({Input.NAMES, Input.MANIFEST, Input.FILES})
    run_rules(Scope.FOLDER, context, from_rules, inputs=inputs)
    if checks is not None:
        checks.run(context, from_rules)
    problems.extend(
        problem._replace(where=Where(problem.where.file)) if problem.where.line is None else problem
        for problem in from_rules
    )


def _excludes(config: BuildConfig) -> str:
    if config.paths is not None:
        return "paths"
    return "bare" if config.patterns == BARE_PATTERNS else "patterns"


def _opener(members: Sequence[SourceFile]) -> OpenFile:
    """Return a function that opens planned files by their member names."""
    sources = {member.name: member.source for member in members}

    @contextmanager
    def open_file(name: str) -> Iterator[BinaryIO]:
        source = sources[name]
        if isinstance(source, bytes):
            yield BytesIO(source)
            return
        try:
            stream = open_regular(source)
        except OSError as error:
            raise InvalidPackage.of(
                "package.unreadable",
                where=Where(name),
                variant="source",
                file=name,
                reason=os_error_text(error),
            ) from error
        with stream:
            yield stream

    return open_file


def _stat_function(members: Sequence[SourceFile]) -> Callable[[str], FileInfo]:
    """Return a function that returns size and mode of planned files by their member names."""
    by_name = {member.name: member for member in members}

    def stat_file(name: str) -> FileInfo:
        member = by_name[name]
        if isinstance(member.source, bytes):
            return FileInfo(member.size, 0, 0)
        try:
            return FileInfo(member.size, 0, os.stat(member.source).st_mode)  # noqa: PTH116 (faster)
        except OSError:  # it is gone; other rules report it
            return FileInfo(member.size, 0, 0)

    return stat_file
