"""Local headers and the room between them: every byte of an archive belongs to one thing.

Tools that stream an archive go by its local headers, others by the directory. Here both have to say
the same, and members have to lie one behind the other from the first byte to the directory, so that no
tool can find a member, or bytes of one, that another does not.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Sequence
from struct import Struct
from typing import BinaryIO, NamedTuple

from extery.core.errors import ProblemList, Where
from extery.core.files import format_size
from extery.package.directory import LOCAL_SIGNATURE, Directory, Entry
from extery.package.extra_fields import ZIP64, find_extra_fault, parse_extra, take_zip64
from extery.package.names import MAX_PROBLEMS, shown
from extery.package.streams import STORED

_LOCAL = Struct("<4s2B4HL2L2H")
# Where the fields begin that an entry of the directory has too, and the length of no extra field.
_AFTER_VERSION = 6
_NO_EXTRA = b"\0\0"
_DESCRIPTOR_SIGNATURE = b"PK\x07\x08"
#: Flags that change how data or names are read: encrypted, sizes follow, patch, strong encryption,
#: UTF-8 names, masked headers.
_MEANINGFUL_FLAGS = 0x1 | 0x8 | 0x20 | 0x40 | 0x800 | 0x2000
FLAG_ENCRYPTED = 0x1
FLAG_DESCRIPTOR = 0x8
FLAG_UTF8 = 0x800
_DOS_FOLDER = 0x10
#: DOS, Unix, NTFS in both numbers, VFAT and macOS. Of others, tools take Unix modes for something else.
_SYSTEMS = frozenset({0, 3, 10, 11, 14, 19})
# unzip skips members with this attribute.
_DOS_LABEL = 0x08
# What an empty folder takes when a tool deflates it all the same.
_EMPTY_DEFLATED = 2
_HINT = "build it again with an ordinary tool, for example 'extery build'"
#: Read behind a local header at once: most names and extra fields are shorter.
_AT_ONCE = 512


class LocalHeader(NamedTuple):
    """What stands before the data of a member."""

    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    raw_name: bytes
    extra: bytes
    data_offset: int


def check_layout(
    file: BinaryIO,
    directory: Directory,
    names: Sequence[str],
    problems: ProblemList,
    where: Callable[[str], Where],
) -> list[int]:
    """Compare every local header with its entry; the offset of each member's data, -1 where there is none.

    ``names`` are the decoded names of the entries, for messages. Stops after `MAX_PROBLEMS`.
    """
    offsets = [-1] * len(directory.entries)
    places = [entry.offset for entry in directory.entries]
    order = sorted(range(len(offsets)), key=places.__getitem__)
    room = _Room()
    before, expected, previous = len(problems), 0, ""
    for index in order:
        if len(problems) - before >= MAX_PROBLEMS:
            break
        entry, name = directory.entries[index], names[index]
        room.compare(expected, entry.offset, previous, name)
        is_shared = entry.offset < expected
        previous = name
        if plain := _find_plain_data(file, entry, directory.start):
            offsets[index] = plain
            expected = max(expected, plain + entry.packed_size)
            continue
        header = _read_local(file, entry.offset, directory.start)
        if header is None:
            _add(problems, "package.header-mismatch", name, "has no header before its data", where)
            expected = max(expected, entry.offset)
            continue
        offsets[index] = header.data_offset
        # Of members that share data, that is all there is to say.
        if not is_shared:
            for reason in _differences(header, entry):
                _add(problems, "package.header-mismatch", name, reason, where)
        expected = max(expected, header.data_offset + entry.packed_size)
        if header.flags & FLAG_DESCRIPTOR and not is_shared:
            length = _descriptor_size(file, expected, header, entry, directory.start)
            expected += length
            if not length:
                reason = "says that its sizes follow its data, and they do not"
                _add(problems, "package.header-mismatch", name, reason, where)
    else:
        room.compare(expected, directory.start, previous, "")
    room.report(problems, where)
    return offsets


def _add(
    problems: ProblemList, code: str, name: str, reason: str, where: Callable[[str], Where]
) -> None:
    problems.add(
        code,
        f"{shown(name)} {reason}",
        hint=_HINT,
        where=where(name),
    )


class _Room:
    """Bytes that two members share, and bytes that none has. The directory's name is empty."""

    def __init__(self) -> None:
        self.shared: list[tuple[int, str, str]] = []
        self.unused: list[tuple[int, str, str]] = []

    def compare(self, expected: int, found: int, previous: str, name: str) -> None:
        """Note the difference between the end of ``previous`` and the begin of ``name``."""
        if found < expected:
            self.shared.append((expected - found, previous, name))
        elif found > expected:
            self.unused.append((found - expected, previous, name))

    def report(self, problems: ProblemList, where: Callable[[str], Where]) -> None:
        """One problem for each of the two faults, with the first place and the number of others."""
        for code, places, text in (
            ("package.overlapping", self.shared, "{0} and {1} share {2} of the archive"),
            ("package.unused-data", self.unused, "{2} before {1} belong to no file"),
        ):
            if not places:
                continue
            length, previous, name = places[0]
            other = shown(name) if name else "the directory"
            message = text.format(shown(previous), other, format_size(length))
            more = f", and {len(places) - 1} more such places" if len(places) > 1 else ""
            problems.add(code, message + more, hint=_HINT, where=where(name or previous))


