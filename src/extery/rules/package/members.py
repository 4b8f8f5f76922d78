"""Members of a package: not too many, not too large, not encrypted, packed so that every tool can unpack them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from extery.core.errors import ProblemList
from extery.core.files import human_size
from extery.package import Member
from extery.package.directory import MAX_MEMBERS
from extery.package.streams import BZIP2, LZMA, METHODS
from extery.rules.context import RuleContext

# unzip skips members that ask for a newer format than this, that of bzip2.
_COMMON_VERSION = 46


class Limits(NamedTuple):
    """What a package may ask of a client.

    ``ratio`` is how many bytes one byte of the archive may unpack to, counted only above
    ``ratio_from`` unpacked bytes: small texts of one letter are no danger.
    """

    members: int = MAX_MEMBERS
    unpacked: int = 4_000_000_000
    ratio: int = 150
    ratio_from: int = 50_000_000


def check(contents: RuleContext, problems: ProblemList, limits: Limits = Limits()) -> None:
    members = contents.members
    check_sizes(members, contents.size, problems, contents, limits)
    _add_first(
        [member for member in members if member.is_encrypted],
        "package.encrypted",
        "cannot be read without a password",
        "pack it again without a password",
        contents,
        problems,
    )
    _add_first(
        [member for member in members if _is_rare(member)],
        "package.rare-compression",
        "is packed with bzip2 or LZMA, which not every tool can unpack",
        "pack it again with the usual method, deflate",
        contents,
        problems,
    )
    _add_first(
        [member for member in members if _is_too_new(member)],
        "package.rare-compression",
        "asks for a newer version of the zip format than every tool reads",
        "pack it again with an ordinary tool, for example 'extery build'",
        contents,
        problems,
    )
    _add_first(
        [member for member in members if not member.name.startswith(contents.root)],
        "package.outside-root",
        f"outside {contents.root} will be dropped",
        "move such files into the folder, or leave them out",
        contents,
        problems,
    )


def _is_rare(member: Member) -> bool:
    return member.method in (BZIP2, LZMA) and not member.is_encrypted


def _is_too_new(member: Member) -> bool:
    # Unreadable members, and methods that need the newer version, have problems of their own.
    is_readable = member.method in METHODS and not member.is_encrypted
    return is_readable and member.version_needed > _COMMON_VERSION and not _is_rare(member)


def _add_first(
    found: Sequence[Member],
    code: str,
    text: str,
    hint: str,
    contents: RuleContext,
    problems: ProblemList,
) -> None:
    """One problem for all members with the same fault: the first of them, and how many more."""
    if not found:
        return
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    place = contents.where("")._replace(path=(found[0].name,))
    problems.add(code, f"{found[0].name}{more} {text}", hint=hint, where=place)


def check_sizes(
    members: Sequence[Member],
    size: int,
    problems: ProblemList,
    contents: RuleContext,
    limits: Limits = Limits(),
    name: str = "",
) -> None:
    """Note an archive of ``size`` bytes that takes too much room; ``name`` where it lies in the package."""
    where = contents.where(name)
    what = name or "the package"
    unpacked = sum(member.size for member in members)
    if len(members) > limits.members:
        problems.add(
            "package.too-many-members",
            f"{what} has {len(members):,} files, at most {limits.members:,} are allowed",
            hint="leave caches and generated files out",
            where=where,
        )
    if unpacked > limits.unpacked:
        problems.add(
            "package.too-large",
            f"{what} unpacks to {human_size(unpacked)}, at most {human_size(limits.unpacked)} are allowed",
            hint="let the add-on fetch large data when it is needed",
            where=where,
        )
    elif unpacked > limits.ratio_from and unpacked > limits.ratio * size:
        problems.add(
            "package.bomb",
            f"{what} of {human_size(size)} unpacks to {human_size(unpacked)}",
            hint="leave out files that are empty space",
            where=where,
        )
