"""``extery doctor``: find out what is wrong, and how to cure it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import offline_option, target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome
    from extery.client.doctor import Checked
    from extery.client.targets import Target


@click.command(
    "doctor", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was examined."
)
@click.option(
    "-v", "--verbose", is_flag=True, help="Print a line for each check that found nothing."
)
@offline_option
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    *,
    verbose: bool,
    offline: bool,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Find problems of the network, the files and the extensions, and how to cure them.

    Nothing is changed: each finding comes with a command that cures it. The listing of each repository is requested,
    except with --offline. The exit status is 1 if something needs attention.
    """  # fmt: skip
    from extery.cli.each_target import for_each, grouped_lines, names_of, target_data
    from extery.cli.output import Outcome, prefix_problems
    from extery.cli.target_options import options_for
    from extery.client.checks.context import Context
    from extery.client.doctor import examine
    from extery.client.network import Network, open_network
    from extery.client.settings import config_folder
    from extery.client.store import Store
    from extery.core.cache_folder import cache_folder
    from extery.core.errors import ExteryError, Problem

    problems: list[Problem] = []
    network: Network | None = None
    try:
        network = open_network(offline=offline)
    except ExteryError as error:  # settings that cannot be read forbid the network
        problems += error.problems

    def run(target: Target) -> list[Checked]:
        options = options_for(target, blender, folder)
        return examine(Context(target, Store(cache_folder()), network, options, config_folder()))

    results = for_each(targets_of(blender, folder), run)
    problems += results.problems
    problems += [found for _, checks in results.done for item in checks for found in item.problems]
    problems = list(dict.fromkeys(problems))
    return Outcome(
        ok=not problems,
        summary=f"Examined {names_of(target for target, _ in results.done) or 'nothing'}.",
        problems=prefix_problems(problems),
        problems_are_result=True,
        lines=grouped_lines([(target, [*_lines(checks)]) for target, checks in results.done])
        if verbose
        else (),
        data={
            "targets": [
                target_data(
                    target,
                    checks=[
                        {"name": item.check.name, "status": item.status, "codes": item.codes}
                        for item in checks
                    ],
                )
                for target, checks in results.done
            ]
        },
    )


def _lines(checks: Sequence[Checked]) -> Iterator[str]:
    from extery.cli.terminal import printable

    for item in checks:
        if item.was_skipped:
            yield f"{item.check.name}: not checked, no repository may be requested"
        elif not item.problems:
            yield printable(f"{item.check.name}: {item.check.fine}")
