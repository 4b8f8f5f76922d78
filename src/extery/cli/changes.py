"""What the commands that change extensions have in common: their plan and result as text and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from extery.client.plan import Action
from extery.core.files import format_size
from extery.core.types import THEME
from extery.core.versions import format_series

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.client.execute import Result
    from extery.client.operations import Operation, Step
    from extery.client.plan import Change, Plan
    from extery.client.targets import Target
    from extery.core.errors import Problem

_DONE = {
    Action.INSTALL: "installed",
    Action.UPDATE: "updated",
    Action.DOWNGRADE: "downgraded",
    Action.REINSTALL: "reinstalled",
    Action.REMOVE: "removed",
}


#: Extensions that a note names.
_MAX_ENABLE = 5


class Words(NamedTuple):
    """What a command calls extensions that need no change; they are listed if the user has named them."""

    current: str = "up to date"
    are_named: bool = True


def planned_lines(changes: Sequence[Change]) -> Iterator[str]:
    """Yield a line for each planned change, with details below it."""
    for change in changes:
        yield f"{change.action.value} {change.name} {versions_of(change)}{_size(change)}"
        item = change.candidate
        if item is None:
            continue
        if gained := change.gained_permissions:
            reasons = [_permission(name, item.permissions[name]) for name in gained]
            verb = "gains" if change.before else "needs"
            yield f"    {verb} permission: {'; '.join(reasons)}"
        licences = [text.removeprefix("SPDX:") for text in item.entry.get("license", ())]
        if licences and (change.before is None or _licences(change) != licences):
            yield f"    licence: {', '.join(licences)}"


def _licences(change: Change) -> list[str]:
    manifest = change.before.manifest if change.before else None
    return [text.removeprefix("SPDX:") for text in manifest.license] if manifest else []


def _permission(name: str, reason: str) -> str:
    return f"{name} ({reason})" if reason else name


def versions_of(change: Change) -> str:
    """Return ``1.0.0 -> 1.1.0``, or the version that is installed or removed."""
    old = change.before.state.version if change.before else ""
    new = change.candidate.version.text if change.candidate else ""
    return f"{old} -> {new}" if old and new and old != new else new or old


def _size(change: Change) -> str:
    return f" ({format_size(change.candidate.size)})" if change.candidate else ""


def step_line(step: Step) -> str:
    """Return what an operation did with one extension."""
    name = f"{step.repository}.{step.id}"
    if step.is_user_data:
        return (
            f"removed the data of {name}" if step.after is None else f"restored the data of {name}"
        )
    old = step.before.version if step.before else ""
    new = step.after.version if step.after else ""
    if not new:
        return f"removed {name} {old}"
    if not old:
        return f"installed {name} {new}"
    return (
        f"{_DONE[_action(old, new)]} {name} {old} -> {new}"
        if old != new
        else f"reinstalled {name} {new}"
    )


def _action(old: str, new: str) -> Action:
    from extery.core.versions import Version

    return Action.UPDATE if Version.parse(old) < Version.parse(new) else Action.DOWNGRADE


def done_lines(operation: Operation) -> list[str]:
    """Return a line for each extension that an operation has changed."""
    return [step_line(step) for step in operation.steps if not step.error]


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


def count_changes(operations: Iterable[Operation]) -> int:
    """Return how many extensions operations have changed."""
    return sum(len(done_lines(operation)) for operation in operations)


def own_files_notes(target: Target, operation: Operation) -> Iterator[str]:
    """Yield where files of the user are that were in a folder which was replaced."""
    replaced = [step for step in operation.steps if step.before and not step.is_user_data]
    if not replaced:
        return
    from extery.client.store import Store, cache_folder
    from extery.client.user_files import files_of_user

    store = Store(cache_folder())
    for step in replaced:
        if step.error or step.before is None:
            continue
        folder = operation.old_folder(target, step)
        names = files_of_user(folder, store.path(step.before.sha256))
        if names:
            shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
            yield f"kept your files of {step.repository}.{step.id}: {shown} in {folder}"


def change_data(change: Change) -> dict[str, Any]:
    """Return a planned change as JSON."""
    item = change.candidate
    return {
        "action": change.action.value,
        "repository": change.repository.name,
        "id": change.id,
        "before": change.before.state.version if change.before else None,
        "after": item.version.text if item else None,
        "size": item.size if item else 0,
        "sha256": item.sha256 if item else None,
        "license": list(item.entry.get("license", ())) if item else [],
        "permissions_gained": change.gained_permissions,
    }


def operation_data(operation: Operation) -> dict[str, Any]:
    """Return an operation as JSON."""
    return {
        "number": operation.number,
        "command": operation.command,
        "started_at": operation.started_at,
        "undoes": operation.undoes or None,
        "changes": [
            {
                "repository": step.repository,
                "id": step.id,
                "user_data": step.is_user_data,
                "before": step.before.version if step.before else None,
                "after": step.after.version if step.after else None,
                "error": step.error or None,
            }
            for step in operation.steps
        ],
        "failed": [{"name": name, "reason": reason} for name, reason in operation.failed],
    }


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
    counts = Counter(_DONE[action] for action in done)
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
