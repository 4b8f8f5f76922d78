"""The state of a mirror in ``.extery-mirror/``: its source, the listings as received, the files it owns.

All of it can be made again, so losing it costs time and never a package. A listing that a mirror wrote
is known by its names of packages: each has the beginning of its own hash.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from extery.core.errors import ExteryError
from extery.core.files import atomic_write, hash_file, read_regular
from extery.fetch import Document, Validators
from extery.fetch.addresses import LISTING
from extery.listing.entries import parse
from extery.rules import REVISION

FOLDER = ".extery-mirror"
_STATE = "state.json"
_NAME = re.compile(r"[A-Za-z0-9._-]+-([0-9a-f]{12}|[0-9a-f]{64})\.zip")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}\.zip")
_FORM = 1
#: Bytes of the state, which has some 300 for each package.
_MAX_STATE = 32_000_000


@dataclass
class File:
    """A package that a mirror has put, or is about to put, into its folder.

    ``modified`` is the time (in ns) at which it was found right, 0 if it has not been yet, and
    ``rules`` the `extery.rules.REVISION` by which it was inspected.
    """

    sha256: str
    size: int
    url: str
    modified: int = 0
    rules: int = 0


def _file(
    sha256: object, size: object, url: object, modified: object = 0, rules: object = 0
) -> File:
    if type(size) is not int or type(modified) is not int or type(rules) is not int:
        raise TypeError("a size or a time is no whole number")
    return File(_text(sha256), size, _text(url), modified, rules)


def _text(value: object) -> str:
    """The value, if it is a text that can be written to a file."""
    if not isinstance(value, str):
        raise TypeError("a value is no text")
    value.encode()
    return value


def _problems(packages: dict[str, list[list[object]]]) -> dict[str, list[list[str]]]:
    """Problems by package, each as code, message, hint and perhaps a member."""
    for problems in packages.values():
        if any(len(problem) not in (3, 4) for problem in problems):
            raise ValueError("a problem has another form")
    return {
        name: [[_text(part) for part in problem] for problem in problems]
        for name, problems in packages.items()
        if problems
    }


def _files_of_listing(folder: Path) -> dict[str, File]:
    """The packages of a listing that a mirror wrote; none of one that somebody else wrote."""
    found = {}
    try:
        listing = parse(read_regular(folder / LISTING))
    except (OSError, ExteryError):
        return {}
    for item in listing.data:
        name, sha256 = item["archive_url"].removeprefix("./"), item["archive_hash"][7:]
        digits = _NAME.fullmatch(name)
        if digits is None or not sha256.startswith(digits[1]):
            return {}
        found[name] = File(sha256, item["archive_size"], "")
    return found


@dataclass
class MirrorState:
    """``folder`` is the mirror; nothing is read or written before it is asked for."""

    folder: Path
    source: str = ""
    #: Tells sources apart that are shown alike: an address may have a query, which is not kept.
    source_key: str = ""
    files: dict[str, File] = field(default_factory=dict)
    listings: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Packages that are left out, by name, with their problems; see `extery.repository.mirror.inspection`.
    refused: dict[str, list[list[str]]] = field(default_factory=dict)
    #: Packages that are listed although they have problems, by name.
    flawed: dict[str, list[list[str]]] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What earlier runs have left; if that cannot be read, what their listing tells."""
        memory = cls(folder)
        try:
            state = json.loads(read_regular(memory.place / _STATE, limit=_MAX_STATE))
            if state["form"] == _FORM:
                memory.source = _text(state["source"])
                memory.source_key = _text(state.get("source_key", ""))
                memory.listings = {
                    url: {key: _text(value) for key, value in facts.items()}
                    for url, facts in state["listings"].items()
                }
                if state.get("rules") == REVISION:
                    memory.refused = _problems(state["refused"])
                    memory.flawed = _problems(state["flawed"])
                memory.files = {
                    name: _file(**facts)
                    for name, facts in state["files"].items()
                    # A folder may come from somebody else, and a file that is listed is removed.
                    if _PLAIN_NAME.fullmatch(name)
                }
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return cls(folder, files=_files_of_listing(folder))
        return memory

    @property
    def place(self) -> Path:
        return self.folder / FOLDER

    @property
    def parts(self) -> Path:
        """Where packages grow until they are complete."""
        return self.place / "parts"

    def save(self) -> None:
        """Write it down, in one step."""
        state: dict[str, Any] = {
            "form": _FORM,
            "source": self.source,
            "source_key": self.source_key,
            "listings": self.listings,
            "rules": REVISION,
            "refused": dict(sorted(self.refused.items())),
            "flawed": dict(sorted(self.flawed.items())),
            "files": {name: asdict(self.files[name]) for name in sorted(self.files)},
        }
        with atomic_write(self.place / _STATE) as file:
            file.write(json.dumps(state, indent=1).encode())

    def known(self, url: str) -> Validators:
        """The validators of the listing that is kept of ``url``; none if it is not there."""
        facts = self.listings.get(url)
        if facts is None or self.kept(url) is None:
            return Validators()
        return Validators(facts.get("etag", ""), facts.get("last_modified", ""))

    def kept(self, url: str) -> bytes | None:
        """The listing as it was received from ``url``, if it is still that."""
        try:
            body = read_regular(self._listing(url))
        except OSError:
            return None
        facts = self.listings.get(url, {})
        return body if hashlib.sha256(body).hexdigest() == facts.get("sha256") else None

    def keep(self, url: str, document: Document) -> None:
        """Keep a listing; `save` afterwards."""
        with atomic_write(self._listing(url)) as file:
            file.write(document.body)
        self.listings[url] = {
            "sha256": hashlib.sha256(document.body).hexdigest(),
            "etag": document.validators.etag,
            "last_modified": document.validators.last_modified,
        }

    def forget_listings(self, but: Iterable[str]) -> None:
        """Keep no listing but those of these URLs."""
        wanted = {url: facts for url, facts in self.listings.items() if url in set(but)}
        names = {self._listing(url).name for url in wanted}
        for path in self.place.glob("listing-*.json"):
            if path.name not in names:
                path.unlink()
        self.listings = wanted

    def _listing(self, url: str) -> Path:
        return self.place / f"listing-{hashlib.sha256(url.encode()).hexdigest()[:16]}.json"

    def is_right(self, name: str, *, sha256: str, size: int, verify: bool = False) -> bool:
        """Whether the folder has the file ``name`` with that content.

        A file that has not been touched since it was found right is not read again, unless
        ``verify`` asks for it.
        """
        path = self.folder / name
        try:
            facts = path.stat()
        except OSError:
            return False
        if facts.st_size != size:
            return False
        file = self.files.get(name)
        is_known = file is not None and (file.sha256, file.modified) == (sha256, facts.st_mtime_ns)
        return (is_known and not verify) or hash_file(path) == (sha256, size)

    def note_right(self, name: str) -> None:
        """The file has its content, and is not read again while it stays as it is now."""
        self.files[name].modified = (self.folder / name).stat().st_mtime_ns

    def sweep(self, wanted: Iterable[str]) -> None:
        """Remove what killed runs have left, but the parts of packages with these hashes."""
        for path in (*self.folder.glob(".index.json.*.new"), *self.place.glob(".*.new")):
            path.unlink(missing_ok=True)
        keep = {f"{sha256}.part" for sha256 in wanted}
        for path in self.parts.glob("*"):
            if path.name.removesuffix(".etag") not in keep:
                path.unlink(missing_ok=True)
