"""A rule as a value: its id, where it applies, what it reads, and the problems that it can report."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from extery.core import codes

if TYPE_CHECKING:
    from extery.core.errors import ProblemList, Severity
    from extery.rules.context import RuleContext

#: A rule reads the context, changes nothing, and adds what it finds to the list.
Check: TypeAlias = "Callable[[RuleContext, ProblemList], None]"


class Scope(StrEnum):
    """What is checked, and for whom."""

    MANIFEST = "manifest"
    """A manifest alone, for its author."""
    FOLDER = "source folder"
    """A source folder, as a build would pack it, for its author."""
    PACKAGE = "package"
    """A package, for its author."""
    REPOSITORY = "repository"
    """A package of a repository or a mirror. Its owner can change nothing in it, so warnings are left out."""
    UPLOAD = "upload"
    """A package that is uploaded to a site."""


class Reads(StrEnum):
    """What a rule looks at. It is skipped where that cannot be read, or not without danger."""

    NAMES = "names"
    """Names, sizes and kinds of the files."""
    TABLE = "table"
    """The manifest's table."""
    MANIFEST = "manifest"
    """The manifest's table, and the names of the files beside it."""
    FILES = "files"
    """The contents of files beside the manifest."""
    MEMBERS = "members"
    """The contents of every member of a package."""


class Rule(NamedTuple):
    """A rule. ``module`` is below `extery.rules` and has a function ``check(context, problems)``.

    ``severity`` is the worst that it reports. ``codes`` are all problem codes that it can report, where
    ``manifest.*`` stands for all of that area with this severity.
    """

    id: str
    module: str
    scopes: frozenset[Scope]
    reads: Reads
    codes: tuple[str, ...]
    severity: Severity = "error"

    def all_codes(self) -> frozenset[str]:
        """The codes, each in full; for reference pages and tests."""
        return frozenset(
            code
            for code, entry in codes.all_codes().items()
            if code in self.codes
            or (f"{code.partition('.')[0]}.*" in self.codes and entry.severity == self.severity)
        )

    def load(self) -> Check:
        """The function of the rule; imports its module."""
        check: Check = import_module(f"extery.rules.{self.module}").check
        return check
