"""Decode the names of members, and report those that tools decode in different ways."""

from __future__ import annotations

from collections.abc import Callable

from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.package.central_directory import DirectoryEntry
from extery.package.names import MAX_NAME_PROBLEMS, quote_name
from extery.package.zip_format import FLAG_UTF8


def decode_names(
    entries: list[DirectoryEntry],
    archive: str,
    problems: ProblemList,
    where: Callable[[str], Where],
) -> list[str]:
    """Return the names as text, in the order of ``entries``.

    Adds a problem for each entry with an issue in its extra field, and one for all names without a
    declared encoding. Raises `InvalidPackage` for a name that is marked as UTF-8 and is not.
    """
    if plain := _decode_ascii(entries):
        return plain
    names: list[str] = []
    undeclared: list[bytes] = []
    issues = 0
    for entry in entries:
        if entry.flags & FLAG_UTF8:
            names.append(_decode_utf8(entry.raw_name, archive))
        else:
            # The original encoding of zips, which Python assumes; the same as others for ASCII.
            names.append(entry.raw_name.decode("cp437"))
            if not entry.raw_name.isascii():
                undeclared.append(entry.raw_name)
        if issue := entry.extra_issue:
            is_declared = bool(entry.flags & FLAG_UTF8) or entry.raw_name.isascii()
            # Info-ZIP adds a second name if the first one is undeclared, which is reported below.
            if issues < MAX_NAME_PROBLEMS and (is_declared or issue.code != "package.unicode-path"):
                issues += 1
                issue.add_to(problems, where=where(names[-1]), member=quote_name(names[-1]))
    if undeclared:
        _add_undeclared(undeclared, problems, where)
    return names


def _decode_ascii(entries: list[DirectoryEntry]) -> list[str] | None:
    """Return the names if all are ASCII, which every tool decodes alike, and no entry has an issue."""
    names = []
    for entry in entries:
        if entry.extra_issue or not entry.raw_name.isascii():
            return None
        names.append(entry.raw_name.decode("ascii"))
    return names


def _add_undeclared(
    raw_names: list[bytes], problems: ProblemList, where: Callable[[str], Where]
) -> None:
    unpacked = raw_names[0].decode("cp437")
    try:
        written, variant = raw_names[0].decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # Such as GBK, Shift JIS or Windows-1252: the bytes do not tell which.
        written, variant = unpacked, "local"
    problems.add(
        "path.encoding",
        where=where(unpacked),
        variant=f"{variant}-several" if len(raw_names) > 1 else variant,
        path=quote_name(written),
        unpacked=quote_name(unpacked),
        more=len(raw_names) - 1,
    )


def _decode_utf8(raw_name: bytes, archive: str) -> str:
    try:
        return raw_name.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidPackage.of(
            "path.encoding",
            where=Where(archive),
            variant="invalid",
            path=quote_name(raw_name.decode("utf-8", "backslashreplace")),
            reason=error.reason,
        ) from error
