"""Check the listing of a repository: fetched as Blender fetches it, and read as far as it is valid."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from extery.core.errors import Corrupt, ExteryError, InvalidListing, ProblemList, Where
from extery.core.text import quote_value
from extery.core.versions import is_readable_by_blender
from extery.fetch import Fetcher, get_document
from extery.listing import LISTING_FILENAME
from extery.listing.all_versions import FOLDER
from extery.listing.audience import has_invalid_pythons, without_invalid_pythons
from extery.listing.complete import is_known_type, is_unknown_name
from extery.listing.entries import Entry, check_entry, is_text, parse_listing
from extery.listing.lenient import AUTH_METHOD
from extery.manifest.schemas.checking import Locate
from extery.manifest.visible_text import check_visible_text
from extery.repository.ambiguity import find_clashes
from extery.repository.check_types import (
    check_auth_method,
    check_block_keys,
    check_ignored,
    check_types,
)
from extery.repository.entry_match import about_entry

#: An entry and its position in the listing.
NumberedEntry = tuple[int, Entry]


class OtherListing(NamedTuple):
    """A further listing of a repository: its path relative to the first one, and what was received from ``address``."""

    name: str
    address: str
    data: bytes
    #: Problems of the transfer.
    problems: ProblemList

    @property
    def has_older(self) -> bool:
        """Whether it has all versions, of which no two may fit one Blender in other listings."""
        return self.name.endswith(f"{FOLDER}/{LISTING_FILENAME}")


def fetch_listing(address: str, fetcher: Fetcher, problems: ProblemList) -> bytes:
    """Return the listing at ``address``, requested as Blender requests it."""
    try:
        document = get_document(address, fetcher=fetcher, compressed=False)
    except Corrupt as error:
        if error.code != "fetch.compressed":
            raise
        problems.add("server.compressed", where=Where(LISTING_FILENAME))
        document = get_document(address, fetcher=fetcher)  # to check the rest too
    assert document is not None  # the request was not conditional
    return document.body


def check_compressed(address: str, listing: bytes, fetcher: Fetcher, problems: ProblemList) -> None:
    """Warn if the server sends another listing to clients that accept compression."""
    if any(problem.code == "server.compressed" for problem in problems):
        return
    try:
        compressed = get_document(address, fetcher=fetcher)
        # The listing may have been replaced between the requests.
        if compressed is None or compressed.body == listing:
            return
        again = get_document(address, fetcher=fetcher, compressed=False)
    except ExteryError:
        return  # the listing itself was received
    if again is not None and again.body == listing:
        where = Where(LISTING_FILENAME)
        problems.add("server.stale-companion", variant="sent", where=where, names="")


def check_listing(
    data: bytes, problems: ProblemList, *, address: str = LISTING_FILENAME
) -> tuple[list[NumberedEntry], set[str]]:
    """Check the listing at ``address``; return its valid entries with their positions, and the blocked ids.

    Entries of unknown types are reported, and not returned.
    """
    parsed = _parse_valid_entries(data, problems)
    _check_blocks(parsed.blocklist, problems)
    check_ignored(parsed.ignored, problems)
    check_types(sorted([*parsed.typed, *parsed.ignored], key=itemgetter(0)), address, problems)
    if AUTH_METHOD.encode() in data:
        check_auth_method(_json_object(data), problems)
    check_block_keys(parsed.blocklist, problems)
    _check_blender_versions(parsed.valid, problems)
    entries = _without_invalid_pythons(parsed.valid, problems)
    _check_clashes(entries, problems)
    blocks = [block for block in parsed.blocklist if isinstance(block, dict)]
    return entries, {block["id"] for block in blocks if is_text(block.get("id"))}


def check_texts(entries: Iterable[NumberedEntry], problems: ProblemList) -> None:
    """Report invisible characters in the texts of entries, unless ``problems`` has them from the package."""
    known = {(problem.code, dict(problem.values).get("entry")) for problem in problems}
    for number, item in entries:
        own = ProblemList()
        check_visible_text(item, own, locate=_locate_in_entry(number), is_json=True)
        for problem in own:
            located = about_entry(problem, item)
            if (located.code, dict(located.values)["entry"]) not in known:
                problems.append(located)


def _locate_in_entry(number: int) -> Locate:
    return lambda path: Where(LISTING_FILENAME, ("data", number, *path))


class _ParsedListing(NamedTuple):
    valid: list[NumberedEntry]
    blocklist: Sequence[Any]
    #: Entries of known types, also invalid ones.
    typed: list[NumberedEntry]
    #: Entries of unknown types.
    ignored: list[NumberedEntry]


def _parse_valid_entries(data: bytes, problems: ProblemList) -> _ParsedListing:
    try:
        listing = parse_listing(data, file=LISTING_FILENAME, ignores_type=is_unknown_name)
    except InvalidListing as error:
        problems.extend(error.problems)
    else:
        ignored = dict(listing.ignored)
        numbers = (n for n in range(len(listing.data) + len(ignored)) if n not in ignored)
        valid = list(zip(numbers, listing.data, strict=True))
        return _ParsedListing(valid, listing.blocklist, valid, list(listing.ignored))
    document = _json_object(data)
    parsed = _ParsedListing([], _list(document, "blocklist"), [], [])
    for number, item in enumerate(_list(document, "data")):
        type_ = item.get("type") if isinstance(item, dict) else None
        if is_unknown_name(type_):
            parsed.ignored.append((number, item))
            continue
        if is_known_type(type_):
            parsed.typed.append((number, item))
        entry_problems = ProblemList()
        check_entry(item, entry_problems, file=LISTING_FILENAME, index=number)
        if not entry_problems.errors:
            parsed.valid.append((number, item))
    return parsed


def _check_blocks(blocks: Iterable[Any], problems: ProblemList) -> None:
    """Warn about blocks that Blender accepts and cannot use."""
    for number, block in enumerate(blocks):
        for key in ("id", "reason") if isinstance(block, dict) else ():
            if not is_text(block.get(key)):
                problems.add(
                    "server.block",
                    variant="reason" if key == "reason" else "",
                    where=Where(LISTING_FILENAME, ("blocklist", number, key)),
                    id=quote_value(block.get("id")),
                )
                break


def _json_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in ``data``; empty if it is not one."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _list(document: dict[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    return value if isinstance(value, list) else []


def _check_blender_versions(entries: Iterable[NumberedEntry], problems: ProblemList) -> None:
    """Warn about limits that pass Blender's check although Blender cannot read them."""
    for number, item in entries:
        for key in ("blender_version_min", "blender_version_max"):
            if key in item and not is_readable_by_blender(item[key]):
                problems.add(
                    "server.blender-version",
                    where=Where(LISTING_FILENAME, ("data", number, key)),
                    id=item["id"],
                    field=key,
                    value=quote_value(item[key]),
                )


def _without_invalid_pythons(
    entries: Iterable[NumberedEntry], problems: ProblemList
) -> list[NumberedEntry]:
    """Drop ``python_versions`` that pass Blender's check although Blender cannot read them."""
    readable = []
    for number, item in entries:
        if has_invalid_pythons(item):
            where = Where(LISTING_FILENAME, ("data", number, "python_versions"))
            problems.add("server.pythons", where=where, id=item["id"])
        readable.append((number, without_invalid_pythons(item)))
    return readable


def _check_clashes(entries: Sequence[NumberedEntry], problems: ProblemList) -> None:
    for clash in find_clashes([item for _, item in entries]):
        (_, first), (number, second) = entries[clash.first], entries[clash.second]
        problems.add(
            "listing.several",
            variant="same-version" if first["version"] == second["version"] else "versions",
            where=Where(LISTING_FILENAME, ("data", number)),
            id=first["id"],
            version=first["version"],
            other=second["version"],
            system=str(clash.system),
            url=first["archive_url"],
            other_url=second["archive_url"],
        )
