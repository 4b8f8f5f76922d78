"""The listing of a repository: the JSON document that Blender subscribes to.

An entry is a dictionary with Blender's keys in Blender's order. No value in it is null or empty, since
Blender refuses a whole listing for one such value. Which systems may install an entry is
in `extery.listing.audience`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from extery.core.errors import InvalidListing, ProblemList, Where
from extery.core.text import quote_value
from extery.core.versions import format_blender_version
from extery.manifest.document import Manifest
from extery.manifest.schemas.v1_0_0 import check_fields

Entry = dict[str, Any]

VERSION = "v1"
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
MAX_DEPTH = 50
#: Entries after this many problems are not checked.
MAX_PROBLEMS = 500
_HASH = re.compile(r"sha256:[0-9a-fA-F]{64}")


def entry(manifest: Manifest, *, archive_url: str, archive_size: int, archive_hash: str) -> Entry:
    """Return the entry of one package.

    ``archive_hash`` is the SHA-256 in 64 hex digits, with or without the prefix ``sha256:``.
    ``archive_url`` must be absolute or begin with ``./``; Blender supports no other form.
    """
    digest = archive_hash.removeprefix("sha256:").lower()
    values: Entry = {key: getattr(manifest, key, None) for key in KEYS}
    values["blender_version_min"] = format_blender_version(manifest.blender_range.minimum)
    maximum = manifest.blender_range.maximum
    values["blender_version_max"] = format_blender_version(maximum) if maximum else None
    # The manifest has replaced a list without reasons, the form of early 2024, by a table.
    values["permissions"] = dict(manifest.permissions)
    values["archive_url"] = archive_url
    values["archive_size"] = archive_size
    values["archive_hash"] = f"sha256:{digest}"
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in values.items()
        if value is not None and value != () and value != {} and value != ""
    }


def in_order(item: Entry) -> Entry:
    """Return a copy of the entry with Blender's keys first, in Blender's order and without None."""
    known = {key: item[key] for key in KEYS if item.get(key) is not None}
    return {**known, **{key: value for key, value in item.items() if key not in KEYS}}


def listing(data: Iterable[Entry], blocklist: Iterable[Mapping[str, str]] = ()) -> dict[str, Any]:
    """Return the whole document, with entries and blocks in the order given."""
    return {"version": VERSION, "blocklist": [dict(b) for b in blocklist], "data": list(data)}


def dump(document: Mapping[str, Any]) -> bytes:
    """Return the listing as ASCII JSON without white space: equal documents give equal bytes."""
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def dump_serialized(
    entries: Iterable[bytes],
    blocklist: Iterable[Mapping[str, Any]] = (),
    *,
    head: Mapping[str, str] | None = None,
) -> bytes:
    """Return the same bytes as `dump`, from entries that are serialized already; ``head`` adds keys."""
    document = {"version": VERSION, **(head or {}), "blocklist": [dict(b) for b in blocklist]}
    # An owner may add keys to a block, for example a date.
    start = json.dumps(document, separators=(",", ":"), default=str).encode("ascii")
    pieces = [start[:-1], b',"data":[']
    for text in entries:
        pieces += (text, b",")
    if len(pieces) > 2:
        pieces.pop()
    return b"".join([*pieces, b"]}"])


@dataclass(frozen=True)
class Listing:
    """A listing in which every entry passed the checks of Blender's sync."""

    data: Sequence[Entry]
    blocklist: Sequence[Mapping[str, str]] = field(default_factory=list)
    version: str = VERSION

    @property
    def blocked(self) -> dict[str, str]:
        """Blocked id -> reason. Blender accepts blocks without a valid id, which block nothing."""
        return {
            block["id"]: str(block.get("reason", ""))
            for block in self.blocklist
            if isinstance(block.get("id"), str)
        }


def parse(data: bytes, *, file: str = "index.json") -> Listing:
    """Parse a listing with the checks of Blender's sync.

    Raises `InvalidListing` with the problems of all entries.
    """
    with ProblemList().raising(InvalidListing) as problems:
        document = _document(data, problems, file)
        if document is not None:
            _check_document(document, problems, file)
    assert document is not None  # raised above
    return Listing(document["data"], document.get("blocklist", []), document["version"])


