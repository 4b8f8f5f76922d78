"""The request for a listing, as the Blender of a target sends it, and the complete listing beside a static one."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from extery.client.targets import Target
from extery.core.versions import format_blender_version
from extery.fetch import listing_url
from extery.fetch.addresses import REMOTE, split_url
from extery.listing import LISTING_FILENAME
from extery.listing.complete import COMPLETE_LISTING, FIRST_WITH_ADDED_TYPES


def request_url(url: str, target: Target) -> str:
    """Return the URL of a repository's listing with the parameters that Blender adds; a file has none.

    Raises `InvalidInput` for a URL that is not valid.
    """
    address = listing_url(url)
    parts = split_url(address)
    if parts.scheme not in REMOTE:
        return address
    blender, platform, python = target.system
    parameters = {
        "platform": platform or "",
        "blender_version": format_blender_version(blender) if blender else "",
        "python_version": f"{python}.0" if python else "",
    }
    query = dict(parse_qsl(parts.query)) | {
        key: value for key, value in parameters.items() if value
    }
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))


def complete_url(request: str, target: Target) -> str:
    """Return the URL where a static repository has its complete listing; empty if there can be none for the target."""
    parts = urlsplit(request)
    folder = parts.path.removesuffix(LISTING_FILENAME)
    can_be = (
        target.blender >= FIRST_WITH_ADDED_TYPES
        and folder.endswith("/")
        and folder != parts.path
        and not parts.path.endswith(f"/{COMPLETE_LISTING}")
    )
    return urlunsplit(parts._replace(path=folder + COMPLETE_LISTING)) if can_be else ""
