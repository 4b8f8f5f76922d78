"""A run of `extery check`: reports, fixes, suppressed warnings and the baseline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extery.author.fix import FixedFile, plan_fixes, write_fixes
from extery.author.validate import check_path
from extery.cli.checked_paths import folder_of, located, prefix_in
from extery.cli.command import Run, config_in, silence
from extery.cli.output import PrefixedProblem, SilencedProblem, pluralize
from extery.cli.output.outcome import CheckedPath
from extery.core.errors import Problem, Where
from extery.rules.checks import Checks
from extery.rules.profiles import Profile
from extery.rules.registry import all_rules
from extery.rules.ruff import find_ruff

if TYPE_CHECKING:
    from extery.cli.project_config import ProjectConfig
    from extery.manifest.schemas.v1_0_0 import ValidTags
    from extery.rules.report import CheckReport

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
    """The reports of all paths, the files that fixes changed or would change, and hints for stderr."""

    checked: list[CheckedPath]
    fixed: list[FixedFile]
    hints: list[str]


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
    checked, fixed, hints = [], list[FixedFile](), list[str]()
    fixable = 0
    for path in paths:
        for _ in range(MAX_ROUNDS):
            checks = Checks(Profile(profile))
            report = check_path(path, checks=checks, valid_tags=valid_tags, hashed=hashed)
            files = _fixes(path, report, checks, mode)
            fixed += files
            if not files or not mode.writes:
                break
            write_fixes(files)
        fixable += sum(fix.is_safe for fix in checks.fixes) if report.kind == "folder" else 0
        config = run.config if len(paths) <= 1 else config_in(folder_of(path))
        problems, silenced = silence(located(report), config.silenced)
        silenced += [
            SilencedProblem(
                PrefixedProblem(item.problem, prefix_in(report, item.problem.where.file)),
                item.reason,
            )
            for item in checks.suppressed
        ]
        checked.append(CheckedPath(report, problems, silenced))
    if find_ruff() is None:
        hints.append(
            "Undefined names were not looked for, because ruff is not installed: pip install 'extery[check]'"
        )
    if fixable and not mode.is_on:
        hints.append(f"{pluralize(fixable, 'problem')} can be fixed with --fix.")
    return CheckResult(checked, fixed, hints)


def _fixes(path: Path, report: CheckReport, checks: Checks, mode: FixMode) -> list[FixedFile]:
    if not mode.is_on or report.kind != "folder":
        return []
    return plan_fixes(path, checks.fixes, unsafe=mode.unsafe)


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
