"""``extery install``: install extensions from repositories."""

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


@click.command(
    "install", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was installed."
)
@click.argument("requirements", metavar="ID...", nargs=-1, required=True)
@click.option("--reinstall", is_flag=True, help="Install versions again that are installed.")
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
    reinstall: bool,
    allow_downgrade: bool,
    is_wanted: bool,
    dry_run: bool,
    offline: bool,
    policy_file: Path | None,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Install extensions from the repositories that were added.

    ID is the id of an extension, perhaps with its repository before it and versions behind it: gear_tool,
    studio.gear_tool, gear_tool==1.2, 'gear_tool>=1.2,<2' or gear_tool@beta. Without a version it is the newest one that
    the Blender can use; pre-releases are installed only if they are asked for.

    Versions are those of the last 'extery sync'; repositories that were never synced are synced first. One that lists only the
    newest version is asked for the others if one of them is wanted, where it has them: a website of Extery does, a folder of files only lists what it has. Packages are
    fetched in parallel, verified, and switched in at the end. One that fails spoils no other, and the
    exit status is then 1. 'extery undo' brings back what was there before.
    """  # fmt: skip
    from extery.cli.client_run import all_versions_finder, sync_first
    from extery.cli.policies import run_plans_with_policy
    from extery.client.index.database import open_index
    from extery.client.index.plan_queries import IndexSearch
    from extery.client.plan import PlanOptions, plan_install
    from extery.client.policy import load_policy
    from extery.client.records import find_installed
    from extery.client.requirements import Requirement

    wanted = [Requirement.parse(text) for text in requirements]
    options = PlanOptions(reinstall=reinstall, allow_downgrade=allow_downgrade)
    policy = load_policy(policy_file)
    targets = targets_of(blender, folder)
    problems = sync_first(targets, is_wanted=is_wanted, offline=offline)

    find_all_versions = all_versions_finder(offline=offline)

    def plan(target: Target) -> Plan:
        with open_index(target) as index:
            search = IndexSearch(index)
            return plan_install(
                target,
                wanted,
                find=search.find,
                installed=[*find_installed(target)],
                options=options,
                find_all_versions=find_all_versions,
                find_similar=search.find_similar,
                find_elsewhere=search.find_elsewhere,
            )

    return run_plans_with_policy(
        targets, plan, "install", is_dry=dry_run, offline=offline, problems=problems, policy=policy
    )
