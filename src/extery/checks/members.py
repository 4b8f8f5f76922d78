"""Members of the zip: none twice, no links, no passwords, no bomb, each with its right checksum."""

from __future__ import annotations

import stat
from typing import NamedTuple
from zipfile import ZipInfo

from extery.checks.contents import Contents
from extery.core.errors import ProblemList
from extery.core.files import human_size


class Limits(NamedTuple):
    """What a package may ask of a client.

    ``ratio`` is how many bytes one byte of the archive may unpack to, counted only above
    ``ratio_from`` unpacked bytes: small texts of one letter are no danger.
    """

    members: int = 20_000
    unpacked: int = 4_000_000_000
    ratio: int = 150
    ratio_from: int = 50_000_000


def check(contents: Contents, problems: ProblemList, limits: Limits = Limits()) -> None:
    _check_sizes(contents, problems, limits)
    _check_names(contents, problems)
    encrypted = [info.filename for info in contents.infos if info.flag_bits & 1]
    if encrypted:
        more = f" and {len(encrypted) - 1} more" if len(encrypted) > 1 else ""
        problems.add(
            "package.encrypted",
            f"{encrypted[0]}{more} cannot be read without a password",
            hint="pack it again without a password",
            where=contents.where(encrypted[0]),
        )
    for info in contents.infos:
        if is_link(info):
            problems.add(
                "package.symlink",
                f"{info.filename} is a symbolic link",
                hint="pack a copy of the file it leads to",
                where=contents.where(info.filename),
            )
    outside = [i.filename for i in contents.infos if not i.filename.startswith(contents.root)]
    if outside:
        problems.add(
            "package.outside-root",
            f"{len(outside)} files lie outside {contents.root}, the first is {outside[0]}",
            hint="move them into the folder, or leave them out",
            where=contents.where(outside[0]),
        )


def is_link(info: ZipInfo) -> bool:
    """Whether a member is a symbolic link, as Unix tools store one."""
    return stat.S_ISLNK(info.external_attr >> 16)


def _check_sizes(contents: Contents, problems: ProblemList, limits: Limits) -> None:
    infos = contents.infos
    where = contents.where("")
    unpacked = sum(info.file_size for info in infos)
    if len(infos) > limits.members:
        problems.add(
            "package.too-many-members",
            f"the package has {len(infos):,} files, at most {limits.members:,} are allowed",
            hint="leave caches and generated files out",
            where=where,
        )
    if unpacked > limits.unpacked:
        problems.add(
            "package.too-large",
            f"the package unpacks to {human_size(unpacked)}, at most {human_size(limits.unpacked)} are allowed",
            hint="let the add-on fetch large data when it is needed",
            where=where,
        )
    elif unpacked > limits.ratio_from and unpacked > limits.ratio * contents.size:
        problems.add(
            "package.bomb",
            f"the package of {human_size(contents.size)} unpacks to {human_size(unpacked)}",
            hint="leave out files that are empty space",
            where=where,
        )
    if sum(info.compress_size for info in infos) > contents.size:
        problems.add(
            "package.overlapping",
            "the files of the package take more room than the package has",
            hint="pack it again with an ordinary tool",
            where=where,
        )


def _check_names(contents: Contents, problems: ProblemList) -> None:
    seen: set[str] = set()
    for info in contents.infos:
        if info.filename in seen:
            problems.add(
                "package.duplicate-member",
                f"{info.filename} is in the package twice",
                hint="pack it again; only one of the two would be installed",
                where=contents.where(info.filename),
            )
        seen.add(info.filename)
