"""A folder over HTTP for trying out: one process, for the person in front of it.

Answers are decided in `extery.repository.static_response`; here are the sockets, the threads and the clock.
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
from extery.repository.generate import generate
from extery.repository.mirror.state import FOLDER as MIRROR
from extery.repository.regenerate import options_for, why_not_again
from extery.repository.static_response import answer
from extery.repository.watch import snapshot, watch

_BLOCK = 1 << 18
#: Seconds after which a client that says nothing is let go.
_SILENCE = 60
#: Seconds to wait for another program that writes the folder; the next change tries again.
_LOCK_TIMEOUT = 5.0

Told = Callable[[str], None]


class Preview:
    """A folder that is being served. ``url`` is its address, without a slash at the end."""

    def __init__(self, server: ThreadingHTTPServer, host: str) -> None:
        self._server = server
        if host in ("0.0.0.0", "::"):  # noqa: S104  said by whoever starts it: everyone may come
            host = socket.gethostname()
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{server.server_port}"
        self.listings: Sequence[tuple[str, str]] = [("index.json", "everyone")]

    @property
    def listing_url(self) -> str:
        """What to paste into Blender."""
        return f"{self.url}/index.json"

    @property
    def other_listing_urls(self) -> list[tuple[str, str]]:
        """Further listings of the folder, each with whom it is for."""
        return [(f"{self.url}/{place}", audience) for place, audience in self.listings[1:]]

    def wait(self) -> None:
        """Serve until somebody interrupts, or another thread calls `stop`."""
        self._server.serve_forever(poll_interval=0.1)

    def stop(self) -> None:
        """Let `wait` return."""
        self._server.shutdown()


@contextmanager
def preview(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    generating: bool = True,
    log: Told = lambda _: None,
    failed: Callable[[ExteryError], None] = lambda _: None,
    interval: float = 0.5,
) -> Iterator[Preview]:
    """Serve ``folder``; with ``generating`` its listing and page are kept up to date.

    A mirror, and a repository that has more than its packages tell, are served as they are:
    looking at one must not change it. ``log`` gets a line for each
    request and each change, ``failed`` what is wrong with the folder; serving goes on.
    """
    if not folder.is_dir():
        raise NotFound.of(
            "preview.folder-missing",
            f"there is no folder {folder}",
            hint="give a folder with packages or a repository",
            where=Where(str(folder)),
        )
    generating = generating and not (folder / MIRROR).exists()
    if generating and (reason := why_not_again(folder)):
        log(f"{reason}, so the folder is served as it is")
        generating = False

    def make() -> None:
        try:
            done = generate(folder, lock_timeout=_LOCK_TIMEOUT, **options_for(folder))
            served.listings = done.listings
        except ExteryError as error:
            failed(error)
            return
        if done.problems:
            failed(ExteryError(*done.problems))
        if done.written:
            entries = len(done.entries)
            log(f"{entries} {'entry' if entries == 1 else 'entries'} listed")

    stopped = threading.Event()
    with _listening(folder, host, port, log) as server:
        served = Preview(server, host)
        seen = snapshot(folder)
        if generating:
            make()
        watcher = threading.Thread(
            target=watch,
            args=(folder, make),
            kwargs={"seen": seen, "stopped": stopped, "interval": interval},
        )
        if generating:
            watcher.start()
        try:
            yield served
        finally:
            stopped.set()
            if generating:
                watcher.join()


def _listening(folder: Path, host: str, port: int, log: Told) -> ThreadingHTTPServer:
    kind = _Server6 if ":" in host else _Server
    try:
        return kind((host, port), partial(_Handler, folder=folder, log=log))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Conflict.of(
                "preview.port-in-use",
                f"another program listens on port {port} already",
                hint="choose another one with --port, or --port 0 for any",
            ) from error
        raise Unavailable.of(
            "preview.no-address",
            f"nothing can listen on {host} port {port}: {error.strerror or error}",
            hint="check --host and --port",
        ) from error


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # On Windows it would let two programs have one port.
    allow_reuse_address = os.name != "nt"
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is a mistake of ours and is shown."""
        import sys

        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = f"extery/{__version__}"
    sys_version = ""
    timeout = _SILENCE

    def __init__(self, *args: Any, folder: Path, log: Told) -> None:
        self.folder = folder
        self.log = log
        super().__init__(*args)

    def do_GET(self) -> None:
        self._reply()

    def do_HEAD(self) -> None:
        self._reply(with_body=False)

    def _reply(self, *, with_body: bool = True) -> None:
        headers = {name.title(): value for name, value in self.headers.items()}
        reply = answer(self.folder, self.path, headers)
        try:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if reply.file is not None and with_body:
                self._send(reply.file, reply.start, reply.length)
        finally:
            if reply.file is not None:
                reply.file.close()

    def _send(self, file: Any, start: int, length: int) -> None:
        file.seek(start)
        while length > 0:
            block = file.read(min(_BLOCK, length))
            if not block:  # it became shorter; the client sees that the rest is missing
                self.close_connection = True
                return
            self.wfile.write(block)
            length -= len(block)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Without a page: nobody reads one here."""
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
        """All that is worth a line is a request."""
