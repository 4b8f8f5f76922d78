"""A repository on a web server that injects faults: publishes, withdraws and tampers."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from extery.core.versions import Version
from extery.listing.all_versions import FIELD, TEMPLATE
from extery.listing.delta import LISTING_FIELDS, record_change
from extery.listing.entries import Entry, dump_listing, make_entry, make_listing
from extery.manifest.document import Manifest
from extery.package import open_package
from tests.fetch.web import Fault, Web
from tests.repository.packages import put
from tests.samples.packages import ADD_ON

#: Marks a test whose ``repository`` is on a real server instead of a fake one.
ON_A_REAL_SERVER = pytest.mark.parametrize("repository", ["real"], indirect=True)


class Repository:
    """Packages and their entries; `publish` puts both online."""

    def __init__(self, folder: Path, web: Web) -> None:
        folder.mkdir()
        self.folder = folder
        self.web = web
        self.entries: list[Entry] = []
        self.blocklist: list[dict[str, str]] = []
        self.records_changes = False
        #: Whether the listing has the newest version of each extension only, as that of the website.
        self.lists_newest_only = False

    @property
    def url(self) -> str:
        return f"{self.web.url}/r/index.json"

    def add(self, name: str, *, url: str = "", **fields: Any) -> Entry:
        """Add a package and its entry; ``fields`` go into the manifest."""
        path = put(self.folder, name, **fields)
        self.web.put(f"/r/{name}", path.read_bytes())
        with open_package(path) as package:
            made = make_entry(
                package.manifest,
                archive_url=url or f"./{name}",
                archive_size=package.size,
                archive_hash=package.sha256,
            )
        self.entries.append(made)
        self.publish()
        return made

    def add_bytes(self, name: str, data: bytes, **fields: Any) -> Entry:
        """Add a package with these bytes and a matching entry; ``fields`` change the entry."""
        (self.folder / name).write_bytes(data)
        self.web.put(f"/r/{name}", data)
        manifest = Manifest.parse(ADD_ON, strict=False)
        digest = hashlib.sha256(data).hexdigest()
        made = make_entry(
            manifest, archive_url=f"./{name}", archive_size=len(data), archive_hash=digest
        )
        self.entries.append(made | fields)
        self.publish()
        return made

    def withdraw(self, extension_id: str, version: str = "") -> None:
        """Remove the entries of an id, or of one version, from the listing."""
        self.entries = [
            item
            for item in self.entries
            if item["id"] != extension_id or version not in ("", item["version"])
        ]
        self.publish()

    def tamper(self, name: str, *, with_size: bool = True) -> None:
        """Replace a package by other bytes, by default of the same number; its entry stays."""
        data = self.web.pages[f"/r/{name}"]
        changed = bytes(byte ^ 1 for byte in data)
        self.web.put(f"/r/{name}", changed if with_size else changed[:-10])

    def fail(self, name: str, *faults: Fault, times: int = 1) -> None:
        """Let the next requests of a file fail, each with one of ``faults`` in turn."""
        self.web.fail(f"/r/{name}", *faults * times)

    def work(self) -> None:
        """End all faults, and put every package back."""
        self.web.faults.clear()
        for path in self.folder.glob("*.zip"):
            self.web.put(f"/r/{path.name}", path.read_bytes())

    def publish(self) -> None:
        """Publish the current entries and blocks."""
        document = make_listing(self.entries, self.blocklist)
        if self.lists_newest_only:
            document = self._newest_only()
        place = self.folder / "index.json"
        if self.records_changes:
            old = place.read_bytes() if place.exists() else b""
            data = dump_listing({"version": document["version"], **LISTING_FIELDS, **document})
            known = self.web.pages.get("/r/changes.json", b"")
            self.web.put("/r/changes.json", record_change(old, data, known))
        else:
            data = dump_listing(document)
        self.web.put("/r/index.json", data)
        place.write_bytes(data)

    def _newest_only(self) -> dict[str, Any]:
        """Return the document of the newest versions, and publish all versions of each extension beside it."""
        newest: dict[str, Entry] = {}
        for item in sorted(self.entries, key=lambda item: Version.parse(item["version"])):
            newest[item["id"]] = item
        for identifier in newest:
            own = [item for item in self.entries if item["id"] == identifier]
            blocks = [block for block in self.blocklist if block["id"] == identifier]
            self.web.put(f"/r/{identifier}/listing/", dump_listing(make_listing(own, blocks)))
        return {FIELD: TEMPLATE, **make_listing(newest.values(), self.blocklist)}

    def requested(self) -> list[str]:
        """Return the files requested since the last call."""
        paths = [seen.path.rpartition("/")[2] for seen in self.web.seen]
        self.web.seen.clear()
        return sorted(paths)


def listed_entries(folder: Path) -> list[Entry]:
    """Return the entries of the listing in a folder."""
    entries: list[Entry] = json.loads((folder / "index.json").read_bytes())["data"]
    return entries


def visible(folder: Path) -> list[str]:
    """Return the names of the files in a folder, without mirror state and compressed listings."""
    compressed = ("index.json.gz", "index.json.br", ".extery-mirror")
    return sorted(path.name for path in folder.iterdir() if path.name not in compressed)
