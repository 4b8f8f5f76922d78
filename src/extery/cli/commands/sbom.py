"""``extery sbom``: the parts of an extension as a bill of materials."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options
from extery.cli.package_index import index_option
from extery.cli.target_options import offline_option
from extery.cli.wheel_reports import check_with_index, osv_option

if TYPE_CHECKING:
    from extery.author.wheels.paths import PathWheels
    from extery.cli.output import Outcome


@click.command("sbom", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was written.")
@click.argument("path", metavar="[PATH]", required=False, type=LocalPath(readable=False))
@click.option(
    "-o",
    "--output",
    "target",
    metavar="FILE",
    type=LocalPath(readable=False),
    help="The file to write, by default stdout.",
)
@click.option("--verify", is_flag=True, help="Add whether each wheel is that of the package index.")
@osv_option
@index_option
@offline_option
@output_options(project_file=False, for_problems=False)
@click.pass_obj
def command(
    run: Run,
    path: Path | None,
    *,
    target: Path | None,
    verify: bool,
    osv: Path | None,
    index_url: str,
    offline: bool,
) -> Outcome:
    """List the parts of an extension as a bill of materials (CycloneDX).

    The format is JSON of CycloneDX 1.6. PATH is a package, or a folder, by default the current one. The list has the extension and its wheels with their versions,
    hashes and licences; with --osv their known vulnerabilities too. The network is used with --verify only. The same input gives
    the same bytes; there is a time in them only if SOURCE_DATE_EPOCH is set.
    """
    from extery.author.wheels.paths import check_path_wheels
    from extery.author.wheels.sbom import bill_of_materials, to_text
    from extery.cli.output import Outcome, pluralize

    source = path or Path()
    if verify:
        found = check_with_index(source, index_url=index_url, osv=osv, offline=offline)
    else:
        found = check_path_wheels(source, osv=osv)
    if found.report.unavailable:
        return _unavailable(found)
    document = bill_of_materials(found.extension, found.report, timestamp=_timestamp())
    summary = f"Listed {pluralize(len(found.report.wheels), 'wheel')} of {found.extension.id}."
    data = {"sbom": document} if run.output_format == "json" else {}
    if target is not None:
        _write(target, to_text(document))
        return Outcome(ok=True, summary=summary, data=data)
    return Outcome(
        ok=True, summary="", lines=[to_text(document).rstrip("\n")], data=data, is_quiet=True
    )


def _unavailable(found: PathWheels) -> Outcome:
    """Return the outcome without a list: one without the verdicts that were asked for would look complete."""
    from extery.cli.output import Outcome, prefix_problems

    problems = prefix_problems(found.report.unavailable, found.prefix)
    return Outcome(ok=False, summary="Nothing was written.", problems=problems)


def _timestamp() -> str:
    """Return the time of ``SOURCE_DATE_EPOCH``, empty without it; see reproducible-builds.org/specs/source-date-epoch."""
    from datetime import UTC, datetime

    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        return datetime.fromtimestamp(int(text), UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return ""


def _write(target: Path, text: str) -> None:
    from extery.core.errors import Unavailable, Where
    from extery.core.files import atomic_write
    from extery.core.text import os_error_text

    try:
        with atomic_write(target) as file:
            file.write(text.encode())
    except OSError as error:
        raise Unavailable.of(
            "library.unwritable",
            where=Where(str(target)),
            path=str(target),
            reason=os_error_text(error),
        ) from error
