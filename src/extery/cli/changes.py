"""Planned changes and operations as text and JSON, for all commands that change extensions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from extery.client.plan import Action
from extery.core.files import format_size

if TYPE_CHECKING:
    from extery.client.operations import Operation, Step
    from extery.client.plan import Change
    from extery.client.targets import Target

#: What was done, by the action.
DONE = {
    Action.INSTALL: "installed",
    Action.UPDATE: "updated",
    Action.DOWNGRADE: "downgraded",
    Action.REINSTALL: "reinstalled",
    Action.REMOVE: "removed",
}


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
        f"{DONE[_action(old, new)]} {name} {old} -> {new}"
        if old != new
        else f"reinstalled {name} {new}"
    )


def _action(old: str, new: str) -> Action:
    from extery.core.versions import Version

    return Action.UPDATE if Version.parse(old) < Version.parse(new) else Action.DOWNGRADE


def done_lines(operation: Operation) -> list[str]:
    """Return a line for each extension that an operation has changed."""
    return [step_line(step) for step in operation.steps if not step.error]


def count_changes(operations: Iterable[Operation]) -> int:
    """Return how many extensions operations have changed."""
    return sum(len(done_lines(operation)) for operation in operations)


def own_files_notes(target: Target, operation: Operation) -> Iterator[str]:
    """Yield where files of the user are that were in a folder which was replaced."""
    replaced = [step for step in operation.steps if step.before and not step.is_user_data]
    if not replaced:
        return
    from extery.client.store import Store
    from extery.client.user_files import files_of_user
    from extery.core.cache_folder import cache_folder

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
