"""Mirror state in ``.extery-mirror/``: source URL, cached listings, owned files, problems of packages.

A lost state is restored from the listing, without downloading packages again: file names of a mirror contain
the beginning of the SHA-256 of their package.
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
from extery.listing import LISTING_FILENAME
from extery.listing.complete import COMPLETE_LISTING
from extery.listing.entries import parse_listing
from extery.repository.mirror.stored_problems import (
    PackageProblems,
    PackageRefusals,
    dump_problems,
    load_problems,
    load_refusals,
)
from extery.rules import REVISION

MIRROR_FOLDER = ".extery-mirror"
_STATE = "state.json"
_FORMAT = 4
_MIRROR_NAME = re.compile(r"[A-Za-z0-9._-]+-([0-9a-f]{12}|[0-9a-f]{64})\.zip")
_SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}\.zip")
#: Maximum bytes of the state, which has about 300 for each package.
_MAX_STATE_SIZE = 32_000_000
_LOAD_ERRORS = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass
class OwnedFile:
    """A package that a mirror has written, or is about to write, into its folder.

    ``verified_mtime`` is its modification time in ns when its hash was checked, 0 before. ``rules`` are the
    `MirrorState.rules` by which it was inspected, empty before.
    """

    sha256: str
    size: int
    url: str
    verified_mtime: int = 0
    rules: str = ""


@dataclass
class MirrorState:
    """State of the mirror in ``folder``; nothing is read or written before a method is called."""

    folder: Path
    source: str = ""
    #: Digest of the query of the source, which is not stored because it may contain a secret.
    source_digest: str = ""
    files: dict[str, OwnedFile] = field(default_factory=dict)
    listings: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Packages that are left out; see `extery.repository.mirror.inspection`.
    refused: PackageProblems = field(default_factory=dict)
    #: Packages that are listed although they have problems.
    flawed: PackageProblems = field(default_factory=dict)
    #: The Blenders that refuse a package, by its name.
    refusals: PackageRefusals = field(default_factory=dict)
    #: Packages that are linked into the folder of the complete listing; ``None`` if it is not one of the mirror.
    complete: set[str] | None = None
    #: Digest of the valid tags of this run, empty for Blender's own.
    tags: str = ""

    @classmethod
    def load(cls, folder: Path, *, tags: str = "") -> Self:
        """Return the stored state; if it cannot be read, one with the files of the mirror's listing.

        Problems of packages that were found by other rules or ``tags`` are dropped.
        """
        state = cls(folder, tags=tags)
        try:
            data = json.loads(read_regular(state.state_folder / _STATE, limit=_MAX_STATE_SIZE))
            state._load_data(data)
        except _LOAD_ERRORS:
            return cls._restore(folder, tags)
        return state

    @classmethod
    def _restore(cls, folder: Path, tags: str) -> Self:
        """Return the state as far as the listings of the mirror say it."""
        state = cls(folder, files=_files_of_listing(folder / LISTING_FILENAME), tags=tags)
        complete = _files_of_listing(folder / COMPLETE_LISTING)
        if complete:
            state.files |= complete
            state.complete = set(complete)
        return state

    def _load_data(self, data: dict[str, Any]) -> None:
        if data["format"] != _FORMAT:
            raise ValueError("another format")
        self.source = _text(data["source"])
        self.source_digest = _text(data["source_digest"])
        self.listings = {
            url: {key: _text(value) for key, value in listing.items()}
            for url, listing in data["listings"].items()
        }
        if data.get("rules") == self.rules:
            self.refused = load_problems(data["refused"])
            self.flawed = load_problems(data["flawed"])
            self.refusals = load_refusals(data["refusals"])
        complete = data.get("complete")
        if complete is not None:
            self.complete = {name for name in complete if _SAFE_NAME.fullmatch(name)}
        self.files = {
            name: _owned_file(**fields)
            for name, fields in data["files"].items()
            # Owned files may be removed, and the folder may come from elsewhere.
            if _SAFE_NAME.fullmatch(name)
        }

    @property
    def rules(self) -> str:
        """The rules and tags by which packages are inspected."""
        return f"{REVISION} {self.tags}".rstrip()

    @property
    def state_folder(self) -> Path:
        return self.folder / MIRROR_FOLDER

    @property
    def parts_folder(self) -> Path:
        """The folder of incomplete downloads."""
        return self.state_folder / "parts"

    def save(self) -> None:
        """Write the state atomically."""
        data: dict[str, Any] = {
            "format": _FORMAT,
            "source": self.source,
            "source_digest": self.source_digest,
            "listings": self.listings,
            "rules": self.rules,
            "refused": dump_problems(self.refused),
            "flawed": dump_problems(self.flawed),
            "refusals": {name: self.refusals[name] for name in sorted(self.refusals)},
            "complete": None if self.complete is None else sorted(self.complete),
            "files": {name: asdict(self.files[name]) for name in sorted(self.files)},
        }
        with atomic_write(self.state_folder / _STATE) as file:
            file.write(json.dumps(data, indent=1).encode())

    def validators(self, url: str) -> Validators:
        """Return the validators of the cached listing of ``url``; empty ones if none is cached."""
        listing = self.listings.get(url)
        if listing is None or self.cached_listing(url) is None:
            return Validators()
        return Validators(listing.get("etag", ""), listing.get("last_modified", ""))

    def cached_listing(self, url: str) -> bytes | None:
        """Return the listing as received from ``url``; ``None`` if it is missing or was modified."""
        try:
            body = read_regular(self._listing_path(url))
        except OSError:
            return None
        sha256 = self.listings.get(url, {}).get("sha256")
        return body if hashlib.sha256(body).hexdigest() == sha256 else None

    def cache_listing(self, url: str, document: Document) -> None:
        """Store a listing; call `save` afterwards."""
        with atomic_write(self._listing_path(url)) as file:
            file.write(document.body)
        self.listings[url] = {
            "sha256": hashlib.sha256(document.body).hexdigest(),
            "etag": document.validators.etag,
            "last_modified": document.validators.last_modified,
        }

    def drop_listings(self, *, except_for: Iterable[str]) -> None:
        """Remove the cached listings of all other URLs."""
        urls = set(except_for)
        self.listings = {url: listing for url, listing in self.listings.items() if url in urls}
        names = {self._listing_path(url).name for url in self.listings}
        for path in self.state_folder.glob("listing-*.json"):
            if path.name not in names:
                path.unlink()

    def _listing_path(self, url: str) -> Path:
        return self.state_folder / f"listing-{hashlib.sha256(url.encode()).hexdigest()[:16]}.json"

    def has_package(self, name: str, *, sha256: str, size: int, verify: bool = False) -> bool:
        """Return whether the folder has the file ``name`` with that content.

        The hash of a file that was not modified since its last check is not computed again, unless
        ``verify`` is set.
        """
        path = self.folder / name
        try:
            status = path.stat()
        except OSError:
            return False
        if status.st_size != size:
            return False
        file = self.files.get(name)
        is_verified = file is not None and (file.sha256, file.verified_mtime) == (
            sha256,
            status.st_mtime_ns,
        )
        return (is_verified and not verify) or hash_file(path) == (sha256, size)

    def mark_verified(self, name: str) -> None:
        """Record that the hash of a file was checked."""
        self.files[name].verified_mtime = (self.folder / name).stat().st_mtime_ns

    def remove_temporary_files(self, hashes: Iterable[str]) -> None:
        """Remove temporary files of killed runs, except partial downloads with these SHA-256 hashes."""
        temporary = (
            *self.folder.glob(".index.json.*.new"),
            *self.state_folder.glob(".*.new"),
        )
        for path in temporary:
            path.unlink(missing_ok=True)
        needed = {f"{sha256}.part" for sha256 in hashes}
        for path in self.parts_folder.glob("*"):
            if path.name.removesuffix(".etag") not in needed:
                path.unlink(missing_ok=True)


def _owned_file(
    sha256: object, size: object, url: object, verified_mtime: object = 0, rules: object = ""
) -> OwnedFile:
    if type(size) is not int or type(verified_mtime) is not int:
        raise TypeError("not an integer")
    return OwnedFile(_text(sha256), size, _text(url), verified_mtime, _text(rules))


def _text(value: object) -> str:
    """Return the value if it is a string that can be written to a file."""
    if not isinstance(value, str):
        raise TypeError("not a string")
    value.encode()
    return value


def _files_of_listing(path: Path) -> dict[str, OwnedFile]:
    """Return the packages of the listing at ``path``; none if a mirror has not written it."""
    try:
        listing = parse_listing(read_regular(path))
    except (OSError, ExteryError):
        return {}
    files = {}
    for item in listing.data:
        name, sha256 = item["archive_url"].removeprefix("./"), item["archive_hash"][7:]
        match = _MIRROR_NAME.fullmatch(name)
        if match is None or not sha256.startswith(match[1]):
            return {}
        files[name] = OwnedFile(sha256, item["archive_size"], "")
    return files
