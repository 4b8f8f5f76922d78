"""Compares a download over one connection with one over eight, from servers with different limits.

Each server answers after a delay, and a new connection costs the same once more. The bandwidth is limited for
each connection, or for all together; some servers refuse or queue other connections, or know no ranges.
Times are medians of pairs that run alternately.

    python benchmarks/connections.py [--megabytes 18] [--runs 5]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from extery.fetch import DownloadRequest, Fetcher, download

CONNECTIONS = 8
DELAY = 0.1
_BLOCK = 1 << 16
#: A download over several connections may take this share of the time over one, at servers with limits.
LIMIT = 1.1


@dataclass
class Limits:
    """How a server limits its clients; speeds are in bytes per second, 0 is no limit."""

    name: str
    of_connection: float = 0
    of_all: float = 0
    at_once: int = 0
    queues: bool = False
    has_ranges: bool = True
    helps: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    slots: threading.Semaphore | None = None
    due: float = 0.0

    def __post_init__(self) -> None:
        self.slots = threading.Semaphore(self.at_once) if self.at_once else None


SERVERS = [
    Limits("100 Mbit a connection", of_connection=12.5e6, helps=True),
    Limits("20 Mbit a connection", of_connection=2.5e6, helps=True),
    Limits("100 Mbit for all", of_all=12.5e6),
    Limits("100 Mbit, others get status 503", of_connection=12.5e6, at_once=1),
    Limits("100 Mbit, others wait", of_connection=12.5e6, at_once=1, queues=True),
    Limits("100 Mbit a connection, no ranges", of_connection=12.5e6, has_ranges=False),
]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    limits: Limits
    body: bytes

    def setup(self) -> None:
        super().setup()
        time.sleep(DELAY)

    def do_GET(self) -> None:
        time.sleep(DELAY)
        slots = self.limits.slots
        if slots is not None and not slots.acquire(blocking=self.limits.queues):
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        try:
            self._send()
        except OSError:
            self.close_connection = True
        finally:
            if slots is not None:
                slots.release()

    def _send(self) -> None:
        start, end = 0, len(self.body)
        wanted = self.headers.get("Range") if self.limits.has_ranges else None
        if wanted:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last) + 1, end) if last else end
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(end - start))
        self.send_header("ETag", '"1"')
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(self.body)}")
        self.end_headers()
        self.limits.due = max(self.limits.due, time.monotonic())
        due = time.monotonic()
        for place in range(start, end, _BLOCK):
            block = self.body[place : min(place + _BLOCK, end)]
            if self.limits.of_all:
                with self.limits.lock:
                    self.limits.due += len(block) / self.limits.of_all
                    due = self.limits.due
            elif self.limits.of_connection:
                due += len(block) / self.limits.of_connection
            time.sleep(max(0.0, due - time.monotonic()))
            self.wfile.write(block)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore disconnected clients."""


@contextmanager
def running(limits: Limits, body: bytes) -> Iterator[str]:
    handler = type("BoundHandler", (Handler,), {"limits": limits, "body": body})
    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/package.zip"
        server.shutdown()


def seconds(url: str, body: bytes, folder: Path, fetcher: Fetcher, connections: int) -> float:
    """Download the file; return the time that took."""
    request = DownloadRequest(url, len(body), hashlib.sha256(body).hexdigest())
    start = time.perf_counter()
    download(
        request,
        to=folder / "package.zip",
        part=folder / "package.part",
        fetcher=fetcher,
        connections=connections,
    )
    return time.perf_counter() - start


def measure(limits: Limits, body: bytes, folder: Path, runs: int) -> list[tuple[float, float]]:
    """Return the times of pairs, after one that is not counted: the first download learns the limits."""
    with running(limits, body) as url, Fetcher() as first, Fetcher() as second:
        pairs = [
            (
                seconds(url, body, folder, first, 1),
                seconds(url, body, folder, second, CONNECTIONS),
            )
            for _ in range(runs + 1)
        ]
    return pairs[1:]


def main() -> int:
    """Measure and print; exit with 1 if several connections are slower at a server with limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=18)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    body = os.urandom(options.megabytes * 1_000_000)
    print(f"{options.megabytes} MB, delay {DELAY} s, {options.runs} pairs, medians\n")
    print(f"{'server':36}{'1':>10}{CONNECTIONS:>10}{'ratio':>8}{'limit':>8}")
    good = True
    with tempfile.TemporaryDirectory() as name:
        for limits in SERVERS:
            pairs = measure(limits, body, Path(name), options.runs)
            ratio = median(several / one for one, several in pairs)
            limit = 0.6 if limits.helps else LIMIT
            print(
                f"{limits.name:36}{median(one for one, _ in pairs):8.2f} s"
                f"{median(several for _, several in pairs):8.2f} s{ratio:8.2f}{limit:8.2f}"
                f"{'' if ratio <= limit else '  exceeded'}"
            )
            good = good and ratio <= limit
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
