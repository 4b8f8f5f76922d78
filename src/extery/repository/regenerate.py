"""Whether and with which options `extery preview` may regenerate the listing and page of a folder.

Output of `extery server-generate` is regenerated with the options of its last run. Output of other
tools is regenerated only if nothing is lost.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from extery.core.errors import ExteryError, ProblemList
from extery.core.files import read_regular
from extery.listing import LISTING_FILENAME
from extery.listing.entries import Listing, parse_listing
from extery.repository.config.repository_config import configured_tags, read_repository_config
from extery.repository.generate_options import last_options
from extery.repository.ownership import is_own_page
from extery.repository.write import PAGE_FILENAME


def reason_to_keep(folder: Path) -> str:
    """Return why the listing of ``folder`` must not be regenerated; empty if it may be."""
    if last_options(folder) is not None or not (folder / LISTING_FILENAME).exists():
        return ""
    try:
        listing = parse_listing(read_regular(folder / LISTING_FILENAME))
        config = read_repository_config(folder, None, ProblemList())
    except (OSError, ExteryError):
        return f"{LISTING_FILENAME} was not written by extery"
    if not all(_is_beside(folder, item) for item in listing.data):
        return f"{LISTING_FILENAME} lists packages that are not in the folder"
    if not _blocks(listing) <= {block["id"] for block in config.blocklist}:
        return f"{LISTING_FILENAME} blocks extensions that blender_repo.toml does not block"
    return ""


def _is_beside(folder: Path, item: dict[str, Any]) -> bool:
    name = unquote(item["archive_url"].removeprefix("./"))
    try:
        return (folder / name).stat().st_size == item["archive_size"] and "/" not in name
    except (OSError, ValueError):
        return False


def _blocks(listing: Listing) -> set[str]:
    return {str(block.get("id")) for block in listing.blocklist}


def regenerate_options(folder: Path, *, valid_tags: str | None = None) -> dict[str, Any]:
    """Return the arguments for `generate`: those of the last run, and a page unless it would replace another.

    ``valid_tags`` replaces that of the last run.
    """
    options = last_options(folder) or {}
    if valid_tags is not None:
        options |= {"valid_tags": valid_tags}
    return options | {"html": options.get("html") or is_own_page(folder / PAGE_FILENAME)}


def find_tag_file(folder: Path, valid_tags: str | None) -> str | None:
    """Return the tag file for ``folder``: that given, of the last run, or of the configuration."""
    for file in (valid_tags, (last_options(folder) or {}).get("valid_tags")):
        if file is not None:
            return str(file)
    return configured_tags(folder)
