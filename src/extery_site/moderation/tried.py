"""Results of trying a version in Blender, which are comments with a result."""

from __future__ import annotations

import re

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
