"""``extery update``: update installed extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options, quiet_option
from extery.cli.policies import policy_option
from extery.cli.target_options import offline_option, target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome
    from extery.client.plan import Plan
    from extery.client.targets import Target


@click.command("update", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was updated.")
@click.argument("requirements", metavar="[ID]...", nargs=-1)
@click.option("--allow-downgrade", is_flag=True, help="Replace newer versions by older ones.")
@click.option("--sync", "is_wanted", is_flag=True, help="Fetch the listings first.")
@click.option("--dry-run", is_flag=True, help="Print what would be done.")
@offline_option
@target_options
@policy_option
@quiet_option
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    requirements: tuple[str, ...],
    *,
    allow_downgrade: bool,
    is_wanted: bool,
    dry_run: bool,
    offline: bool,
    policy_file: Path | None,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Update installed extensions.

    They are updated to the newest versions that the Blender can use, by default all. ID is an id as for 'extery install'. Each extension is updated from its own repository and within its pin (see
    'extery pin'). If the last sync is a day old, the listings are fetched first; 'extery config set check-updates no' leaves
    that to 'extery sync'. Extensions in local repositories are yours and stay as they are. Files that you have added to the
    folder of an extension are kept; the output names where.
    """  # fmt: skip
    from extery.cli.change_outcomes import Words
    from extery.cli.client_run import all_versions_finder, check_updates, sync_first
    from extery.cli.policies import run_plans_with_policy
    from extery.client.index.database import open_index
    from extery.client.index.plan_queries import IndexSearch
    from extery.client.plan import PlanOptions
    from extery.client.plan_update import plan_update
    from extery.client.policy import load_policy
    from extery.client.records import find_installed
    from extery.client.requirements import Requirement

    wanted = [Requirement.parse(text) for text in requirements]
    options = PlanOptions(allow_downgrade=allow_downgrade)
    policy = load_policy(policy_file)
    targets = targets_of(blender, folder)
    problems = sync_first(targets, is_wanted=is_wanted, offline=offline)
    problems += check_updates(targets, offline=offline)

    find_all_versions = all_versions_finder(offline=offline)

    def plan(target: Target) -> Plan:
        with open_index(target) as index:
            return plan_update(
                target,
                wanted,
                find=IndexSearch(index).find,
                installed=[*find_installed(target)],
                options=options,
                find_all_versions=find_all_versions,
            )

    return run_plans_with_policy(
        targets,
        plan,
        "update",
        is_dry=dry_run,
        offline=offline,
        problems=problems,
        policy=policy,
        words=Words(are_named=bool(wanted)),
    )
