"""The ``.dist-info`` folder of a wheel: it belongs to the wheel's file name, and is the only one that Blender reads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extery.core.errors import ProblemList, Value
from extery.core.wheel_names import WheelName
from extery.package import Archive
from extery.package.collisions import check_names
from extery.package.issue import Issue
from extery.package.names import quote_name

#: Files that a ``.dist-info`` folder must have.
_REQUIRED = ("METADATA", "WHEEL", "RECORD")
# Files that Blender reads as the list of a wheel's files.
_RECORD = re.compile(r"[^/]*-info/record", re.IGNORECASE)
_DATA = re.compile(r"[^/]+\.data/(?:purelib|platlib)/", re.IGNORECASE)


def find_dist_info_issue(wheel: Archive, name: str) -> Issue | None:
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
