"""Plan the packages of a build and report all problems, before anything is written.

Only names, sizes and the manifest are read; `extery.author.build.execute` carries out the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from extery.author.build.left_out import LeftOut
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
from extery.core.problem_limits import limit_similar
from extery.manifest.document import MANIFEST_FILENAME, Manifest
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.package.source_files import SourceFile
from extery.rules.blender_verdicts import Refusal
from extery.rules.engine import CheckReport, tags_to_check

if TYPE_CHECKING:
    from extery.rules.checks import Checks

# Limits of a zip without 64-bit extensions, minus room for its directory.
_MAX_BYTES = (1 << 32) - (1 << 26)
_MAX_MEMBERS = (1 << 16) - 1


@dataclass(frozen=True)
class PackagePlan:
    """A package to build. ``platform`` is ``None`` unless the build is split.

    ``manifest`` is the manifest in the package; in a split build it has this platform and its wheels only.
    ``left_out`` is what is in the folder and not in the package.
    """

    path: Path
    platform: str | None
    manifest: Manifest
    members: tuple[SourceFile, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def unpacked(self) -> int:
        """The total size of all files, in bytes."""
        return sum(member.size for member in self.members)


@dataclass(frozen=True)
class BuildPlan:
    """The packages to build; ``problems`` contains warnings only.

    ``refusals`` are the Blenders that refuse the source folder, which a build with warnings may have.
    """

    source: Path
    manifest: Manifest
    packages: tuple[PackagePlan, ...]
    problems: ProblemList
    refusals: tuple[Refusal, ...] = ()


def plan_build(
    source: Path,
    *,
    split_platforms: bool = False,
    output_dir: Path | None = None,
    output_file: Path | None = None,
    valid_tags: ValidTags | None = None,
    like_blender: bool = False,
) -> BuildPlan:
    """Plan the package of the extension in the folder ``source``, or one for each platform.

    ``source`` may also be the manifest in that folder.
    ``valid_tags`` maps types to their tags; ``None`` means Blender's own, ``{}`` disables the check.
    ``like_blender`` packs the same files as Blender's build, with its surprises.
    Raises `InvalidInput` with all problems if there are errors.
    """
    source = resolve_path(source)
    if source.name == MANIFEST_FILENAME and source.is_file():
        source = source.parent
    folder = read_source_folder(source, valid_tags=valid_tags, like_blender=like_blender)
    problems = folder.problems
    targets = plan_targets(
        folder.manifest,
        split=split_platforms,
        folder=output_dir,
        file=output_file,
        problems=problems,
        like_blender=like_blender,
    )
    packages = plan_packages(folder, targets, problems)
    refusals = _refusals(folder, problems, valid_tags)
    problems = limit_similar(map(_with_build_severity, problems))
    if problems.errors or folder.manifest is None:
        error = InvalidInput(*problems)
        error.refusals = refusals
        raise error
    return BuildPlan(source, folder.manifest, packages, problems, refusals)


def _refusals(
    folder: SourceFolder, problems: ProblemList, valid_tags: ValidTags | None
) -> tuple[Refusal, ...]:
    """Return the Blenders that refuse the folder, as `extery.author.validate.check_folder` does."""
    report = CheckReport("folder", "")
    report.problems = limit_similar(problems)
    report.table, report.locate = folder.table, folder.locate
    report.valid_tags = tags_to_check(valid_tags)
    return report.refusals


def plan_packages(
    folder: SourceFolder,
    targets: Sequence[Target],
    problems: ProblemList,
    *,
    checks: Checks | None = None,
    texts: Mapping[str, bytes] = {},
) -> tuple[PackagePlan, ...]:
    """Return the packages for ``targets``; add the problems of their files to ``problems``.

    ``checks`` and ``texts`` are those of `plan_files`.
    """
    files = plan_files(folder, targets, problems, checks=checks, texts=texts)
    manifest = folder.manifest
    if manifest is None:
        return ()
    packages = tuple(_package(folder.data, manifest, files, target) for target in targets)
    for package in packages:
        _check_limits(package, problems)
    return packages


def _with_build_severity(problem: Problem) -> Problem:
    """Return the problem as a warning if the package is built in spite of it."""
    severity = codes.find(problem.code).build_severity
    return problem._replace(severity=severity) if problem.is_error else problem


def resolve_path(source: Path) -> Path:
    """Return the absolute path with links resolved, if possible."""
    try:
        return source.resolve()
    except (OSError, RuntimeError):
        # A circular link: reading the manifest reports it.
        return source.absolute()


def _package(data: bytes, manifest: Manifest, files: PlannedFiles, target: Target) -> PackagePlan:
    """Return the plan of a package: manifest, wheels in the manifest's order, other files by name."""
    wheels = files.wheels
    fitting = [wheel for wheel in wheels if fits(wheel, target.platform)]
    if target.platform is not None:
        data = with_generated_table(
            data,
            platforms=[target.platform],
            wheels=fitting if manifest.wheels else None,
        )
        manifest = Manifest.parse(data, strict=False, packaged=True)
    # Different spellings of a path name the same file.
    packed = {wheels[wheel].name: wheels[wheel] for wheel in fitting}
    first = SourceFile(MANIFEST_FILENAME, len(data), data)
    members = (first, *packed.values(), *files.others)
    others = {wheels[wheel].name for wheel in wheels} - packed.keys()
    left_out = [*files.left_out, *(LeftOut(name, "platform") for name in others)]
    return PackagePlan(target.path, target.platform, manifest, members, tuple(sorted(left_out)))


def _check_limits(package: PackagePlan, problems: ProblemList) -> None:
    if package.unpacked > _MAX_BYTES or len(package.members) > _MAX_MEMBERS:
        problems.add(
            "build.too-large",
            where=Where(str(package.path)),
            file=package.path.name,
            members=len(package.members),
            size=format_size(package.unpacked),
        )
