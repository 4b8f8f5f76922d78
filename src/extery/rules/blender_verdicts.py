"""Which Blenders accept what was checked, and which refuse it.

The verdict of a version is that of its `validate`; of a source folder also that of its `build`. Versions differ in
their rules for manifests only (`extery.manifest.schemas.blender_rules`). All commands and the website report these verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from extery.core import codes
from extery.core.errors import Problem, ProblemList
from extery.core.versions import JUDGED_SERIES, BlenderSeries, format_series
from extery.manifest.document import MANIFEST_FILENAME
from extery.manifest.locator import Locator
from extery.manifest.schemas.blender_rules import SchemaRules, rules_of
from extery.manifest.schemas.v1_0_0 import check_fields

if TYPE_CHECKING:
    from extery.manifest.schemas.v1_0_0 import ValidTags

_ASSET_LIBRARY = "manifest.asset_library."
#: Maximum number of packages that one line names.
_MAX_NAMES = 5


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
        # A package that was not read is not accepted, whatever the reason.
        if judged.table is not None and codes.find(problem.code).stricter:
            if judged.is_folder and _fails_build(problem, rules):
                yield problem
        elif judged.table is None or not problem.code.startswith("manifest."):
            yield problem


def _fails_build(problem: Problem, rules: SchemaRules) -> bool:
    """Return whether Blender's `build` reports the problem, which its `validate` does not."""
    if problem.code.startswith(_ASSET_LIBRARY):
        return rules.reads_asset_library and codes.find(problem.code).build == "error"
    return problem.code == "package.wheel-missing"


class Refusal(NamedTuple):
    """Blenders that refuse what was checked for the same reasons; values that JSON keeps.

    ``message`` is that of the first error, and ``more`` the number of others.
    """

    series: tuple[str, ...]
    codes: tuple[str, ...]
    message: str
    more: int

    def __str__(self) -> str:
        more = f" (and {self.more} more)" if self.more else ""
        return f"refused by Blender {_series_text(self.series)}: {self.message}{more}"


def refusals_of(verdicts: Sequence[BlenderVerdict]) -> tuple[Refusal, ...]:
    """Return the refusals among the verdicts, one for each group of Blenders with the same reasons."""
    groups: dict[tuple[str, ...], list[BlenderVerdict]] = {}
    for verdict in verdicts:
        if not verdict.accepts:
            groups.setdefault(verdict.codes, []).append(verdict)
    return tuple(
        Refusal(
            tuple(format_series(verdict.series) for verdict in group),
            codes,
            group[0].errors[0].message,
            len(group[0].errors) - 1,
        )
        for codes, group in groups.items()
    )


def verdicts_of_upload(table: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """Return which Blenders refuse a package without errors, by the table of its manifest."""
    locate = Locator(b"", MANIFEST_FILENAME)
    return refusals_of(blender_verdicts(Judged(table, locate, None, (), is_folder=False)))


def verdicts_as_dict(refusals: Iterable[Refusal]) -> dict[str, Any]:
    """Return the verdicts as JSON: series -> whether it accepts, and the codes of its errors."""
    codes_of = {series: refusal.codes for refusal in refusals for series in refusal.series}
    names = map(format_series, JUDGED_SERIES)
    return {
        name: {"accepts": name not in codes_of, "codes": list(codes_of.get(name, ()))}
        for name in names
    }


def verdict_lines(refusals: Sequence[Refusal]) -> list[str]:
    """Return a line for each reason why some Blenders refuse what others accept; none if all agree."""
    is_refused_by_all = sum(len(refusal.series) for refusal in refusals) == len(JUDGED_SERIES)
    return [] if is_refused_by_all else [str(refusal) for refusal in refusals]


def grouped_lines(refusals: Mapping[str, Sequence[Refusal]]) -> list[str]:
    """Return the lines about several packages, by name; those with the same text are one line."""
    names: dict[str, list[str]] = {}
    for name, own in refusals.items():
        for line in verdict_lines(own):
            names.setdefault(line, []).append(name)
    return [
        f"{', '.join(group[:_MAX_NAMES])}"
        f"{f' and {len(group) - _MAX_NAMES} more' if len(group) > _MAX_NAMES else ''}: {line}"
        for line, group in names.items()
    ]


def _series_text(names: Sequence[str]) -> str:
    """Return ``4.2 to 5.2`` for neighbours, or ``4.2, 5.0``."""
    known = " ".join(map(format_series, JUDGED_SERIES))
    if len(names) > 2 and " ".join(names) in known:
        return f"{names[0]} to {names[-1]}"
    return ", ".join(names)
