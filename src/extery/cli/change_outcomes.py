"""The outcome of commands that change extensions: what was done, what was not, and what is next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from extery.cli.changes import DONE, change_data, done_lines, operation_data, planned_lines
from extery.client.plan import Action
from extery.core.files import format_size
from extery.core.types import THEME
from extery.core.versions import format_series

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.client.execute import Result
    from extery.client.operations import Operation
    from extery.client.plan import Change, Plan
    from extery.client.targets import Target
    from extery.core.errors import Problem


#: Extensions that a note names.
_MAX_ENABLE = 5


class Words(NamedTuple):
    """What a command calls extensions that need no change; they are listed if the user has named them."""

    current: str = "up to date"
    are_named: bool = True


def operations_outcome(
    done: Sequence[tuple[Target, Operation | None]],
    problems: Iterable[Problem],
    summarize: Callable[[Sequence[Operation]], str],
    *,
    several: bool,
) -> Outcome:
    """Return the outcome of a command that has made an operation in each target, or ``None`` where nothing was changed.

    ``summarize`` gets the operations that have changed something; ``several`` targets were asked for. An extension that
    could not be switched is an error.
    """
    from extery.cli.each_target import grouped_lines, target_data
    from extery.cli.output import Outcome, prefix_problems

    made = [operation for _, operation in done if operation is not None]
    found = [*problems]
    for operation in made:
        found += [problem for error in operation.errors.values() for problem in error.problems]
    unique = list(dict.fromkeys(found))
    return Outcome(
        ok=not any(problem.is_error for problem in unique),
        summary=summarize([operation for operation in made if done_lines(operation)]),
        problems=prefix_problems(unique),
        lines=grouped_lines(
            [(target, done_lines(made) if made else []) for target, made in done], several=several
        ),
        data={
            "targets": [
                target_data(target, operation=operation_data(made) if made else None)
                for target, made in done
            ]
        },
    )


def current_lines(plan: Plan, words: Words) -> Iterator[str]:
    """Yield the extensions that need no change: all if they were named, else those with a pin."""
    for item in plan.current:
        if words.are_named or item.held:
            pinned = f", pinned to {item.held}" if item.held else ""
            yield f"{item.name} {item.state.version} is {words.current}{pinned}"


def next_notes(
    plans: Sequence[tuple[Target, Plan]], operations: Mapping[Target, Operation]
) -> Iterator[str]:
    """Yield the commands that a user may want next: to enable what is new, and to undo all."""
    several = len(plans) > 1
    for target, plan in plans:
        done = (
            {s.id for s in operations[target].steps if not s.error} if target in operations else ()
        )
        new = [c for c in plan.changes if c.action is Action.INSTALL and c.id in done]
        # Only one theme can be active.
        themes = [c for c in new if _is_theme(target, c)]
        chosen = [c.name for c in new if len(themes) < 2 or c not in themes]
        if chosen:
            option = f" --blender {format_series(target.series)}" if several else ""
            names = " ".join(chosen) if len(chosen) <= _MAX_ENABLE else "ID..."
            it = "it" if len(chosen) == 1 else "them"
            yield f"to enable {it} in {target}: extery enable {names}{option}"
    if operations:
        [(target, operation), *others] = operations.items()
        option = f" --blender {format_series(target.series)}" if several else ""
        yield f"to undo this: extery undo{'' if others else f' {operation.number}{option}'}"


def _is_theme(target: Target, change: Change) -> bool:
    """Return whether an installed extension is a theme; a lock file does not state that."""
    from extery.client.records import get_installed

    installed = get_installed(target, change.repository, change.id)
    return installed is not None and installed.manifest.type == THEME.name


def result_outcome(
    plans: Sequence[tuple[Target, Plan]],
    result: Result | None,
    *,
    words: Words,
    is_dry: bool,
    notes: Iterable[str] = (),
    problems: Iterable[Problem] = (),
    wheels_unknown: Mapping[Target, Sequence[str]] = {},
) -> Outcome:
    """Return the outcome of plans that were carried out, or of a dry run.

    ``wheels_unknown`` are the extensions of a dry run whose wheels could not be compared.
    """
    from extery.cli.each_target import grouped_lines, target_data
    from extery.cli.output import Outcome, prefix_problems
    from extery.cli.terminal import printable

    found = [*problems, *(problem for _, plan in plans for problem in plan.problems)]
    operations = dict(result.operations) if result else {}
    if result:
        found += result.problems
        for change, error in result.failed:
            found += [_named(problem, change) for problem in error.problems]
    groups = []
    for target, plan in plans:
        lines = [*planned_lines(plan.changes)] if is_dry else []
        if target in operations:
            lines = done_lines(operations[target])
        groups.append((target, [printable(line) for line in [*lines, *current_lines(plan, words)]]))
    unique = list(dict.fromkeys(found))
    return Outcome(
        ok=not any(problem.is_error for problem in unique),
        summary=_summary(plans, result, words, is_dry=is_dry),
        problems=prefix_problems(unique),
        lines=grouped_lines(groups),
        notes=[
            printable(note)
            for note in [
                *notes,
                *_unknown_wheels(wheels_unknown),
                *next_notes(plans, operations),
            ]
        ],
        data={
            "targets": [
                target_data(
                    target,
                    changes=[change_data(change) for change in plan.changes],
                    current=[item.name for item in plan.current],
                    operation=operation_data(operations[target]) if target in operations else None,
                    wheels_unknown=[*wheels_unknown.get(target, ())],
                )
                for target, plan in plans
            ]
        },
    )


def _unknown_wheels(unknown: Mapping[Target, Sequence[str]]) -> Iterator[str]:
    """Yield what cannot be known of wheels before the download."""
    names = [*dict.fromkeys(name for found in unknown.values() for name in found)]
    if names:
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        yield f"conflicts of the wheels of {shown} are known only after the download"


def _named(problem: Problem, change: Change) -> Problem:
    """Return the problem with the extension that it is about before its message."""
    message = problem.message
    if change.name in message:
        return problem
    if message.startswith(f"{change.id} "):
        return problem._replace(message=f"{change.repository.name}.{message}")
    return problem._replace(message=f"{change.name}: {message}")


def _summary(
    plans: Sequence[tuple[Target, Plan]], result: Result | None, words: Words, *, is_dry: bool
) -> str:
    from extery.cli.each_target import names_of
    from extery.cli.output import pluralize

    changes = [change for _, plan in plans for change in plan.changes]
    current = sum(len(plan.current) for _, plan in plans)
    if is_dry and changes:
        size = sum(plan.size for _, plan in plans)
        return f"Dry run: {pluralize(len(changes), 'change')}, {format_size(size)} to fetch. Nothing was done."
    if not changes:
        has_errors = any(plan.problems.errors for _, plan in plans)
        if not plans or (has_errors and not current):
            return "Nothing was changed."
        verb = "is" if current == 1 else "are"
        if current:
            start = "Nothing was changed" if has_errors else "Nothing to do"
            return f"{start}: {pluralize(current, 'extension')} {verb} {words.current}."
        return "Nothing to do."
    done = [*_done(changes, result)]
    failed = len(changes) - len(done)
    counts = Counter(DONE[action] for action in done)
    parts = [f"{verb} {pluralize(number, 'extension')}" for verb, number in counts.items()]
    text = f"{', '.join(parts) or 'Nothing was changed'}{f', {failed} failed' if failed else ''}"
    text = f"{text[0].upper()}{text[1:]}"
    if len(plans) > 1 and result and result.operations:
        text += f" in {names_of(target for target, _ in result.operations)}"
    if result and result.saved:
        text += f", {format_size(result.saved)} not fetched again"
    return f"{text}."


def _done(changes: Iterable[Change], result: Result | None) -> Iterator[Action]:
    """Yield the actions that were carried out."""
    done = set(result.done) if result else set()
    return (change.action for change in changes if (change.target, change.name) in done)
