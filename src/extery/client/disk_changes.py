"""Extensions that appeared on disk, changed or vanished since the last sync, and installed ones that are blocked.

What Extery itself has installed, updated or removed is not reported: records and journal tell it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from extery.client import operations
from extery.client.index.database import open_index
from extery.client.index.queries import blocked_ids
from extery.client.records import Installed, get_installed, load_records
from extery.client.repositories import load_repositories
from extery.client.sync_state import SyncState
from extery.client.targets import Target
from extery.core.errors import Problem, Where
from extery.core.text import clean_message

APPEARED, CHANGED, VANISHED = "appeared", "changed", "vanished"


class DiskChange(NamedTuple):
    """A change that something else has made: Blender, or the user by hand."""

    kind: str
    name: str
    version: str
    before: str = ""


def find_disk_changes(
    target: Target, installed: Sequence[Installed], state: SyncState
) -> list[DiskChange]:
    """Return the changes since the state was stored, and put what is installed now into the state."""
    now = {item.name: item.state.version for item in installed}
    before, state.on_disk = state.on_disk, now
    if before is None:
        return []
    own = {item.name for item in installed if item.state.sha256}
    changes = [
        DiskChange(CHANGED if name in before else APPEARED, name, version, before.get(name, ""))
        for name, version in now.items()
        if before.get(name) != version and name not in own
    ]
    gone = before.keys() - now.keys()
    if gone:
        repositories = {repository.name for repository in load_repositories(target)}
        removed = _removed_by_us(target)
        changes += [
            DiskChange(VANISHED, name, "", str(before[name]))
            for name in sorted(gone)
            if name not in removed and name.partition(".")[0] in repositories
        ]
    return changes


def _removed_by_us(target: Target) -> set[str]:
    """Return the names of extensions that the last operation with them has removed."""
    last: dict[str, bool] = {}
    for operation in operations.load_all(target):
        for step in operation.steps:
            if not step.error:
                last.setdefault(f"{step.repository}.{step.id}", step.after is None)
    return {name for name, is_removed in last.items() if is_removed}


def find_blocked(target: Target, installed: Iterable[Installed]) -> list[Problem]:
    """Return a warning for each installed extension that its repository has blocked."""
    return [
        Problem.of(
            "sync.blocked", where=Where(item.name), version=item.state.version, reason=reason
        )
        for item, reason in blocked_installed(target, installed)
    ]


def blocked_extensions(target: Target) -> Iterator[tuple[Installed, str]]:
    """Yield what `blocked_installed` returns, and read only the folders of blocked extensions."""
    with open_index(target) as index:
        blocked, repositories = blocked_ids(index), index.repositories
    records = load_records(target) if blocked else {}
    for (name, identifier), reason in sorted(blocked.items()):
        if name in repositories:
            item = get_installed(target, repositories[name], identifier, records)
            if item is not None:
                yield item, clean_message(reason)


def blocked_installed(
    target: Target, installed: Iterable[Installed]
) -> list[tuple[Installed, str]]:
    """Return the installed extensions that their repositories have blocked, each with the reason."""
    remote = [item for item in installed if item.repository.is_remote]
    if not remote:
        return []
    with open_index(target) as index:
        blocked = blocked_ids(index)
    return [
        (item, clean_message(blocked[item.repository.name, item.id]))
        for item in remote
        if (item.repository.name, item.id) in blocked
    ]
