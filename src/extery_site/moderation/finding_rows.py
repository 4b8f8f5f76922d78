"""Findings of a version with what happened to each: waiver, task, dispute."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from extery.core.errors import Problem
from extery_site.catalog.models import Version
from extery_site.moderation.blocking import Verdict, load_blocking
from extery_site.moderation.disputes import disputes_of
from extery_site.moderation.findings import FindingPlace, findings_of, places_of
from extery_site.moderation.models import Dispute, Task, Waiver
from extery_site.moderation.waivers import waivers_of

#: Places that are shown for a finding.
MAX_PLACES = 5


class FindingRow(NamedTuple):
    """A finding, as the page and the API show it."""

    fingerprint: str
    problem: Problem
    is_new: bool
    waiver: Waiver | None
    task: Task | None
    dispute: Dispute | None
    verdict: Verdict
    """Whether it blocks an approval, unless it is waived."""
    places: Sequence[FindingPlace] = ()

    @property
    def shown_places(self) -> Sequence[FindingPlace]:
        return self.places[:MAX_PLACES]

    @property
    def more_places(self) -> int:
        return len(self.places) - len(self.shown_places)

    @property
    def group(self) -> str:
        """The title of its group."""
        if self.waiver:
            return "Waived"
        return "To fix" if self.verdict.blocks else "To look at"

    @property
    def says_why(self) -> bool:
        """Whether its verdict is worth a line: not for a warning as any other, nor for what is waived."""
        return self.waiver is None and (self.problem.is_error or not self.verdict.is_default)

    @property
    def blocks(self) -> bool:
        """Whether it keeps the version from being approved."""
        return self.verdict.blocks and self.waiver is None


def finding_rows(
    version: Version, approved: Version | None, tasks: Iterable[Task]
) -> list[FindingRow]:
    """Return the findings of a version; what the version ``approved`` before does not have is new.

    ``tasks`` are those of the version that the user may see.
    """
    before = findings_of(approved) if approved else {}
    waivers, disputes = waivers_of(version.extension), disputes_of(version)
    places = places_of(version)
    by_finding = {task.fingerprint: task for task in tasks if task.fingerprint}
    found = findings_of(version)
    blocking = load_blocking(found.values())
    return [
        FindingRow(
            fingerprint,
            problem,
            is_new=bool(approved) and fingerprint not in before,
            waiver=waivers.get(fingerprint),
            task=by_finding.get(fingerprint),
            dispute=disputes.get(fingerprint),
            verdict=blocking.of(problem),
            places=places.get(fingerprint, ()),
        )
        for fingerprint, problem in found.items()
    ]
