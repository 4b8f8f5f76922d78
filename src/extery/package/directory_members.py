"""The members of any zip, read from its directory and its local headers.

`extery.package.plain_archive` reads ordinary zips faster, without the modules that this one needs.
"""

from __future__ import annotations

from typing import BinaryIO

from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.package.archive import MAX_MEMBERS, Member
from extery.package.central_directory import CentralDirectory, DirectoryEntry, read_directory
from extery.package.collisions import check_names
from extery.package.formats import check_polyglot, identify_format
from extery.package.local_headers import check_local_headers
from extery.package.member_types import check_member_types
from extery.package.name_encoding import decode_names
from extery.package.names import quote_name
from extery.package.unzip_names import find_clash


def read_members(
    file: BinaryIO, size: int, name: str, problems: ProblemList, *, max_members: int = MAX_MEMBERS
) -> list[Member]:
    """Return the members, and add a problem for everything that tools understand in different ways.

    ``name`` is that of the file for messages. Raises `InvalidPackage` if the file is not a readable zip.
    """
    check_polyglot(file, size, name)
    try:
        directory = read_directory(file, size, name, max_members=max_members)
    except InvalidPackage as error:
        raise identify_format(file, size, name) or error from error
    return _check_members(file, name, directory, problems)


def _check_members(
    file: BinaryIO, name: str, directory: CentralDirectory, problems: ProblemList
) -> list[Member]:
    def where(member: str) -> Where:
        return Where(name, (member,)) if member else Where(name)

    names = decode_names(directory.entries, name, problems, where)
    offsets = check_local_headers(file, directory, names, problems, where)
    check_member_types(directory, names, problems, where)
    check_names(names, problems, where=where)
    if clash := find_clash(directory.entries, names):
        problems.add(
            "path.encoding",
            where=where(clash[1]),
            variant="unzip",
            path=quote_name(clash[0]),
            other=quote_name(clash[1]),
        )
    return list(map(_member, directory.entries, names, offsets))


def _member(entry: DirectoryEntry, name: str, data_offset: int) -> Member:
    return Member(
        name,
        entry.size,
        entry.packed_size,
        entry.method,
        entry.flags,
        entry.crc,
        entry.external_attributes >> 16,
        entry.version_needed,
        entry.date,
        data_offset,
    )
