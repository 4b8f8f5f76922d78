"""Questions to the index: candidates of an id, newest versions, lists with filters, full-text search."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from extery.client.index.candidates import Candidate, preference
from extery.client.index.database import Index, open_index
from extery.client.sync_state import SyncState
from extery.client.targets import Target

#: Maximum number of ids that are compared to find similar ones.
MAX_COMPARED = 3_000
MAX_SIMILAR = 3
#: SQLite accepts this many values in a statement.
_CHUNK = 500
_COLUMNS = "e.repository, e.extension, e.version, e.type, e.name, e.tagline, e.incompatible, coalesce(b.reason, '')"
_BLOCKS = "LEFT JOIN blocks AS b ON b.repository = e.repository AND b.extension = e.extension"
_FROM = f"FROM entries AS e {_BLOCKS}"
# A cross join keeps this order: the search first, not for each entry.
_FROM_TEXTS = f"FROM texts CROSS JOIN entries AS e ON e.number = texts.rowid {_BLOCKS}"
#: Weights of id, name, tagline, tags and maintainer.
_RANK = "bm25(texts, 10.0, 8.0, 3.0, 2.0, 1.0)"


class ListedExtension(NamedTuple):
    """The version of an extension that lists show: the newest that can be installed, else the newest."""

    repository: str
    id: str
    version: str
    type: str
    name: str
    tagline: str
    incompatible: str = ""
    blocked: str = ""


class ListFilter(NamedTuple):
    """Conditions of a list; all must be met, and of several values of one, any."""

    types: Sequence[str] = ()
    tags: Sequence[str] = ()
    repositories: Sequence[str] = ()
    text: str = ""
    only_installable: bool = False

    def conditions(self) -> tuple[str, list[Any]]:
        """Return the conditions as SQL, and their values."""
        parts = ["e.shown = 1"]
        values: list[Any] = []
        for column, allowed in (("type", self.types), ("repository", self.repositories)):
            if allowed:
                parts.append(f"e.{column} IN ({_marks(allowed)})")
                values += allowed
        if self.tags:
            parts.append(f"({' OR '.join('instr(e.tags, ?)' for _ in self.tags)})")
            values += [f"|{tag.lower()}|" for tag in self.tags]
        for word in self.text.split():
            fields = [f"e.{field} LIKE ? ESCAPE '!'" for field in ("extension", "name", "tagline")]
            parts.append(f"({' OR '.join(fields)})")
            values += [_pattern(word)] * len(fields)
        if self.only_installable:
            parts.append("e.incompatible = '' AND b.reason IS NULL")
        return " AND ".join(parts), values


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)


def _pattern(word: str) -> str:
    for special in "!%_":
        word = word.replace(special, f"!{special}")
    return f"%{word}%"


def list_extensions(index: Index, conditions: ListFilter = ListFilter()) -> list[ListedExtension]:
    """Return the extensions that meet the conditions, sorted by id."""
    where, values = conditions.conditions()
    rows = index.rows(
        f"SELECT {_COLUMNS} {_FROM} WHERE {where} ORDER BY e.extension, e.repository",
        values,
    )
    return [ListedExtension(*row) for row in rows]


def search_extensions(
    index: Index, text: str, *, limit: int, conditions: ListFilter = ListFilter()
) -> tuple[list[ListedExtension], int]:
    """Return the extensions that have all words of ``text``, best first and at most ``limit``, and the number of all.

    Words match from their start, in any case and without accents; if nothing matches, also inside words.
    """
    where, values = conditions.conditions()
    words = text.split()
    if index.has_search and words:
        query = " ".join(f'"{word.replace(chr(34), chr(34) * 2)}"*' for word in words)
        joined = f"{_FROM_TEXTS} WHERE texts MATCH ? AND {where}"
        try:
            order = f"e.extension != ?, {_RANK}, e.extension"
            found = _limited(index, joined, [query, *values], order, text, limit)
        except sqlite3.OperationalError:  # a query that the search cannot read
            found = [], 0
        if found[0]:
            return found
    where, values = conditions._replace(text=f"{conditions.text} {text}").conditions()
    order = "e.extension != ?, e.extension"
    return _limited(index, f"{_FROM} WHERE {where}", values, order, text, limit)


def _limited(
    index: Index, joined: str, values: Sequence[Any], order: str, text: str, limit: int
) -> tuple[list[ListedExtension], int]:
    """Return at most ``limit`` rows, that with the id ``text`` first, and the number of all."""
    rows = index.rows(
        f"SELECT {_COLUMNS} {joined} ORDER BY {order} LIMIT ?",
        [*values, text, limit],
    )
    total = len(rows)
    if total == limit:
        [(total,)] = index.rows(f"SELECT count(*) {joined}", values)
    return [ListedExtension(*row) for row in rows], total


def candidates_in(index: Index, identifier: str) -> list[Candidate]:
    """Return all listed versions of an id, those that fit first, then the newest, then by repository."""
    rows = index.rows(
        f"SELECT e.repository, e.incompatible, coalesce(b.reason, ''), e.body {_FROM} WHERE e.extension = ?",
        [identifier],
    )
    return _sorted(_candidates(index, rows), index)


def _candidates(index: Index, rows: Iterable[tuple[Any, ...]]) -> Iterator[Candidate]:
    repositories, bases = index.repositories, _bases(index)
    for name, incompatible, blocked, body in rows:
        if name in repositories:
            base = bases.get(name, "")
            yield Candidate(repositories[name], json.loads(body), incompatible, blocked, base)


def _bases(index: Index) -> dict[str, str]:
    if index.bases is None:
        listings = SyncState(index.target).listings
        index.bases = {name: state.base for name, state in listings.items() if state.base}
    return index.bases


def _sorted(found: Iterable[Candidate], index: Index) -> list[Candidate]:
    order = {name: number for number, name in enumerate(index.repositories)}
    items = sorted(found, key=lambda item: order[item.repository.name])
    items.sort(key=lambda item: (not item.incompatible, item.version), reverse=True)
    return items


def candidates(target: Target, identifier: str) -> list[Candidate]:
    """Return all versions of an id that the enabled repositories list, with the reasons against each.

    Those that fit come first, then the newest, then the order of the repositories.
    """
    with open_index(target) as index:
        return candidates_in(index, identifier)


def newest(target: Target, ids: Iterable[str] | None = None) -> dict[str, Candidate]:
    """Return the newest version of each extension that its repository lists, by ``repository.id``; of ``ids`` only, if given.

    What fits is preferred, and releases to pre-releases; so a result that does not fit has no version that does.
    """
    with open_index(target) as index:
        return newest_in(index, ids)


def newest_in(index: Index, ids: Iterable[str] | None = None) -> dict[str, Candidate]:
    """Do the same as `newest` with an open index."""
    select = f"SELECT e.repository, e.incompatible, coalesce(b.reason, ''), e.body {_FROM} WHERE e.shown = 1"
    if ids is None:
        rows = index.rows(select)
    else:
        wanted, rows = list(dict.fromkeys(ids)), []
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            rows += index.rows(f"{select} AND e.extension IN ({_marks(part)})", part)
    best: dict[str, Candidate] = {}
    for item in _candidates(index, rows):
        known = best.get(item.name)
        if known is None or _key(item) > _key(known):
            best[item.name] = item
    return best


def _key(item: Candidate) -> tuple[Any, ...]:
    return preference(item.entry["version"], item.incompatible)


def blocked_ids(index: Index) -> dict[tuple[str, str], str]:
    """Return the reasons of blocked extensions, by repository and id."""
    rows = index.rows("SELECT repository, extension, reason FROM blocks")
    return {(name, identifier): reason for name, identifier, reason in rows}


def similar_ids(index: Index, identifier: str, more: Iterable[str] = ()) -> list[str]:
    """Return ids that resemble an unknown one, best first; ``more`` are ids that may not be listed."""
    from difflib import get_close_matches

    word = identifier.lower()
    patterns = [f"{word[:2]}%", f"%{word[-3:]}", f"%{word[1:4]}%"] if word else []
    known = set(more)
    for pattern in patterns:
        known.update(
            row[0]
            for row in index.rows(
                "SELECT DISTINCT extension FROM entries WHERE extension LIKE ? LIMIT ?",
                [pattern, MAX_COMPARED],
            )
        )
    names = {name.lower(): name for name in sorted(known, reverse=True)}
    close = get_close_matches(word, list(names), n=MAX_SIMILAR, cutoff=0.7)
    return [names[name] for name in close]