def _read_local(file: BinaryIO, offset: int, limit: int) -> LocalHeader | None:
    """The local header at ``offset``; ``None`` if there is none before ``limit``."""
    if offset + _LOCAL.size > limit:
        return None
    file.seek(offset)
    data = file.read(min(_LOCAL.size + _AT_ONCE, limit - offset))
    if len(data) < _LOCAL.size:
        return None
    fields = _LOCAL.unpack_from(data)
    signature, _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = fields
    end = _LOCAL.size + name_length + extra_length
    if signature != LOCAL_SIGNATURE or offset + end > limit:
        return None
    if len(data) < end:
        data += file.read(end - len(data))
        if len(data) < end:
            return None
    name_end = _LOCAL.size + name_length
    return LocalHeader(
        flags, method, crc, packed, size, data[_LOCAL.size : name_end], data[name_end:end],
        offset + end,
    )  # fmt: skip


def _find_plain_data(file: BinaryIO, entry: Entry, limit: int) -> int:
    """The offset of the data of a member with a plain local header that says what the entry says.

    0 for all others, of which `_read_local` and `_differences` find out more.
    """
    name_length = len(entry.raw_name)
    end = entry.offset + _LOCAL.size + name_length
    if end > limit or entry.flags & FLAG_DESCRIPTOR:
        return 0
    file.seek(entry.offset)
    data = file.read(_LOCAL.size + name_length)
    is_plain = (
        data.startswith(LOCAL_SIGNATURE)
        and data[_AFTER_VERSION:] == entry.header_fields + _NO_EXTRA + entry.raw_name
    )
    return end if is_plain else 0


def _differences(header: LocalHeader, entry: Entry) -> Iterator[str]:
    """What the local header and the directory say differently, in words."""
    if header.raw_name != entry.raw_name:
        yield f"is called {shown(_readable(header.raw_name))} in the header before its data"
    if header.method != entry.method:
        yield f"has method {entry.method} in the directory and {header.method} before its data"
    if (header.flags ^ entry.flags) & _MEANINGFUL_FLAGS:
        yield f"has flags {entry.flags:#06x} in the directory and {header.flags:#06x} before its data"
    parts = parse_extra(header.extra)
    if parts is None:
        yield "has an extra field that is cut off"
        return
    fault = find_extra_fault(parts, header.raw_name, header.flags)
    if fault and not entry.extra_fault:
        yield f"{fault.reason}, in the header before its data"
    sizes = take_zip64(parts, (header.size, header.packed_size))
    if sizes is None:
        yield "lacks its zip64 sizes in the header before its data, or has them twice"
        return
    # Where they follow the data, zeros stand for what was not known yet.
    unknown = (0,) if header.flags & FLAG_DESCRIPTOR else ()
    if sizes[0] not in (entry.size, *unknown):
        yield f"has {entry.size:,} bytes in the directory and {sizes[0]:,} before its data"
    elif sizes[1] not in (entry.packed_size, *unknown):
        yield f"has {entry.packed_size:,} packed bytes in the directory and {sizes[1]:,} before its data"
    elif header.crc not in (entry.crc, *unknown):
        yield "has another checksum in the directory than before its data"


