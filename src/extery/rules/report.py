"""The result of a check: facts about the package, folder or manifest, and its problems."""

from __future__ import annotations

from typing import Any, Literal

from extery.core import codes
from extery.core.errors import ProblemList
from extery.core.problem_limits import MAX_SIMILAR_PROBLEMS, counted_code, limit_similar
from extery.manifest.document import Manifest

Kind = Literal["folder", "manifest", "package"]


class CheckReport:
    """The result of checking one folder, manifest or package.

    ``manifest`` is ``None`` if it could not be read or is invalid. ``installable_manifest`` is that of a
    package that Blender can install, as clients read it, ``None`` for all others. Sizes, in bytes, and the
    SHA-256, if requested, are set for packages only.
    """

    def __init__(self, kind: Kind, name: str) -> None:
        self.kind: Kind = kind
        self.name = name
        self.problems = ProblemList()
        self.manifest: Manifest | None = None
        self.installable_manifest: Manifest | None = None
        self.size: int | None = None
        self.sha256: str | None = None
        self.members: int | None = None
        self.unpacked: int | None = None

    @property
    def ok(self) -> bool:
        """Whether there are no errors; warnings are allowed."""
        return not self.problems.errors

    def limit_problems(self) -> None:
        """Drop all but the first problems of each code, see `extery.core.problem_limits`."""
        if len(self.problems) > MAX_SIMILAR_PROBLEMS:
            self.problems = limit_similar(self.problems)

    def downgrade_stricter(self) -> None:
        """Turn errors of rules stricter than Blender's into warnings."""
        self.problems = ProblemList(
            problem._replace(severity="warning")
            if problem.is_error and codes.find(counted_code(problem)).stricter
            else problem
            for problem in self.problems
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON, with the same keys for all kinds."""
        manifest = self.manifest
        return {
            "name": self.name,
            "kind": self.kind,
            "ok": self.ok,
            "id": manifest.id if manifest else None,
            "version": manifest.version if manifest else None,
            "type": manifest.type if manifest else None,
            "size": self.size,
            "sha256": self.sha256,
            "members": self.members,
            "unpacked": self.unpacked,
            "problems": [problem.as_dict() for problem in self.problems],
        }
