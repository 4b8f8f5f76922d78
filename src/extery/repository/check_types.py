"""Check the types of a listing's entries, and how it says that asset libraries authenticate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from extery.core.errors import ProblemList, Where
from extery.core.text import quote_value
from extery.core.versions import short_blender_version
from extery.listing import ASSETLIB_AUTH_METHODS, LISTING_FILENAME
from extery.listing.complete import (
    COMPLETE_FOLDER,
    FIRST_WITH_ADDED_TYPES,
    REFUSING_BLENDERS,
    is_for_every_blender,
    is_for_old_blenders,
    is_unknown_name,
)
from extery.listing.entries import Entry, check_entry
from extery.listing.lenient import AUTH_METHOD


def check_types(entries: Iterable[tuple[int, Entry]], address: str, problems: ProblemList) -> None:
    """Report types for which old Blenders refuse the listing at ``address``, and types that no Blender knows.

    ``entries`` are all entries whose ``type`` is a text, with their positions. One problem for each type.
    """
    parts = urlsplit(address)
    is_for_all = is_for_old_blenders(parts.path, parse_qs(parts.query))
    by_type: dict[str, list[tuple[int, Entry]]] = {}
    for number, item in entries:
        if not is_for_every_blender(item):
            by_type.setdefault(item["type"], []).append((number, item))
    for type_, group in by_type.items():
        unknown = is_unknown_name(type_)
        if not (is_for_all or unknown):
            continue
        number, item = group[0]
        several = "several" if len(group) > 1 else ""
        values: dict[str, Any] = {
            "where": Where(LISTING_FILENAME, ("data", number, "type")),
            "id": quote_value(item.get("id")),
            "type": quote_value(type_),
            "more": len(group) - 1,
        }
        if not is_for_all:
            problems.add("server.type-unknown", variant=several, **values)
            continue
        problems.add(
            "server.type-not-for-all",
            variant="-".join(filter(None, ("unknown" if unknown else "", several))),
            blenders=REFUSING_BLENDERS,
            folder=f"{COMPLETE_FOLDER}/",
            first=short_blender_version(FIRST_WITH_ADDED_TYPES),
            **values,
        )


def check_ignored(entries: Iterable[tuple[int, Entry]], problems: ProblemList) -> None:
    """Check the id of entries of unknown types: every Blender refuses a listing for an invalid one."""
    for number, item in entries:
        own = ProblemList()
        check_entry(item, own, file=LISTING_FILENAME, index=number)
        problems.extend(problem for problem in own if problem.where.path[2:3] == ("id",))


def check_auth_method(document: Mapping[str, Any], problems: ProblemList) -> None:
    """Check ``assetlib_auth_method`` of a listing, which may be left out."""
    if AUTH_METHOD not in document:
        return
    value, where = document[AUTH_METHOD], Where(LISTING_FILENAME, (AUTH_METHOD,))
    if not isinstance(value, str):
        problems.add("server.auth-method", where=where, value=quote_value(value))
    elif value not in ASSETLIB_AUTH_METHODS:
        problems.add("server.auth-method-unknown", where=where, value=quote_value(value))


def check_block_keys(blocklist: Iterable[object], problems: ProblemList) -> None:
    """Report keys of blocks that Blender does not read, each once."""
    found: set[str] = set()
    for number, item in enumerate(blocklist):
        for key in item if isinstance(item, dict) else ():
            if key not in ("id", "reason") and key not in found:
                found.add(key)
                problems.add(
                    "server.block-key",
                    where=Where(LISTING_FILENAME, ("blocklist", number, key)),
                    key=key,
                )
