"""A package asks no client for more files and bytes than `Limits` allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from extery.core.errors import ProblemList
from extery.core.files import format_size
from extery.package import Member
from extery.package.directory import MAX_MEMBERS
from extery.rules.context import RuleContext


class Limits(NamedTuple):
    """What a package may ask of a client.

    ``ratio`` is how many bytes one byte of the archive may unpack to, counted only above
    ``ratio_from`` unpacked bytes: small texts of one letter are no danger.
    """

    members: int = MAX_MEMBERS
    unpacked: int = 4_000_000_000
    ratio: int = 150
    ratio_from: int = 50_000_000


def check(context: RuleContext, problems: ProblemList, limits: Limits = Limits()) -> None:
    check_sizes(context.members, context.size, problems, context, limits)


def check_sizes(
    members: Sequence[Member],
    size: int,
    problems: ProblemList,
    context: RuleContext,
    limits: Limits = Limits(),
    name: str = "",
) -> None:
    """Note an archive of ``size`` bytes that takes too much room; ``name`` is its place in the package."""
    where = context.where(name)
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
            f"{what} unpacks to {format_size(unpacked)}, at most {format_size(limits.unpacked)} are allowed",
            hint="let the add-on fetch large data when it is needed",
            where=where,
        )
    elif unpacked > limits.ratio_from and unpacked > limits.ratio * size:
        problems.add(
            "package.bomb",
            f"{what} of {format_size(size)} unpacks to {format_size(unpacked)}",
            hint="leave out files that are empty space",
            where=where,
        )
