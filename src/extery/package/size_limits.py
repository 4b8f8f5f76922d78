"""Limits for the number of files of an archive and their unpacked size: the same before it is published and installed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from extery.core.errors import ProblemList, Where
from extery.core.files import format_size
from extery.package.archive import MAX_MEMBERS, Member
from extery.package.streams import DEFLATED, STORED


class Limits(NamedTuple):
    """Limits of a package.

    ``cost`` is the maximum cost of unpacking, see `unpacking_cost`; above it ``cost_ratio`` for each byte of the
    archive is allowed. Deflated data of that size takes some seconds. ``members_together`` applies to a package and
    its wheels. ``ratio`` is the maximum number of unpacked bytes for each byte of the archive. It applies above
    ``ratio_from`` unpacked bytes, because small repetitive files are harmless.
    """

    members: int = MAX_MEMBERS
    members_together: int = 5 * MAX_MEMBERS
    unpacked: int = 4_000_000_000
    ratio: int = 150
    ratio_from: int = 50_000_000
    cost: int = 2_500_000_000
    cost_ratio: int = 12

    def allows_cost(self, cost: int, size: int) -> bool:
        """Return whether an archive of ``size`` bytes may cost this much to unpack."""
        return cost <= max(self.cost, self.cost_ratio * size)


def unpacking_cost(members: Iterable[Member]) -> int:
    """Return the cost of unpacking, in bytes of deflated data that take as long.

    bzip2 and LZMA take longer, in proportion to their packed size above all; stored data costs next to nothing.
    """
    cost = 0
    for member in members:
        if member.method == DEFLATED:
            cost += member.size
        elif member.method != STORED:
            cost += 3 * member.size + 40 * member.packed_size
    return cost


def check_sizes(
    members: Sequence[Member],
    size: int,
    problems: ProblemList,
    where: Where,
    limits: Limits = Limits(),
    *,
    wheel: str = "",
) -> None:
    """Report an archive of ``size`` bytes that exceeds the limits; ``wheel`` is the name of a wheel, or empty."""
    unpacked = sum([member.size for member in members])
    if (
        len(members) <= limits.members
        and unpacked <= min(limits.unpacked, limits.ratio_from)
        and limits.allows_cost(unpacking_cost(members), size)
    ):
        return
    variant = "wheel" if wheel else ""
    if len(members) > limits.members:
        problems.add(
            "package.too-many-members",
            where=where,
            variant=variant,
            file=wheel,
            members=len(members),
            limit=limits.members,
        )
    if unpacked > limits.unpacked:
        problems.add(
            "package.too-large",
            where=where,
            variant=variant,
            file=wheel,
            size=format_size(unpacked),
            limit=format_size(limits.unpacked),
        )
    elif unpacked > limits.ratio_from and unpacked > limits.ratio * size:
        _add_bomb(variant, where, problems, name=wheel, size=size, unpacked=unpacked)
    elif not limits.allows_cost(unpacking_cost(members), size):
        slow = sum(m.packed_size for m in members if m.method not in (STORED, DEFLATED))
        if 40 * slow > limits.cost // 2:
            variant = f"slow-{variant}" if variant else "slow"
            unpacked = slow
        _add_bomb(variant, where, problems, name=wheel, size=size, unpacked=unpacked)


def _add_bomb(
    variant: str, where: Where, problems: ProblemList, *, name: str, size: int, unpacked: int
) -> None:
    problems.add(
        "package.bomb",
        where=where,
        variant=variant,
        file=name,
        size=format_size(size),
        unpacked=format_size(unpacked),
    )
