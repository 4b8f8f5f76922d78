"""Members must be ordinary files or folders: no links, devices, or attributes that contradict the name."""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from extery.core.errors import ProblemList, Where
from extery.core.files import format_size
from extery.package.issue import Issue
from extery.package.names import MAX_NAME_PROBLEMS, quote_name
from extery.package.streams import STORED
from extery.package.zip_format import FLAG_ENCRYPTED

if TYPE_CHECKING:
    from extery.package.central_directory import CentralDirectory, DirectoryEntry

_DOS_FOLDER = 0x10
# unzip skips members with this attribute.
_DOS_VOLUME_LABEL = 0x08
#: DOS, Unix, NTFS in both numbers, VFAT and macOS. For others, tools read Unix modes as something else.
SYSTEMS = frozenset({0, 3, 10, 11, 14, 19})
#: External attributes of which a plain file has none: the DOS attributes, and any Unix type but that of a file.
NOT_A_FILE = _DOS_FOLDER | _DOS_VOLUME_LABEL | (0o170000 & ~stat.S_IFREG) << 16
# Packed size of an empty folder that a tool has deflated.
_EMPTY_DEFLATED = 2
_SPECIAL = "package.special-file"


def check_member_types(
    directory: CentralDirectory,
    names: Sequence[str],
    problems: ProblemList,
    where: Callable[[str], Where],
) -> None:
    """Report links, devices, and members whose name, attributes and sizes contradict each other."""
    before = len(problems)
    for entry, name in zip(directory.entries, names, strict=True):
        if _is_plain_file(entry) and not name.endswith("/"):
            continue
        if len(problems) - before >= MAX_NAME_PROBLEMS:
            return
        if issue := _find_issue(entry, is_folder=name.endswith("/")):
            issue.add_to(problems, where=where(name), member=quote_name(name))


def _is_plain_file(entry: DirectoryEntry) -> bool:
    """Whether a member is an ordinary file, if its name is that of a file: nearly all are."""
    return (
        not entry.external_attributes & NOT_A_FILE
        and entry.system in SYSTEMS
        and (entry.method != STORED or entry.size == entry.packed_size)
    )


def _find_issue(entry: DirectoryEntry, *, is_folder: bool) -> Issue | None:
    if stat.S_ISLNK(entry.external_attributes >> 16):
        return Issue("package.symlink")
    if issue := _find_special(entry, is_folder=is_folder):
        return issue
    is_encrypted = bool(entry.flags & FLAG_ENCRYPTED)
    if entry.method == STORED and entry.size != entry.packed_size and not is_encrypted:
        sizes = {"actual": entry.packed_size, "stated": entry.size}
        return Issue("package.stream-size", "stored", sizes)
    if is_folder and (entry.size or entry.packed_size > _EMPTY_DEFLATED):
        size = format_size(max(entry.size, entry.packed_size))
        return Issue("package.folder-with-data", values={"size": size})
    return None


def _find_special(entry: DirectoryEntry, *, is_folder: bool) -> Issue | None:
    """Return why a member is neither a plain file nor a plain folder."""
    kind = stat.S_IFMT(entry.external_attributes >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return Issue(_SPECIAL, "device")
    if entry.system not in SYSTEMS:
        return Issue(_SPECIAL, "unknown-system", {"system": entry.system})
    if entry.external_attributes & _DOS_VOLUME_LABEL:
        return Issue(_SPECIAL, "volume-label")
    if is_folder:
        return Issue(_SPECIAL, "folder-as-file") if kind == stat.S_IFREG else None
    if kind == stat.S_IFDIR or entry.external_attributes & _DOS_FOLDER:
        return Issue(_SPECIAL, "file-as-folder")
    return None
