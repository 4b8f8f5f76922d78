"""Every listed wheel that is there can be unpacked, and is the wheel that its name says."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO

from extery.core.errors import InvalidPackage, ProblemList
from extery.core.files import format_size
from extery.core.wheel_names import WheelName
from extery.package import Archive, open_archive
from extery.package.collisions import check_names
from extery.package.names import fold
from extery.rules.context import RuleContext
from extery.rules.package.size import Limits, check_sizes

#: Files that a ``.dist-info`` folder has to have.
_NEEDED = ("METADATA", "WHEEL", "RECORD")
# What Blender takes for the list of a wheel's files.
_RECORD = re.compile(r"[^/]*-info/record", re.IGNORECASE)
_DATA = re.compile(r"[^/]+\.data/(?:purelib|platlib)/", re.IGNORECASE)


def check(context: RuleContext, problems: ProblemList) -> None:
    """Look into the listed wheels that are there, each once.

    Together, package and wheels may not unpack to more than a package may.
    """
    if context.open_file is None:
        return
    budget = Budget(sum(member.size for member in context.members))
    for name in _to_open(context):
        try:
            with context.open_file(name) as file, _open_wheel(file, name) as wheel:
                if not budget.spend(wheel, name, context, problems):
                    return
                wheel.verify_all(checkpoint=context.checkpoint)
                if reason := _fault_of_names(wheel, name):
                    _add_fault(wheel, name, reason, context, problems)
        except InvalidPackage as error:
            _add_unreadable(name, error, context, problems)


def _open_wheel(file: BinaryIO, name: str) -> AbstractContextManager[Archive]:
    return open_archive(file, name=name.rpartition("/")[2])


class Budget:
    """What a package and its wheels may unpack to: many wheels that are each within the limits can add up to a bomb."""

    def __init__(self, unpacked: int, limits: Limits = Limits()) -> None:
        self.unpacked = unpacked
        self.limits = limits

    def spend(self, wheel: Archive, name: str, context: RuleContext, problems: ProblemList) -> bool:
        """Whether a wheel may be unpacked; notes why not."""
        before = len(problems)
        check_sizes(wheel.members, wheel.size, problems, context, self.limits, name)
        if len(problems) > before:
            return False
        self.unpacked += wheel.unpacked_size
        # A source folder has no size of its own to compare with.
        most = self.limits.ratio * context.size if context.size else self.limits.unpacked
        if self.unpacked <= max(min(most, self.limits.unpacked), self.limits.ratio_from):
            return True
        problems.add(
            "package.bomb",
            f"the package and its wheels unpack to more than {format_size(self.unpacked)}",
            hint="leave out files that are empty space",
            where=context.where(name),
        )
        return False


def _to_open(context: RuleContext) -> list[str]:
    """The files that some system takes for a listed wheel, also where it is written in another case."""
    folded = {fold(posixpath.normpath(wheel.lstrip("/"))) for _, wheel in context.wheels()}
    if not folded:
        return []
    return [name for name in context.names if fold(posixpath.normpath(name)) in folded]


def _add_unreadable(
    name: str, error: InvalidPackage, context: RuleContext, problems: ProblemList
) -> None:
    """One problem for the wheel, with the first fault of it."""
    fault = next(problem for problem in error.problems if problem.is_error)
    file = name.rpartition("/")[2]
    reason = fault.message.removeprefix(f"{file} ")
    problems.add(
        "wheel.unreadable",
        f"the wheel {file} cannot be used: {reason}",
        hint=fault.hint if "git lfs" in fault.hint else "download it again with pip download",
        where=context.where(name),
    )


def _fault_of_names(wheel: Archive, name: str) -> str:
    """Why a wheel is not the one of its file's name, or is installed in two ways; ``""`` if it is fine."""
    try:
        expected = WheelName.parse(name)
    except ValueError:
        return ""  # a problem of the manifest, which names it
    names = [member.name for member in wheel.members]
    top = {member.partition("/")[0] for member in names if "/" in member}
    folders = sorted(folder for folder in top if folder.endswith(".dist-info"))
    if len(folders) != 1:
        return f"has {len(folders)} .dist-info folders" if folders else "has no .dist-info folder"
    if not _is_of(folders[0], expected):
        return f"has the folder {folders[0]} of another library or version"
    missing = [file for file in _NEEDED if f"{folders[0]}/{file}" not in wheel.by_name]
    if missing:
        return f"has no {missing[0]} in {folders[0]}"
    # Blender takes the last of all folders that end like this.
    records = [member for member in names if _RECORD.fullmatch(member)]
    if len(records) != 1:
        return f"has {len(records)} lists of its files: {', '.join(records[:3])}"
    return _fault_of_data(names, folders[0])


def _fault_of_data(names: Sequence[str], dist_info: str) -> str:
    """Why the ``.data`` folder of a wheel changes other files; newer Blenders unfold it, older ones do not."""
    unfolded = [_DATA.sub("", name) for name in names]
    if unfolded == list(names):
        return ""
    moved = [new for old, new in zip(names, unfolded, strict=True) if new != old]
    if any(name.startswith(f"{dist_info}/") for name in moved):
        return f"has files of {dist_info} in its .data folder"
    meeting = ProblemList()
    check_names([name for name in unfolded if name and not name.endswith("/")], meeting)
    faults = meeting.errors
    return (
        f"has files in its .data folder that replace others: {faults[0].message}" if faults else ""
    )


def _add_fault(
    wheel: Archive, name: str, reason: str, context: RuleContext, problems: ProblemList
) -> None:
    problems.add(
        "wheel.dist-info",
        f"the wheel {wheel.name} {reason}",
        hint="download it again with pip download, and do not rename wheels",
        where=context.where(name),
    )


def _is_of(folder: str, wheel: WheelName) -> bool:
    """Whether a ``.dist-info`` folder is that of this library and version, however both are written."""
    library, dash, version = folder.removesuffix(".dist-info").rpartition("-")
    if not dash or wheel._replace(name=library).library != wheel.library:
        return False
    return version == wheel.version or _version(version) == _version(wheel.version)


def _version(text: str) -> object:
    """The version to compare; wheels write ``_`` for the ``-`` and ``+`` of a local version."""
    from packaging.version import Version

    for form in (text, text.replace("_", "+", 1), text.replace("_", "-")):
        try:
            return Version(form)
        except ValueError:  # also of a number with thousands of digits
            continue
    return text.casefold().replace("_", "-")
