"""What keeps a version from being published: packages in quarantine, and checks that were not made.

`check_event` is an event handler: it raises in the transaction of every event that makes a version public, so that
no action can publish one without it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from extery.core.errors import Conflict, Problem
from extery_site.catalog.models import Event, Package, Version
from extery_site.scanning.models import UNFINISHED, FileCheck, StepResult
from extery_site.scanning.steps import Step, configured_steps

_Kind = Event.Kind
#: Events after which a version is public, or becomes public by itself.
PUBLISHING = frozenset(
    {
        *(_Kind.APPROVED, _Kind.FIRST_APPROVED, _Kind.SCHEDULED, _Kind.PUBLISHED),
        *(_Kind.PUBLISHED_EARLY, _Kind.AUTO_SCHEDULED, _Kind.AUTO_PUBLISHED),
        *(_Kind.REPUBLISHED, _Kind.VERSION_UNBLOCKED),
    }
)


#: Findings are judged one by one, with their waivers, by `moderation`.
_DECIDED = frozenset({FileCheck.State.PASSED, FileCheck.State.NEEDS_AUTHOR})


def check_event(event: Event) -> None:
    """Raise `Conflict` for an event that publishes a version with a package that must not be served."""
    if event.kind in PUBLISHING and event.version is not None:
        problems = list(problems_of(event.version))
        if problems:
            raise Conflict(*problems)


def problems_of(version: Version) -> Iterator[Problem]:
    """Yield why a version cannot be published now, at most one problem for each package."""
    packages = list(version.packages.select_related("file"))
    required = [step for step in configured_steps() if step.is_required()]
    made = _results_of(packages, required) if required else {}
    for package in packages:
        if package.file.quarantined_at is not None:
            yield Problem.of("scan.quarantined", package=package.original_name)
            continue
        for step in required:
            result = made.get((package.sha256, step.name))
            if result is None or not result.has_result:
                yield _missing(package, step, result)
                break


def _results_of(
    packages: Collection[Package], steps: Iterable[Step]
) -> dict[tuple[str, str], StepResult]:
    rows = StepResult.objects.filter(
        file_check__in=[package.sha256 for package in packages],
        name__in=[step.name for step in steps],
    )
    return {(row.file_check_id, row.name): row for row in rows}


def _missing(package: Package, step: Step, result: StepResult | None) -> Problem:
    name, title = package.original_name, step.title_in_text
    if result is None or not result.attempts:
        return Problem.of("scan.not-finished", package=name, step=title)
    return Problem.of("scan.unavailable", package=name, step=title, note=result.note)


def obstacles(version: Version) -> Iterator[str]:
    """Yield why a version must not become public without a moderator, for moderators to read."""
    hashes = version.package_hashes
    states = dict(FileCheck.objects.filter(pk__in=hashes).values_list("pk", "state"))
    for sha256 in hashes:
        state = states.get(sha256)
        if state is None or state in UNFINISHED:
            yield "Its checks are not finished"
        elif state not in _DECIDED:
            yield "A check needs a person"
