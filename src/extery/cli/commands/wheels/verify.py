"""``extery wheels verify``: whether the wheels of a package are those of the index, their licences and vulnerabilities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options
from extery.cli.package_index import find_index, index_option
from extery.cli.target_options import offline_option
from extery.cli.wheel_reports import HEADING, OSV_URL, check_with_index, osv_option, wheel_rows

if TYPE_CHECKING:
    from extery.author.wheels.checked_wheel import CheckedWheel
    from extery.author.wheels.paths import PathWheels
    from extery.author.wheels.report import WheelsReport
    from extery.cli.output import Outcome
    from extery.core.errors import Problem

_LEVELS = ("low", "medium", "high", "critical", "never")


@click.command(
    "verify", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was verified."
)
@click.argument("path", metavar="[PATH]", required=False, type=LocalPath(readable=False))
@osv_option
@click.option(
    "--fail-on",
    type=click.Choice(_LEVELS),
    default="low",
    show_default=True,
    help="Fail for known vulnerabilities of this severity or above; one of unknown severity counts as critical.",
)
@click.option(
    "--ignore",
    "ignored",
    metavar="ID",
    multiple=True,
    help="Leave out a known vulnerability, such as CVE-2026-10001, that does not concern you.",
)
@index_option
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@offline_option
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    path: Path | None,
    *,
    osv: Path | None,
    fail_on: str,
    ignored: tuple[str, ...],
    index_url: str,
    strict: bool,
    offline: bool,
) -> Outcome:
    """Show of each wheel whether it is that of the index, its licence and vulnerabilities.

    PATH is a package of anybody, or a folder, by default the current one. Each wheel is compared, byte for byte, with the file
    of its name in the package index. Nothing of a wheel is run. With --osv known vulnerabilities are looked up, on this computer.

    The exit status is 1 if a wheel has other bytes than the index, if one is malware or has a known vulnerability
    (--fail-on), and if the index cannot be asked or the dump cannot be read.
    """
    from extery.cli.output import Outcome, pluralize, prefix_problems
    from extery.cli.output.table import table_lines

    found = check_with_index(path or Path(), index_url=index_url, osv=osv, offline=offline)
    report = found.report.without(ignored)
    found = found._replace(report=report)
    problems = [*found.unreadable, *report.problems, *report.unavailable]
    if offline:
        problems += _not_compared(found, find_index(index_url))
    failing = [wheel for wheel in report.wheels if _fails(wheel, fail_on)]
    has_errors = any(problem.is_error for problem in problems)
    identical = sum(_is_identical(wheel) for wheel in report.wheels)
    vulnerable = len({(w.library, w.version) for w in report.wheels if w.vulnerabilities})
    known = f", {pluralize(vulnerable, 'vulnerable version')}" if report.dump else ""
    return Outcome(
        ok=not (has_errors or failing or (strict and problems)),
        summary=f"Verified {pluralize(len(report.wheels), 'wheel')}: {identical} identical to the index{known}.",
        problems=prefix_problems(problems, found.prefix),
        lines=table_lines(list(wheel_rows(found)), heading=HEADING),
        notes=_notes(report, ignored) if report.wheels and (osv is None or report.dump) else (),
        data={"fail_on": fail_on, "ignored": list(ignored), "report": report.as_dict()},
        problems_are_result=True,
        is_strict=strict,
    )


def _notes(report: WheelsReport, ignored: tuple[str, ...]) -> list[str]:
    """Return how old the dump is and what was left out, or where there is a dump."""
    if report.dump is None:
        return [f"Vulnerabilities were not looked up: download {OSV_URL} and give it with --osv."]
    date = report.dump.modified[:10] or "an unknown day"
    left_out = f", without {', '.join(ignored)}" if ignored else ""
    return [
        f"Vulnerabilities are those known on {date} ({report.dump.advisories:,} advisories){left_out}."
    ]


def _is_identical(wheel: CheckedWheel) -> bool:
    return wheel.verdict is not None and wheel.verdict.kind == "identical"


def _fails(wheel: CheckedWheel, fail_on: str) -> bool:
    return fail_on != "never" and any(one.is_at_least(fail_on) for one in wheel.vulnerabilities)


def _not_compared(found: PathWheels, index_url: str) -> list[Problem]:
    """Return a warning for each wheel of which nothing is remembered."""
    from extery.core.errors import Problem, Where
    from extery.fetch.addresses import redact_url

    package = found.report.package
    return [
        Problem.of(
            "library.unverified",
            variant="offline",
            where=Where(package, (wheel.path,)) if package else Where(wheel.path),
            file=wheel.path,
            index=redact_url(index_url),
        )
        for wheel in found.report.wheels
        if wheel.verdict is None
    ]
