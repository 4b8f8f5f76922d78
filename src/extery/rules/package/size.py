"""A package and its wheels stay within limits for the number of files and their unpacked size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from extery.core.errors import ProblemList
from extery.core.files import format_size
from extery.package import Member
from extery.package.central_directory import MAX_MEMBERS
from extery.rules.context import RuleContext
from extery.rules.rule import PACKAGES, Input, Rule


class Limits(NamedTuple):
    """Limits of a package.

    ``ratio`` is the maximum number of unpacked bytes for each byte of the archive. It applies above
    ``ratio_from`` unpacked bytes, because small repetitive files are harmless.
    """

    members: int = MAX_MEMBERS
    unpacked: int = 4_000_000_000
    ratio: int = 150
    ratio_from: int = 50_000_000


def check(context: RuleContext, problems: ProblemList, limits: Limits = Limits()) -> None:
    check_sizes(context.members, context.size, problems, context, limits)


RULE = Rule(
    "package.size",
    check,
    scopes=PACKAGES,
    input=Input.NAMES,
    codes=("package.too-many-members", "package.too-large", "package.bomb"),
)


def check_sizes(
    members: Sequence[Member],
    size: int,
    problems: ProblemList,
    context: RuleContext,
    limits: Limits = Limits(),
    name: str = "",
) -> None:
    """Report an archive of ``size`` bytes that exceeds the limits; ``name`` is that of a wheel, or empty."""
    where = context.where(name)
    variant = "wheel" if name else ""
    unpacked = sum(member.size for member in members)
    if len(members) > limits.members:
        problems.add(
            "package.too-many-members",
            where=where,
            variant=variant,
            file=name,
            members=len(members),
            limit=limits.members,
        )
    if unpacked > limits.unpacked:
        problems.add(
            "package.too-large",
            where=where,
            variant=variant,
            file=name,
            size=format_size(unpacked),
            limit=format_size(limits.unpacked),
        )
    elif unpacked > limits.ratio_from and unpacked > limits.ratio * size:
        problems.add(
            "package.bomb",
            where=where,
            variant=variant,
            file=name,
            size=format_size(size),
            unpacked=format_size(unpacked),
        )
