"""Compare local headers with the central directory, and find gaps and overlaps between members.

Tools that stream an archive follow its local headers, others the directory. Here both must be equal, and
members must follow each other without gaps from the first byte to the directory, so that no tool can find a
member, or bytes of one, that another does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

from extery.core.errors import ProblemList, Where
from extery.core.files import format_size
from extery.package.central_directory import CentralDirectory, DirectoryEntry
from extery.package.extra_fields import ZIP64, find_extra_issue, parse_extra_field, take_zip64
from extery.package.issue import Issue
from extery.package.names import MAX_NAME_PROBLEMS, quote_name
from extery.package.zip_format import (
    DESCRIPTOR_SIGNATURE,
    FLAG_DESCRIPTOR,
    FLAG_ENCRYPTED,
    FLAG_MASKED_HEADERS,
    FLAG_PATCH,
    FLAG_STRONG_ENCRYPTION,
    FLAG_UTF8,
    LOCAL_HEADER,
    LOCAL_SIGNATURE,
)

#: Flags that change how data or names are read.
_COMPARED_FLAGS = (
    FLAG_ENCRYPTED
    | FLAG_DESCRIPTOR
    | FLAG_PATCH
    | FLAG_STRONG_ENCRYPTION
    | FLAG_UTF8
    | FLAG_MASKED_HEADERS
)
_MISMATCH = "package.header-mismatch"
#: Bytes after a local header that are read with it: most names and extra fields are shorter.
_READ_AHEAD = 512


class LocalHeader(NamedTuple):
    """The header before the data of a member."""

    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    raw_name: bytes
    extra: bytes
    data_offset: int


def check_local_headers(
    file: BinaryIO,
    directory: CentralDirectory,
    names: Sequence[str],
    problems: ProblemList,
    where: Callable[[str], Where],
) -> list[int]:
    """Compare every local header with its entry; return the offset of each member's data, or -1.

    ``names`` are the decoded names of the entries, for messages. Stops after `MAX_NAME_PROBLEMS`.
    """

    def add(issue: Issue, name: str) -> None:
        issue.add_to(problems, where=where(name), member=quote_name(name))

    offsets = [-1] * len(directory.entries)
    starts = [entry.offset for entry in directory.entries]
    order = sorted(range(len(offsets)), key=starts.__getitem__)
    spaces = _Spaces()
    before, expected, previous = len(problems), 0, ""
    for index in order:
        entry, name = directory.entries[index], names[index]
        if entry.offset != expected:
            spaces.compare(expected, entry.offset, previous, name)
        is_shared = entry.offset < expected
        previous = name
        if len(problems) - before >= MAX_NAME_PROBLEMS:
            break
        header = read_local_header(file, entry.offset, directory.start)
        if header is None:
            add(Issue(_MISMATCH, "no-header"), name)
            expected = max(expected, entry.offset)
            continue
        offsets[index] = header.data_offset
        # Members that share data have one problem for that, and no others.
        if not is_shared:
            for issue in _differences(header, entry):
                add(issue, name)
        expected = max(expected, header.data_offset + entry.packed_size)
        if header.flags & FLAG_DESCRIPTOR and not is_shared:
            length = _descriptor_size(file, expected, header, entry, directory.start)
            expected += length
            if not length:
                add(Issue(_MISMATCH, "no-descriptor"), name)
    else:
        spaces.compare(expected, directory.start, previous, "")
    spaces.report(problems, where)
    return offsets


class _Spaces:
    """Bytes that belong to two members, and bytes that belong to none. The directory has the name ``""``."""

    def __init__(self) -> None:
        self.overlaps: list[tuple[int, str, str]] = []
        self.gaps: list[tuple[int, str, str]] = []

    def compare(self, end: int, start: int, previous: str, name: str) -> None:
        """Record the difference between the end of ``previous`` and the start of ``name``."""
        if start < end:
            self.overlaps.append((end - start, previous, name))
        elif start > end:
            self.gaps.append((start - end, previous, name))

    def report(self, problems: ProblemList, where: Callable[[str], Where]) -> None:
        """Add at most one problem of each kind, with the first place and the number of others."""
        for code, places in (
            ("package.overlapping", self.overlaps),
            ("package.unused-data", self.gaps),
        ):
            if not places:
                continue
            length, previous, name = places[0]
            kind = "member" if name else "directory"
            problems.add(
                code,
                where=where(name or previous),
                variant=f"{kind}-several" if len(places) > 1 else kind,
                member=quote_name(previous),
                next=quote_name(name),
                size=format_size(length),
                more=len(places) - 1,
            )


def read_local_header(file: BinaryIO, offset: int, limit: int) -> LocalHeader | None:
    """Return the local header at ``offset``, or ``None`` if there is none before ``limit``."""
    if offset + LOCAL_HEADER.size > limit:
        return None
    file.seek(offset)
    data = file.read(min(LOCAL_HEADER.size + _READ_AHEAD, limit - offset))
    if len(data) < LOCAL_HEADER.size:
        return None
    fields = LOCAL_HEADER.unpack_from(data)
    signature, _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = fields
    end = LOCAL_HEADER.size + name_length + extra_length
    if signature != LOCAL_SIGNATURE or offset + end > limit:
        return None
    if len(data) < end:
        data += file.read(end - len(data))
        if len(data) < end:
            return None
    name_end = LOCAL_HEADER.size + name_length
    return LocalHeader(
        flags, method, crc, packed, size, data[LOCAL_HEADER.size : name_end], data[name_end:end],
        offset + end,
    )  # fmt: skip


def _differences(header: LocalHeader, entry: DirectoryEntry) -> Iterator[Issue]:
    """Yield the differences between a local header and its entry in the directory."""
    if header.raw_name != entry.raw_name:
        name = header.raw_name.decode("utf-8", "backslashreplace")
        yield Issue(_MISMATCH, "name", {"other": quote_name(name)})
    if header.method != entry.method:
        yield _difference("method", entry.method, header.method)
    if (header.flags ^ entry.flags) & _COMPARED_FLAGS:
        yield _difference("flags", entry.flags, header.flags)
    parts = parse_extra_field(header.extra)
    if parts is None:
        yield Issue(_MISMATCH, "extra-field")
        return
    issue = find_extra_issue(parts, header.raw_name, header.flags)
    if issue and not entry.extra_issue:
        yield issue._replace(code=_MISMATCH)
    sizes = take_zip64(parts, (header.size, header.packed_size))
    if sizes is None:
        yield Issue(_MISMATCH, "zip64")
        return
    # With a data descriptor, zeros stand for values that were not known yet.
    unknown = (0,) if header.flags & FLAG_DESCRIPTOR else ()
    if sizes[0] not in (entry.size, *unknown):
        yield _difference("size", entry.size, sizes[0])
    elif sizes[1] not in (entry.packed_size, *unknown):
        yield _difference("packed-size", entry.packed_size, sizes[1])
    elif header.crc not in (entry.crc, *unknown):
        yield Issue(_MISMATCH, "checksum")


def _difference(variant: str, directory: int, local: int) -> Issue:
    return Issue(_MISMATCH, variant, {"directory": directory, "local": local})


def _descriptor_size(
    file: BinaryIO, offset: int, header: LocalHeader, entry: DirectoryEntry, limit: int
) -> int:
    """Return the length of the data descriptor at ``offset``; 0 if there is none that fits the entry.

    The signature is optional. Its sizes have 8 bytes if the local header has a zip64 field.
    """
    width = 8 if ZIP64 in (parse_extra_field(header.extra) or {}) else 4
    sizes = (entry.packed_size, entry.size)
    if offset > limit or max(sizes) >= 1 << (8 * width):
        return 0
    values = b"".join(
        number.to_bytes(length, "little")
        for number, length in zip((entry.crc, *sizes), (4, width, width), strict=True)
    )
    file.seek(offset)
    data = file.read(min(4 + len(values), max(0, limit - offset)))
    if data == DESCRIPTOR_SIGNATURE + values:
        return len(data)
    return len(values) if data.startswith(values) else 0
