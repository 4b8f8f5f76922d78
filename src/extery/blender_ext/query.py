"""What `list` and `repo-info` have in common: the listing of a repository, fetched and parsed."""

from __future__ import annotations

from argparse import Namespace

from extery.blender_ext.messages import Messages
from extery.blender_ext.remote import (
    blender_in,
    failure_report,
    is_url,
    open_fetcher,
    report_failure,
)
from extery.core.errors import ExteryError, InvalidListing
from extery.fetch import get_document, listing_url
from extery.listing import LISTING_FILENAME
from extery.listing.lenient import AcceptedListing, read_accepted


def read_remote_listing(
    arguments: Namespace, messages: Messages, *, prefix: str
) -> AcceptedListing | None:
    """Fetch and parse the listing; report an error and return ``None`` if that fails."""
    if not is_url(arguments.remote_url, messages):
        return None
    url = arguments.remote_url
    try:
        with open_fetcher(arguments, messages) as fetcher:
            document = get_document(listing_url(url), fetcher=fetcher)
        assert document is not None  # there were no validators
        return read_accepted(document.body, blender_in(url), file=LISTING_FILENAME)
    except InvalidListing as error:
        report_failure(error, "error loading JSON", messages.fatal_error, messages)
    except ExteryError as error:
        report_failure(error, prefix, failure_report(arguments, messages), messages)
    return None
