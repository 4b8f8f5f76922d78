"""Decide what a build packs, and where to: everything that can be wrong is found here.

Only names, sizes and the manifest are read; `extery.author.build.execute` does what the plan says.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from extery.author.build import checks
from extery.author.build.config import BuildConfig, member_name, read_build_config
from extery.author.build.patterns import PathPatterns
from extery.author.build.sources import listed, scan
from extery.author.build.split_manifest import with_generated_table
from extery.author.build.targets import Target, plan_targets
from extery.core.errors import InvalidInput, ProblemList, Where
from extery.core.files import human_size
from extery.core.wheel_names import WheelName
from extery.manifest.document import (
    FILENAME,
    Locator,
    Manifest,
    blender_tags,
    check_manifest,
    parse_table,
    read_manifest_bytes,
)
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.package.writer import SourceFile
from extery.rules.wheels.files import add_missing

# What a zip can hold without its 64-bit extensions; the rest is for its own directory.
_MOST_BYTES = (1 << 32) - (1 << 26)
_MOST_MEMBERS = (1 << 16) - 1


@dataclass(frozen=True)
class PackagePlan:
    """One package to make. ``platform`` is ``None`` unless the build is split.

    ``manifest`` is that of the package: in a split build with this platform and its wheels.
    """

    path: Path
    platform: str | None
    manifest: Manifest
    members: tuple[SourceFile, ...]

    @property
    def unpacked(self) -> int:
        """The size of all files together, in bytes."""
        return sum(member.size for member in self.members)


@dataclass(frozen=True)
class BuildPlan:
    """What a build will do; ``problems`` holds warnings only."""

    source: Path
    manifest: Manifest
    packages: tuple[PackagePlan, ...]
    problems: ProblemList


def plan_build(
    source: Path,
    *,
    split_platforms: bool = False,
    output_dir: Path | None = None,
    output_file: Path | None = None,
    valid_tags: ValidTags | None = None,
) -> BuildPlan:
    """Plan the package of the extension in the folder ``source``, or one for each platform.

    ``source`` may also be the manifest in that folder.
    ``valid_tags`` maps a type to its tags; ``None`` takes Blender's own, ``{}`` checks none.
    Raises `InvalidInput` with every problem if nothing could be built.
    """
    source = _resolved(source)
    if source.name == FILENAME and source.is_file():
        source = source.parent
    data = read_manifest_bytes(source / FILENAME)
    problems = ProblemList()
    tags = blender_tags() if valid_tags is None else valid_tags or None
    manifest, found = check_manifest(data, strict=True, valid_tags=tags)
    # The build has an error of its own for this, which says more.
    problems.extend(p for p in found if p.code != "manifest.build.not-a-table")
    table = manifest.table if manifest else parse_table(data, ProblemList(), FILENAME)
    locate = Locator(data, FILENAME)
    recipe = read_build_config(table or {}, problems, locate)
    targets = plan_targets(
        manifest, split=split_platforms, folder=output_dir, file=output_file, problems=problems
    )
    if manifest is None or recipe is None or problems.errors:
        raise InvalidInput(*problems)
    rest = _rest(source, recipe, manifest, targets, problems, locate)
    wheels = _wheels(source, manifest, targets, rest, problems, locate)
    packages = tuple(_package(data, manifest, rest, wheels, target) for target in targets)
    for package in packages:
        _check_limits(package, problems)
    checks.check(source, manifest, [*wheels.values(), *rest], problems)
    checks.check_accidents(manifest, recipe, rest, problems)
    if problems.errors:
        raise InvalidInput(*problems)
    return BuildPlan(source, manifest, packages, problems)


def _resolved(source: Path) -> Path:
    try:
        return source.resolve()
    except (OSError, RuntimeError):
        # A link that leads in circles: to read the manifest will fail with a sentence.
        return source.absolute()


def _rest(
    source: Path,
    recipe: BuildConfig,
    manifest: Manifest,
    targets: list[Target],
    problems: ProblemList,
    locate: Locator,
) -> list[SourceFile]:
    """Every file but the manifest and its wheels, sorted by name."""
    outputs = {target.path for target in targets}
    if recipe.paths is None:
        wheels = {member_name(wheel) for wheel in manifest.wheels}
        found = scan(source, PathPatterns(recipe.patterns), problems, skip=outputs)
        return [member for member in found if member.name not in wheels]
    members = []
    for index, name in enumerate(recipe.paths):
        where = locate(("build", "paths", index))
        if source / name in outputs:
            problems.add("build.path-is-output", where=where, path=name)
        elif member := listed(source, name, problems, where):
            members.append(member)
    return sorted(members)


def _wheels(
    source: Path,
    manifest: Manifest,
    targets: list[Target],
    rest: list[SourceFile],
    problems: ProblemList,
    locate: Locator,
) -> dict[str, SourceFile]:
    """Wheel as the manifest writes it -> its file, for the wheels that some package needs."""
    platforms = [target.platform for target in targets]
    members: dict[str, SourceFile] = {}
    missing: dict[str, Where] = {}
    for index, wheel in enumerate(manifest.wheels):
        if not any(_fits(wheel, platform) for platform in platforms):
            continue
        where = locate(("wheels", index))
        name = member_name(wheel)
        if name == ".." or name.startswith("../"):
            problems.add("build.path-outside", where=where, variant="wheel", path=wheel)
        elif not os.path.exists(source / name):  # noqa: PTH110 (`exists` raises for long names)
            missing[wheel] = where
        elif member := listed(source, name, problems, where):
            members[wheel] = member
    if missing:
        add_missing(
            list(missing),
            problems,
            total=len(manifest.wheels),
            names=[member.name for member in rest],
            where=next(iter(missing.values())),
        )
    return members


def _fits(wheel: str, platform: str | None) -> bool:
    return platform is None or WheelName.parse(wheel).platforms.has(platform)


def _package(
    data: bytes,
    manifest: Manifest,
    rest: list[SourceFile],
    wheels: dict[str, SourceFile],
    target: Target,
) -> PackagePlan:
    """Manifest first, wheels in the manifest's order, then the rest by name."""
    fitting = [wheel for wheel in wheels if _fits(wheel, target.platform)]
    if target.platform is not None:
        data = with_generated_table(
            data,
            platforms=[target.platform],
            wheels=fitting if manifest.wheels else None,
        )
        manifest = Manifest.parse(data, strict=False, packaged=True)
    # Two spellings of one path are one file.
    packed = {wheels[wheel].name: wheels[wheel] for wheel in fitting}
    first = SourceFile(FILENAME, len(data), data)
    members = (first, *packed.values(), *rest)
    return PackagePlan(target.path, target.platform, manifest, members)


def _check_limits(package: PackagePlan, problems: ProblemList) -> None:
    if package.unpacked > _MOST_BYTES or len(package.members) > _MOST_MEMBERS:
        problems.add(
            "build.too-large",
            where=Where(str(package.path)),
            file=package.path.name,
            members=len(package.members),
            size=human_size(package.unpacked),
        )
