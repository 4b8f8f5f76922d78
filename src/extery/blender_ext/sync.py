"""``sync``: fetch the listing of a repository, if it has changed, and store it for Blender.

The listing is stored as it was received; entries that would make Blender refuse it are left out.
"""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from extery.blender_ext.local import RepositoryFolder
from extery.blender_ext.messages import Messages
from extery.blender_ext.remote import (
    blender_in,
    failure_report,
    is_url,
    open_fetcher,
    report_failure,
    without_query,
)
from extery.blender_ext.validators import StoredListing, read_stored, save_validators
from extery.client import layout
from extery.core.errors import ExteryError, InvalidListing
from extery.fetch import listing_url
from extery.fetch.listings import fetch_listing
from extery.listing.delta import announces_changes
from extery.listing.lenient import AcceptedListing, read_accepted

#: Entries that messages name.
_MAX_NAMED = 5


def run(arguments: Namespace, messages: Messages) -> bool:
    """Synchronize the repository."""
    if not is_url(arguments.remote_url, messages):
        return False
    name = arguments.remote_name or without_query(arguments.remote_url)
    suffix: str = arguments.extension_override
    if Path(suffix).name != suffix:
        messages.fatal_error(f"--extension-override {suffix!r} is not the end of a name")
        return False
    messages.status(f'Checking repository "{name}" for updates...')
    folder = RepositoryFolder(Path(arguments.local_dir))
    try:
        folder.private.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        messages.fatal_error(f"Error creating private directory: {error}")
        return False
    folder.remove_leftovers()
    messages.status(f'Refreshing extensions list for "{name}"...')
    try:
        path = _synchronize(arguments, folder, name, messages)
    except OSError as error:
        messages.fatal_error(f"sync: the extensions list cannot be written: {error}")
        return False
    if path is None:
        return False
    messages.status(f'Extensions list for "{name}" updated')
    if suffix:
        messages.path(os.path.relpath(path, folder.path))
    return True


def _synchronize(
    arguments: Namespace, folder: RepositoryFolder, name: str, messages: Messages
) -> Path | None:
    """Return the path of the listing; report an error and return ``None`` if there is no valid one."""
    url, suffix = arguments.remote_url, arguments.extension_override
    stored = read_stored(folder, url)
    try:
        with open_fetcher(arguments, messages) as fetcher:
            found = fetch_listing(
                listing_url(url),
                fetcher=fetcher,
                validators=stored.validators,
                has_changes=stored.is_whole and announces_changes(stored.data),
                load=lambda: stored.data,
            )
        messages.check()
        if found is None:
            return _keep(folder, stored, suffix)
        if found.body is None:  # only its validators have changed
            save_validators(folder, url, stored._replace(validators=found.validators))
            return _keep(folder, stored, suffix)
        listing = read_accepted(found.body, blender_in(url), file=layout.LISTING)
    except InvalidListing as error:
        messages.check()
        reason = "; ".join(str(problem) for problem in error.problems[:_MAX_NAMED])
        messages.fatal_error(
            f'Repository error: invalid manifest ({reason}) for repository "{name}"!'
        )
        return None
    except ExteryError as error:
        report_failure(error, "sync", failure_report(arguments, messages), messages)
        return None
    _report_left_out(listing, name, messages)
    path = folder.write_listing(listing.data, suffix=suffix)
    is_whole = listing.data is found.body
    save_validators(folder, url, StoredListing(listing.data, found.validators, is_whole))
    return path


def _keep(folder: RepositoryFolder, stored: StoredListing, suffix: str) -> Path:
    """Keep the stored listing; its time tells Blender when it was checked last."""
    if suffix:
        return folder.write_listing(stored.data, suffix=suffix)
    os.utime(folder.listing)
    return folder.listing


def _report_left_out(listing: AcceptedListing, name: str, messages: Messages) -> None:
    """Report entries that Blender would refuse; as a status, since the user cannot change them."""
    refused = [left_out for left_out in listing.left_out if left_out.problems]
    for left_out in refused[:_MAX_NAMED]:
        identifier = left_out.item.get("id", "") if isinstance(left_out.item, dict) else ""
        messages.status(f'Skipped "{identifier}" of "{name}": {left_out.problems[0].message}')
    if len(refused) > _MAX_NAMED:
        messages.status(f'Skipped {len(refused) - _MAX_NAMED} more of "{name}"')
