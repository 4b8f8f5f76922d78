"""``extery audit``: report what is installed that is blocked, outdated or in conflict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from extery.cli.each_target import Results
    from extery.cli.output import Outcome
    from extery.client.audit import Audit
    from extery.client.plan import Plan
    from extery.client.targets import Target

#: Extensions that a line names; the others are counted.
_MAX_NAMES = 5


@click.command("audit", cls=OutcomeCommand, project_folder=None)
@click.option(
    "--policy",
    metavar="FILE",
    type=LocalPath(),
    help="A TOML file with the setting 'blocked', used instead of that of 'extery config'.",
)
@click.option("--dry-run", is_flag=True, help="Print what the policy would remove.")
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    *,
    policy: Path | None,
    dry_run: bool,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Report installed extensions that are blocked, outdated, unfit or in conflict.

    Licences and permissions are counted. Listings are those of the last 'extery sync'. The exit status is 1 if an installed extension is blocked. With 'extery
    config set blocked remove', or blocked = "remove" in a policy file, blocked ones are removed; 'extery undo' brings them
    back. Otherwise nothing is changed.
    """  # fmt: skip
    from extery.cli.each_target import for_each
    from extery.cli.target_options import options_for
    from extery.client.audit import audit
    from extery.client.settings import REMOVE, config_folder, load_settings, read_policy
    from extery.client.store import Store, cache_folder

    action = read_policy(policy) if policy else load_settings(config_folder()).blocked
    store = Store(cache_folder())

    def examine(targets: Iterable[Target]) -> Results[Audit]:
        return for_each(
            targets,
            lambda target: audit(target, store, options=options_for(target, blender, folder)),
        )

    targets = targets_of(blender, folder)
    results = examine(targets)
    audits = [item for _, item in results.done if item.blocked]
    removal = _remove(audits, is_dry=dry_run) if audits and action == REMOVE else None
    if removal and not dry_run:
        results = examine(targets)
    return _outcome(results, removal, action)


def _outcome(results: Results[Audit], removal: Outcome | None, action: str) -> Outcome:
    from extery.cli.each_target import grouped_lines, target_data
    from extery.cli.output import Outcome, pluralize, prefix_problems

    audits = [item for _, item in results.done]
    number = sum(len(item.installed) for item in audits)
    blocked = sum(len(item.blocked) for item in audits)
    summary = f"{pluralize(number, 'extension')} installed, {blocked} blocked."
    problems = dict.fromkeys(problem for item in audits for problem in item.problems)
    return Outcome(
        ok=results.ok and not blocked and (removal is None or removal.ok),
        summary=f"{removal.summary} {summary}" if removal else summary,
        problems=[
            *results.prefixed,
            *prefix_problems(problems),
            *(removal.problems if removal else ()),
        ],
        problems_are_result=True,
        lines=[
            *grouped_lines([(item.target, [*_lines(item)]) for item in audits]),
            *(removal.lines if removal else ()),
        ],
        notes=removal.notes if removal else (),
        data={
            "policy": action,
            "targets": [
                target_data(
                    item.target,
                    installed=[one.name for one in item.installed],
                    blocked=[one.name for one in item.blocked],
                    licenses=item.licenses,
                    permissions=item.permissions,
                )
                for item in audits
            ],
            "removal": removal.data if removal else None,
        },
    )


def _remove(audits: list[Audit], *, is_dry: bool) -> Outcome:
    """Remove the blocked extensions as one operation for each target, which can be undone."""
    from extery.cli.client_run import run_plans
    from extery.client.remove import plan_removal

    found = {item.target: item for item in audits if item.blocked}

    def plan(target: Target) -> Plan:
        item = found[target]
        return plan_removal(target, [one.name for one in item.blocked], item.installed)

    return run_plans([*found], plan, "audit", is_dry=is_dry, offline=True)


def _lines(item: Audit) -> Iterator[str]:
    from extery.cli.terminal import printable

    for title, totals in (("licence", item.licenses), ("permission", item.permissions)):
        for word, names in totals.items():
            shown = ", ".join(names[:_MAX_NAMES])
            more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
            yield printable(f"{title} {word}: {len(names)} ({shown}{more})")
