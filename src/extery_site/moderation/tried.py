"""Results of trying a version in Blender, which are comments with a result."""

from __future__ import annotations

import re
from typing import NamedTuple

from extery.core.errors import InvalidInput, Where
from extery.core.platforms import title
from extery_site.accounts.permissions import AnyUser
from extery_site.catalog.models import Event, Version
from extery_site.moderation.comments import comment
from extery_site.moderation.permissions import require_triage

RESULTS = {"works": "It works", "partly": "It works in part", "fails": "It fails"}
#: Platforms for which Blender is published.
SYSTEMS = ("windows-x64", "windows-arm64", "linux-x64", "macos-arm64", "macos-x64")
_BLENDER = re.compile(r"[0-9]{1,2}\.[0-9]{1,3}(\.[0-9]{1,3})?")
#: The first line of a result.
_LINE = re.compile(r"\*\*([^*\n]+)\*\* on Blender ([0-9.]+), ([^\n]+)\.(?:\n+|\Z)")
_NAMES = {title: name for name, title in RESULTS.items()}


class Tried(NamedTuple):
    """A result as the page shows it. ``result`` is empty if its author has changed the first line."""

    event: Event
    result: str
    blender: str
    system: str
    text: str

    @property
    def title(self) -> str:
        return RESULTS.get(self.result, "")


def read_try(event: Event) -> Tried:
    """Return the parts of an event that `report_try` has written."""
    found = _LINE.match(event.text)
    name = _NAMES.get(found[1], "") if found else ""
    if found is None or not name:
        return Tried(event, "", "", "", event.text)
    return Tried(event, name, found[2], found[3], event.text[found.end() :])


def report_try(
    *,
    version: Version,
    by: AnyUser,
    result: str,
    blender: str,
    system: str,
    text: str = "",
    address: str | None = None,
) -> Event:
    """Add what a moderator or volunteer saw to the conversation."""
    user = require_triage(by, version.extension, version)
    if result not in RESULTS:
        raise InvalidInput.of("review.result-missing", where=Where(path=("result",)))
    blender = blender.strip()
    if not _BLENDER.fullmatch(blender):
        raise InvalidInput.of("review.blender-missing", where=Where(path=("blender",)))
    if system not in SYSTEMS:
        raise InvalidInput.of("review.system-missing", where=Where(path=("system",)))
    line = f"**{RESULTS[result]}** on Blender {blender}, {title(system)}."
    return comment(
        extension=version.extension,
        version=version,
        by=user,
        text=f"{line}\n\n{text.strip()}".strip(),
        address=address,
        kind=Event.Kind.TRIED,
    )
