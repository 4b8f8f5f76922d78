"""``extery restore``: install the packages of a lock file or a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options, quiet_option
from extery.cli.policies import policy_option
from extery.cli.target_options import offline_option, target_options, targets_of

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.client.plan import Plan
    from extery.client.targets import Target


@click.command(
    "restore", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was restored."
)
@click.argument("file", metavar="[FILE]", default="extery.lock", type=LocalPath())
@click.option("--exact", is_flag=True, help="Remove all other extensions of remote repositories.")
@click.option("--dry-run", is_flag=True, help="Print what would be done.")
@offline_option
@target_options
@policy_option
@quiet_option
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    file: Path,
    *,
    exact: bool,
    dry_run: bool,
    offline: bool,
    policy_file: Path | None,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Install exactly the packages of a lock file or a bundle.

    FILE is a file of 'extery lock', by default extery.lock, or a file or folder of 'extery bundle'. Its repositories are
    added. Each package is verified by its SHA-256; versions go up or down as the file states.
    """  # fmt: skip
    from extery.cli.change_outcomes import Words
    from extery.cli.each_target import print_wait
    from extery.cli.policies import run_plans_with_policy
    from extery.client.bundle import check_complete, open_lock
    from extery.client.locking import add_repositories, plan_restore
    from extery.client.policy import load_policy
    from extery.client.records import find_installed
    from extery.client.store import Store
    from extery.core.cache_folder import cache_folder

    store = Store(cache_folder())
    lock = open_lock(file, store)
    if offline:
        check_complete(lock, store)

    def plan(target: Target) -> Plan:
        if not dry_run:
            add_repositories(target, lock, on_wait=print_wait)
        installed = [*find_installed(target)]
        return plan_restore(target, lock, installed=installed, exact=exact, store=store)

    policy = load_policy(policy_file)
    targets = targets_of(blender, folder)
    words = Words("installed already", are_named=False)
    return run_plans_with_policy(
        targets, plan, "restore", is_dry=dry_run, offline=offline, policy=policy, words=words
    )
