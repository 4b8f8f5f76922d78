"""Every listed wheel that exists can be unpacked, and matches its file name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

from extery.core.errors import InvalidPackage, ProblemList, Value
from extery.core.files import format_size
from extery.core.wheel_names import WheelName
from extery.package import Archive, open_archive
from extery.package.collisions import check_names
from extery.package.issue import Issue
from extery.package.names import collision_key, quote_name
from extery.rules.context import RuleContext
from extery.rules.package.size import Limits, check_sizes
from extery.rules.rule import FILES, Input, Rule

#: Files that a ``.dist-info`` folder must have.
_REQUIRED = ("METADATA", "WHEEL", "RECORD")
# Files that Blender reads as the list of a wheel's files.
_RECORD = re.compile(r"[^/]*-info/record", re.IGNORECASE)
_DATA = re.compile(r"[^/]+\.data/(?:purelib|platlib)/", re.IGNORECASE)


def check(context: RuleContext, problems: ProblemList) -> None:
    """Check the contents of each listed wheel that exists.

    The limits of a package also apply to the package and its wheels together.
    """
    if context.open_file is None or not (context.table or {}).get("wheels"):
        return
    budget = Budget(sum(member.size for member in context.members))
    for name in _listed_files(context):
        try:
            with context.open_file(name) as file, _open_wheel(file, name) as wheel:
                if not budget.spend(wheel, name, context, problems):
                    return
                wheel.verify_all(checkpoint=context.checkpoint)
                if issue := _find_issue(wheel, name):
                    issue.add_to(problems, where=context.where(name), file=wheel.name)
        except InvalidPackage as error:
            _add_unreadable(name, error, context, problems)


RULE = Rule(
    "wheels.contents",
    check,
    scopes=FILES,
    input=Input.FILES,
    codes=("wheel.unreadable", "wheel.dist-info", "package.bomb"),
)


def _open_wheel(file: BinaryIO, name: str) -> AbstractContextManager[Archive]:
    return open_archive(file, name=name.rpartition("/")[2])


class Budget:
    """The unpacked size of a package and its wheels: many wheels within the limits can add up to a bomb."""

    def __init__(self, unpacked: int, limits: Limits = Limits()) -> None:
        self.unpacked = unpacked
        self.limits = limits

    def spend(self, wheel: Archive, name: str, context: RuleContext, problems: ProblemList) -> bool:
        """Add the size of a wheel; return whether it may be unpacked, and add a problem if not."""
        before = len(problems)
        check_sizes(wheel.members, wheel.size, problems, context, self.limits, name)
        if len(problems) > before:
            return False
        self.unpacked += wheel.unpacked_size
        # A source folder has no packed size to compare with.
        limit = self.limits.ratio * context.size if context.size else self.limits.unpacked
        if self.unpacked <= max(min(limit, self.limits.unpacked), self.limits.ratio_from):
            return True
        problems.add(
            "package.bomb",
            where=context.where(name),
            variant="together",
            unpacked=format_size(self.unpacked),
        )
        return False


def _listed_files(context: RuleContext) -> list[str]:
    """Return the files that are a listed wheel on some system, also if they differ in case."""
    folded = {collision_key(posixpath.normpath(wheel.lstrip("/"))) for _, wheel in context.wheels()}
    if not folded:
        return []
    return [name for name in context.names if collision_key(posixpath.normpath(name)) in folded]


def _add_unreadable(
    name: str, error: InvalidPackage, context: RuleContext, problems: ProblemList
) -> None:
    """Add one problem for the wheel, with the first error of the archive as its cause."""
    cause = next(problem for problem in error.problems if problem.is_error)
    values: dict[str, Any] = {f"cause.{key}": value for key, value in cause.values}
    problems.add(
        "wheel.unreadable",
        where=context.where(name),
        variant="git-lfs" if ("variant", "git-lfs") in cause.values else "",
        file=name.rpartition("/")[2],
        cause=cause.code,
        **values,
    )


def _find_issue(wheel: Archive, name: str) -> Issue | None:
    """Return why a wheel does not match its file name, or is installed in two ways."""
    try:
        expected = WheelName.parse(name)
    except ValueError:
        return None  # reported by the rules of the manifest
    names = [member.name for member in wheel.members]
    top = {member.partition("/")[0] for member in names if "/" in member}
    folders = sorted(folder for folder in top if folder.endswith(".dist-info"))
    if len(folders) != 1:
        return _mismatch("several-folders" if folders else "no-folder", count=len(folders))
    if not _belongs_to(folders[0], expected):
        return _mismatch("other-library", folder=folders[0])
    missing = [file for file in _REQUIRED if f"{folders[0]}/{file}" not in wheel.by_name]
    if missing:
        return _mismatch("file-missing", member=missing[0], folder=folders[0])
    # Blender uses the last of all files with such a name.
    records = [member for member in names if _RECORD.fullmatch(member)]
    if len(records) != 1:
        return _mismatch("several-records", count=len(records), records=", ".join(records[:3]))
    return _find_data_issue(names, folders[0])


def _mismatch(variant: str, **values: Value) -> Issue:
    return Issue("wheel.dist-info", variant, values)


def _find_data_issue(names: Sequence[str], dist_info: str) -> Issue | None:
    """Return why the ``.data`` folder of a wheel replaces other files.

    Newer Blenders move its files to the root of the wheel, older ones do not.
    """
    installed = [_DATA.sub("", name) for name in names]
    if installed == list(names):
        return None
    moved = [new for old, new in zip(names, installed, strict=True) if new != old]
    if any(name.startswith(f"{dist_info}/") for name in moved):
        return _mismatch("data-dist-info", folder=dist_info)
    collisions = ProblemList()
    check_names([name for name in installed if name and not name.endswith("/")], collisions)
    if not collisions.errors:
        return None
    return _mismatch("data-collision", member=quote_name(collisions.errors[0].where.file))


def _belongs_to(folder: str, wheel: WheelName) -> bool:
    """Whether a ``.dist-info`` folder is that of this library and version, in any spelling."""
    library, dash, version = folder.removesuffix(".dist-info").rpartition("-")
    if not dash or wheel._replace(name=library).library != wheel.library:
        return False
    return version == wheel.version or _version(version) == _version(wheel.version)


def _version(text: str) -> object:
    """Return the version to compare; wheels write ``_`` for the ``-`` and ``+`` of a local version."""
    from packaging.version import Version

    for form in (text, text.replace("_", "+", 1), text.replace("_", "-")):
        try:
            return Version(form)
        except ValueError:  # also of a number with thousands of digits
            continue
    return text.casefold().replace("_", "-")
