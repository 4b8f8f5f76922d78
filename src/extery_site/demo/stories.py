"""The content of the demo as it is written down: who made what, when, and what became of it.

Each folder in ``content`` has a ``demo.toml``, and in ``source`` the files of the newest version.
An older version is the next newer one with its changes taken back (``undo``), or has a folder of
files that differ (``folder``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

CONTENT = Path(__file__).parent / "content"

Fate = Literal["approved", "waiting", "changes_requested", "declined", "draft", "withdrawn"]


@dataclass(frozen=True)
class VersionStory:
    """One version. Times are days before the site is filled."""

    number: str
    uploaded: float
    fate: Fate = "approved"
    decided: float | None = None
    by: str = ""
    said: str = ""
    notes: str = ""
    downloads: int = 0
    blender: tuple[str, ...] = ()
    """Oldest Blender, and the first that does not fit any more, where the manifest's differ."""
    undo: tuple[tuple[str, str, str], ...] = ()
    """File, text of the next newer version, text of this one."""
    folder: str = ""
    palette: Mapping[str, str] = field(default_factory=dict)
    """Colours of a theme that differ from those of its newest version."""


@dataclass(frozen=True)
class Comment:
    """What somebody wrote in the thread."""

    by: str
    at: float
    text: str


@dataclass(frozen=True)
class Block:
    """Why and when an extension was taken off the site."""

    by: str
    at: float
    reason: str


@dataclass(frozen=True)
class ReportStory:
    """What somebody reported, and what was done about it."""

    by: str
    at: float
    reason: str
    text: str
    status: Literal["open", "resolved", "dismissed"] = "open"
    handled_by: str = ""
    handled: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Story:
    """An extension: its listing, and its versions from the first to the newest."""

    id: str
    folder: Path
    owner: str
    description: str
    versions: tuple[VersionStory, ...]
    alt_text: str = ""
    support_url: str = ""
    palette: Mapping[str, str] = field(default_factory=dict)
    thread: tuple[Comment, ...] = ()
    reports: tuple[ReportStory, ...] = ()
    block: Block | None = None

    @property
    def is_theme(self) -> bool:
        return bool(self.palette)

    @property
    def begun(self) -> float:
        """How many days ago the first version came."""
        return self.versions[0].uploaded

    def newer_than(self, version: VersionStory) -> tuple[VersionStory, ...]:
        """The versions that came after this one, the newest first, and this one last."""
        return tuple(reversed(self.versions[self.versions.index(version) :]))


def read_story(folder: Path) -> Story:
    """The story in a folder; `TypeError` for a key that is not known."""
    with (folder / "demo.toml").open("rb") as file:
        table = tomllib.load(file)
    versions = [_version(item) for item in table.pop("versions")]
    thread = tuple(Comment(**item) for item in table.pop("thread", []))
    reports = tuple(ReportStory(**item) for item in table.pop("reports", []))
    block = Block(**table.pop("block")) if "block" in table else None
    return Story(
        id=folder.name,
        folder=folder,
        versions=tuple(reversed(versions)),
        thread=thread,
        reports=reports,
        block=block,
        **table,
    )


def _version(table: dict[str, Any]) -> VersionStory:
    table["blender"] = tuple(table.get("blender", ()))
    table["undo"] = tuple((file, now, then) for file, now, then in table.get("undo", ()))
    return VersionStory(**table)


def stories(content: Path = CONTENT) -> list[Story]:
    """Every story, the oldest extension first: the order in which the site saw them."""
    found = [read_story(path.parent) for path in sorted(content.glob("*/demo.toml"))]
    return sorted(found, key=lambda story: -story.begun)
