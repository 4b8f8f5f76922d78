"""What `sync` keeps of each repository: validators of its listing, and what identifies the stored file.

Blender's own sync replaces the stored listing; the validators then describe another one and are not used. If
a part of the received listing was left out, the whole is kept too, since recorded changes follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from extery.client import layout
from extery.client.index.database import stamp_of
from extery.client.repositories import Repository
from extery.client.state_files import read_object, write_object
from extery.client.targets import Target
from extery.core.files import read_regular

STATE_FILE = "sync.json"


class ListingState(NamedTuple):
    """The stored listing of a repository.

    ``request`` is the URL with its query, ``stamp`` that of the stored file. ``is_complete`` means that it is the complete
    listing beside the requested one, ``is_partial`` that entries were left out. ``base`` is the URL that a redirect has led
    to, for packages that are beside it.
    """

    request: str = ""
    stamp: str = ""
    etag: str = ""
    last_modified: str = ""
    base: str = ""
    has_changes: bool = False
    is_complete: bool = False
    is_partial: bool = False

    @classmethod
    def from_row(cls, row: object) -> ListingState:
        """Return the state of a stored row; an empty one if it is damaged."""
        if isinstance(row, dict) and row.keys() == {*cls._fields}:
            texts = [row[name] for name in ("request", "stamp", "etag", "last_modified", "base")]
            flags = [row[name] for name in ("has_changes", "is_complete", "is_partial")]
            if all(isinstance(text, str) for text in texts) and all(
                isinstance(flag, bool) for flag in flags
            ):
                return cls(**row)
        return cls()


class SyncState:
    """The states of a target's repositories, and the versions of extensions that the last sync found on disk."""

    def __init__(self, target: Target) -> None:
        self.target = target
        stored = read_object(target.state_folder / STATE_FILE)
        rows = stored.get("repositories")
        self.listings = {
            name: ListingState.from_row(row)
            for name, row in (rows.items() if isinstance(rows, dict) else ())
        }
        on_disk = stored.get("on_disk")
        #: ``repository.id`` -> version; ``None`` before the first sync.
        self.on_disk: dict[str, str] | None = on_disk if isinstance(on_disk, dict) else None
        self._stored = self._document()

    def _document(self) -> dict[str, Any]:
        rows = {name: state._asdict() for name, state in sorted(self.listings.items())}
        return {"repositories": rows, "on_disk": self.on_disk}

    @property
    def is_changed(self) -> bool:
        return self._document() != self._stored

    def save(self) -> None:
        """Write the state if it has changed; the caller holds the lock of the target."""
        if self.is_changed:
            self._stored = self._document()
            write_object(self.target.state_folder / STATE_FILE, self._stored)

    def drop_others(self, repositories: Mapping[str, Repository]) -> None:
        """Forget repositories that are gone."""
        for name in self.listings.keys() - repositories.keys():
            del self.listings[name]
            with suppress(OSError):
                whole_path(self.target, name).unlink()


def whole_path(target: Target, name: str) -> Path:
    """Return where the whole listing of a repository is, of which a part is stored for Blender."""
    return target.state_folder / layout.LISTINGS_FOLDER / f"{name}.json"


def load_received(target: Target, repository: Repository, state: ListingState) -> bytes:
    """Return the stored listing as it was received; empty if it cannot be read."""
    stored = repository.listing_in(target)
    is_whole = state.is_partial and state.stamp == stamp_of(stored)
    try:
        return read_regular(whole_path(target, repository.name) if is_whole else stored)
    except OSError:
        return b""
