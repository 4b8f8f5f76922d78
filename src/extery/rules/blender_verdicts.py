"""Which Blenders accept what was checked, and which refuse it.

The verdict of a version is that of its `validate`; of a source folder also that of its `build`. Versions differ in
their rules for manifests only (`extery.manifest.schemas.blender_rules`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from extery.core import codes
from extery.core.errors import Problem, ProblemList
from extery.core.versions import JUDGED_SERIES, BlenderSeries, format_series
from extery.manifest.schemas.blender_rules import SchemaRules, rules_of
from extery.manifest.schemas.v1_0_0 import check_fields

if TYPE_CHECKING:
    from extery.manifest.locator import Locator
    from extery.manifest.schemas.v1_0_0 import ValidTags

_ASSET_LIBRARY = "manifest.asset_library."


class BlenderVerdict(NamedTuple):
    """The errors that a series of Blender reports; it accepts what was checked if there are none."""

    series: BlenderSeries
    errors: tuple[Problem, ...]

    @property
    def accepts(self) -> bool:
        return not self.errors

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the errors, each once."""
        return tuple(dict.fromkeys(problem.code for problem in self.errors))


class Judged(NamedTuple):
    """What is judged: the manifest's table, and the errors of Extery.

    ``table`` is ``None`` if the manifest cannot be read. ``is_folder`` includes the verdict of `build`.
    """

    table: Mapping[str, Any] | None
    locate: Locator
    valid_tags: ValidTags | None
    errors: Sequence[Problem]
    is_folder: bool


def blender_verdicts(judged: Judged) -> tuple[BlenderVerdict, ...]:
    """Return the verdict of each series in `JUDGED_SERIES`."""
    errors_by_rules: list[tuple[SchemaRules, tuple[Problem, ...]]] = []
    verdicts = []
    for series in JUDGED_SERIES:
        rules = rules_of((*series, 0))
        errors = next((errors for known, errors in errors_by_rules if known == rules), None)
        if errors is None:
            errors = tuple(_errors(judged, rules))
            errors_by_rules.append((rules, errors))
        verdicts.append(BlenderVerdict(series, errors))
    return tuple(verdicts)


def _errors(judged: Judged, rules: SchemaRules) -> Iterable[Problem]:
    if judged.table is not None:
        problems = ProblemList()
        check_fields(
            judged.table,
            problems,
            locate=judged.locate,
            strict=True,
            valid_tags=judged.valid_tags,
            rules=rules,
        )
        yield from problems.errors
    for problem in judged.errors:
        if codes.find(problem.code).stricter:
            if judged.is_folder and _fails_build(problem, rules):
                yield problem
        elif judged.table is None or not problem.code.startswith("manifest."):
            yield problem


def _fails_build(problem: Problem, rules: SchemaRules) -> bool:
    """Return whether Blender's `build` reports the problem, which its `validate` does not."""
    is_known = rules.reads_asset_library or not problem.code.startswith(_ASSET_LIBRARY)
    return is_known and codes.find(problem.code).build == "error"


def verdicts_as_dict(verdicts: Sequence[BlenderVerdict]) -> dict[str, Any]:
    """Return the verdicts as JSON: series -> whether it accepts, and the codes of its errors."""
    return {
        format_series(verdict.series): {"accepts": verdict.accepts, "codes": list(verdict.codes)}
        for verdict in verdicts
    }


def verdict_lines(verdicts: Sequence[BlenderVerdict]) -> list[str]:
    """Return a line for each reason why some Blenders refuse what others accept; none if all agree."""
    if len({verdict.accepts for verdict in verdicts}) < 2:
        return []
    groups: dict[tuple[str, ...], list[BlenderVerdict]] = {}
    for verdict in verdicts:
        if not verdict.accepts:
            groups.setdefault(verdict.codes, []).append(verdict)
    return [_line(group) for group in groups.values()]


def _line(group: Sequence[BlenderVerdict]) -> str:
    errors = group[0].errors
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    names = _series_text([verdict.series for verdict in group])
    return f"refused by Blender {names}: {errors[0].message}{more}"


def _series_text(series: Sequence[BlenderSeries]) -> str:
    """Return ``4.2 to 5.2`` for neighbours, or ``4.2, 5.0``."""
    first, last = JUDGED_SERIES.index(series[0]), JUDGED_SERIES.index(series[-1])
    names = [format_series(item) for item in series]
    if len(series) > 2 and last - first == len(series) - 1:
        return f"{names[0]} to {names[-1]}"
    return ", ".join(names)
