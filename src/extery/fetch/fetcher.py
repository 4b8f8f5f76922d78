"""The HTTP client: connection pool, redirects, time limits, retries, and a token for one origin.

`Fetcher.open` is one request and its response; `Fetcher.persist` tries again what may pass.
A fetcher is thread-safe.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from http.cookiejar import CookieJar
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urljoin

import httpx

from extery import __version__
from extery.core.errors import Corrupt, InvalidInput, Refused, Unavailable
from extery.fetch.addresses import REMOTE, origin_of, redact_url, split_url
from extery.fetch.connections import Connections, Origin
from extery.fetch.deadline import Deadline, PendingRequest
from extery.fetch.disk import DiskSpace
from extery.fetch.errors import stopped_error, translate_errors
from extery.fetch.local import open_file
from extery.fetch.response import Response
from extery.fetch.retry import RetryPolicy, TransientError
from extery.fetch.status import check_status

Result = TypeVar("Result")

#: Maximum bytes of a document, on the wire and decoded: ten times the largest public listing. With
#: such a document in memory, as text and as objects, a process stays below 150 MB.
MAX_DOCUMENT_SIZE = 8_000_000
MAX_REDIRECTS = 10
_REDIRECTS = (301, 302, 303, 307, 308)


class _NoCookies(CookieJar):
    """Stores nothing: cookies would add up over thousands of responses."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Ignore the cookies."""


