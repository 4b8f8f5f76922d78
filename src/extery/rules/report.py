"""The result of a check: facts about the package, folder or manifest, and its problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from extery.core import codes
from extery.core.cached_property import cached_property
from extery.core.errors import ProblemList
from extery.core.problem_limits import MAX_SIMILAR_PROBLEMS, counted_code, limit_similar
from extery.core.types import LISTED_FOR_ALL
from extery.core.versions import BlenderSeries
from extery.manifest.document import MANIFEST_FILENAME, Manifest
from extery.manifest.locator import Locator

if TYPE_CHECKING:
    from extery.manifest.schemas.v1_0_0 import ValidTags
    from extery.rules.blender_verdicts import BlenderVerdict, Refusal

Kind = Literal["folder", "manifest", "package"]


class CheckReport:
    """The result of checking one folder, manifest or package.

    ``manifest`` is ``None`` if it could not be read or is invalid. ``installable_manifest`` is that of a
    package that Blender can install, as clients read it, ``None`` for all others. Sizes, in bytes, and the
    SHA-256, if requested, are set for packages only. ``table`` is the manifest's, possibly invalid, with the
    ``valid_tags`` for it.
    """

    def __init__(self, kind: Kind, name: str) -> None:
        self.kind: Kind = kind
        self.name = name
        self.problems = ProblemList()
        self.manifest: Manifest | None = None
        self.installable_manifest: Manifest | None = None
        self.table: Mapping[str, Any] | None = None
        self.locate = Locator(b"", MANIFEST_FILENAME)
        self.valid_tags: ValidTags | None = None
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

    @cached_property
    def verdicts(self) -> tuple[BlenderVerdict, ...]:
        """The verdict of each Blender; ask before the severities of the problems are changed."""
        # Imported here: not needed in repositories.
        from extery.rules.blender_verdicts import Judged, blender_verdicts

        is_folder = self.kind == "folder"
        errors = self.problems.errors
        return blender_verdicts(Judged(self.table, self.locate, self.valid_tags, errors, is_folder))

    @cached_property
    def refusals(self) -> tuple[Refusal, ...]:
        """The Blenders that refuse what was checked, with their reasons; none if all accept it."""
        if self.ok and self.table is not None and self.table["type"] in LISTED_FOR_ALL:
            return ()  # all Blenders agree
        from extery.rules.blender_verdicts import refusals_of

        return refusals_of(self.verdicts)

    def judge_like(self, series: BlenderSeries) -> None:
        """Keep as errors those that the tools of this Blender report, and turn all others into warnings."""
        [errors] = [verdict.errors for verdict in self.verdicts if verdict.series == series]
        places = {problem.where for problem in errors if problem.code.startswith("manifest.")}
        others = [
            problem._replace(severity="warning")
            for problem in self.problems
            if problem not in errors and not (problem.is_error and problem.where in places)
        ]
        self.problems = ProblemList([*errors, *others])

    def downgrade_stricter(self) -> None:
        """Turn errors of rules stricter than Blender's into warnings, unless the manifest was not read for them."""
        if self.table is None:
            return
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
