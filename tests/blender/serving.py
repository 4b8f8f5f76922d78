"""Serves a folder over HTTP on loopback, with a log of requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """A request and the status of its response."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """Names in lower case."""
    status: int


@dataclass
class HttpFolder:
    """A folder that is served."""

    url: str
    """Without a trailing slash."""
    requests: list[Request] = field(default_factory=list)

    def paths(self) -> list[str]:
        """The requested paths, in order."""
        return [request.path for request in self.requests]


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *args: Any, record: list[Request], **kwargs: Any) -> None:
        self.record = record
        super().__init__(*args, **kwargs)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.record.append(
            Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, int(code))
        )

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Print nothing."""


@contextmanager
def serve_folder(folder: Path) -> Iterator[HttpFolder]:
    """Serve the folder within the block; close all sockets and threads at its end."""
    record: list[Request] = []
    handler = partial(_Handler, record=record, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = False  # closing waits for requests in progress
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield HttpFolder(f"http://127.0.0.1:{server.server_port}", record)
        finally:
            server.shutdown()
            thread.join()
