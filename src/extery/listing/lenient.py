"""Read a listing as far as a Blender accepts it: an entry with a mistake costs that entry, not the listing.

Blender itself refuses a whole listing for one such entry, so the accepted part is stored for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from extery.core.errors import InvalidListing, Problem, ProblemList
from extery.core.types import types_known_to
from extery.core.versions import BlenderVersion
from extery.listing.complete import FIRST_TO_IGNORE_TYPES
from extery.listing.entries import Entry, check_document, check_entry, dump_listing, read_document

AUTH_METHOD = "assetlib_auth_method"


class LeftOut(NamedTuple):
    """An entry or a block that Blender would refuse; without problems it is of a type that it does not know."""

    position: int
    item: Any
    problems: tuple[Problem, ...] = ()


class AcceptedListing(NamedTuple):
    """The part of a listing that a Blender accepts, as a document; ``data`` are its bytes."""

    document: dict[str, Any]
    data: bytes
    left_out: list[LeftOut]

    @property
    def entries(self) -> list[Entry]:
        entries: list[Entry] = self.document["data"]
        return entries


def read_accepted(data: bytes, blender: BlenderVersion, *, file: str) -> AcceptedListing:
    """Return the entries and blocks that this version of Blender accepts.

    ``data`` stays as it is if all are accepted. Raises `InvalidListing` for anything but a listing, and for one with a
    list of blocks that cannot be read, since what it blocks would be allowed.
    """
    problems = ProblemList()
    document = read_document(data, problems, file)
    if document is None:
        raise InvalidListing(*problems)
    _check_keys(document, problems, file)
    if problems:
        raise InvalidListing(*problems)
    left_out: list[LeftOut] = []
    known = {type_.name for type_ in types_known_to(blender)}
    accepted = [
        item
        for position, item in enumerate(document["data"])
        if _is_accepted(item, position, blender, known, file, left_out)
    ]
    changed: dict[str, Any] = {"data": accepted} if left_out else {}
    if not isinstance(document.get(AUTH_METHOD, ""), str):
        changed[AUTH_METHOD] = None  # Blender 5.3 fails for it after it has accepted the listing
    if not changed:
        return AcceptedListing(document, data, left_out)
    document = {k: v for k, v in (document | changed).items() if v is not None}
    return AcceptedListing(document, dump_listing(document), left_out)


def _check_keys(document: dict[str, Any], problems: ProblemList, file: str) -> None:
    """Add the problems of the document without those of its entries."""
    if isinstance(document.get("data"), list):
        document = document | {"data": []}
    check_document(document, problems, file)


def _is_accepted(
    item: Any,
    position: int,
    blender: BlenderVersion,
    known: Iterable[str],
    file: str,
    left_out: list[LeftOut],
) -> bool:
    type_ = item.get("type") if isinstance(item, dict) else None
    problems = ProblemList()
    if isinstance(type_, str) and type_ not in known:
        if blender < FIRST_TO_IGNORE_TYPES:
            left_out.append(LeftOut(position, item))
            return False
        check_entry(item, problems, file=file, index=position)
        # Of a type that it does not know, Blender checks the id only.
        problems = ProblemList(p for p in problems if p.where.path[-1:] == ("id",))
    else:
        check_entry(item, problems, file=file, index=position)
    if problems.errors:
        left_out.append(LeftOut(position, item, tuple(problems)))
        return False
    return True