def _document(data: bytes, problems: ProblemList, file: str) -> dict[str, Any] | None:
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # also for numbers of thousands of digits
        line = getattr(error, "lineno", None)
        column = getattr(error, "colno", None)
        what = "a web page" if data.lstrip()[:1] == b"<" else "not JSON"
        problems.add(
            "listing.not-json",
            f"the listing is {what}: {error}",
            hint="check the repository's URL; it has to answer with JSON",
            where=Where(file, (), line, column),
        )
        return None
    if _is_deep(document):
        problems.add(
            "listing.too-deep",
            f"the listing has values nested more than {MAX_DEPTH} levels deep",
            hint="an entry needs two levels",
            where=Where(file),
        )
        return None
    if not isinstance(document, dict):
        problems.add(
            "listing.not-an-object",
            f"the listing must be an object, found {quote_value(document)}",
            hint="a listing has version, blocklist and data",
            where=Where(file),
        )
        return None
    return document


def _is_deep(document: object) -> bool:
    """Return whether recursion over the document could exhaust the stack: `json` reads a thousand levels."""
    level: list[Any] = [document] if isinstance(document, dict | list) else []
    for _ in range(MAX_DEPTH):
        items = (
            value
            for container in level
            for value in (container.values() if isinstance(container, dict) else container)
        )
        level = [value for value in items if isinstance(value, dict | list)]
        if not level:
            return False
    return True


def _check_document(document: dict[str, Any], problems: ProblemList, file: str) -> None:
    if not isinstance(document.get("version"), str):
        problems.add(
            "listing.version",
            f"version must be a string, found {quote_value(document.get('version'))}",
            hint='write "version": "v1"',
            where=Where(file, ("version",)),
        )
    blocklist = document.get("blocklist", [])
    if not isinstance(blocklist, list) or not all(isinstance(b, dict) for b in blocklist):
        problems.add(
            "listing.blocklist",
            "blocklist must be a list of objects",
            hint='write each as {"id": "…", "reason": "…"}',
            where=Where(file, ("blocklist",)),
        )
    data = document.get("data")
    if not isinstance(data, list):
        problems.add(
            "listing.data",
            f"data must be a list, found {quote_value(data)}",
            hint="list the entries in it",
            where=Where(file, ("data",)),
        )
        return
    for index, item in enumerate(data):
        if len(problems) >= MAX_PROBLEMS:
            problems.add(
                "listing.entry",
                f"{len(data) - index:,} more entries were not checked",
                hint="correct the others first",
                where=Where(file, ("data", index)),
            )
            return
        check_entry(item, problems, file=file, index=index)


def check_entry(item: object, problems: ProblemList, *, file: str, index: int) -> None:
    """Add a problem for everything that makes Blender refuse this entry, and with it the whole listing."""

    def locate(path: tuple[str | int, ...]) -> Where:
        return Where(file, ("data", index, *path))

    if not isinstance(item, dict):
        problems.add(
            "listing.entry",
            f"an entry must be an object, found {quote_value(item)}",
            hint="remove it",
            where=locate(()),
        )
        return
    check_fields(item, problems, locate=locate, strict=False)
    if not isinstance(item.get("archive_url"), str):
        problems.add(
            "listing.archive-url",
            f"archive_url must be a string, found {quote_value(item.get('archive_url'))}",
            hint='for example "./gear_tool-1.0.0.zip"',
            where=locate(("archive_url",)),
        )
    size = item.get("archive_size")
    if type(size) is not int or size <= 0:
        problems.add(
            "listing.archive-size",
            f"archive_size must be a number of bytes above 0, found {quote_value(size)}",
            hint="write the size of the file",
            where=locate(("archive_size",)),
        )
    digest = item.get("archive_hash")
    if not isinstance(digest, str) or not _HASH.fullmatch(digest):
        problems.add(
            "listing.archive-hash",
            f"archive_hash must be sha256: and 64 hex digits, found {quote_value(digest)}",
            hint="write the SHA-256 of the file",
            where=locate(("archive_hash",)),
        )
