"""The entries of a listing, and the listing as a JSON document: making, serializing, parsing and checking.

An entry is a dictionary with Blender's keys in Blender's order. No value in it is null or empty, since
Blender refuses a whole listing for one such value. Which systems may install an entry is
in `extery.listing.audience`.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from extery.core.errors import InvalidListing, ProblemList, Where
from extery.core.text import quote_value
from extery.core.versions import format_blender_version
from extery.manifest.document import Manifest
from extery.manifest.schemas.v1_0_0 import check_fields

Entry = dict[str, Any]

LISTING_VERSION = "v1"
KEYS = (
    "schema_version",
    "id",
    "name",
    "tagline",
    "version",
    "type",
    "maintainer",
    "license",
    "blender_version_min",
    "blender_version_max",
    "website",
    "copyright",
    "permissions",
    "tags",
    "platforms",
    "python_versions",
    "archive_url",
    "archive_size",
    "archive_hash",
)
#: Valid listings have five levels: the permissions of an entry are the deepest.
MAX_LISTING_DEPTH = 50
#: After this many problems the remaining entries are not checked.
MAX_LISTING_PROBLEMS = 500
#: The reason of a block that has none.
NO_REASON = "no reason given"
_HASH = re.compile(r"sha256:[0-9a-fA-F]{64}")


def make_entry(
    manifest: Manifest, *, archive_url: str, archive_size: int, archive_hash: str
) -> Entry:
    """Return the entry of one package.

    ``archive_hash`` is the SHA-256 in 64 hex digits, with or without the prefix ``sha256:``.
    ``archive_url`` must be absolute or begin with ``./``; Blender supports no other form.
    """
    minimum, maximum = manifest.blender_range
    values = {  # in the order of `KEYS`
        "schema_version": manifest.schema_version,
        "id": manifest.id,
        "name": manifest.name,
        "tagline": manifest.tagline,
        "version": manifest.version,
        "type": manifest.type,
        "maintainer": manifest.maintainer,
        "license": list(manifest.license),
        "blender_version_min": format_blender_version(minimum),
        "blender_version_max": format_blender_version(maximum) if maximum else None,
        "website": manifest.website,
        "copyright": list(manifest.copyright),
        # The manifest has replaced a list without reasons, the form of early 2024, by a table.
        "permissions": dict(manifest.permissions),
        "tags": list(manifest.tags),
        "platforms": list(manifest.platforms),
        "python_versions": list(manifest.python_versions),
        "archive_url": archive_url,
        "archive_size": archive_size,
        "archive_hash": f"sha256:{archive_hash.removeprefix('sha256:').lower()}",
    }
    return {key: value for key, value in values.items() if value}


def order_keys(item: Entry) -> Entry:
    """Return a copy of the entry with Blender's keys first, in Blender's order and without None."""
    known = {key: item[key] for key in KEYS if item.get(key) is not None}
    return {**known, **{key: value for key, value in item.items() if key not in KEYS}}


def make_listing(
    data: Iterable[Entry], blocklist: Iterable[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """Return the document of a listing, with entries and blocks in the order of the arguments."""
    return {
        "version": LISTING_VERSION,
        "blocklist": [dict(b) for b in blocklist],
        "data": list(data),
    }


_ENCODER = json.JSONEncoder(separators=(",", ":"))


def dump_listing(document: Mapping[str, Any]) -> bytes:
    """Return a listing or an entry as ASCII JSON without white space: equal documents give equal bytes."""
    return _ENCODER.encode(document).encode("ascii")


def dump_serialized(
    entries: Iterable[bytes],
    blocklist: Iterable[Mapping[str, Any]] = (),
    *,
    head: Mapping[str, str] | None = None,
    assetlib_auth_method: str = "",
) -> bytes:
    """Return the same bytes as `dump_listing`, from entries that are serialized already.

    ``head`` are more keys of the document, before the blocklist; ``assetlib_auth_method`` is left out if it is empty.
    """
    document: dict[str, Any] = {
        "version": LISTING_VERSION,
        **(head or {}),
        "blocklist": [dict(b) for b in blocklist],
    }
    if assetlib_auth_method:
        document["assetlib_auth_method"] = assetlib_auth_method
    start = dump_listing(document)
    pieces = [start[:-1], b',"data":[']
    for text in entries:
        pieces += (text, b",")
    if len(pieces) > 2:
        pieces.pop()
    return b"".join([*pieces, b"]}"])


def is_text(value: object) -> bool:
    """Return whether a value of a block is a text that is not empty."""
    return isinstance(value, str) and bool(value)


@dataclass(frozen=True)
class Listing:
    """A listing in which every entry passed the checks of Blender's sync."""

    data: Sequence[Entry]
    blocklist: Sequence[Mapping[str, Any]] = field(default_factory=list)
    version: str = LISTING_VERSION
    #: Entries that were not checked because of their type, with their positions.
    ignored: Sequence[tuple[int, Entry]] = ()

    @property
    def blocked(self) -> dict[str, str]:
        """Blocked id -> reason."""
        return {block["id"]: block["reason"] for block in self.valid_blocks}

    @property
    def valid_blocks(self) -> list[dict[str, Any]]:
        """The blocks that have an effect, each with a text as its reason.

        Blender accepts a listing with other blocks. One without an id blocks nothing, and Blender prints an error
        for one without a reason.
        """
        return [
            {**block, "reason": block["reason"] if is_text(block.get("reason")) else NO_REASON}
            for block in self.blocklist
            if is_text(block.get("id"))
        ]


