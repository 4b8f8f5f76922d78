"""Write the entries of stored listings to the index: only those that are new, and only of listings that were replaced."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from extery.client.index.candidates import preference, reason_against
from extery.core.compatibility import System
from extery.core.errors import ProblemList
from extery.core.files import read_regular
from extery.core.types import TYPES_BY_NAME
from extery.listing.delta import split_listing
from extery.listing.entries import Entry, Listing, check_entry

_DIGEST_SIZE = 16
_INSERT = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)"


def refresh(
    connection: sqlite3.Connection,
    listings: Mapping[str, Path],
    stamps: Mapping[str, str],
    system: System,
    *,
    is_checked: bool = False,
) -> None:
    """Update the index to the listings with these stamps, by repository, within the caller's transaction.

    A listing that cannot be read has no entries. ``is_checked``: all entries were checked just now.
    """
    stored = dict(connection.execute("SELECT repository, stamp FROM listings"))
    for name in stored.keys() - stamps.keys():
        _replace(connection, name, system, ({}, []))
        connection.execute("DELETE FROM listings WHERE repository = ?", (name,))
    for name, stamp in stamps.items():
        if stored.get(name) == stamp:
            continue
        data = _read(listings[name]) if stamp else b""
        try:
            contents = _split(data)
            count = _replace(connection, name, system, contents, is_checked=is_checked)
        except ValueError:  # it was split as text, and its entries are no JSON
            contents = _split(data, parse=True)
            count = _replace(connection, name, system, contents, is_checked=is_checked)
        connection.execute("INSERT OR REPLACE INTO listings VALUES (?, ?, ?)", (name, stamp, count))


def _read(listing: Path) -> bytes:
    try:
        return read_regular(listing)
    except OSError:
        return b""


def _split(data: bytes, *, parse: bool = False) -> tuple[dict[str, Any], list[bytes]]:
    try:
        return split_listing(data, parse=parse)
    except ValueError:
        return {}, []


def _replace(
    connection: sqlite3.Connection,
    repository: str,
    system: System,
    contents: tuple[dict[str, Any], Sequence[bytes]],
    *,
    is_checked: bool = False,
) -> int:
    """Write the entries and blocks of a repository in place of the stored; return the number of entries."""
    head, texts = contents
    by_digest = {blake2b(text, digest_size=_DIGEST_SIZE).digest(): text for text in texts}
    stored = dict(
        connection.execute("SELECT digest, number FROM entries WHERE repository = ?", (repository,))
    )
    new = _entries(
        ((digest, text) for digest, text in by_digest.items() if digest not in stored),
        is_checked=is_checked,
    )
    removed = [(number,) for digest, number in stored.items() if digest not in by_digest]
    has_search = bool(connection.execute("SELECT has_search FROM settings").fetchone()[0])
    changed = _delete(connection, removed, has_search=has_search)
    [(last,)] = connection.execute("SELECT coalesce(max(number), 0) FROM entries")
    rows, searched = [], []
    for number, (digest, item) in enumerate(new, last + 1):
        rows.append(_row(number, repository, digest, item, reason_against(item, system)))
        searched.append(_text_row(number, item))
    connection.executemany(_INSERT, rows)
    if has_search:
        connection.executemany(
            "INSERT INTO texts (rowid, extension, name, tagline, tags, maintainer) VALUES (?, ?, ?, ?, ?, ?)",
            searched,
        )
    _choose(connection, repository, {*changed, *(row[3] for row in rows)})
    _replace_blocks(connection, repository, head.get("blocklist"))
    [(count,)] = connection.execute(
        "SELECT count(*) FROM entries WHERE repository = ?", (repository,)
    )
    return int(count)


def _delete(
    connection: sqlite3.Connection, numbers: Sequence[tuple[int]], *, has_search: bool
) -> set[str]:
    """Delete entries; return their ids."""
    changed: set[str] = set()
    for number in numbers:
        changed.update(
            row[0]
            for row in connection.execute("SELECT extension FROM entries WHERE number = ?", number)
        )
    if has_search:
        connection.executemany("DELETE FROM texts WHERE rowid = ?", numbers)
    connection.executemany("DELETE FROM entries WHERE number = ?", numbers)
    return changed


def _entries(
    texts: Iterable[tuple[bytes, bytes]], *, is_checked: bool
) -> list[tuple[bytes, Entry]]:
    """Return the entries of known types; of those that were not checked, the valid ones."""
    found = []
    for digest, text in texts:
        item = json.loads(text)
        type_ = item.get("type")
        if not isinstance(type_, str) or type_ not in TYPES_BY_NAME:
            continue
        if not is_checked:
            problems = ProblemList()
            check_entry(item, problems, file="", index=0)
            if problems.errors:
                continue
        found.append((digest, item))
    return found


def _row(
    number: int, repository: str, digest: bytes, item: Entry, incompatible: str
) -> tuple[Any, ...]:
    tags = "".join(f"|{tag}" for tag in item.get("tags") or ())
    return (
        number,
        repository,
        digest,
        item["id"],
        item["version"],
        item["type"],
        item["name"],
        item["tagline"],
        f"{tags}|".lower(),
        incompatible,
        json.dumps(item, ensure_ascii=False, separators=(",", ":"))
        .encode("utf-8", "replace")
        .decode(),
    )


def _text_row(number: int, item: Entry) -> tuple[Any, ...]:
    tags = " ".join(item.get("tags") or ())
    return number, item["id"], item["name"], item["tagline"], tags, item["maintainer"]


def _choose(connection: sqlite3.Connection, repository: str, changed: set[str]) -> None:
    """Mark the version of each changed extension that lists show: the newest that can be installed, if there is one."""
    several = [
        identifier
        for (identifier,) in connection.execute(
            "SELECT extension FROM entries WHERE repository = ? GROUP BY extension HAVING count(*) > 1",
            (repository,),
        )
        if identifier in changed
    ]
    connection.executemany(
        "UPDATE entries SET shown = 1 WHERE repository = ? AND extension = ?",
        ((repository, identifier) for identifier in changed),
    )
    for identifier in several:
        rows = connection.execute(
            "SELECT number, version, incompatible FROM entries WHERE repository = ? AND extension = ?",
            (repository, identifier),
        ).fetchall()
        newest = max(rows, key=lambda row: preference(row[1], row[2]))
        connection.executemany(
            "UPDATE entries SET shown = 0 WHERE number = ?",
            ((row[0],) for row in rows if row is not newest),
        )


def _replace_blocks(connection: sqlite3.Connection, repository: str, blocks: object) -> None:
    connection.execute("DELETE FROM blocks WHERE repository = ?", (repository,))
    if isinstance(blocks, list):
        listing = Listing([], [block for block in blocks if isinstance(block, dict)])
        connection.executemany(
            "INSERT OR REPLACE INTO blocks VALUES (?, ?, ?)",
            ((repository, identifier, reason) for identifier, reason in listing.blocked.items()),
        )
