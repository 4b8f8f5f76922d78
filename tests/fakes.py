"""In-memory fakes of a clock, a failing file, web servers, repositories, and fetchers for them.

`tests/test_fakes.py` proves them: one suite of behaviours runs against the fakes and against a real
server. The fake server answers with the handler of the real one, so both inject the same faults.
"""

from __future__ import annotations

import http.client
import io
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self
from unittest import mock

import httpx

from extery.client import blender_lock, gc, operations
from extery.core import locks
from extery.fetch import Fetcher, deadline, retry
from extery.fetch import fetcher as fetcher_module
from extery.fetch.deadline import Deadline
from tests.fetch import web as web_module
from tests.fetch.web import Handler, Web
from tests.repository.hosted import Repository

#: Names of the host of a fake server; nothing listens on its port.
HOSTS = ("127.0.0.1", "localhost")
PORT = 9
#: A response without end is cut off after this many bytes.
MAX_RESPONSE = 32_000_000
BLOCK = 1 << 16


#: Modules that use a clock; each has the name ``time`` for it.
_WITH_CLOCK = (
    deadline,
    retry,
    fetcher_module,
    web_module,
    operations,
    gc,
    locks,
    blender_lock,
)


class FakeClock:
    """A clock that advances only when it sleeps. It can be set back, which `monotonic` does not follow."""

    #: What only writes a given time as text.
    strftime = staticmethod(time.strftime)
    localtime = staticmethod(time.localtime)

    def __init__(self) -> None:
        self._start = time.time()
        self._passed = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self._passed

    def time(self) -> float:
        return self._start + self._passed

    def set_back(self, seconds: float) -> None:
        """Set the time of day to an earlier one, or to a later one if ``seconds`` is negative."""
        self._start -= seconds

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._passed += max(0.0, seconds)

    @contextmanager
    def installed(self) -> Iterator[FakeClock]:
        """Replace the clock of `extery.fetch`, of the client, and of the faults of test servers."""
        with ExitStack() as stack:
            for module in _WITH_CLOCK:
                stack.enter_context(mock.patch.object(module, "time", self))
            yield self


class FailingFile(io.BytesIO):
    """A file whose reads fail, like those of a broken disk or connection."""

    def __init__(self, data: bytes = b"", *, error: BaseException | None = None) -> None:
        super().__init__(data)
        self._error = error or OSError(5, "Input/output error")

    def read(self, *_: Any) -> bytes:
        raise self._error


class FakeWeb(Web):
    """A web server without sockets: it answers requests of `FakeFetcher`."""

    def __init__(self, port: int = PORT) -> None:
        super().__init__(url=f"http://{HOSTS[0]}:{port}")
        self.port = port
        self._handler = type("BoundHandler", (Handler,), {"web": self})

    def answer(self, path: bytes, headers: Iterable[tuple[bytes, bytes]]) -> _Socket:
        """Return the connection on which the request has been answered."""
        head = [b"GET %s HTTP/1.1" % path, *map(b": ".join, headers)]
        connection = _Socket(b"\r\n".join([*head, b"", b""]))
        self._handler(connection, (HOSTS[0], 0), None)
        return connection


class _Socket:
    """A connection that has received data, and records what is sent on it."""

    def __init__(self, received: bytes) -> None:
        self._received = received
        self.sent = bytearray()
        self.longest_pause = 0.0
        self._last = web_module.time.monotonic()

    def makefile(self, *_: Any) -> io.BytesIO:
        return io.BytesIO(self._received)

    def sendall(self, data: bytes) -> None:
        now = web_module.time.monotonic()
        self.longest_pause = max(self.longest_pause, now - self._last)
        self._last = now
        self.sent += data
        if len(self.sent) > MAX_RESPONSE:
            raise BrokenPipeError


class FakeTransport(httpx.BaseTransport):
    """Sends the requests of an HTTP client to a fake server; there is no other host."""

    def __init__(self, web: FakeWeb) -> None:
        self._web = web

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host not in HOSTS or request.url.port != self._web.port:
            raise httpx.ConnectError(f"there is no fake server {request.url.netloc.decode()}")
        connection = self._web.answer(request.url.raw_path, request.headers.raw)
        if connection.longest_pause > request.extensions["timeout"]["read"]:
            raise httpx.ReadTimeout("nothing was received for too long")
        received = http.client.HTTPResponse(_Socket(bytes(connection.sent)))  # type: ignore[arg-type]
        try:
            received.begin()
        except (http.client.HTTPException, ConnectionError) as error:
            raise httpx.RemoteProtocolError(str(error)) from error
        return httpx.Response(
            received.status, headers=received.getheaders(), stream=_Body(received)
        )


class _Body(httpx.SyncByteStream):
    def __init__(self, received: http.client.HTTPResponse) -> None:
        self._received = received

    def __iter__(self) -> Iterator[bytes]:
        while block := self._received.read1(BLOCK):
            yield block
        if self._received.length:
            raise httpx.RemoteProtocolError("the body is shorter than its Content-Length")


class FakeFetcher(Fetcher):
    """A fetcher for a fake server. While it is open, transfers use its fake clock, or one that is installed."""

    def __init__(self, web: FakeWeb, *, clock: FakeClock | None = None, **options: Any) -> None:
        super().__init__(transport=FakeTransport(web), **options)
        self.clock = clock or FakeClock()
        self._is_own = clock is None
        self._installed = ExitStack()

    def __enter__(self) -> Self:
        if self._is_own:
            self._installed.enter_context(self.clock.installed())
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        self._installed.close()
        super().__exit__(*error)

    def _sleep(self, seconds: float, url: str, deadline: Deadline) -> None:
        self.raise_if_stopped()
        self.clock.sleep(min(seconds, deadline.remaining))
        deadline.check(url)


class FakeRepository(Repository):
    """A repository on a fake server; ``folder`` holds the same for ``file://``. It can publish, withdraw, tamper and fail."""

    def __init__(self, folder: Path, port: int = PORT) -> None:
        self.fake_web = FakeWeb(port)
        super().__init__(folder, self.fake_web)

    def fetcher(self, **options: Any) -> FakeFetcher:
        return FakeFetcher(self.fake_web, **options)


class FakeNetwork:
    """The fake servers of several repositories, each on a port of its own, with one clock.

    It is called with the URL of a repository for a fetcher, as `extery.client.sync.sync` does it.
    """

    def __init__(self, *repositories: FakeRepository, **options: Any) -> None:
        self.repositories = {repository.url: repository for repository in repositories}
        self.clock = FakeClock()
        self._options = options
        self._installed = ExitStack()

    def __enter__(self) -> Self:
        self._installed.enter_context(self.clock.installed())
        return self

    def __exit__(self, *error: Any) -> None:
        self._installed.close()

    def __call__(self, url: str, _target: object = None) -> Fetcher:
        """Return a fetcher for the repository at ``url``; another URL has no server."""
        repository = self.repositories.get(url)
        web = repository.fake_web if repository else FakeWeb(PORT - 1)
        return FakeFetcher(web, clock=self.clock, **self._options)