def _ignore_no_type(_type: object) -> bool:
    return False


def parse_listing(
    data: bytes,
    *,
    file: str = "index.json",
    ignores_type: Callable[[object], bool] = _ignore_no_type,
) -> Listing:
    """Parse a listing with the checks of Blender's sync.

    Entries whose ``type`` (``None`` if it is missing) ``ignores_type`` accepts are not checked. Raises
    `InvalidListing` with the problems of all others.
    """
    ignored: dict[int, Entry] = {}
    with ProblemList().raising(InvalidListing) as problems:
        document = read_document(data, problems, file)
        if document is not None:
            if ignores_type is not _ignore_no_type:
                ignored = _entries_of_types(document, ignores_type)
            check_document(document, problems, file, ignored)
    assert document is not None  # raised above
    entries = document["data"]
    if ignored:
        entries = [item for number, item in enumerate(entries) if number not in ignored]
    return Listing(
        entries, document.get("blocklist", []), document["version"], list(ignored.items())
    )


def _entries_of_types(
    document: dict[str, Any], accepts: Callable[[object], bool]
) -> dict[int, Entry]:
    data = document.get("data")
    return {
        number: item
        for number, item in enumerate(data if isinstance(data, list) else ())
        if isinstance(item, dict) and accepts(item.get("type"))
    }


def read_document(data: bytes, problems: ProblemList, file: str) -> dict[str, Any] | None:
    """Return the JSON object in ``data``; ``None`` with a problem if it is none, or too deep."""
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # also for numbers of thousands of digits
        line = getattr(error, "lineno", None)
        column = getattr(error, "colno", None)
        problems.add(
            "listing.not-json",
            where=Where(file, (), line, column),
            variant=_kind_of(data),
            error=str(error),
        )
        return None
    if _is_deep(document):
        problems.add("listing.too-deep", where=Where(file), limit=MAX_LISTING_DEPTH)
        return None
    if not isinstance(document, dict):
        problems.add("listing.not-an-object", where=Where(file), value=quote_value(document))
        return None
    return document


def _kind_of(data: bytes) -> str:
    """Return the variant of ``listing.not-json`` for data that is not JSON."""
    start = data[:1_000].lstrip()
    if not start:
        return "empty"
    if start.startswith(b"<"):
        return "html"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start.startswith(codecs.BOM_UTF8):
        return "bom"
    try:
        data.decode("utf-8")
    except ValueError:
        return "binary"
    return ""


def _is_deep(document: object) -> bool:
    """Return whether recursion over the document could exhaust the stack: `json` reads a thousand levels."""
    level: list[Any] = [document] if isinstance(document, dict | list) else []
    for _ in range(MAX_LISTING_DEPTH):
        items = (
            value
            for container in level
            for value in (container.values() if isinstance(container, dict) else container)
        )
        level = [value for value in items if isinstance(value, dict | list)]
        if not level:
            return False
    return True


def check_document(
    document: dict[str, Any], problems: ProblemList, file: str, ignored: Container[int] = ()
) -> None:
    """Add the problems of a listing, of at most `MAX_LISTING_PROBLEMS` entries; those at ``ignored`` are not checked."""
    if "version" not in document and "data" not in document:
        problems.add("listing.other-json", where=Where(file))
        return
    version = document.get("version")
    if not isinstance(version, str):
        where = Where(file, ("version",))
        problems.add("listing.version", where=where, value=quote_value(version))
    blocklist = document.get("blocklist", [])
    if not isinstance(blocklist, list) or not all(isinstance(b, dict) for b in blocklist):
        problems.add("listing.blocklist", where=Where(file, ("blocklist",)))
    data = document.get("data")
    if not isinstance(data, list):
        problems.add("listing.data", where=Where(file, ("data",)), value=quote_value(data))
        return
    for index, item in enumerate(data):
        if len(problems) >= MAX_LISTING_PROBLEMS:
            problems.add(
                "listing.entry",
                where=Where(file, ("data", index)),
                variant="unchecked",
                count=len(data) - index,
            )
            return
        if index not in ignored:
            check_entry(item, problems, file=file, index=index)


def check_entry(item: object, problems: ProblemList, *, file: str, index: int) -> None:
    """Add a problem for everything that makes Blender refuse this entry, and with it the whole listing."""

    def locate(path: tuple[str | int, ...]) -> Where:
        return Where(file, ("data", index, *path))

    if not isinstance(item, dict):
        problems.add("listing.entry", where=locate(()), value=quote_value(item))
        return
    check_fields(item, problems, locate=locate, strict=False, is_json=True)
    url = item.get("archive_url")
    if not isinstance(url, str):
        where = locate(("archive_url",))
        problems.add("listing.archive-url", where=where, value=quote_value(url))
    size = item.get("archive_size")
    if not isinstance(size, int) or size <= 0:  # true is 1, as for Blender
        where = locate(("archive_size",))
        problems.add("listing.archive-size", where=where, value=quote_value(size))
    digest = item.get("archive_hash")
    if not isinstance(digest, str) or not _HASH.fullmatch(digest):
        where = locate(("archive_hash",))
        problems.add("listing.archive-hash", where=where, value=quote_value(digest))
