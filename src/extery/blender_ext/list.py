"""``list``: the extensions of a repository, sorted by id."""

from __future__ import annotations

from argparse import Namespace

from extery.blender_ext.messages import Messages
from extery.blender_ext.query import read_remote_listing


def run(arguments: Namespace, messages: Messages) -> bool:
    """Report every entry; entries of unknown types may lack everything."""
    listing = read_remote_listing(arguments, messages, prefix="list")
    if listing is None:
        return False
    for entry in sorted(listing.entries, key=lambda entry: str(entry.get("id", ""))):
        messages.status(f"{entry.get('id')}({entry.get('version')}): {entry.get('name')}")
    return True
