"""Obey the policy: disable or remove what it does not allow, after a sync, an installation or an audit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from extery.cli.options import LocalPath

if TYPE_CHECKING:
    from extery.cli.change_outcomes import Words
    from extery.cli.output import Outcome
    from extery.client.plan import Plan
    from extery.client.policy import Policy, Violation
    from extery.client.records import Installed
    from extery.client.targets import Target
    from extery.core.errors import Problem

policy_option = click.option(
    "--policy",
    "policy_file",
    metavar="FILE",
    type=LocalPath(),
    envvar="EXTERY_POLICY",
    show_envvar=True,
    help="A TOML file that states what is done with blocked extensions, and which licences and permissions are allowed.",
)


class Enforcement(NamedTuple):
    """What was done: the extensions that the policy does not allow, and those that are disabled, by target.

    ``newly`` are those that were disabled just now.
    """

    violations: Mapping[Target, Sequence[Violation]]
    disabled: Mapping[Target, Sequence[str]]
    newly: Mapping[Target, Sequence[str]]
    removal: Outcome | None
    problems: Sequence[Problem]

    @property
    def warnings(self) -> list[Problem]:
        """The reasons, once for each extension of all targets."""
        found = (item.problem for items in self.violations.values() for item in items)
        return [*dict.fromkeys(found)]

    @property
    def data(self) -> dict[str, Any]:
        """What was done as JSON."""
        from extery.cli.each_target import target_data

        return {
            "targets": [
                target_data(
                    target,
                    violations=[
                        {"name": one.item.name, "action": one.action, "reason": one.problem.message}
                        for one in found
                    ],
                    disabled=[*self.disabled.get(target, ())],
                )
                for target, found in self.violations.items()
            ],
            "removal": self.removal.data if self.removal else None,
        }


def enforce(
    targets: Iterable[Target], policy: Policy, *, is_dry: bool = False, program: Path | None = None
) -> Enforcement:
    """Disable and remove what the policy does not allow in the targets; with ``is_dry`` only find it."""
    from extery.cli.each_target import for_each
    from extery.client.policy import DISABLE, find_violations, of_action

    results = for_each(targets, lambda target: find_violations(target, policy))
    violations = dict(results.done)
    problems = [*results.problems]
    removal = _remove(violations, is_dry=is_dry)
    disabled: dict[Target, list[str]] = {}
    newly: dict[Target, list[str]] = {}
    for target, found in violations.items():
        if items := of_action(found, DISABLE):
            newly[target] = [item.name for item in items]
            if not is_dry:
                disabled[target], newly[target] = _disable(target, items, program, problems)
    return Enforcement(violations, disabled, newly, removal, problems)


def _remove(violations: Mapping[Target, Sequence[Violation]], *, is_dry: bool) -> Outcome | None:
    """Remove extensions as one operation for each target, which can be undone."""
    from extery.cli.client_run import run_plans
    from extery.client.policy import REMOVE, of_action
    from extery.client.records import find_installed
    from extery.client.remove import plan_removal

    found = {target: of_action(items, REMOVE) for target, items in violations.items()}
    found = {target: items for target, items in found.items() if items}
    if not found:
        return None

    def plan(target: Target) -> Plan:
        names = [item.name for item in found[target]]
        return plan_removal(target, names, [*find_installed(target)])

    return run_plans([*found], plan, "audit", is_dry=is_dry, offline=True)


def _disable(
    target: Target, items: Sequence[Installed], program: Path | None, problems: list[Problem]
) -> tuple[list[str], list[str]]:
    """Disable extensions through Blender; return the names of those that are disabled, and that were enabled before."""
    from extery.cli.each_target import print_wait
    from extery.client.enable import switch_extensions
    from extery.client.policy import not_disabled_yet, store_disabled
    from extery.client.transaction import target_lock
    from extery.core.errors import ExteryError, Problem

    wanted = not_disabled_yet(target, items)
    done, newly = {item.name for item in items} - {item.name for item in wanted}, []
    if wanted:
        try:
            switched = switch_extensions(
                target,
                [item.name for item in wanted],
                enabled=False,
                program=program,
                on_wait=print_wait,
            )
        except ExteryError as error:
            names = ", ".join(item.name for item in wanted)
            reason = error.problems[0].message
            problems.append(
                Problem.of("policy.not-disabled", names=names, target=str(target), reason=reason)
            )
        else:
            problems += switched.problems
            done |= {change.name for change in switched.changes}
            newly = [item.name for item in switched.changes if item.change == "disabled"]
            with target_lock(target, "policy", on_wait=print_wait):
                store_disabled(target, [item for item in items if item.name in done])
    return sorted(done), newly


def disabled_lines(enforcement: Enforcement, *, is_dry: bool = False) -> list[str]:
    """Return a line for each extension that was disabled just now."""
    from extery.cli.each_target import grouped_lines
    from extery.cli.terminal import printable

    verb = "disable" if is_dry else "disabled"
    groups = [
        (target, [printable(f"{verb} {name}") for name in names])
        for target, names in enforcement.newly.items()
        if names
    ]
    return grouped_lines(groups, several=len(enforcement.violations) > 1)


def is_obeyed(problem: Problem) -> bool:
    """Return whether a problem is that of an extension which the policy disables or removes."""
    return dict(problem.values).get("variant") == "obeyed"


def with_policy(outcome: Outcome, targets: Iterable[Target], policy: Policy) -> Outcome:
    """Obey the policy after a command, and return its outcome with what was done."""
    from extery.cli.output import prefix_problems

    done = enforce(targets, policy)
    obeyed = {problem.where.file for problem in done.warnings if is_obeyed(problem)}
    before = [
        item
        for item in outcome.problems
        if item.problem.code != "sync.blocked" or item.problem.where.file not in obeyed
    ]
    known = {item.problem for item in before}
    warned = {
        dict(item.problem.values).get("name")
        for item in outcome.problems
        if item.problem.code == "install.blocked-installed"
    }
    new = [
        problem
        for problem in [*done.warnings, *done.problems]
        if problem not in known and problem.where.file not in warned
    ]
    removal = done.removal
    problems = [*before, *prefix_problems(new), *(removal.problems if removal else ())]
    return outcome._replace(
        ok=outcome.ok and not any(item.problem.is_error for item in problems),
        problems=problems,
        lines=[*outcome.lines, *disabled_lines(done), *(removal.lines if removal else ())],
        notes=[*outcome.notes, *(removal.notes if removal else ())],
        data={**outcome.data, "policy": done.data},
    )


def run_plans_with_policy(
    targets: Sequence[Target],
    make_plan: Callable[[Target], Plan],
    command: str,
    *,
    policy: Policy,
    is_dry: bool,
    offline: bool,
    problems: Sequence[Problem] = (),
    words: Words | None = None,
) -> Outcome:
    """Do what `run_plans` does, without what the policy does not allow, and obey the policy afterwards."""
    from extery.cli.change_outcomes import Words
    from extery.cli.client_run import run_plans
    from extery.client.policy import refuse_changes

    def make_allowed(target: Target) -> Plan:
        plan = make_plan(target)
        refuse_changes(plan, policy)
        return plan

    outcome = run_plans(
        targets,
        make_allowed,
        command,
        is_dry=is_dry,
        offline=offline,
        problems=problems,
        words=words or Words(),
    )
    return outcome if is_dry else with_policy(outcome, targets, policy)
