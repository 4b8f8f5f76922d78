"""Serve a repository folder over HTTP on the local computer, and regenerate its listing on changes.

Responses come from `extery.repository.static_response`; this module has the sockets and threads.
"""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from extery import __version__
from extery.core.errors import Conflict, ExteryError, NotFound, Unavailable, Where
from extery.core.text import os_error_text
from extery.listing import LISTING_FILENAME
from extery.listing.complete import COMPLETE_LISTING, audiences
from extery.repository.generate import generate
from extery.repository.mirror.state import MIRROR_FOLDER as MIRROR
from extery.repository.regenerate import find_tag_file, reason_to_keep, regenerate_options
from extery.repository.static_response import respond
from extery.repository.watch import snapshot, watch

_BLOCK = 1 << 18
#: Seconds after which a silent client is disconnected.
CLIENT_TIMEOUT = 60
#: Seconds to wait for the lock of the folder; the next change tries again.
UPDATE_LOCK_TIMEOUT = 5.0

Log = Callable[[str], None]


class Preview:
    """The running preview of a folder; ``url`` has no trailing slash."""

    def __init__(self, server: ThreadingHTTPServer, host: str) -> None:
        self._server = server
        if host in ("0.0.0.0", "::"):  # noqa: S104  requested by the user
            host = socket.gethostname()
        url_host = f"[{host}]" if ":" in host else host
        self.url = f"http://{url_host}:{server.server_port}"
        self.listings: Sequence[tuple[str, str]] = [(LISTING_FILENAME, "everyone")]

    @property
    def listing_url(self) -> str:
        """The repository URL to add in Blender."""
        return f"{self.url}/{LISTING_FILENAME}"

    @property
    def other_listing_urls(self) -> list[tuple[str, str]]:
        """Further listings of the folder, each with its audience."""
        return self.listing_urls[1:]

    @property
    def listing_urls(self) -> list[tuple[str, str]]:
        """All listings of the folder, each with its audience."""
        return [(f"{self.url}/{path}", audience) for path, audience in self.listings]

    def wait(self) -> None:
        """Serve until interrupted, or until another thread calls `stop`."""
        self._server.serve_forever(poll_interval=0.1)

    def stop(self) -> None:
        """Make `wait` return."""
        self._server.shutdown()


@contextmanager
def preview(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    regenerate: bool = True,
    valid_tags: str | None = None,
    log: Log = lambda _: None,
    on_error: Callable[[ExteryError], None] = lambda _: None,
    interval: float = 0.5,
) -> Iterator[Preview]:
    """Serve ``folder``; with ``regenerate``, update its listing and page on changes.

    Mirrors, and repositories with content that cannot be regenerated, are served unchanged. ``log``
    is called with a line for each request and each change, ``on_error`` with the problems of the
    folder; serving continues.
    """
    if not folder.is_dir():
        raise NotFound.of("preview.folder-missing", where=Where(str(folder)), folder=str(folder))
    regenerate = regenerate and not (folder / MIRROR).exists()
    if regenerate and (reason := reason_to_keep(folder)):
        log(f"{reason}, so the folder is served unchanged")
        regenerate = False

    def update() -> None:
        try:
            options = regenerate_options(folder, valid_tags=valid_tags)
            result = generate(folder, lock_timeout=UPDATE_LOCK_TIMEOUT, **options)
            running.listings = result.listings
        except ExteryError as error:
            on_error(error)
            return
        if result.problems:
            on_error(ExteryError(*result.problems))
        if result.written:
            entries = result.entry_count
            log(f"{entries} {'entry' if entries == 1 else 'entries'} listed")

    stopped = threading.Event()
    with _listening(folder, host, port, log) as server:
        running = Preview(server, host)
        running.listings = _existing_listings(folder)
        tag_file = find_tag_file(folder, valid_tags) if regenerate else None
        others = [Path(tag_file)] if tag_file else []
        initial = snapshot(folder, others)
        if regenerate:
            update()
        watcher = threading.Thread(
            target=watch,
            args=(folder, update),
            kwargs={"initial": initial, "others": others, "stopped": stopped, "interval": interval},
        )
        if regenerate:
            watcher.start()
        try:
            yield running
        finally:
            stopped.set()
            if regenerate:
                watcher.join()


def _existing_listings(folder: Path) -> list[tuple[str, str]]:
    """Return the listings of a folder that is served unchanged, if it has one for each audience."""
    if not (folder / COMPLETE_LISTING).is_file():
        return []
    return [*zip((LISTING_FILENAME, COMPLETE_LISTING), audiences(), strict=True)]


def _listening(folder: Path, host: str, port: int, log: Log) -> ThreadingHTTPServer:
    server_class = _Server6 if ":" in host else _Server
    try:
        return server_class((host, port), partial(_Handler, folder=folder, log=log))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Conflict.of("preview.port-in-use", port=port) from error
        raise Unavailable.of(
            "preview.no-address", host=host, port=port, reason=os_error_text(error)
        ) from error


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # On Windows, it would allow two programs to share a port.
    allow_reuse_address = os.name != "nt"
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore disconnected clients; any other error is a bug and is printed."""
        import sys

        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = f"extery/{__version__}"
    sys_version = ""
    timeout = CLIENT_TIMEOUT

    def __init__(self, *args: Any, folder: Path, log: Log) -> None:
        self.folder = folder
        self.log = log
        super().__init__(*args)

    def do_GET(self) -> None:
        self._respond()

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def _respond(self, *, with_body: bool = True) -> None:
        headers = {name.title(): value for name, value in self.headers.items()}
        response = respond(self.folder, self.path, headers)
        try:
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if response.file is not None and with_body:
                self._send(response.file, response.start, response.length)
        finally:
            if response.file is not None:
                response.file.close()

    def _send(self, file: Any, start: int, length: int) -> None:
        file.seek(start)
        while length > 0:
            block = file.read(min(_BLOCK, length))
            if not block:  # truncated meanwhile; the client notices by Content-Length
                self.close_connection = True
                return
            self.wfile.write(block)
            length -= len(block)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send the status without a page."""
        self.close_connection = True
        if code == HTTPStatus.NOT_IMPLEMENTED:
            code = HTTPStatus.METHOD_NOT_ALLOWED
        self.send_response(code)
        if code == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        self.send_header("Connection", "close")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        status = code.value if isinstance(code, HTTPStatus) else code
        path = "".join(c if c.isprintable() else "?" for c in getattr(self, "path", ""))
        self.log(f"{status} {self.command or ''} {path}")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log requests only."""
