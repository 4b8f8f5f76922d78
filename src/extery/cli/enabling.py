"""What ``extery enable`` and ``extery disable`` have in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from extery.cli.each_target import for_each, grouped_lines, names_of, print_wait, target_data
from extery.cli.output import Outcome, pluralize, prefix_problems
from extery.cli.terminal import printable
from extery.client.enable import Change, Switched, switch_extensions
from extery.client.targets import Target


def switch_in_targets(
    targets: Sequence[Target], names: Sequence[str], *, enabled: bool, program: Path | None
) -> Outcome:
    """Enable or disable extensions in all targets."""
    results = for_each(
        targets,
        lambda target: switch_extensions(
            target, names, enabled=enabled, program=program, on_wait=print_wait
        ),
    )
    found = [problem for _, switched in results.done for problem in switched.problems]
    problems = [*results.problems, *dict.fromkeys(found)]
    return Outcome(
        ok=not any(problem.is_error for problem in problems),
        summary=_summary(results.done, enabled=enabled),
        problems=prefix_problems(problems),
        lines=grouped_lines(
            [(target, _lines(switched, enabled=enabled)) for target, switched in results.done],
            several=results.several,
        ),
        notes=[
            printable(f"added the repository {name} to the preferences of {target}")
            for target, switched in results.done
            for name in switched.repositories
        ],
        data={
            "targets": [
                target_data(
                    target,
                    extensions=[item._asdict() for item in switched.changes],
                    repositories_added=switched.repositories,
                )
                for target, switched in results.done
            ]
        },
    )


def _lines(switched: Switched, *, enabled: bool) -> list[str]:
    return [printable(_line(item, enabled=enabled)) for item in switched.changes]


def _line(item: Change, *, enabled: bool) -> str:
    if item.change != "unchanged":
        return f"{item.change} {item.name}"
    return f"{item.name} is {'enabled' if enabled else 'disabled'} already"


def _summary(done: Sequence[tuple[Target, Switched]], *, enabled: bool) -> str:
    changed = [
        (target, item.name)
        for target, switched in done
        for item in switched.changes
        if item.change != "unchanged"
    ]
    if not changed:
        state = "enabled" if enabled else "disabled"
        everything = [item for _, switched in done for item in switched.changes]
        return (
            f"Nothing to do: everything is {state} already."
            if everything
            else "Nothing was changed."
        )
    count = len({name for _, name in changed})
    verb = "Enabled" if enabled else "Disabled"
    where = names_of(dict.fromkeys(target for target, _ in changed))
    return f"{verb} {pluralize(count, 'extension')} in {where}."
