"""Check what an author has: a source folder, a manifest or a package.

A folder is read as a build reads it, so `extery validate` and `extery build` find the same problems.
"""

from __future__ import annotations

import os
from pathlib import Path

from extery.author.build.plan import plan_packages, resolved
from extery.author.build.source_folder import read_source_folder
from extery.author.build.targets import plan_targets
from extery.core.errors import ProblemList
from extery.manifest.schemas.v1_0_0 import ValidTags
from extery.package.error_capture import capture_errors
from extery.rules.engine import Report, check_manifest_file, check_package


def check_path(path: Path, *, valid_tags: ValidTags | None = None, hashed: bool = False) -> Report:
    """Check whatever lies at ``path``: a folder, a ``.toml`` or a package.

    ``valid_tags`` maps a type to its tags; ``None`` takes Blender's own, ``{}`` checks none.
    ``hashed`` asks for the SHA-256 of a package.
    """
    if os.path.isdir(path):  # noqa: PTH112 (says no where `is_dir` raises, for a very long name)
        return check_folder(path, valid_tags=valid_tags)
    if path.suffix.lower() == ".toml":
        return check_manifest_file(path, valid_tags=valid_tags)
    return check_package(path, valid_tags=valid_tags, hashed=hashed)


def check_folder(path: Path, *, valid_tags: ValidTags | None = None) -> Report:
    """Check the manifest in ``path`` and the files that `extery build` packs."""
    report = Report("folder", str(path))
    with capture_errors(report.problems, str(path)):
        folder = read_source_folder(resolved(path), valid_tags=valid_tags)
        report.manifest = folder.manifest
        report.problems.extend(folder.problems)
        targets = plan_targets(
            folder.manifest, split=False, folder=None, file=None, problems=ProblemList()
        )
        plan_packages(folder, targets, report.problems)
    return report
