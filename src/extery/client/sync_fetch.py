"""Fetch the listing of one repository of a target, if it has changed, and check it for the target's Blender."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from extery.client.index.database import stamp_of
from extery.client.repositories import Repository
from extery.client.sync_request import complete_url, request_url
from extery.client.sync_state import ListingState, load_received
from extery.client.targets import Target
from extery.core.errors import ExteryError, NotFound
from extery.fetch import Fetcher, Validators
from extery.fetch.listings import FetchedListing, fetch_listing
from extery.listing.delta import announces_changes
from extery.listing.lenient import AcceptedListing, read_accepted

#: Maximum bytes of a listing: 100,000 entries have 56 MB.
MAX_LISTING_SIZE = 64_000_000
_STOPPED = "fetch.stopped"


class Job(NamedTuple):
    """A repository of a target."""

    target: Target
    repository: Repository


class Received(NamedTuple):
    """A listing that has changed; ``accepted`` is ``None`` if only its validators or its state have."""

    state: ListingState
    body: bytes
    accepted: AcceptedListing | None


def fetch_repository(job: Job, state: ListingState, fetcher: Fetcher) -> Received | None:
    """Return the listing of a repository if it has changed."""
    target, repository = job
    request = request_url(repository.url, target)
    complete = complete_url(request, target)
    stored = repository.listing_in(target)
    stamp = stamp_of(stored)
    if state.request != request or not stamp:
        state = ListingState(request)
    elif state.stamp != stamp:  # Blender has replaced it, by the one that it requests
        body = load_received(target, repository, ListingState())
        state = ListingState(request, base=state.base, has_changes=announces_changes(body))
    if state.is_complete and complete:
        try:
            found = _fetch_one(complete, job, state, fetcher)
        except NotFound:  # the repository has no type any more that needs it
            state = ListingState(request)
        else:
            return _accept(job, state, found, is_complete=True) if found else None
    found = _fetch_one(request, job, state, fetcher)
    if found is None:
        return None
    if complete and found.body is not None:
        try:
            whole = _fetch_one(complete, job, ListingState(), fetcher)
            if whole is not None:
                return _accept(job, ListingState(request), whole, is_complete=True)
        except ExteryError as error:
            if error.code == _STOPPED:
                raise
    return _accept(job, state, found, is_complete=False)


def _fetch_one(url: str, job: Job, state: ListingState, fetcher: Fetcher) -> FetchedListing | None:
    return fetch_listing(
        url,
        fetcher=fetcher,
        validators=Validators(state.etag, state.last_modified),
        has_changes=state.has_changes,
        load=lambda: load_received(job.target, job.repository, state),
        limit=MAX_LISTING_SIZE,
    )


def _accept(job: Job, old: ListingState, found: FetchedListing, *, is_complete: bool) -> Received:
    """Check a listing that follows the ``old`` state; raises `InvalidListing` if it is none."""
    body, validators = found.body, found.validators
    state = ListingState(
        old.request,
        etag=validators.etag,
        last_modified=validators.last_modified,
        base=_base(found.url, old.request) if found.url else old.base,
        has_changes=True,
        is_complete=is_complete,
    )
    if body is None:
        return Received(state, b"", None)
    accepted = read_accepted(body, job.target.blender, file=job.repository.name)
    state = state._replace(
        has_changes=announces_changes(body), is_partial=accepted.data is not body
    )
    return Received(state, body, accepted)


def _base(received_from: str, request: str) -> str:
    """Return the URL that a redirect has led to, without its query; empty if there was none."""
    urls = [
        urlunsplit(urlsplit(url)._replace(query="", fragment=""))
        for url in (received_from, request)
    ]
    return urls[0] if urls[0] != urls[1] else ""
