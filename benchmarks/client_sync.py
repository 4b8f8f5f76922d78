"""Measures the bytes that `sync` receives and sends: first, with nothing changed, and with ten entries changed.

The server answers as `extery preview` does, with the compressed variants that `extery server-generate` writes.
All bytes of requests and answers count, without those of TCP. Blender's client receives the whole listing each time.

    python benchmarks/client_sync.py [--entries 5000]
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.client_list import sample_entries  # noqa: E402

from extery.client.repositories import Repository, change_repositories  # noqa: E402
from extery.client.sync import sync  # noqa: E402
from extery.client.targets import Target  # noqa: E402
from extery.fetch import Fetcher  # noqa: E402
from extery.listing.delta import LISTING_FIELDS, record_change  # noqa: E402
from extery.listing.entries import dump_listing, make_listing  # noqa: E402
from extery.repository.static_response import respond  # noqa: E402

UNCHANGED_LIMIT, CHANGED_LIMIT, CHANGED_AIM = 500, 60_000, 2_000
CHANGED = 10


class Handler(BaseHTTPRequestHandler):
    """Answers with the files of a folder, and counts bytes."""

    protocol_version = "HTTP/1.1"
    raw_requestline: bytes
    _headers_buffer: list[bytes]
    folder: Path
    received = sent = requests = 0

    def do_GET(self) -> None:
        kind = type(self)
        kind.requests += 1
        kind.received += len(self.raw_requestline) + len(str(self.headers).encode())
        response = respond(self.folder, self.path, dict(self.headers.items()))
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        kind.sent += sum(map(len, self._headers_buffer)) + 2
        self.end_headers()
        if response.file is not None:
            with response.file as file:
                file.seek(response.start)
                data = file.read(response.length)
            kind.sent += len(data)
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Print nothing."""


def main() -> int:
    """Measure and print; exit with 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=5_000)
    options = parser.parse_args()
    entries = sample_entries(options.entries)
    with tempfile.TemporaryDirectory() as name:
        source = Path(name, "source")
        source.mkdir()
        Handler.folder = source
        listing = _publish(source, dump_listing(_document(entries)), b"")
        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            target = Target(Path(name, "extensions"), (4, 2, 99))
            url = f"http://127.0.0.1:{server.server_port}/index.json"
            change_repositories(target, lambda _: [Repository("studio", url)])
            print(f"{options.entries:,} entries, {len(listing):,} bytes as Blender fetches them\n")
            print(f"{'':28}{'received':>12}{'sent':>8}{'requests':>10}{'ms':>8}")
            _row("first sync", target)
            unchanged = _row("nothing changed", target)
            for item in entries[5 : 5 + CHANGED]:
                item |= {"version": "2.0.0", "archive_hash": "sha256:" + os.urandom(32).hex()}
            _publish(source, dump_listing(_document(entries)), listing)
            changed = _row(f"{CHANGED} entries changed", target)
            again = _row("nothing changed since", target)
            server.shutdown()
    print(f"\nlimits: {UNCHANGED_LIMIT}; {CHANGED_LIMIT:,}, aim {CHANGED_AIM:,} (received)")
    return 0 if max(unchanged, again) < UNCHANGED_LIMIT and changed < CHANGED_LIMIT else 1


def _document(entries: list[dict[str, Any]]) -> dict[str, Any]:
    document = make_listing(entries)
    return {"version": document["version"], **LISTING_FIELDS, **document}


def _publish(source: Path, listing: bytes, old: bytes) -> bytes:
    changes = source / "changes.json"
    known = changes.read_bytes() if changes.exists() else b""
    for path, data in (
        (source / "index.json", listing),
        (changes, record_change(old, listing, known)),
    ):
        path.write_bytes(data)
        packed = path.with_name(f"{path.name}.gz")
        packed.write_bytes(gzip.compress(data, 9, mtime=0))
        status = path.stat()
        os.utime(packed, ns=(status.st_atime_ns, status.st_mtime_ns))
    return listing


def _row(name: str, target: Target) -> int:
    """Sync once, print its numbers, and return the received bytes."""
    Handler.received = Handler.sent = Handler.requests = 0
    started = time.perf_counter()
    [result] = sync([target], fetcher_for=lambda _url, _target: Fetcher())
    seconds = time.perf_counter() - started
    assert result.ok, result.all_problems
    row = f"{Handler.sent:12,}{Handler.received:8,}{Handler.requests:10}{seconds * 1000:8.0f}"
    print(f"{name:28}{row}")
    return Handler.sent


if __name__ == "__main__":
    sys.exit(main())
