"""Check a source folder, a manifest or a package.

Folders are read in the same way as by a build, so `extery validate` and `extery build` report the same problems.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from extery.core.errors import ProblemList
from extery.manifest.document import MANIFEST_FILENAME
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.package.error_capture import capture_errors
from extery.rules.engine import (
    CheckReport,
    check_manifest_file,
    check_package,
    tags_to_check,
)

if TYPE_CHECKING:
    from extery.rules.checks import Checks


def check_path(
    path: Path,
    *,
    checks: Checks | None = None,
    valid_tags: ValidTags | None = None,
    hashed: bool = False,
    texts: Mapping[str, bytes] = {},
) -> CheckReport:
    """Check the folder, manifest (``.toml``) or package at ``path``.

    With ``checks`` the rules of `extery check` run too.
    ``valid_tags`` maps types to their tags; ``None`` means Blender's own, ``{}`` disables the check.
    ``hashed`` adds the SHA-256 of a package to the report. ``texts`` replace the contents of the files of these names
    in a folder.
    """
    if os.path.isdir(path):  # noqa: PTH112 (`Path.is_dir` raises for very long names)
        return check_folder(path, checks=checks, valid_tags=valid_tags, texts=texts)
    if path.suffix.lower() == ".toml":
        return check_manifest_file(path, valid_tags=valid_tags)
    return check_package(path, checks=checks, valid_tags=valid_tags, hashed=hashed)


def check_folder(
    path: Path,
    *,
    checks: Checks | None = None,
    valid_tags: ValidTags | None = None,
    texts: Mapping[str, bytes] = {},
) -> CheckReport:
    """Check the manifest in ``path`` and the files that `extery build` would pack; see `check_path`."""
    # Imported here: a package is checked without the modules of a build.
    from extery.author.build.plan import plan_packages, resolve_path
    from extery.author.build.source_folder import read_source_folder
    from extery.author.build.targets import plan_targets

    report = CheckReport("folder", str(path))
    with capture_errors(report.problems, str(path)):
        folder = read_source_folder(
            resolve_path(path), valid_tags=valid_tags, data=texts.get(MANIFEST_FILENAME)
        )
        report.manifest = folder.manifest
        report.problems.extend(folder.problems)
        report.table, report.locate = folder.table, folder.locate
        report.valid_tags = tags_to_check(valid_tags)
        targets = plan_targets(
            folder.manifest, split=False, folder=None, file=None, problems=ProblemList()
        )
        plan_packages(folder, targets, report.problems, checks=checks, texts=texts)
        report.limit_problems()
    return report
