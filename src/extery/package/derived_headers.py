"""Local headers that follow from an entry of the directory, as most tools write them.

Which form a tool has used is a guess, which a hash of the archive must confirm.
"""

from __future__ import annotations

from extery.package.central_directory import DirectoryEntry
from extery.package.zip_format import IN_ZIP64_32, LOCAL_HEADER, LOCAL_SIGNATURE

# Offset of time and date in a local header.
_TIME_AT = 10


def derive_header(entry: DirectoryEntry, extra: bytes) -> bytes | None:
    """Return the local header as most tools write it: all fields are those of the entry.

    ``extra``, the extra field, must be empty or that of the entry; else the header is not known.
    """
    if max(entry.size, entry.packed_size) >= IN_ZIP64_32 or extra not in (b"", entry.extra):
        return None
    return (
        LOCAL_HEADER.pack(
            LOCAL_SIGNATURE, entry.version_needed, 0, entry.flags, entry.method, entry.time,
            entry.date, entry.crc, entry.packed_size, entry.size, len(entry.raw_name), len(extra),
        )
        + entry.raw_name
        + extra
    )  # fmt: skip


def header_of_span(entry: DirectoryEntry, span: int) -> bytes | None:
    """Return the local header of a member of ``span`` bytes if it is one that `derive_header` returns."""
    for extra in (b"", entry.extra):
        header = derive_header(entry, extra)
        if header is not None and span == len(header) + entry.packed_size:
            return header
    return None


def with_time(header: bytes, entry: DirectoryEntry) -> bytes:
    """Return a local header with time and date of ``entry``."""
    stamp = entry.time.to_bytes(2, "little") + entry.date.to_bytes(2, "little")
    return header[:_TIME_AT] + stamp + header[_TIME_AT + len(stamp) :]
