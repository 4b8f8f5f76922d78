"""Every listed wheel that exists can be unpacked, and matches its file name."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

from extery.core.errors import InvalidPackage, ProblemList
from extery.core.files import format_size
from extery.core.wheel_names import requirement_of
from extery.package import Archive, Member, open_archive
from extery.package.names import collision_key
from extery.package.size_limits import Limits, check_sizes, unpacking_cost
from extery.rules.context import RuleContext
from extery.rules.rule import FILES, Input, Rule


def check(context: RuleContext, problems: ProblemList) -> None:
    """Check the contents of each listed wheel that exists.

    The limits of a package also apply to the package and its wheels together.
    """
    if context.open_file is None or not (context.table or {}).get("wheels"):
        return
    from extery.rules.dist_info import find_dist_info_issue  # most packages have no wheels

    budget = Budget(context.members)
    for name in _listed_files(context):
        try:
            with context.open_file(name) as file, _open_wheel(file, name) as wheel:
                if not budget.spend(wheel, name, context, problems):
                    return
                wheel.verify_all(checkpoint=context.checkpoint)
                if issue := find_dist_info_issue(wheel, name):
                    issue.add_to(problems, where=context.where(name), file=wheel.name)
        except InvalidPackage as error:
            _add_unreadable(name, error, context, problems)


RULE = Rule(
    "wheels.contents",
    check,
    scopes=FILES,
    input=Input.FILES,
    codes=("wheel.unreadable", "wheel.dist-info", "package.bomb", "package.too-many-members"),
)


def _open_wheel(file: BinaryIO, name: str) -> AbstractContextManager[Archive]:
    return open_archive(file, name=name.rpartition("/")[2])


class Budget:
    """Size, number of files and cost of a package and its wheels: many wheels can add up to a bomb."""

    def __init__(self, members: Sequence[Member], limits: Limits = Limits()) -> None:
        self.unpacked = sum(member.size for member in members)
        self.members = len(members)
        self.cost = unpacking_cost(members)
        self.limits = limits

    def spend(self, wheel: Archive, name: str, context: RuleContext, problems: ProblemList) -> bool:
        """Add the size of a wheel; return whether it may be unpacked, and add a problem if not."""
        before = len(problems)
        check_sizes(
            wheel.members, wheel.size, problems, context.where(name), self.limits, wheel=name
        )
        if len(problems) > before:
            return False
        self.unpacked += wheel.unpacked_size
        self.members += len(wheel.members)
        self.cost += unpacking_cost(wheel.members)
        if self.members > self.limits.members_together:
            problems.add(
                "package.too-many-members",
                where=context.where(name),
                variant="together",
                limit=self.limits.members_together,
            )
            return False
        # A source folder has no packed size to compare with.
        limit = self.limits.ratio * context.size if context.size else self.limits.unpacked
        is_cheap = not context.size or self.limits.allows_cost(self.cost, context.size)
        if is_cheap and self.unpacked <= max(
            min(limit, self.limits.unpacked), self.limits.ratio_from
        ):
            return True
        problems.add(
            "package.bomb",
            where=context.where(name),
            variant="together",
            unpacked=format_size(self.unpacked),
        )
        return False


def _listed_files(context: RuleContext) -> list[str]:
    """Return the files that are a listed wheel on some system, also if they differ in case."""
    folded = {collision_key(posixpath.normpath(wheel.lstrip("/"))) for _, wheel in context.wheels()}
    if not folded:
        return []
    return [name for name in context.names if collision_key(posixpath.normpath(name)) in folded]


def _add_unreadable(
    name: str, error: InvalidPackage, context: RuleContext, problems: ProblemList
) -> None:
    """Add one problem for the wheel, with the first error of the archive as its cause."""
    cause = next(problem for problem in error.problems if problem.is_error)
    values: dict[str, Any] = {f"cause.{key}": value for key, value in cause.values}
    problems.add(
        "wheel.unreadable",
        where=context.where(name),
        variant="git-lfs" if ("variant", "git-lfs") in cause.values else "",
        file=name.rpartition("/")[2],
        requirement=requirement_of(name),
        cause=cause.code,
        **values,
    )
