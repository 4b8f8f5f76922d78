"""Rules as values: the function of a rule, where it applies, its input, and the problems it can report.

Each module in a sub-folder of `extery.rules` defines one as ``RULE``.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from extery.core import codes
from extery.rules.profiles import EVERY_PROFILE, Profile

if TYPE_CHECKING:
    from extery.core.errors import Problem, ProblemList, Severity
    from extery.rules.context import RuleContext
    from extery.rules.fixes import Fix

#: A check reads the context, changes nothing, and adds problems to the list.
Check: TypeAlias = "Callable[[RuleContext, ProblemList], None]"
#: Returns the fix of a problem that the rule reported about the context, or ``None``.
FindFix: TypeAlias = "Callable[[RuleContext, Problem], Fix | None]"


class Scope(StrEnum):
    """The kind of input that is checked, and the person who acts on the result."""

    MANIFEST = "manifest"
    """A manifest alone, for its author."""
    FOLDER = "source folder"
    """The files of a source folder that a build packs, for its author."""
    PACKAGE = "package"
    """A package, for its author."""
    REPOSITORY = "repository"
    """A package of a repository or a mirror. Its owner cannot change the package: see `extery.rules.installability`."""
    UPLOAD = "upload"
    """A package uploaded to a site."""
    CHECK = "check"
    """A source folder or package that its author checks with `extery check`, in addition to `FOLDER` or `PACKAGE`."""


class Input(StrEnum):
    """The input of a rule. The rule is skipped if it cannot be read, or if reading it is dangerous."""

    NAMES = "names"
    """Names, sizes and kinds of the files."""
    TABLE = "table"
    """The manifest's table."""
    MANIFEST = "manifest"
    """The manifest's table, and the names of the files next to it."""
    FILES = "files"
    """The contents of files next to the manifest."""
    CODE = "code"
    """The facts about the Python modules next to the manifest: `extery.rules.context.RuleContext.sources`."""
    MEMBERS = "members"
    """The contents of every member of a package."""


#: Packages, on an author's machine, in a repository or on a site.
PACKAGES = frozenset({Scope.PACKAGE, Scope.REPOSITORY, Scope.UPLOAD})
#: Packages and source folders.
FILES = PACKAGES | {Scope.FOLDER}
#: Source folders only.
FOLDERS = frozenset({Scope.FOLDER})
EVERYWHERE = frozenset(Scope) - {Scope.CHECK}
#: Everywhere except in repositories: for rules whose warnings concern only the author.
AUTHORS = EVERYWHERE - {Scope.REPOSITORY}
#: What `extery check` and an upload report, in addition to the other commands.
CHECKS = frozenset({Scope.CHECK, Scope.UPLOAD})


class Rule(NamedTuple):
    """A rule.

    ``id`` is the path of its module: ``wheels.missing`` for ``wheels/missing.py``. ``codes`` are all problem
    codes it can report; ``manifest.*`` means all of that area with this severity. ``severity`` is the worst one
    of its problems. Whether an error keeps a package out of repositories is stated in the row of its code
    (`extery.core.codes.Code.installation`). ``guideline`` is a key of `extery.rules.guidelines.GUIDELINES`, or
    empty; the rule runs for the ``profiles``. ``fix`` returns the fix of one of its problems, if there is one.
    """

    id: str
    check: Check
    scopes: frozenset[Scope]
    input: Input
    codes: tuple[str, ...]
    severity: Severity = "error"
    guideline: str = ""
    profiles: frozenset[Profile] = EVERY_PROFILE
    fix: FindFix | None = None

    def all_codes(self) -> frozenset[str]:
        """Return all codes without wildcards, for reference pages and tests."""
        return frozenset(
            code
            for code, entry in codes.all_codes().items()
            if code in self.codes
            or (f"{code.partition('.')[0]}.*" in self.codes and entry.severity == self.severity)
        )
