"""``extery audit``: report what is installed that is blocked, outdated or in conflict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.policies import policy_option
from extery.cli.target_options import program_option, target_options, targets_of

if TYPE_CHECKING:
    from extery.cli.each_target import Results
    from extery.cli.output import Outcome
    from extery.cli.policies import Enforcement
    from extery.client.audit import Audit
    from extery.client.targets import Target
    from extery.core.errors import Problem

#: Extensions that a line names; the others are counted.
_MAX_NAMES = 5


@click.command("audit", cls=OutcomeCommand, project_folder=None)
@policy_option
@program_option
@click.option("--dry-run", is_flag=True, help="Print what the policy would disable and remove.")
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    *,
    policy_file: Path | None,
    program: Path | None,
    dry_run: bool,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Report installed extensions that are blocked, outdated, unfit or in conflict.

    Licences and permissions are counted. Listings are those of the last 'extery sync'. The exit status is 1 if an installed extension is blocked. With 'extery
    config set blocked disable', or blocked = "disable" in a policy file, blocked ones are disabled by a Blender that is found
    or named by --with; with "remove" they are removed, and 'extery undo' brings them
    back. A policy file can also list the allowed licences and permissions. Otherwise nothing is changed.
    """  # fmt: skip
    from extery.cli.each_target import for_each
    from extery.cli.policies import enforce
    from extery.cli.target_options import options_for
    from extery.client.audit import audit
    from extery.client.policy import load_policy
    from extery.client.store import Store
    from extery.core.cache_folder import cache_folder

    policy = load_policy(policy_file)
    store = Store(cache_folder())

    def examine(targets: Iterable[Target]) -> Results[Audit]:
        return for_each(
            targets,
            lambda target: audit(target, store, options=options_for(target, blender, folder)),
        )

    targets = targets_of(blender, folder)
    results = examine(targets)
    done = enforce([target for target, _ in results.done], policy, is_dry=dry_run, program=program)
    if done.removal and not dry_run:
        results = examine(targets)
    return _outcome(results, done, policy.blocked, is_dry=dry_run)


def _outcome(results: Results[Audit], done: Enforcement, action: str, *, is_dry: bool) -> Outcome:
    from extery.cli.each_target import grouped_lines, target_data
    from extery.cli.output import Outcome, pluralize, prefix_problems
    from extery.cli.policies import disabled_lines

    audits = [item for _, item in results.done]
    removal = done.removal
    number = sum(len(item.installed) for item in audits)
    blocked = sum(len(item.blocked) for item in audits)
    disabled = done.disabled
    summary = f"{pluralize(number, 'extension')} installed, {blocked} blocked."
    problems = [*dict.fromkeys(p for item in audits for p in _problems(item, disabled, done))]
    problems += [problem for problem in done.problems if problem not in results.problems]
    return Outcome(
        ok=results.ok
        and not any(problem.code == "audit.blocked" for problem in problems)
        and not any(problem.is_error for problem in done.problems)
        and (removal is None or removal.ok),
        summary=f"{removal.summary} {summary}" if removal else summary,
        problems=[
            *results.prefixed,
            *prefix_problems(problems),
            *(removal.problems if removal else ()),
        ],
        problems_are_result=True,
        lines=[
            *grouped_lines([(item.target, [*_lines(item)]) for item in audits]),
            *disabled_lines(done, is_dry=is_dry),
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
                    disabled=[*disabled.get(item.target, ())],
                    licenses=item.licenses,
                    permissions=item.permissions,
                )
                for item in audits
            ],
            "removal": removal.data if removal else None,
        },
    )


def _problems(
    item: Audit, disabled: Mapping[Target, Sequence[str]], done: Enforcement
) -> Iterator[Problem]:
    """Yield the problems of a target; of a blocked extension that is disabled only a warning."""
    off = disabled.get(item.target, ())
    for problem in item.problems:
        name = dict(problem.values).get("name")
        if problem.code != "audit.blocked" or name not in off:
            yield problem
    for violation in done.violations.get(item.target, ()):
        if violation.problem.code != "sync.blocked" or violation.item.name in off:
            yield violation.problem


def _lines(item: Audit) -> Iterator[str]:
    from extery.cli.terminal import printable
    from extery.client.audit import NO_PERMISSIONS

    for title, totals in (("licence", item.licenses), ("permission", item.permissions)):
        for word, names in totals.items():
            shown = ", ".join(names[:_MAX_NAMES])
            more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
            label = "no permissions" if word == NO_PERMISSIONS else f"{title} {word}"
            yield printable(f"{label}: {len(names)} ({shown}{more})")
