"""Every wheel that the manifest lists is there, and is the wheel that its name says."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO

from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.core.files import human_size
from extery.core.wheel_names import WheelName
from extery.package import Archive, open_archive
from extery.package.collisions import check_names
from extery.package.names import fold
from extery.rules.context import RuleContext
from extery.rules.package.members import Limits, check_sizes

#: Files that a ``.dist-info`` folder has to have.
_NEEDED = ("METADATA", "WHEEL", "RECORD")
# What Blender takes for the list of a wheel's files.
_RECORD = re.compile(r"[^/]*-info/record", re.IGNORECASE)
_DATA = re.compile(r"[^/]+\.data/(?:purelib|platlib)/", re.IGNORECASE)


def check(contents: RuleContext, problems: ProblemList) -> None:
    listed = _listed(contents)
    missing = [wheel for wheel, name in listed.items() if name is None]
    where = contents.where(posixpath.normpath(missing[0].lstrip("/"))) if missing else Where()
    add_missing(missing, problems, total=len(listed), names=contents.names, where=where)
    check_present(contents, problems)


def check_present(
    contents: RuleContext,
    problems: ProblemList,
    *,
    thorough: bool = True,
    checkpoint: Callable[[], None] = lambda: None,
) -> None:
    """Look into the listed wheels that are there, each once.

    ``thorough`` compares the checksums of members that are stored as well. Together, package and
    wheels may not unpack to more than a package may.
    """
    if contents.open_file is None:
        return
    budget = Budget(sum(member.size for member in contents.members))
    for name in _to_open(contents):
        try:
            with contents.open_file(name) as file, _open_wheel(file, name) as wheel:
                if not budget.spend(wheel, name, contents, problems):
                    return
                wheel.verify_all(stored=thorough, checkpoint=checkpoint)
                if reason := _fault_of_names(wheel, name):
                    _add_fault(wheel, name, reason, contents, problems)
        except InvalidPackage as error:
            _add_unreadable(name, error, contents, problems)


def _open_wheel(file: BinaryIO, name: str) -> AbstractContextManager[Archive]:
    return open_archive(file, name=name.rpartition("/")[2])


class Budget:
    """What a package and its wheels may unpack to: many wheels that are each within the limits can add up to a bomb."""

    def __init__(self, unpacked: int, limits: Limits = Limits()) -> None:
        self.unpacked = unpacked
        self.limits = limits

    def spend(
        self, wheel: Archive, name: str, contents: RuleContext, problems: ProblemList
    ) -> bool:
        """Whether a wheel may be unpacked; notes why not."""
        before = len(problems)
        check_sizes(wheel.members, wheel.size, problems, contents, self.limits, name)
        if len(problems) > before:
            return False
        self.unpacked += wheel.unpacked_size
        # A source folder has no size of its own to compare with.
        most = self.limits.ratio * contents.size if contents.size else self.limits.unpacked
        if self.unpacked <= max(min(most, self.limits.unpacked), self.limits.ratio_from):
            return True
        problems.add(
            "package.bomb",
            f"the package and its wheels unpack to more than {human_size(self.unpacked)}",
            hint="leave out files that are empty space",
            where=contents.where(name),
        )
        return False


def _to_open(contents: RuleContext) -> list[str]:
    """The files that some system takes for a listed wheel, also where it is written in another case."""
    listed = _listed(contents)
    folded = {fold(posixpath.normpath(wheel.lstrip("/"))) for wheel in listed}
    if not folded:
        return []
    return [name for name in contents.names if fold(posixpath.normpath(name)) in folded]


def _listed(contents: RuleContext) -> dict[str, str | None]:
    """Each listed wheel with the name of its file, ``None`` where there is none."""
    wheels = contents.table.get("wheels")
    if not isinstance(wheels, (list, tuple)):
        return {}
    there = {posixpath.normpath(name): name for name in contents.names}
    return {
        wheel: there.get(posixpath.normpath(wheel.lstrip("/")))
        for wheel in wheels
        if isinstance(wheel, str)
    }


def add_missing(
    missing: Sequence[str],
    problems: ProblemList,
    *,
    total: int,
    names: Sequence[str],
    where: Where,
) -> None:
    """Add one problem for all ``missing`` wheels of ``total``, with the command that downloads them.

    ``names`` are the files that are there: a wheel in another folder was moved, not forgotten.
    """
    if not missing:
        return
    from extery.rules.wheels.pip_command import pip_download  # only ever needed here

    first = missing[0]
    file = first.rpartition("/")[2]
    elsewhere = sorted(name for name in names if name.rpartition("/")[2] == file)
    download = None if elsewhere else pip_download(missing)
    if elsewhere:
        cure = "moved"
    elif download is None:
        cure = "unknown"
    else:
        cure = "download" if download.wheels == len(missing) else "download-some"
    problems.add(
        "package.wheel-missing",
        where=where,
        variant=f"{'several' if len(missing) > 1 else 'one'}-{cure}",
        wheel=first,
        missing=len(missing),
        total=total,
        elsewhere=elsewhere[0] if elsewhere else "",
        command=download.command if download else "",
        others=len(missing) - (download.wheels if download else 0),
    )


def _add_unreadable(
    name: str, error: InvalidPackage, contents: RuleContext, problems: ProblemList
) -> None:
    """One problem for the wheel, with the first fault of it."""
    fault = next(problem for problem in error.problems if problem.is_error)
    file = name.rpartition("/")[2]
    reason = fault.message.removeprefix(f"{file} ")
    problems.add(
        "wheel.unreadable",
        f"the wheel {file} cannot be used: {reason}",
        hint=fault.hint if "git lfs" in fault.hint else "download it again with pip download",
        where=contents.where(name),
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
    wheel: Archive, name: str, reason: str, contents: RuleContext, problems: ProblemList
) -> None:
    problems.add(
        "wheel.dist-info",
        f"the wheel {wheel.name} {reason}",
        hint="download it again with pip download, and do not rename wheels",
        where=contents.where(name),
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
