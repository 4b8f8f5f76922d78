"""Mirrors a repository, and checks that the folder is complete."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from extery.fetch import Fetcher
from extery.listing.entries import parse_listing
from extery.repository.mirror.run import MirrorResult, mirror
from tests.repository.hosted import Repository


def done(repository: Repository, folder: Path, fetcher: Fetcher, **options: Any) -> MirrorResult:
    """Mirror, and check that the folder is complete."""
    result = mirror(repository.url, folder, fetcher=fetcher, **options)
    if (folder / "index.json").exists():
        assert_complete(folder)
    return result


def assert_complete(folder: Path) -> None:
    """Check that every entry has its package with the right content."""
    listing = parse_listing((folder / "index.json").read_bytes())
    for item in listing.data:
        assert item["archive_url"].startswith("./")
        if item["id"] in listing.blocked:
            continue
        package = (folder / item["archive_url"]).read_bytes()
        assert len(package) == item["archive_size"]
        assert f"sha256:{hashlib.sha256(package).hexdigest()}" == item["archive_hash"]
