"""Decide what a build packs, and where to: everything that can be wrong is found here.

Only names, sizes and the manifest are read; `extery.author.build.execute` does what the plan says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from extery.author.build.source_folder import (
    PlannedFiles,
    SourceFolder,
    fits,
    plan_files,
    read_source_folder,
)
from extery.author.build.split_manifest import with_generated_table
from extery.author.build.targets import Target, plan_targets
from extery.core import codes
from extery.core.errors import InvalidInput, Problem, ProblemList, Where
from extery.core.files import format_size
from extery.manifest.document import FILENAME, Manifest
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.package.writer import SourceFile

# What a zip can hold without its 64-bit extensions; the rest is for its own directory.
_MAX_BYTES = (1 << 32) - (1 << 26)
_MAX_MEMBERS = (1 << 16) - 1


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
    source = resolved(source)
    if source.name == FILENAME and source.is_file():
        source = source.parent
    folder = read_source_folder(source, valid_tags=valid_tags)
    problems = folder.problems
    targets = plan_targets(
        folder.manifest,
        split=split_platforms,
        folder=output_dir,
        file=output_file,
        problems=problems,
    )
    packages = plan_packages(folder, targets, problems)
    problems = ProblemList(map(_as_in_a_build, problems))
    if problems.errors or folder.manifest is None:
        raise InvalidInput(*problems)
    return BuildPlan(source, folder.manifest, packages, problems)


def plan_packages(
    folder: SourceFolder, targets: Sequence[Target], problems: ProblemList
) -> tuple[PackagePlan, ...]:
    """The packages for ``targets``, with everything that is wrong with their files in ``problems``."""
    files = plan_files(folder, targets, problems)
    manifest = folder.manifest
    if manifest is None:
        return ()
    packages = tuple(_package(folder.data, manifest, files, target) for target in targets)
    for package in packages:
        _check_limits(package, problems)
    return packages


def _as_in_a_build(problem: Problem) -> Problem:
    """The problem with the severity that it has in a build: what Blender packs, we pack, with a warning."""
    is_packed = problem.code == "package.init-compiled" or (
        codes.find(problem.code).stricter and problem.code != "package.wheel-missing"
    )
    return problem._replace(severity="warning") if is_packed else problem


def resolved(source: Path) -> Path:
    """The absolute path without links, where it has one."""
    try:
        return source.resolve()
    except (OSError, RuntimeError):
        # A link that leads in circles: to read the manifest will fail with a sentence.
        return source.absolute()


def _package(data: bytes, manifest: Manifest, files: PlannedFiles, target: Target) -> PackagePlan:
    """Manifest first, wheels in the manifest's order, then the rest by name."""
    wheels = files.wheels
    fitting = [wheel for wheel in wheels if fits(wheel, target.platform)]
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
    members = (first, *packed.values(), *files.rest)
    return PackagePlan(target.path, target.platform, manifest, members)


def _check_limits(package: PackagePlan, problems: ProblemList) -> None:
    if package.unpacked > _MAX_BYTES or len(package.members) > _MAX_MEMBERS:
        problems.add(
            "build.too-large",
            where=Where(str(package.path)),
            file=package.path.name,
            members=len(package.members),
            size=format_size(package.unpacked),
        )
