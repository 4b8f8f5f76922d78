"""Installed and listed extensions of a target side by side: what is installed, what is newer, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from extery.client.index.database import Index, open_index, unsynced_repositories
from extery.client.index.queries import (
    ListedExtension,
    ListFilter,
    blocked_ids,
    list_extensions,
    newest_in,
)
from extery.client.records import Installed
from extery.client.targets import Target
from extery.core.versions import Version

#: The repository of extensions that came with Blender.
_SYSTEM = "system"


class Notes(NamedTuple):
    """What a user should know of an extension: reasons, empty if they do not apply."""

    held: str = ""
    blocked: str = ""
    incompatible: str = ""
    is_local: bool = False
    is_system: bool = False
    is_unlisted: bool = False
    is_disabled: bool = False
    is_unsynced: bool = False

    def words(self) -> Iterator[str]:
        """Yield the notes as words, the most urgent first."""
        if self.blocked:
            yield f"blocked: {self.blocked}"
        if self.held:
            yield f"pinned: {self.held}"
        if self.incompatible:
            yield self.incompatible
        if self.is_system:
            yield "system"
        elif self.is_local:
            yield "local"
        if self.is_disabled:
            yield "repository disabled"
        if self.is_unlisted:
            yield "not listed"
        if self.is_unsynced:
            yield "not synced"


NO_NOTES = Notes()


class Overview(NamedTuple):
    """An extension in a target. ``installed`` and ``listed`` are versions; the one that is not there is empty."""

    repository: str
    id: str
    type: str
    name: str
    tagline: str
    installed: str = ""
    listed: str = ""
    notes: Notes = NO_NOTES

    @property
    def is_newer(self) -> bool:
        """Whether a version that can be installed is newer than the installed one."""
        return (
            bool(self.installed and self.listed)
            and not (self.notes.blocked or self.notes.incompatible)
            and Version.parse(self.listed) > Version.parse(self.installed)
        )

    @property
    def is_updatable(self) -> bool:
        return self.is_newer and not self.notes.held

    def as_dict(self) -> dict[str, Any]:
        return {
            "repository": self.repository,
            "id": self.id,
            "type": self.type,
            "name": self.name,
            "tagline": self.tagline,
            "installed": self.installed or None,
            "listed": self.listed or None,
            "updatable": self.is_updatable,
            "held": self.notes.held or None,
            "blocked": self.notes.blocked or None,
            "incompatible": self.notes.incompatible or None,
            "local": self.notes.is_local,
            "system": self.notes.is_system,
            "unlisted": self.notes.is_unlisted,
            "unsynced": self.notes.is_unsynced,
        }


def installed_overview(
    index: Index, installed: Iterable[Installed], conditions: ListFilter = ListFilter()
) -> list[Overview]:
    """Return the installed extensions that meet the conditions, sorted by id, each with the newest listed version."""
    items = [item for item in installed if _meets(item, conditions)]
    newest = newest_in(index, [item.id for item in items])
    blocked = blocked_ids(index)
    never_synced = unsynced_repositories(index.target)
    rows = []
    for item in items:
        candidate, repository = newest.get(item.name), item.repository
        is_unlisted = repository.is_remote and repository.enabled and candidate is None
        is_unsynced = is_unlisted and repository.name in never_synced
        notes = Notes(
            item.held,
            blocked.get((repository.name, item.id), ""),
            candidate.incompatible if candidate else "",
            is_local=not repository.is_remote,
            is_system=repository.name == _SYSTEM,
            is_unlisted=is_unlisted and not is_unsynced,
            is_disabled=not repository.enabled,
            is_unsynced=is_unsynced,
        )
        manifest = item.manifest
        listed = candidate.version.text if candidate else ""
        rows.append(
            Overview(
                repository.name,
                item.id,
                manifest.type,
                manifest.name,
                manifest.tagline,
                item.state.version,
                listed,
                notes,
            )
        )
    return sorted(rows, key=lambda row: (row.id, row.repository))


def _meets(item: Installed, conditions: ListFilter) -> bool:
    manifest = item.manifest
    text = f"{item.id}\n{manifest.name}\n{manifest.tagline}".lower()
    tags = {tag.lower() for tag in manifest.tags}
    return (
        (not conditions.types or manifest.type in conditions.types)
        and (not conditions.repositories or item.repository.name in conditions.repositories)
        and (not conditions.tags or any(tag.lower() in tags for tag in conditions.tags))
        and all(word in text for word in conditions.text.lower().split())
    )


def listed_overview(
    listed: Iterable[ListedExtension], installed: Iterable[Installed]
) -> list[Overview]:
    """Return listed extensions, each with its installed version, in the given order."""
    here = {item.name: item for item in installed}
    rows = []
    for item in listed:
        found = here.get(f"{item.repository}.{item.id}")
        rows.append(
            Overview(
                item.repository,
                item.id,
                item.type,
                item.name,
                item.tagline,
                found.state.version if found else "",
                item.version,
                Notes(found.held if found else "", item.blocked, item.incompatible)
                if found or item.blocked or item.incompatible
                else NO_NOTES,
            )
        )
    return rows


def available_overview(
    index: Index, installed: Iterable[Installed], conditions: ListFilter = ListFilter()
) -> list[Overview]:
    """Return the listed extensions that meet the conditions, sorted by id, each with its installed version."""
    return listed_overview(list_extensions(index, conditions), installed)


def find_updatable(target: Target, installed: Iterable[Installed]) -> list[Overview]:
    """Return the installed extensions of a target that `extery update` would update."""
    with open_index(target) as index:
        rows = installed_overview(index, installed)
    return [row for row in rows if row.is_updatable]
