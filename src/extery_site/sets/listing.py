"""The listing of a set over HTTP: what a stock Blender subscribes to."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse

from extery_site.listings.middleware import read_system, reply_with, response_of
from extery_site.listings.selections import SELECTIONS, Choice
from extery_site.sets.actions import not_found
from extery_site.sets.models import ExtensionSet, SetEntry, SetQuerySet
from extery_site.ui.addresses import base_url


def set_listing(request: HttpRequest, owner: str, name: str) -> HttpResponse:
    """Return the listing of a set for the system of the query; raises `NotFound` for a hidden set, to everyone.

    One query finds the set. Its entries are read again after they changed, and the pinned versions also after the listing
    of the site changed.
    """
    sets = ExtensionSet.objects.reachable()
    row = _key(sets.at(owner, name)) or _key(sets.at_any_case(owner, name))
    if row is None:
        raise not_found(f"{owner}/{name}")
    key, revision = row
    system = read_system(request.GET)
    read = partial(_read_choice, key)
    document = SELECTIONS.get(key, revision, read, system, base_url(request))
    return response_of(
        reply_with(
            document,
            if_none_match=request.headers.get("If-None-Match", ""),
            accept_encoding=request.headers.get("Accept-Encoding", ""),
            may_use_brotli=True,
        )
    )


def _key(sets: SetQuerySet) -> tuple[int, int] | None:
    return sets.order_by().values_list("pk", "revision").first()


def _read_choice(key: int) -> Choice:
    """Return the extensions of a set, with the keys of their pinned versions."""
    rows = SetEntry.objects.filter(set=key).values_list(
        "extension__id_key", "version_number", "version"
    )
    return {id_key: (version or 0) if number else None for id_key, number, version in rows}
