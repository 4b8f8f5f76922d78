"""``extery wheels check``: check the bundled wheels, and compare them with the package index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.package_index import find_index, index_option, open_index
from extery.cli.target_options import offline_option
from extery.cli.wheel_lists import local_problems, prefix_of, source_option
from extery.cli.wheel_reports import open_records

if TYPE_CHECKING:
    from extery.cli.output import Outcome


@click.command("check", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was checked.")
@source_option
@index_option
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@offline_option
@output_options(project_file=False)
@click.pass_obj
def command(_run: Run, *, source: Path, index_url: str, strict: bool, offline: bool) -> Outcome:
    """Check the bundled wheels, and compare them with the package index.

    Reports what 'extery validate' reports about wheels, and each wheel that is not, byte for byte, the file of the index.
    Wheels that were equal once are remembered by their hash: they are not asked for again, and need no network.
    """
    from extery.author.wheels.bundle import read_bundle
    from extery.author.wheels.comparison import compare
    from extery.author.wheels.index import PackageIndex
    from extery.cli.output import Outcome, pluralize, prefix_problems
    from extery.core.errors import ProblemList
    from extery.fetch import Fetcher

    bundle = read_bundle(source)
    problems = ProblemList(local_problems(source))
    records = open_records()
    if offline:
        with Fetcher() as fetcher:
            index = PackageIndex(fetcher, find_index(index_url))
            compared = compare(bundle, index, records, problems, offline=True)
    else:
        with open_index(index_url) as index:
            compared = compare(bundle, index, records, problems, offline=False)
    ok = not (problems if strict else problems.errors)
    return Outcome(
        ok=ok,
        summary=f"Checked {pluralize(len(bundle.wheels), 'wheel')}: {compared.equal} equal to the index.",
        problems=prefix_problems(problems, prefix_of(source)),
        data={"wheels": len(bundle.wheels), "equal": compared.equal, "remembered": compared.known},
        problems_are_result=True,
        has_sources=True,
        is_strict=strict,
    )