class Fetcher:
    """Opens URLs. ``token`` is sent to the origin of ``token_for`` only.

    ``disk`` tracks the disk space of downloads, ``max_document_size`` is in bytes. ``transport``
    replaces the network in tests.
    """

    def __init__(
        self,
        *,
        token: str = "",
        token_for: str = "",
        connections: int = 16,
        retry_policy: RetryPolicy = RetryPolicy(),
        max_document_size: int = MAX_DOCUMENT_SIZE,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.max_document_size = max_document_size
        self.retry_policy = retry_policy
        self.disk = DiskSpace()
        self._token = _checked_token(token)
        self._token_origin = origin_of(token_for) if token else None
        self._stopped = threading.Event()
        self._connections = Connections()
        self._not_before: dict[Origin, float] = {}
        self._client = httpx.Client(
            headers={"User-Agent": f"extery/{__version__}", "Accept": "*/*"},
            cookies=_NoCookies(),
            follow_redirects=False,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._client.close()

    def stop(self) -> None:
        """Stop all transfers, including those that wait for a delay or for a server."""
        self._stopped.set()
        self._connections.close_all()

    def raise_if_stopped(self) -> None:
        """Raise `Unavailable` once `stop` was called."""
        if self._stopped.is_set():
            raise stopped_error()

    def open(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        deadline: Deadline | None = None,
    ) -> AbstractContextManager[Response]:
        """Send one GET request. Statuses 200 to 299, 304 and 416 are returned, all others are raised."""
        deadline = deadline or Deadline(self.retry_policy.max_seconds)
        if split_url(url).scheme == "file":
            return self._open_file(url, headers or {}, deadline)
        return self._open_remote(url, headers or {}, deadline)

    def with_retries(
        self, url: str, action: Callable[[], Result], deadline: Deadline | None = None
    ) -> Result:
        """Call ``action`` until it succeeds, with a delay after each `TransientError`.

        ``deadline`` limits all attempts together; pass it to `open` in ``action`` as well.
        """
        deadline = deadline or Deadline(self.retry_policy.max_seconds)
        failures = 0
        while True:
            self._wait_for_turn(url, deadline)
            try:
                return action()
            except TransientError as error:
                failures = 0 if error.progressed else failures + 1
                delay = (
                    self.retry_policy.delay(max(1, failures)) if error.wait is None else error.wait
                )
                if failures >= self.retry_policy.attempts or delay > self.retry_policy.max_delay:
                    raise
                if error.wait is not None:
                    if error.wait > deadline.remaining:
                        raise
                    # The server is busy: no other request is sent to it meanwhile.
                    self._not_before[origin_of(url)] = time.monotonic() + delay
                self._sleep(delay, url, deadline)

    def _wait_for_turn(self, url: str, deadline: Deadline) -> None:
        self._sleep(self._not_before.get(origin_of(url), 0.0) - time.monotonic(), url, deadline)

    def _sleep(self, seconds: float, url: str, deadline: Deadline) -> None:
        if self._stopped.wait(max(0.0, min(seconds, deadline.remaining))):
            raise stopped_error()
        deadline.check(url)

    @contextmanager
    def _open_file(
        self, url: str, headers: Mapping[str, str], deadline: Deadline
    ) -> Iterator[Response]:
        with open_file(url, headers) as (status, found, blocks):
            yield self._respond(url, status, found, blocks, deadline)

    @contextmanager
    def _open_remote(
        self, url: str, headers: Mapping[str, str], deadline: Deadline
    ) -> Iterator[Response]:
        response = self._follow(url, headers, deadline)
        last = str(response.url)
        try:
            found = {name.lower(): value for name, value in response.headers.items()}
            check_status(response.status_code, last, found, has_token=self._has(url))
            with self._connections.receiving(response, deadline):
                blocks = response.iter_raw()
                yield self._respond(last, response.status_code, found, blocks, deadline)
        finally:
            response.close()

    def _has(self, url: str) -> bool:
        return self._token_origin == origin_of(url)

    def _follow(self, url: str, headers: Mapping[str, str], deadline: Deadline) -> httpx.Response:
        for _ in range(MAX_REDIRECTS):
            response = self._send(url, headers, deadline)
            target = response.headers.get("location", "")
            if response.status_code not in _REDIRECTS or not target:
                return response
            response.close()
            url = _redirected(url, target)
        raise Unavailable.of(
            "fetch.redirects",
            f"{redact_url(url)} redirects more than {MAX_REDIRECTS} times",
            hint="check the address; the server may redirect in a loop",
        )

    def _send(self, url: str, headers: Mapping[str, str], deadline: Deadline) -> httpx.Response:
        sent = dict(headers)
        if self._has(url):
            # Checked for each URL: redirects to other origins get no token.
            sent["Authorization"] = f"Bearer {self._token}"
        origin, retry_policy = origin_of(url), self.retry_policy
        timeout = httpx.Timeout(
            retry_policy.read, connect=retry_policy.connect, pool=deadline.remaining
        )

        def note_socket(event: str, about: Mapping[str, Any]) -> None:
            """Trace callback of the HTTP library; only new connections matter."""
            if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
                connection = about["return_value"].get_extra_info("socket")
                self._connections.add(connection, origin, sending)

        with translate_errors(url):
            request = self._client.build_request(
                "GET", url, headers=sent, timeout=timeout, extensions={"trace": note_socket}
            )
        sending = PendingRequest(lambda: self._client.send(request, stream=True))
        self._connections.add_request(sending)
        if self._stopped.is_set():
            raise stopped_error()
        sending.start()
        with translate_errors(url):
            response = sending.result(deadline.remaining)
        if response is not None:
            return response
        if self._stopped.is_set():
            raise stopped_error()
        self._connections.close_waiting(origin)
        raise deadline.error(url)

    def _respond(
        self,
        url: str,
        status: int,
        headers: Mapping[str, str],
        blocks: Iterator[bytes],
        deadline: Deadline,
    ) -> Response:
        """Return the response with a body that enforces length, speed and deadline."""
        length = Response(url, status, headers, iter(())).length
        return Response(url, status, headers, self._watched(url, blocks, length, deadline))

    def _watched(
        self, url: str, blocks: Iterator[bytes], length: int | None, deadline: Deadline
    ) -> Iterator[bytes]:
        started, received = time.monotonic(), 0
        with _in_time(url, deadline):
            for block in blocks:
                received += len(block)
                if self._stopped.is_set():
                    raise stopped_error()
                deadline.check(url)
                if length is not None and received > length:
                    raise Corrupt.of(
                        "fetch.too-long",
                        f"{redact_url(url)} sends more than the {length:,} bytes of its Content-Length",
                        hint="report it to the owner of the server",
                    )
                if self.retry_policy.is_too_slow(time.monotonic() - started, received):
                    raise TransientError.of(
                        "fetch.time-out",
                        f"{redact_url(url)} sends less than {self.retry_policy.min_speed:,} bytes a second",
                        hint="try again later",
                    )
                yield block


@contextmanager
def _in_time(url: str, deadline: Deadline) -> Iterator[None]:
    """Translate errors of the HTTP library; after the deadline, which closes the connection, raise its error."""
    try:
        with translate_errors(url):
            yield
    except TransientError as error:
        if deadline.is_over:
            raise deadline.error(url) from error
        raise


def _redirected(url: str, target: str) -> str:
    with translate_errors(url):
        target = urljoin(url, target)
    old, new = split_url(url).scheme, split_url(target).scheme
    if new not in REMOTE or (old == "https" and new != "https"):
        raise Refused.of(
            "fetch.redirect-unsafe",
            f"{redact_url(url)} redirects to {redact_url(target)}, which is less secure",
            hint="use that address directly if you trust it",
        )
    return target


def _checked_token(token: str) -> str:
    """Return the token without surrounding whitespace; messages never contain it."""
    token = token.strip()
    if token.isascii() and token.isprintable():
        return token
    raise InvalidInput.of(
        "fetch.token",
        "the access token has characters that are not allowed in a header",
        hint="copy the whole token again, without quotes or spaces",
    )
