"""A web server for tests with injected faults: cut off, wait, redirect, refuse, tamper, delay.

Without a fault it supports entity tags, conditional requests, ranges and compression.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Fault = Callable[["Handler", bytes], bool]


@dataclass(frozen=True)
class ReceivedRequest:
    """A request: its path with the query, and its headers with names in lower case."""

    path: str
    headers: dict[str, str]


@dataclass
class Web:
    """Pages of the server, and received requests. A fault is used once, in order, for requests of its path."""

    url: str = ""
    pages: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    seen: list[ReceivedRequest] = field(default_factory=list)
    connections: int = 0
    busy: int = 0
    busiest: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    has_etags: bool = True

    def put(self, path: str, body: bytes) -> str:
        self.pages[path] = body
        return self.url + path

    def fail(self, path: str, *faults: Fault) -> None:
        self.faults.setdefault(path, []).extend(faults)

    def requests_of(self, path: str) -> list[dict[str, str]]:
        """Return the headers of every request of a path."""
        return [seen.headers for seen in self.seen if seen.path.split("?")[0] == path]


def status(number: int, **headers: str) -> Fault:
    """Respond with a status and no body; ``Retry_After="1"`` is a header."""

    def respond(handler: Handler, body: bytes) -> bool:
        handler.send_response_only(number)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    return respond


def no_fault() -> Fault:
    """Respond as usual, before a request that has a fault."""
    return lambda _handler, _body: False


def redirect(url: str, number: int = 302) -> Fault:
    return status(number, Location=url)


def cut_off(after: int) -> Fault:
    """Send a full Content-Length and ``after`` bytes, then close the connection."""

    def respond(handler: Handler, body: bytes) -> bool:
        handler.cut = after
        return False

    return respond


def tamper() -> Fault:
    """Send other bytes of the same number."""

    def respond(handler: Handler, body: bytes) -> bool:
        handler.tampered = True
        return False

    return respond


def wait(seconds: float) -> Fault:
    def respond(handler: Handler, body: bytes) -> bool:
        time.sleep(seconds)
        return False

    return respond


def drip(pause: float) -> Fault:
    """Send one byte at a time."""

    def respond(handler: Handler, body: bytes) -> bool:
        handler.pause = pause
        return False

    return respond


def endless() -> Fault:
    """Send without Content-Length and without end."""

    def respond(handler: Handler, body: bytes) -> bool:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while True:
            handler.wfile.write(bytes(1 << 16))

    return respond


def raw(*pieces: bytes, pause: float = 0.0, forever: bytes = b"") -> Fault:
    """Send these bytes instead of a response, then ``forever`` until the client disconnects."""

    def respond(handler: Handler, body: bytes) -> bool:
        handler.close_connection = True
        for piece in pieces:
            handler.wfile.write(piece)
        while forever:
            handler.wfile.write(forever)
            time.sleep(pause)
        return True

    return respond


def encoded(data: bytes, *encodings: str) -> Fault:
    """Send ``data`` with a ``Content-Encoding`` for each of ``encodings``."""

    def respond(handler: Handler, body: bytes) -> bool:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        for encoding in encodings:
            handler.send_header("Content-Encoding", encoding)
        handler.end_headers()
        handler.wfile.write(data)
        return True

    return respond


def without_ranges() -> Fault:
    """Ignore the requested range."""

    def respond(handler: Handler, body: bytes) -> bool:
        handler.has_ranges = False
        return False

    return respond


def short_range(most: int) -> Fault:
    """Send only the first ``most`` bytes of a requested range, as a server may."""

    def respond(handler: Handler, body: bytes) -> bool:
        handler.most = most
        return False

    return respond


def refuse_ranges(number: int) -> Fault:
    """Respond to a range with a status; send the whole file otherwise."""

    def respond(handler: Handler, body: bytes) -> bool:
        return "Range" in handler.headers and status(number)(handler, body)

    return respond


def state_range(text: str) -> Fault:
    """Send the requested range with another ``Content-Range``."""

    def respond(handler: Handler, body: bytes) -> bool:
        handler.stated_range = text
        return False

    return respond


def state_etag(text: str) -> Fault:
    """Send the right bytes with another entity tag."""

    def respond(handler: Handler, body: bytes) -> bool:
        handler.stated_etag = text
        return False

    return respond


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    web: Web
    cut: int | None = None
    most: int | None = None
    pause = 0.0
    tampered = False
    has_ranges = True
    stated_range = ""
    stated_etag = ""

    def setup(self) -> None:
        super().setup()
        with self.web.lock:
            self.web.connections += 1

    def do_GET(self) -> None:
        web = self.web
        with web.lock:
            headers = {name.lower(): value for name, value in self.headers.items()}
            web.seen.append(ReceivedRequest(self.path, headers))
            web.busy += 1
            web.busiest = max(web.busy, web.busiest)
        try:
            self._respond(web)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client has disconnected
        finally:
            with web.lock:
                web.busy -= 1

    def _respond(self, web: Web) -> None:
        self.cut, self.pause, self.tampered, self.has_ranges = None, 0.0, False, True
        self.most, self.stated_range, self.stated_etag = None, "", ""
        path = self.path.split("?")[0]
        body = web.pages.get(path, b"")
        faults = web.faults.get(path, [])
        if faults and faults.pop(0)(self, body):
            return
        if path not in web.pages:
            status(404)(self, body)
            return
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if web.has_etags and self.headers.get("If-None-Match") == etag:
            status(304, ETag=etag)(self, body)
            return
        self._send(body, etag if web.has_etags else "")

    def _send(self, body: bytes, etag: str) -> None:
        start, total = 0, len(body)
        wanted = self.headers.get("Range", "")
        is_part = self.has_ranges and bool(wanted) and self.headers.get("If-Range", etag) == etag
        if is_part:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start = int(first)
            if start >= total:
                status(416, Content_Range=f"bytes */{total}")(self, body)
                return
            body = body[start : int(last) + 1 if last else total]
            if self.most is not None:
                body = body[: self.most]
        if self.tampered:
            body = bytes(byte ^ 1 for byte in body)
        packed = "gzip" in self.headers.get("Accept-Encoding", "") and not is_part
        body = gzip.compress(body) if packed else body
        self.send_response(206 if is_part else 200)
        self.send_header("Content-Length", str(len(body)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        if is_part:
            span = f"bytes {start}-{start + len(body) - 1}/{total}"
            self.send_header("Content-Range", self.stated_range or span)
        if etag:
            self.send_header("ETag", self.stated_etag or etag)
        self.end_headers()
        if self.cut is not None:
            body = body[: self.cut]
            self.close_connection = True
        for piece in [body] if not self.pause else [bytes([byte]) for byte in body]:
            self.wfile.write(piece)
            if self.pause:
                time.sleep(self.pause)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore disconnected clients."""


@contextmanager
def serving() -> Iterator[Web]:
    """Yield a running server on loopback."""
    web = Web()
    handler = type("BoundHandler", (Handler,), {"web": web})
    with _Server(("127.0.0.1", 0), handler) as server:
        web.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()
