"""The tests of a version as its page shows them: a row for each Blender of its range."""

from __future__ import annotations

from dataclasses import dataclass

from extery.core.errors import Problem
from extery_site.catalog.models import Package, Version
from extery_site.test_runs.models import Blender, BlenderRun
from extery_site.test_runs.planning import covered
from extery_site.test_runs.verdict import STEPS


@dataclass(frozen=True)
class RunRow:
    """The test of a package in a Blender, or that there is none yet."""

    release: str
    package: Package
    run: BlenderRun | None

    @property
    def state(self) -> str:
        return self.run.state if self.run is not None else "waiting"

    @property
    def label(self) -> str:
        if self.run is None:
            return "Not run yet"
        if self.run.state == BlenderRun.State.FAILED:
            return f"Failed: {STEPS.get(self.run.failed_step, 'an error')}"
        return self.run.get_state_display()

    @property
    def problems(self) -> list[Problem]:
        return [Problem.from_dict(one) for one in self.run.problems] if self.run else []


def runs_of(version: Version) -> list[RunRow]:
    """Return the tests of a version: in the Blenders of the site, and the results of earlier ones."""
    packages = {package.sha256: package for package in version.packages.all()}
    runs = BlenderRun.objects.filter(sha256__in=packages).order_by("harness", "pk")
    found: dict[tuple[str, str], BlenderRun] = {}
    for run in runs:  # a result stays until that of a newer version of the test is there
        before = found.get((run.release, run.sha256))
        if before is None or run.has_result or not before.has_result:
            found[run.release, run.sha256] = run
    rows = [RunRow(run.release, packages[run.sha256], run) for run in found.values()]
    for release in usable_releases():
        rows += [
            RunRow(release, package, None)
            for package in covered(version.packages.all(), release)
            if (release, package.sha256) not in found
        ]
    return sorted(rows, key=_order)


def usable_releases() -> list[str]:
    """Return the releases of the Blenders in which packages are tested."""
    return list(Blender.objects.filter(fault="").values_list("release", flat=True))


def _order(row: RunRow) -> tuple[tuple[int, ...], str]:
    return tuple(int(part) for part in row.release.split(".")), row.package.original_name
