"""A run of `extery check`: reports, fixes, suppressed warnings and the baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extery.author.fix import FixedFile, FixPlan, merge_fixed, plan_fixes, write_fixes
from extery.author.validate import check_path
from extery.cli.checked_paths import folder_of, located, prefix_in, project_configs
from extery.cli.command import Run, silence
from extery.cli.output import PrefixedProblem, SilencedProblem, pluralize
from extery.cli.output.outcome import CheckedPath
from extery.core.collector import without_collector
from extery.core.errors import Problem, Value, Where
from extery.manifest.document import MANIFEST_FILENAME
from extery.rules.checks import Checks
from extery.rules.fixes import Fix
from extery.rules.profiles import Profile
from extery.rules.registry import all_rules
from extery.rules.ruff import find_ruff

if TYPE_CHECKING:
    from extery.cli.project_config import ProjectConfig
    from extery.manifest.schemas.v1_0_0 import ValidTags
    from extery.rules.report import CheckReport

#: Code, values, file, line and column.
ProblemKey = tuple[str, tuple[tuple[str, Value], ...], str, int | None, int | None]

#: A fix can make another one possible; more rounds than this are a bug.
MAX_ROUNDS = 5


class FixMode(NamedTuple):
    """What happens with fixes: ``writes`` them, ``shows`` them as a difference, and takes ``unsafe`` ones too."""

    writes: bool
    shows: bool
    unsafe: bool

    @property
    def is_on(self) -> bool:
        return self.writes or self.shows


class CheckResult(NamedTuple):
    """The reports of all paths, the files that fixes changed or would change, and hints for stderr.

    ``fixes`` maps problems to their fixes, by `problem_key`.
    """

    checked: list[CheckedPath]
    fixed: list[FixedFile]
    hints: list[str]
    fixes: dict[ProblemKey, Fix]


def problem_key(problem: Problem) -> ProblemKey:
    """Return what identifies a problem of a run: a report may change its path and its severity."""
    where = problem.where
    return problem.code, problem.values, where.file, where.line, where.column


def check_all(
    paths: Sequence[Path],
    *,
    run: Run,
    profile: str,
    mode: FixMode,
    valid_tags: ValidTags | None,
    hashed: bool,
) -> CheckResult:
    """Check each path, with its own project file if there are several."""
    result = CheckResult([], [], [], {})
    config_of = project_configs(paths, run)
    for path in paths:
        with without_collector(is_last=len(paths) == 1):
            report, checks, plan = _check(
                path, Profile(profile), mode, valid_tags=valid_tags, hashed=hashed
            )
        result.fixed.extend(plan.files)
        result.fixes.update((problem_key(fix.problem), fix) for fix in plan.available)
        problems, silenced = silence(located(report), config_of(path).silenced)
        silenced += [
            SilencedProblem(
                PrefixedProblem(item.problem, prefix_in(report, item.problem.where.file)),
                item.reason,
            )
            for item in checks.suppressed
        ]
        result.checked.append(CheckedPath(report, problems, silenced))
    if find_ruff() is None:
        result.hints.append(
            "Undefined names were not looked for, because ruff is not installed: pip install 'extery[check]'"
        )
    return result


def _check(
    path: Path, profile: Profile, mode: FixMode, *, valid_tags: ValidTags | None, hashed: bool
) -> tuple[CheckReport, Checks, FixPlan]:
    """Check a path, and again with its fixes until there are no others; write them at the end.

    The report is that of the files as they are afterwards: with a difference they are what they were.
    """
    fixed: list[FixedFile] = []
    first = None
    for _ in range(MAX_ROUNDS):
        texts = {file.file: file.after.encode() for file in fixed}
        checks = Checks(profile)
        report = check_path(path, checks=checks, valid_tags=valid_tags, hashed=hashed, texts=texts)
        plan = _plan(path, report, checks, mode, texts=texts, valid_tags=valid_tags)
        first = first or (report, checks, plan)
        if not mode.is_on or not plan.files:
            break
        fixed = merge_fixed(fixed, plan.files)
        if report.kind == "manifest":
            break  # all of its fixes are in one plan
    if mode.writes and fixed:
        write_fixes(folder_of(path), fixed)
        if report.kind == "manifest":
            report = check_path(path, valid_tags=valid_tags)
    elif not mode.writes and first is not None:
        report, checks, plan = first
    return report, checks, plan._replace(files=fixed)


def _plan(
    path: Path,
    report: CheckReport,
    checks: Checks,
    mode: FixMode,
    *,
    texts: Mapping[str, bytes],
    valid_tags: ValidTags | None,
) -> FixPlan:
    """Return the fixes of a folder or a manifest; packages are never changed."""
    if report.kind == "package":
        return FixPlan([], [])
    is_folder = report.kind == "folder"
    return plan_fixes(
        folder_of(path),
        checks.fixes,
        unsafe=mode.unsafe,
        only_find=not mode.is_on,
        texts=texts,
        valid_tags=valid_tags,
        manifest=MANIFEST_FILENAME if is_folder else path.name,
    )


def with_fixes(
    problems: Sequence[PrefixedProblem], fixes: Mapping[ProblemKey, Fix]
) -> list[PrefixedProblem]:
    """Return the problems with the kind of their fixes."""
    marked = []
    for item in problems:
        fix = fixes.get(problem_key(item.problem))
        marked.append(item._replace(fix="" if fix is None else "safe" if fix.is_safe else "unsafe"))
    return marked


def fixable_note(problems: Sequence[PrefixedProblem], mode: FixMode) -> Iterator[str]:
    """Yield how many problems have a fix that was not asked for."""
    safe = sum(item.fix == "safe" for item in problems)
    unsafe = sum(item.fix == "unsafe" for item in problems)
    if safe and not mode.is_on:
        more = f" ({unsafe} more with --unsafe-fixes)" if unsafe else ""
        yield f"[*] {pluralize(safe, 'problem')} can be fixed with --fix{more}."
    elif unsafe and not mode.unsafe:
        yield f"{pluralize(unsafe, 'problem')} can be fixed with --unsafe-fixes."


def unused_silences(
    config: ProjectConfig, checked: Sequence[CheckedPath]
) -> Iterator[PrefixedProblem]:
    """Yield a problem for each silenced code that `check` could report and did not."""
    used = {item.prefixed.problem.code for one in checked for item in one.silenced}
    reported = {item.problem.code for one in checked for item in one.problems}
    known = {code for rule in all_rules() for code in rule.all_codes()}
    for code in sorted(config.silenced):
        if code in known and code not in used and code not in reported and config.file is not None:
            where = Where(str(config.file))
            problem = Problem.of(
                "check.unused-silence", where=where, file=config.file.name, code=code
            )
            yield PrefixedProblem(problem)


def with_baseline(
    problems: list[PrefixedProblem], *, file: Path | None, write: bool
) -> tuple[list[PrefixedProblem], list[str]]:
    """Return the problems that are not in the baseline, and notes about it; write it first if asked to."""
    if file is None:
        return problems, []
    from extery.cli.baseline import read_baseline, without_known, write_baseline
    from extery.cli.terminal import printable

    if write:
        number = write_baseline(file, problems)
        errors = [item for item in problems if item.problem.is_error]
        return errors, [f"Wrote {pluralize(number, 'warning')} to {printable(str(file))}."]
    new, known = without_known(problems, read_baseline(file))
    return new, [f"{pluralize(known, 'known warning')} not reported."] if known else []
