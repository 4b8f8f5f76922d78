"""The difference of two packages: their files, the lines of the texts, binaries and network hosts.

Packages are hostile: they are opened by `extery.package.reader` only, files are compared by their
bytes (a checksum can be forged), and members, bytes, lines and time are limited. What was left out
is named in the result.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from extery.core.errors import InvalidPackage
from extery.core.files import format_size
from extery.manifest.document import MANIFEST_FILENAME
from extery.package.reader import Package
from extery_site.moderation.line_differences import compare_lines
from extery_site.moderation.syntax import Span, syntax_spans
from extery_site.source_search.hosts import MAX_LINE_LENGTH, hosts_in, names_hosts
from extery_site.source_search.texts import decode

#: Increase it when the result changes, so that stored ones are computed again.
FORMAT = 4

MAX_FILES = 3_000
MAX_TEXT_BYTES = 500_000
#: Unpacked bytes that are read of both packages together.
MAX_BYTES = 200 << 20
#: Bytes of texts that are kept of both packages together.
MAX_TEXTS_BYTES = 24 << 20
MAX_LINES_OF_FILE = 6_000
MAX_LINES = 15_000
MAX_HOSTS = 100
MAX_SECONDS = 20.0
#: Seconds of these for the colours of the code.
MAX_SYNTAX_SECONDS = 5.0
_WEBSITE = re.compile(r"\s*[\"']?website[\"']?\s*=")
ONLY_LINE_ENDS = "Only line ends, the last line break or the byte order mark differ."


@dataclass
class _File:
    """A file of a package: ``text`` is ``None`` for binaries, and ``sha256`` empty if it was not read."""

    size: int
    sha256: str = ""
    text: list[str] | None = None
    note: str = ""


@dataclass
class _Budget:
    """What may still be read."""

    bytes: int = field(default_factory=lambda: MAX_BYTES)
    text_bytes: int = field(default_factory=lambda: MAX_TEXTS_BYTES)
    lines: int = field(default_factory=lambda: MAX_LINES)
    ends: float = field(default_factory=lambda: time.monotonic() + MAX_SECONDS)
    syntax_seconds: float = MAX_SYNTAX_SECONDS

    @property
    def is_late(self) -> bool:
        return time.monotonic() > self.ends

    def syntax_spans(self, name: str, lines: Sequence[str]) -> list[list[Span]]:
        """Return the spans of the syntax of each line, while there is time for it."""
        start = time.monotonic()
        spans = syntax_spans(name, lines, min(self.ends, start + self.syntax_seconds))
        self.syntax_seconds -= time.monotonic() - start
        return spans


def compare_packages(old: Package | None, new: Package) -> dict[str, Any]:
    """Return the difference as JSON; without ``old``, everything is new.

    Keys: ``files``, the changed ones by name; ``hosts``, those in the source of ``new``, with the first
    place and whether ``old`` has them; ``lost_hosts``; ``limits``, sentences about what was left out.
    ``lines`` of a file are mark, number in the old and in the new text, text, spans of its syntax.
    """
    budget = _Budget()
    limits: list[str] = []
    before = _read(old, budget, limits) if old else {}
    after = _read(new, budget, limits)
    known = _hosts(before)
    hosts = [
        {"host": host, "file": name, "line": line, "is_new": host not in known}
        for host, (name, line) in sorted(_hosts(after).items())[:MAX_HOSTS]
    ]
    files = []
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if one and other and one.sha256 and one.sha256 == other.sha256:
            continue
        files.append(_compare(name, one, other, budget))
    return {
        "files": files,
        "hosts": hosts,
        "lost_hosts": sorted(known.keys() - _hosts(after).keys())[:MAX_HOSTS],
        "limits": limits,
    }


def file_key(entry: Mapping[str, Any], package: str) -> str:
    """Return what identifies a changed file with this content, in 32 hexadecimal digits.

    A file whose content was not read is another one in each ``package``, which is its SHA-256.
    """
    content = entry["new_sha256"] or (entry["status"] == "removed" and entry["old_sha256"])
    text = json.dumps([entry["name"], entry["status"] == "removed", content or package])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _read(package: Package, budget: _Budget, limits: list[str]) -> dict[str, _File]:
    try:
        names = package.names
    except InvalidPackage as error:
        limits.append(f"A package cannot be read: {error}")
        return {}
    if len(names) > MAX_FILES:
        limits.append(f"Only the first {MAX_FILES:,} of {len(names):,} files are compared.")
        names = names[:MAX_FILES]
    return {name: _read_file(package, name, budget) for name in names}


def _read_file(package: Package, name: str, budget: _Budget) -> _File:
    member = package.by_name[package.root + name]
    file = _File(member.size)
    if budget.is_late or member.size > budget.bytes:
        file.note = "Not compared: the packages are too large."
        return file
    budget.bytes -= member.size
    is_short = member.size <= min(MAX_TEXT_BYTES, budget.text_bytes)
    digest, kept, read = hashlib.sha256(), bytearray(), 0
    try:
        for block in package.blocks(member):
            read += len(block)
            if read > member.size:
                file.note = "Not compared: the file is longer than its entry in the zip."
                return file
            digest.update(block)
            if is_short:
                kept += block
    except (InvalidPackage, OSError):
        file.note = "Not compared: the file is damaged."
        return file
    file.sha256 = digest.hexdigest()
    if is_short:
        budget.text_bytes -= member.size
        file.text = _as_text(bytes(kept))
    return file


def _as_text(data: bytes) -> list[str] | None:
    """Return the lines, or ``None`` for a binary."""
    text = decode(data)
    if text is None:
        return None
    return text.split("\n")[: None if not text.endswith("\n") else -1]


def _hosts(files: dict[str, _File]) -> dict[str, tuple[str, int]]:
    """Return the first place of each host that the source names; lines of comments do not count."""
    found: dict[str, tuple[str, int]] = {}
    for name, file in files.items():
        if file.text is None or not names_hosts(name):
            continue
        lines = file.text
        if name == MANIFEST_FILENAME:  # the website is shown to people, no program contacts it
            lines = ["" if _WEBSITE.match(line) else line for line in lines]
        for host, number in hosts_in(lines):
            found.setdefault(host, (name, number))
    return found


def _compare(name: str, old: _File | None, new: _File | None, budget: _Budget) -> dict[str, Any]:
    """Return the entry of a file that is different, or could not be compared."""
    notes = [file.note for file in (old, new) if file and file.note]
    entry: dict[str, Any] = {
        "name": name,
        "status": "added" if old is None else "removed" if new is None else "changed",
        "is_binary": False,
        "old_size": old.size if old else None,
        "new_size": new.size if new else None,
        "old_sha256": old.sha256 if old else "",
        "new_sha256": new.sha256 if new else "",
        "added": 0,
        "removed": 0,
        "note": notes[0] if notes else "",
        "lines": [],
    }
    if notes:
        return entry
    before, after = old.text if old else [], new.text if new else []
    if before is None or after is None:
        entry["is_binary"] = True
        if names_hosts(name):
            entry["note"] = (
                f"Not UTF-8 text, or longer than {format_size(MAX_TEXT_BYTES)}: "
                "compare it on your computer."
            )
        return entry
    if budget.is_late or len(before) + len(after) > 2 * MAX_LINES_OF_FILE:
        entry["note"] = "Too many lines to show: compare the file on your computer."
        return entry
    lines = compare_lines(before, after)
    entry["added"] = sum(line.mark == "+" for line in lines)
    entry["removed"] = sum(line.mark == "-" for line in lines)
    if len(lines) > budget.lines:
        entry["note"] = "Not shown: the difference is too long. Compare the file on your computer."
        return entry
    if not entry["added"] and not entry["removed"]:
        entry["note"] = ONLY_LINE_ENDS
    budget.lines -= len(lines)
    old_spans, new_spans = budget.syntax_spans(name, before), budget.syntax_spans(name, after)
    entry["lines"] = [
        [
            line.mark,
            line.old,
            line.new,
            line.text[:MAX_LINE_LENGTH],
            new_spans[line.new - 1] if line.new else old_spans[line.old - 1],
        ]
        for line in lines
    ]
    return entry