def _readable(raw_name: bytes) -> str:
    return raw_name.decode("utf-8", "backslashreplace")


def _descriptor_size(
    file: BinaryIO, offset: int, header: LocalHeader, entry: Entry, limit: int
) -> int:
    """How many bytes the data descriptor takes that stands at ``offset``; 0 if none fits the entry.

    It may have a signature or not. Its sizes have 8 bytes where the local header has a zip64 field.
    """
    width = 8 if ZIP64 in (parse_extra(header.extra) or {}) else 4
    sizes = (entry.packed_size, entry.size)
    if offset > limit or max(sizes) >= 1 << (8 * width):
        return 0
    values = b"".join(
        number.to_bytes(length, "little")
        for number, length in zip((entry.crc, *sizes), (4, width, width), strict=True)
    )
    file.seek(offset)
    data = file.read(min(4 + len(values), max(0, limit - offset)))
    if data == _DESCRIPTOR_SIGNATURE + values:
        return len(data)
    return len(values) if data.startswith(values) else 0


def check_kinds(
    directory: Directory,
    names: Sequence[str],
    problems: ProblemList,
    where: Callable[[str], Where],
) -> None:
    """Note links, devices, and members of which name, attributes and sizes contradict each other."""
    before = len(problems)
    for entry, name in zip(directory.entries, names, strict=True):
        if _is_plain_file(entry) and not name.endswith("/"):
            continue
        if len(problems) - before >= MAX_PROBLEMS:
            return
        if stat.S_ISLNK(entry.external_attributes >> 16):
            problems.add(
                "package.symlink",
                f"{shown(name)} is a symbolic link",
                hint="pack a copy of the file it leads to",
                where=where(name),
            )
        elif reason := _odd_kind(entry, is_folder=name.endswith("/")):
            _add(problems, "package.special-file", name, reason, where)
        elif (
            entry.method == STORED and entry.size != entry.packed_size and not _is_encrypted(entry)
        ):
            reason = f"has {entry.packed_size:,} bytes of data and {entry.size:,} are stated"
            _add(problems, "package.stream-size", name, reason, where)
        elif name.endswith("/") and (entry.size or entry.packed_size > _EMPTY_DEFLATED):
            size = format_size(max(entry.size, entry.packed_size))
            _add(problems, "package.folder-with-data", name, f"is a folder and has {size}", where)


def _is_plain_file(entry: Entry) -> bool:
    """Whether a member is the usual case, of which nothing more need be asked."""
    attributes = entry.external_attributes
    return (
        stat.S_IFMT(attributes >> 16) in (0, stat.S_IFREG)
        and not attributes & (_DOS_LABEL | _DOS_FOLDER)
        and entry.system in _SYSTEMS
        and (entry.method != STORED or entry.size == entry.packed_size)
    )


def _is_encrypted(entry: Entry) -> bool:
    return bool(entry.flags & FLAG_ENCRYPTED)


def _odd_kind(entry: Entry, *, is_folder: bool) -> str:
    """Why a member is neither a plain file nor a plain folder; ``""`` if it is one."""
    kind = stat.S_IFMT(entry.external_attributes >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a device, a pipe or a socket"
    if entry.system not in _SYSTEMS:
        return (
            f"was packed on a system ({entry.system}) whose attributes tools read in different ways"
        )
    if entry.external_attributes & _DOS_LABEL:
        return "is the label of a disk by its attributes"
    if is_folder:
        return "is a folder by its name and a file by its mode" if kind == stat.S_IFREG else ""
    if kind == stat.S_IFDIR or entry.external_attributes & _DOS_FOLDER:
        return "is a file by its name and a folder by its attributes"
    return ""
