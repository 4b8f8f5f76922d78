"""Scenarios of the demo: authors, versions, decisions, reports and ratings, read from ``content``.

Each folder in ``content`` has a ``scenario.toml``, and in ``source`` the files of the newest
version. An older version is the next newer one with replacements (``undo``) or with a folder of
other files (``folder``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

CONTENT = Path(__file__).parent / "content"

Outcome = Literal[
    "approved",
    "cooling_down",
    "waiting",
    "on_hold",
    "changes_requested",
    "declined",
    "draft",
    "withdrawn",
]


@dataclass(frozen=True)
class VersionScenario:
    """A version. Times are in days before the site is seeded."""

    number: str
    uploaded: float
    outcome: Outcome = "approved"
    decided: float | None = None
    by: str = ""
    """Username of the moderator."""
    reason: str = ""
    """What the moderator wrote."""
    tasks: tuple[str, ...] = ()
    """Tasks for the author, set by the moderator who decides, or by one of the review."""
    notes: str = ""
    downloads: int = 0
    blender: tuple[str, ...] = ()
    """``blender_version_min`` and ``blender_version_max``, where they differ from the manifest."""
    undo: tuple[tuple[str, str, str], ...] = ()
    """Replacements: file, text in the next newer version, text in this one."""
    findings: tuple[str, ...] = ()
    """Codes of what the checks find in it."""
    folder: str = ""
    palette: Mapping[str, str] = field(default_factory=dict)
    """Colours of a theme that differ from the newest version."""


@dataclass(frozen=True)
class Comment:
    """A comment in the review thread."""

    by: str
    at: float
    text: str
    internal: bool = False
    """Whether it is a note of moderators and volunteers."""


@dataclass(frozen=True)
class DisputeScenario:
    """The owner disputes the finding ``code`` of a version, and waits for an answer."""

    version: str
    code: str
    at: float
    text: str


@dataclass(frozen=True)
class Block:
    """A moderator blocks the extension."""

    by: str
    at: float
    reason: str


@dataclass(frozen=True)
class Change:
    """A public version leaves the public ones."""

    version: str
    step: Literal["block", "unpublish"]
    by: str
    at: float
    reason: str


@dataclass(frozen=True)
class ReportScenario:
    """An abuse report and how it was handled."""

    by: str
    at: float
    reason: str
    text: str
    status: Literal["open", "resolved", "dismissed"] = "open"
    handled_by: str = ""
    handled: float | None = None
    note: str = ""


@dataclass(frozen=True)
class RatingScenario:
    """A rating, the author's reply, and the users whom it helped."""

    by: str
    at: float
    stars: int
    version: str
    blender: str
    platform: str
    text: str = ""
    helpful: tuple[str, ...] = ()
    reply: str = ""
    replied: float = 0.0
    hidden: float | None = None
    """When the site hid it, because people reported it."""


@dataclass(frozen=True)
class SuggestionScenario:
    """A suggested maximum Blender version and how the owner answered."""

    by: str
    at: float
    version: str
    maximum: str
    reason: str
    answered: Literal["", "accepted", "declined"] = ""
    decided: float = 0.0
    answer: str = ""


@dataclass(frozen=True)
class Hidden:
    """The owner unlists or deprecates the extension; ``text`` is the reason or the note."""

    at: float
    text: str


@dataclass(frozen=True)
class OfferScenario:
    """The owner offers the extension to a user, who has not answered yet."""

    to: str
    at: float
    text: str


@dataclass(frozen=True)
class PictureScenario:
    """A picture after the cover: a part of it, around a point of its canvas, or a film of a day."""

    alt_text: str
    at: tuple[int, int] = (0, 0)
    film: bool = False


@dataclass(frozen=True)
class Scenario:
    """An extension with its history. ``versions`` is ordered from the oldest to the newest."""

    id: str
    folder: Path
    owner: str
    description: str
    versions: tuple[VersionScenario, ...]
    alt_text: str = ""
    support_url: str = ""
    palette: Mapping[str, str] = field(default_factory=dict)
    thread: tuple[Comment, ...] = ()
    disputes: tuple[DisputeScenario, ...] = ()
    reports: tuple[ReportScenario, ...] = ()
    ratings: tuple[RatingScenario, ...] = ()
    block: Block | None = None
    suggestions: tuple[SuggestionScenario, ...] = ()
    unlisted: Hidden | None = None
    deprecated: Hidden | None = None
    offer: OfferScenario | None = None
    changes: tuple[Change, ...] = ()
    pictures: tuple[PictureScenario, ...] = ()

    @property
    def is_theme(self) -> bool:
        return bool(self.palette)

    @property
    def started(self) -> float:
        """Upload of the first version, in days before seeding."""
        return self.versions[0].uploaded

    def back_to(self, version: VersionScenario) -> tuple[VersionScenario, ...]:
        """Return this version and the newer ones, the newest first."""
        return tuple(reversed(self.versions[self.versions.index(version) :]))


def read_scenario(folder: Path) -> Scenario:
    """Read ``scenario.toml`` in ``folder``. Raises `TypeError` for an unknown key."""
    with (folder / "scenario.toml").open("rb") as file:
        table = tomllib.load(file)
    versions = [_version(item) for item in table.pop("versions")]
    thread = tuple(Comment(**item) for item in table.pop("thread", []))
    disputes = tuple(DisputeScenario(**item) for item in table.pop("disputes", []))
    reports = tuple(ReportScenario(**_unwrap(item)) for item in table.pop("reports", []))
    ratings = tuple(RatingScenario(**item) for item in table.pop("ratings", []))
    changes = tuple(Change(**item) for item in table.pop("changes", []))
    pictures = tuple(_picture(item) for item in table.pop("pictures", []))
    block = Block(**table.pop("block")) if "block" in table else None
    suggestions = tuple(SuggestionScenario(**item) for item in table.pop("suggestions", []))
    unlisted = Hidden(**table.pop("unlisted")) if "unlisted" in table else None
    deprecated = Hidden(**table.pop("deprecated")) if "deprecated" in table else None
    offer = OfferScenario(**table.pop("offer")) if "offer" in table else None
    return Scenario(
        id=folder.name,
        folder=folder,
        versions=tuple(reversed(versions)),
        thread=thread,
        disputes=disputes,
        reports=reports,
        ratings=ratings,
        block=block,
        suggestions=suggestions,
        unlisted=unlisted,
        deprecated=deprecated,
        offer=offer,
        changes=changes,
        pictures=pictures,
        **table,
    )


def _unwrap(table: dict[str, Any]) -> dict[str, Any]:
    """Join the lines of texts: pages show plain text with the line breaks that it has."""
    return {
        name: " ".join(value.split()) if isinstance(value, str) else value
        for name, value in table.items()
    }


def _picture(table: dict[str, Any]) -> PictureScenario:
    left, top = table.pop("at", (0, 0))
    return PictureScenario(**table, at=(left, top))


def _version(table: dict[str, Any]) -> VersionScenario:
    table["tasks"] = tuple(table.get("tasks", ()))
    table["blender"] = tuple(table.get("blender", ()))
    table["findings"] = tuple(table.get("findings", ()))
    table["undo"] = tuple((file, new, old) for file, new, old in table.get("undo", ()))
    return VersionScenario(**table)


def scenarios(content: Path = CONTENT) -> list[Scenario]:
    """Return all scenarios, the oldest extension first."""
    items = [read_scenario(path.parent) for path in sorted(content.glob("*/scenario.toml"))]
    return sorted(items, key=lambda scenario: -scenario.started)
