"""``extery wheels list``: list the bundled libraries with their Pythons and platforms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.wheel_lists import HEADING, library_rows, source_option, wheel_data

if TYPE_CHECKING:
    from extery.cli.output import Outcome


@click.command("list", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was listed.")
@source_option
@output_options(project_file=False)
@click.pass_obj
def command(_run: Run, *, source: Path) -> Outcome:
    """List the bundled libraries with their Pythons and platforms.

    A Python such as 3.11+ stands for that one and all newer ones, 3 for each. The network is not used.
    """
    from extery.author.wheels.bundle import read_bundle
    from extery.cli.output import Outcome, pluralize
    from extery.cli.output.table import table_lines

    bundle = read_bundle(source)
    libraries = bundle.by_library()
    return Outcome(
        ok=True,
        summary=f"{_counted(len(libraries))}, {pluralize(len(bundle.wheels), 'wheel')}.",
        lines=table_lines(library_rows(libraries.items()), heading=HEADING),
        data={"wheels": [wheel_data(wheel) for wheel in bundle.wheels]},
    )


def _counted(number: int) -> str:
    return f"{number} librar{'y' if number == 1 else 'ies'}"
