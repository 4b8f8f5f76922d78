"""Whether, and how, a preview may make the listing and the page of a folder again.

What `extery server-generate` has made is made as it was, with the same template for example. What somebody else has
made is made again only where that loses nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from extery.core.errors import ExteryError, ProblemList
from extery.core.files import open_regular, read_regular
from extery.listing.entries import Listing, parse
from extery.repository.config.document import read_config
from extery.repository.generate import LISTING, PAGE, last_options

#: What our own page says of itself.
_OURS = b'<meta name="generator" content="extery server-generate">'


def why_not_again(folder: Path) -> str:
    """Why the listing of ``folder`` must stay as it is; nothing if it may be made again."""
    if last_options(folder) is not None or not (folder / LISTING).exists():
        return ""
    try:
        listing = parse(read_regular(folder / LISTING))
        config = read_config(folder, None, ProblemList())
    except (OSError, ExteryError):
        return f"{LISTING} was made by something else"
    if not all(_is_there(folder, item) for item in listing.data):
        return f"{LISTING} has other packages than the folder"
    if not _blocks(listing) <= {block["id"] for block in config.blocklist}:
        return f"{LISTING} blocks what blender_repo.toml does not block"
    return ""


def _is_there(folder: Path, item: dict[str, Any]) -> bool:
    name = unquote(item["archive_url"].removeprefix("./"))
    try:
        return (folder / name).stat().st_size == item["archive_size"] and "/" not in name
    except (OSError, ValueError):
        return False


def _blocks(listing: Listing) -> set[str]:
    return {str(block.get("id")) for block in listing.blocklist}


def options_for(folder: Path) -> dict[str, Any]:
    """Arguments for `extery.repository.generate.generate`: as the last time, and with a page if that is no loss."""
    options = last_options(folder) or {}
    return options | {"html": options.get("html") or _may_have_page(folder)}


def _may_have_page(folder: Path) -> bool:
    try:
        with open_regular(folder / PAGE) as file:
            return _OURS in file.read(2_000)
    except FileNotFoundError:
        return True
    except OSError:
        return False
