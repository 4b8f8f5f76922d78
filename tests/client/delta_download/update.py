"""An update from one package to another, and the files of both."""

from __future__ import annotations

import hashlib
from pathlib import Path

from extery.client.delta_download import DeltaResult, download_delta
from extery.fetch import DownloadRequest, Fetcher, download
from tests.fetch.web import Web
from tests.zips.tools import noise, text, wheel

PATH = "/new.zip"


class Update:
    """An update from one package to another on a server."""

    def __init__(self, folder: Path, web: Web, fetcher: Fetcher) -> None:
        self.web, self.fetcher = web, fetcher
        self.old, self.to, self.part = folder / "old.zip", folder / "to.zip", folder / "a.part"
        self.to.write_bytes(b"before")
        self.progress = 0

    def prepare(self, old: bytes, new: bytes) -> None:
        self.old.write_bytes(old)
        self.new = new
        url = self.web.put(PATH, new)
        self.request = DownloadRequest(url, len(new), hashlib.sha256(new).hexdigest())

    def run(self) -> DeltaResult | None:
        return download_delta(
            self.request,
            old=self.old,
            to=self.to,
            part=self.part,
            fetcher=self.fetcher,
            on_progress=self._count,
        )

    def succeeds(self) -> DeltaResult:
        result = self.run()
        assert result is not None
        assert self.to.read_bytes() == self.new
        assert self.progress == len(self.new)
        assert not self.part.exists()
        assert not self.part.with_name("a.part.etag").exists()
        assert result.requests >= len(self.web.seen) - 1
        return result

    def is_refused(self) -> bool:
        """Return whether nothing is done, and a whole download with the same part file succeeds."""
        is_unchanged = self.run() is None and self.to.read_bytes() == b"before"
        is_unchanged = is_unchanged and self.progress == 0
        self.web.faults.clear()
        self.download()
        return is_unchanged

    def download(self) -> None:
        download(
            self.request,
            to=self.to,
            part=self.part,
            fetcher=self.fetcher,
            on_progress=self._count,
        )
        assert self.to.read_bytes() == self.new
        assert self.progress == len(self.new)

    def _count(self, size: int) -> None:
        self.progress += size


def old_files() -> dict[str, bytes]:
    return {
        "blender_manifest.toml": b'id = "gear_tool"\nversion = "1.0.0"\n',
        "__init__.py": text(9_000, "init"),
        "model.bin": noise(200_000, "model"),
        "big.py": text(150_000, "big"),
        "picture.png": noise(90_000, "picture"),
        "empty.py": b"",
        **wheel("numbers-1.0-py3-none-any.whl", {"numbers/a.so": noise(120_000, "a")}),
    }


def new_files() -> dict[str, bytes]:
    return old_files() | {
        "blender_manifest.toml": b'id = "gear_tool"\nversion = "1.1.0"\n',
        "__init__.py": text(9_500, "new init"),
    }
