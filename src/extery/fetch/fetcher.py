"""The HTTP client: connection pool, redirects, time limits, retries, and a token for one origin.

`Fetcher.open` sends one request, `Fetcher.with_retries` repeats an action after transient errors.
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
from extery.core.errors import InvalidInput, Refused, Unavailable
from extery.fetch.addresses import REMOTE, origin_of, redact_url, split_url
from extery.fetch.certificates import certificate_context
from extery.fetch.connections import Connections, Origin
from extery.fetch.deadline import Deadline, PendingRequest
from extery.fetch.disk import DiskSpace
from extery.fetch.http_errors import stopped_error, translate_errors
from extery.fetch.limits import limit_body
from extery.fetch.local import open_file
from extery.fetch.proxies import LOCAL_HOSTS
from extery.fetch.response import Response
from extery.fetch.retry import RetryPolicy, TransientError
from extery.fetch.status import check_status

Result = TypeVar("Result")

#: Maximum bytes of a document, on the wire and decoded: ten times the largest public listing. A process
#: with such a document in memory, as text and as objects, stays below 150 MB.
MAX_DOCUMENT_SIZE = 8_000_000
MAX_REDIRECTS = 10
#: Maximum number of connections that transfers may use beyond one each: 32 large packages at once take 150 MB.
MAX_ADDITIONAL_CONNECTIONS = 16
_REDIRECTS = (301, 302, 303, 307, 308)


class _NoCookies(CookieJar):
    """Stores nothing: cookies would add up over thousands of responses."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Ignore the cookies."""


class Fetcher:
    """Opens URLs. ``token`` is sent to the origin of ``token_for`` only, ``user_agent`` to all.

    ``proxy`` is the URL of a proxy, empty for none; by default it is that of the environment or the system.
    ``disk`` tracks the disk space of downloads, ``max_document_size`` is in bytes. ``transport``
    replaces the network in tests.
    """

    def __init__(
        self,
        *,
        token: str = "",
        token_for: str = "",
        user_agent: str = "",
        connections: int = 16,
        retry_policy: RetryPolicy = RetryPolicy(),
        max_document_size: int = MAX_DOCUMENT_SIZE,
        transport: httpx.BaseTransport | None = None,
        proxy: str | None = None,
    ) -> None:
        self.max_document_size = max_document_size
        self.retry_policy = retry_policy
        self.disk = DiskSpace()
        #: Connections that transfers may use beyond one each; each holds a part of a file in memory.
        additional = min(connections, MAX_ADDITIONAL_CONNECTIONS)
        self.additional_connections = threading.BoundedSemaphore(additional)
        #: Origins that have refused ranges or additional connections.
        self.single_connection_origins: set[Origin] = set()
        self._token = _checked_token(token)
        self._token_origin = origin_of(token_for) if token else None
        self._stopped = threading.Event()
        self._connections = Connections()
        self._not_before: dict[Origin, float] = {}
        self._client = httpx.Client(
            headers={"User-Agent": user_agent or f"extery/{__version__}", "Accept": "*/*"},
            cookies=_NoCookies(),
            follow_redirects=False,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            transport=transport,
            trust_env=proxy is None,
            mounts=_mounts(proxy) if proxy and transport is None else None,
            verify=certificate_context() if transport is None else True,
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
        with open_file(url, headers) as response:
            yield self._limited(Response(url, *response), deadline)

    @contextmanager
    def _open_remote(
        self, url: str, headers: Mapping[str, str], deadline: Deadline
    ) -> Iterator[Response]:
        response = self._follow(url, headers, deadline)
        last = str(response.url)
        try:
            received = {name.lower(): value for name, value in response.headers.items()}
            check_status(response.status_code, last, received, has_token=self._has_token(url))
            with self._connections.receiving(response, deadline):
                status, blocks = response.status_code, response.iter_raw()
                yield self._limited(Response(last, status, received, blocks), deadline)
        finally:
            response.close()

    def _has_token(self, url: str) -> bool:
        return self._token_origin == origin_of(url)

    def _follow(self, url: str, headers: Mapping[str, str], deadline: Deadline) -> httpx.Response:
        for _ in range(MAX_REDIRECTS):
            response = self._send(url, headers, deadline)
            target = response.headers.get("location", "")
            if response.status_code not in _REDIRECTS or not target:
                return response
            response.close()
            url = _redirect_target(url, target)
        raise Unavailable.of("fetch.redirects", url=redact_url(url), limit=MAX_REDIRECTS)

    def _send(self, url: str, headers: Mapping[str, str], deadline: Deadline) -> httpx.Response:
        all_headers = dict(headers)
        if self._has_token(url):
            # Checked for each URL: redirects to other origins get no token.
            all_headers["Authorization"] = f"Bearer {self._token}"
        origin, retry_policy = origin_of(url), self.retry_policy
        timeout = httpx.Timeout(
            retry_policy.read, connect=retry_policy.connect, pool=deadline.remaining
        )

        def trace(event: str, info: Mapping[str, Any]) -> None:
            """Register new connections; a callback of the HTTP library."""
            if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
                connection = info["return_value"].get_extra_info("socket")
                self._connections.add(connection, origin, pending)

        with translate_errors(url):
            request = self._client.build_request(
                "GET", url, headers=all_headers, timeout=timeout, extensions={"trace": trace}
            )
        pending = PendingRequest(lambda: self._client.send(request, stream=True))
        self._connections.add_request(pending)
        self.raise_if_stopped()
        pending.start()
        with translate_errors(url):
            response = pending.result(deadline.remaining)
        if response is not None:
            return response
        self.raise_if_stopped()
        self._connections.close_waiting(origin)
        raise deadline.error(url)

    def _limited(self, response: Response, deadline: Deadline) -> Response:
        return limit_body(
            response,
            policy=self.retry_policy,
            deadline=deadline,
            checkpoint=self.raise_if_stopped,
        )


def _mounts(proxy: str) -> dict[str, httpx.BaseTransport | None]:
    """Return the transports for a proxy: no request to this computer goes through it."""
    transport = httpx.HTTPTransport(proxy=proxy, verify=certificate_context())
    hosts = (f"[{host}]" if ":" in host else host for host in LOCAL_HOSTS)
    return {"all://": transport, **{f"all://{host}": None for host in hosts}}


def _redirect_target(url: str, target: str) -> str:
    """Return the absolute URL of a redirect from ``url``; raises `Refused` if it is less secure."""
    with translate_errors(url):
        target = urljoin(url, target)
    old, new = split_url(url).scheme, split_url(target).scheme
    if new not in REMOTE or (old == "https" and new != "https"):
        raise Refused.of("fetch.redirect-unsafe", url=redact_url(url), target=redact_url(target))
    return target


def _checked_token(token: str) -> str:
    """Return the token without surrounding whitespace; messages never contain it."""
    token = token.strip()
    if token.isascii() and token.isprintable():
        return token
    raise InvalidInput.of("fetch.token")
