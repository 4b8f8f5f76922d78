"""Entries of the format of OSV (ossf.github.io/osv-schema): which versions of a project on PyPI each is about.

Ranges are evaluated as the specification of the format says, with the order of versions of PEP 440. Where an entry has a
version that is none, the doubt counts against the wheel: an unknown beginning is the first version, an unknown end is no end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import Version

from extery.author.wheels.severity import Level, level_of
from extery.core.text import MAX_MESSAGE_LENGTH, clean_message

ECOSYSTEM = "PyPI"
#: Bytes of one entry; the largest public ones have some hundred kilobytes.
MAX_ENTRY = 8_000_000
_MAX_ALIASES = 50
_MAX_VERSION = 100
_MAX_NAME = 200
_MAX_ID = 100
#: The prefix of entries about malware, of the database of malicious packages of the OpenSSF.
_MALWARE = "MAL-"
_ZERO = "0"
_SHA256 = re.compile(r"[0-9a-f]{64}")
#: Order of events of the same version: what ends there does so before another range begins.
_EVENTS = ("fixed", "introduced", "last_affected")

#: Events of a range: kind and version.
Events = Sequence[tuple[str, str]]


class Advisory(NamedTuple):
    """An entry as far as it concerns one project. ``ranges`` are those of PyPI's versions.

    ``hashes`` are the SHA-256 of files that an entry about malware names: they say more than names and versions.
    """

    id: str
    aliases: tuple[str, ...]
    summary: str
    level: Level
    ranges: tuple[Events, ...]
    versions: tuple[str, ...]
    hashes: tuple[str, ...] = ()
    #: The first line of the details, of an entry without a summary.
    details: str = ""

    @property
    def is_malware(self) -> bool:
        return self.id.startswith(_MALWARE)

    def to_json(self) -> str:
        return json.dumps(list(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Advisory:
        id_, aliases, summary, level, ranges, versions, hashes, details = json.loads(text)
        events = tuple(tuple((kind, at) for kind, at in one) for one in ranges)
        listed = (tuple(versions), tuple(hashes))
        return cls(id_, tuple(aliases), summary, level, events, *listed, details)

    def affects(self, version: Version) -> bool:
        """Return whether a version is affected; the local part (``+cu118``) of a build does not count."""
        public = Version(version.public)
        if any(_contains(events, public) for events in self.ranges):
            return True
        wanted = (public, version)
        return any(parse(text) in wanted for text in self.versions)

    def fixed_after(self, version: Version) -> Version | None:
        """Return the first version after ``version`` that an event says is fixed; ``None`` if there is none."""
        found = [
            parsed
            for events in self.ranges
            for kind, at in events
            if kind == "fixed" and (parsed := parse(at)) is not None and parsed > version
        ]
        return min(found, default=None)


def parse(text: str) -> Version | None:
    """Return a version by PEP 440; ``None`` if it is none."""
    try:
        return Version(text)
    except ValueError:
        return None


def _contains(events: Events, version: Version) -> bool:
    """Return whether a version is in a range, by going through its events in the order of their versions."""
    limits = [at for kind, at in events if kind == "limit" and at != "*"]
    parsed_limits = [parse(at) for at in limits]
    if limits and not any(limit is None or version < limit for limit in parsed_limits):
        return False
    ordered: list[tuple[Version | None, str]] = []
    for kind, at in events:
        if kind not in _EVENTS:
            continue
        parsed = None if at == _ZERO else parse(at)
        if parsed is None and kind != "introduced":
            continue
        ordered.append((parsed, kind))
    ordered.sort(
        key=lambda event: (event[0] is not None, event[0] or version, _EVENTS.index(event[1]))
    )
    is_inside = False
    for at_version, kind in ordered:
        if at_version is None or (kind == "introduced" and version >= at_version):
            is_inside = True
        elif (kind == "fixed" and version >= at_version) or (
            kind == "last_affected" and version > at_version
        ):
            is_inside = False
    return is_inside


def read_entries(data: bytes) -> Iterator[tuple[str, Advisory, str]]:
    """Yield project, advisory and time of change for each project on PyPI in a file of entries.

    A file has one entry, a list of them, or the answer of OSV's API. Withdrawn entries are left out. Raises `ValueError` for
    anything else: of a file that cannot be read it is not known what it is about.
    """
    try:
        document = json.loads(data)
        entries = document.get("vulns", [document]) if isinstance(document, dict) else document
        if not isinstance(entries, list):
            raise TypeError("not a list of entries")
        for entry in entries:
            yield from _read_entry(entry)
    except (KeyError, TypeError, AttributeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError("not an entry of OSV") from error


def _read_entry(entry: Mapping[str, Any]) -> Iterator[tuple[str, Advisory, str]]:
    id_ = _text(entry["id"], _MAX_ID)
    if not id_ or entry.get("withdrawn"):
        return
    aliases = [_text(one, _MAX_ID) for one in (entry.get("aliases") or [])[:_MAX_ALIASES]]
    summary = _text(entry.get("summary"), MAX_MESSAGE_LENGTH)
    details = str(entry.get("details") or "").strip().partition("\n")[0]
    stated = _inside(entry, "database_specific", "severity")
    by_project: dict[str, list[Mapping[str, Any]]] = {}
    for affected in entry.get("affected") or []:
        package = affected.get("package") or {}
        if str(package.get("ecosystem", "")).partition(":")[0] == ECOSYSTEM:
            name = str(canonicalize_name(_text(package["name"], _MAX_NAME)))
            by_project.setdefault(name, []).append(affected)
    for project, parts in by_project.items():
        vectors = [
            one.get("score")
            for holder in (entry, *parts)
            for one in holder.get("severity") or []
            if isinstance(one, dict)
        ]
        level: Level = "critical" if id_.startswith(_MALWARE) else level_of(stated, vectors)
        advisory = Advisory(
            id_,
            tuple(alias for alias in aliases if alias),
            summary,
            level,
            tuple(_ranges(parts)),
            tuple(_versions(parts)),
            tuple(_hashes(parts)) if id_.startswith(_MALWARE) else (),
            "" if summary else _text(details, MAX_MESSAGE_LENGTH),
        )
        yield project, advisory, _text(entry.get("modified"), 40)


def _inside(value: object, *names: str) -> object:
    """Return a member of members of what a database adds to the format, which can be anything; ``None`` if it is not there."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: object, length: int) -> str:
    return clean_message(value[:length]) if isinstance(value, str) else ""


def _ranges(parts: Iterable[Mapping[str, Any]]) -> Iterator[Events]:
    for part in parts:
        for one in part.get("ranges") or []:
            if one.get("type") == "ECOSYSTEM":
                yield tuple(
                    (str(kind)[:20], str(at)[: _MAX_VERSION + 1])
                    for event in one.get("events") or []
                    for kind, at in event.items()
                )


def _versions(parts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for part in parts:
        for text in part.get("versions") or []:
            if isinstance(text, str) and len(text) <= _MAX_VERSION:
                yield text


def _hashes(parts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the SHA-256 of the files, where the database of malicious packages has them."""
    for part in parts:
        files = _inside(part, "database_specific", "indicators", "package_integrity")
        for file in files if isinstance(files, list) else ():
            digest = _inside(file, "hashes", "sha256")
            if isinstance(digest, str) and _SHA256.fullmatch(digest.lower()):
                yield digest.lower()
