"""Run the rules of a scope on a manifest or a package. Problems are reported, never raised.

Source folders are checked in `extery.author.validate`, which uses the same files as a build.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from extery.core.errors import InvalidPackage, ProblemList
from extery.manifest.build_table import generated_fields, with_generated
from extery.manifest.document import (
    MANIFEST_FILENAME,
    Manifest,
    blender_tags,
    parse_table,
    read_manifest_bytes,
)
from extery.manifest.locator import Locator
from extery.manifest.schemas.v1_0_0 import check_fields
from extery.package import Package, open_package
from extery.package.error_capture import add_exception, capture_errors
from extery.rules.context import OpenFile, RuleContext
from extery.rules.profiles import Profile
from extery.rules.report import CheckReport
from extery.rules.rule import Input, Scope
from extery.rules.run import has_code, run_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from extery.manifest.schemas.v1_0_0 import ValidTags
    from extery.rules.checks import Checks

__all__ = [
    "CheckReport",
    "Scope",
    "check_manifest_file",
    "check_open_package",
    "check_package",
    "run_rules",
]

_BACKSLASH = "path.backslash"
#: Files whose names have backslashes are not found, which is no problem of its own; packing again cures all of these.
_CAUSED_BY_BACKSLASHES = frozenset(
    {
        *("package.init-missing", "package.wheel-missing", "theme.xml-missing", "path.encoding"),
        "package.outside-root",
    }
)
#: With these problems the manifest is not read either.
_UNREADABLE = frozenset({"package.unexpected", "package.encrypted"})
_NAMES = frozenset({Input.NAMES})
_CONTENTS = frozenset(Input) - _NAMES


def check_manifest_file(path: Path, *, valid_tags: ValidTags | None = None) -> CheckReport:
    """Check a manifest alone, without the files next to it.

    ``valid_tags`` maps a type to its tags; ``None`` means Blender's own, ``{}`` allows all.
    """
    report = CheckReport("manifest", str(path))
    with capture_errors(report.problems, path.name):
        data = read_manifest_bytes(path)
        table = parse_table(data, report.problems, path.name)
        context = RuleContext(
            path.name,
            table=table,
            locate=Locator(data, path.name),
            valid_tags=tags_to_check(valid_tags),
        )
        run_rules(Scope.MANIFEST, context, report.problems)
        report.table, report.locate = table, context.locate
        report.valid_tags = context.valid_tags
        report.limit_problems()
        if table is not None and report.ok:
            report.manifest = Manifest.from_table(table)
    return report


def check_package(
    source: Path | BinaryIO,
    *,
    name: str = "",
    scope: Scope = Scope.PACKAGE,
    profile: Profile = Profile.BLENDER_ORG,
    checks: Checks | None = None,
    valid_tags: ValidTags | None = None,
    hashed: bool = False,
    checkpoint: Callable[[], None] = lambda: None,
) -> CheckReport:
    """Check a package by every rule of ``scope``, and unpack each member once.

    Rules that are not for ``profile`` do not run. With ``checks`` the rules of `Scope.CHECK` run too. ``valid_tags`` is that of `check_manifest_file`.
    ``hashed`` computes the SHA-256. ``checkpoint`` is called for each megabyte, and may raise to stop.
    """
    name = name or str(source if isinstance(source, Path) else "package.zip")
    report = CheckReport("package", name)
    opening_problems = ProblemList()
    file = Path(name).name
    with (
        capture_errors(report.problems, file),
        open_package(source, name=file, problems=opening_problems) as package,
    ):
        if hashed:
            report.sha256 = package.sha256
        check_open_package(
            package,
            report,
            scope=scope,
            profile=profile,
            checks=checks,
            opening_problems=opening_problems,
            valid_tags=valid_tags,
            checkpoint=checkpoint,
        )
    return report


def check_open_package(
    package: Package,
    report: CheckReport,
    *,
    scope: Scope,
    opening_problems: ProblemList,
    profile: Profile = Profile.BLENDER_ORG,
    checks: Checks | None = None,
    valid_tags: ValidTags | None = None,
    with_harmful: bool = False,
    checkpoint: Callable[[], None] = lambda: None,
) -> None:
    """Check a package opened with the list ``opening_problems``, and fill in ``report``.

    ``profile`` and ``checks`` are those of `check_package`.
    ``with_harmful`` is that of `extery.rules.installability.blocks_install`.
    """
    problems = report.problems
    report.size = package.size
    report.members, report.unpacked = len(package.members), package.unpacked_size
    context = RuleContext(
        package.name,
        members=package.members,
        size=package.size,
        package=package,
        opening_problems=opening_problems,
        valid_tags=tags_to_check(valid_tags),
        profile=profile,
        open_file=_opener(package),
        checkpoint=checkpoint,
    )
    if scope is Scope.UPLOAD:
        from extery.analysis.pool import UPLOAD_LIMITS

        context.analysis_limits = UPLOAD_LIMITS
    root_problems = ProblemList()
    try:
        context.root, context.names = package.root, package.names
    except InvalidPackage as error:
        root_problems.extend(error.problems)
    run_rules(scope, context, problems, inputs=_NAMES)
    has_backslashes = any(problem.code == _BACKSLASH for problem in opening_problems)
    if not has_backslashes:
        problems.extend(root_problems)
    if not root_problems and not (problems and has_code(problems, _UNREADABLE)):
        try:
            _read_manifest(package, context, problems)
        except Exception as error:
            add_exception(error, problems, package.name)
    run_rules(scope, context, problems, inputs=_CONTENTS)
    if checks is not None:
        checks.run(context, problems)
    if has_backslashes:
        kept = [problem for problem in problems if problem.code not in _CAUSED_BY_BACKSLASHES]
        problems[:] = kept
    _set_manifests(report, context, with_harmful=with_harmful)
    report.limit_problems()
    if scope is Scope.REPOSITORY and problems:
        _keep_for_repositories(report)


def _keep_for_repositories(report: CheckReport) -> None:
    from extery.rules.installability import is_for_repositories

    kept = [problem for problem in report.problems if is_for_repositories(problem)]
    report.problems = ProblemList(kept)


def _read_manifest(package: Package, context: RuleContext, problems: ProblemList) -> None:
    data, file = package.manifest_bytes, package.root + MANIFEST_FILENAME
    table = parse_table(data, problems, file)
    if table is not None:
        context.table = with_generated(table)
        context.locate = Locator(data, file, generated=generated_fields(table))


def _set_manifests(report: CheckReport, context: RuleContext, *, with_harmful: bool) -> None:
    """Set the manifests of the report, unless the problems prevent it."""
    table, problems = context.table, report.problems
    if table is None:
        return
    report.table, report.locate, report.valid_tags = table, context.locate, context.valid_tags
    errors = problems.errors if problems else []
    if not any(problem.code.startswith(_MANIFEST_CODES) for problem in errors):
        report.manifest = Manifest.from_table(table)
    if errors:
        from extery.rules.installability import blocks_install  # most packages have no errors

        if any(blocks_install(problem.code, with_harmful=with_harmful) for problem in errors):
            return
    if report.manifest is None:
        # Strict checks stop after a number of similar problems; clients check the rest too.
        more = ProblemList()
        check_fields(table, more, locate=context.locate, strict=False)
        problems.extend(more)
        if more.errors:
            return
    report.installable_manifest = report.manifest or Manifest.from_table(table)


_MANIFEST_CODES = ("manifest.", "package.build-not-table")


def _opener(package: Package) -> OpenFile:
    def open_file(name: str) -> AbstractContextManager[BinaryIO]:
        return package.open_seekable(package.by_name[package.root + name])

    return open_file


def tags_to_check(valid_tags: ValidTags | None) -> ValidTags | None:
    """Return the valid tags: Blender's own by default, ``None`` (all are valid) for an empty table."""
    return blender_tags() if valid_tags is None else valid_tags or None
