"""``repo-info``: a summary of a repository, as in Blender 5.3."""

from __future__ import annotations

from argparse import Namespace
from collections import defaultdict

from extery.blender_ext.messages import Messages
from extery.blender_ext.query import read_remote_listing
from extery.core.types import TYPES_BY_NAME
from extery.listing import ASSETLIB_AUTH_METHODS


def run(arguments: Namespace, messages: Messages) -> bool:
    """Report the numbers of blocks and of extensions; entries of unknown types do not count."""
    listing = read_remote_listing(arguments, messages, prefix="repo-info")
    if listing is None:
        return False
    ids: dict[str, set[str]] = defaultdict(set)
    for entry in listing.entries:
        if entry.get("type") in TYPES_BY_NAME:
            ids[entry["type"]].add(entry["id"])
    document = listing.document
    messages.status(f"version: {document['version']}")
    messages.status(f"blocklist: {len(document.get('blocklist') or ())}")
    messages.status(f"packages: {len(set().union(*ids.values()))}")
    for type_, own in sorted(ids.items()):
        messages.status(f"  {type_}: {len(own)}")
    method = document.get("assetlib_auth_method", ASSETLIB_AUTH_METHODS[0])
    messages.status(f"assetlib_auth_method: {method}")
    return True
