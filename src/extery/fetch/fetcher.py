"""One HTTP client for everything: kept connections, redirects, time limits, and a token that stays home.

`Fetcher.open` is one request and its answer; `Fetcher.persist` tries again what may pass.
A fetcher may be used by many threads at once.
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
from extery.fetch.addresses import REMOTE, origin_of, parts_of, redact_url
from extery.fetch.connections import Connections, Origin
from extery.fetch.deadline import Deadline, Sending
from extery.fetch.disk import DiskSpace
from extery.fetch.errors import stopped, translated
from extery.fetch.local import open_file
from extery.fetch.response import Response
from extery.fetch.retry import RetryPolicy, TransientError
from extery.fetch.status import check_status

Result = TypeVar("Result")

#: Bytes of a document, on the wire and unpacked: ten times the largest public listing. With it in memory, as
#: text of four bytes a character and as objects, a process stays below 150 MB.
MAX_DOCUMENT_SIZE = 8_000_000
_MOST_REDIRECTS = 10
_REDIRECTS = (301, 302, 303, 307, 308)


class _NoCookies(CookieJar):
    """Keeps nothing: cookies would add up over thousands of answers."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Leave them where they are."""


class Fetcher:
    """Opens URLs. ``token`` is sent to the origin of ``token_for`` and to nobody else.

    ``disk`` is the room that downloads have, ``max_document_size`` is in bytes.
    """

    def __init__(
        self,
        *,
        token: str = "",
        token_for: str = "",
        connections: int = 16,
        patience: RetryPolicy = RetryPolicy(),
        max_document_size: int = MAX_DOCUMENT_SIZE,
    ) -> None:
        self.max_document_size = max_document_size
        self.patience = patience
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
        """End what is under way, in pauses and in the middle of waiting for a server too."""
        self._stopped.set()
        self._connections.end_all()

    def raise_if_stopped(self) -> None:
        """Raise the error of a transfer that was stopped, once `stop` was called."""
        if self._stopped.is_set():
            raise stopped()

    def open(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        deadline: Deadline | None = None,
    ) -> AbstractContextManager[Response]:
        """One GET. Statuses from 200 to 299, 304 and 416 are answers, all others are errors."""
        deadline = deadline or Deadline(self.patience.max_seconds)
        if parts_of(url).scheme == "file":
            return self._open_file(url, headers or {}, deadline)
        return self._open_remote(url, headers or {}, deadline)

    def persist(
        self, url: str, action: Callable[[], Result], deadline: Deadline | None = None
    ) -> Result:
        """Do ``action``, and again after a pause while it fails with what may pass.

        ``deadline`` is the end of all attempts together; give it to `open` in ``action`` too.
        """
        deadline = deadline or Deadline(self.patience.max_seconds)
        failures = 0
        while True:
            self._wait_for_turn(url, deadline)
            try:
                return action()
            except TransientError as error:
                failures = 0 if error.progressed else failures + 1
                delay = self.patience.delay(max(1, failures)) if error.wait is None else error.wait
                if failures >= self.patience.attempts or delay > self.patience.longest_delay:
                    raise
                if error.wait is not None:
                    if error.wait > deadline.remaining:
                        raise
                    # It is the server that is busy, so nobody asks it meanwhile.
                    self._not_before[origin_of(url)] = time.monotonic() + delay
                self._sleep(delay, url, deadline)

    def _wait_for_turn(self, url: str, deadline: Deadline) -> None:
        self._sleep(self._not_before.get(origin_of(url), 0.0) - time.monotonic(), url, deadline)

    def _sleep(self, seconds: float, url: str, deadline: Deadline) -> None:
        if self._stopped.wait(max(0.0, min(seconds, deadline.remaining))):
            raise stopped()
        deadline.check(url)

    @contextmanager
    def _open_file(
        self, url: str, headers: Mapping[str, str], deadline: Deadline
    ) -> Iterator[Response]:
        with open_file(url, headers) as (status, found, blocks):
            yield self._answer(url, status, found, blocks, deadline)

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
                yield self._answer(last, response.status_code, found, blocks, deadline)
        finally:
            response.close()

    def _has(self, url: str) -> bool:
        return self._token_origin == origin_of(url)

    def _follow(self, url: str, headers: Mapping[str, str], deadline: Deadline) -> httpx.Response:
        for _ in range(_MOST_REDIRECTS):
            response = self._send(url, headers, deadline)
            target = response.headers.get("location", "")
            if response.status_code not in _REDIRECTS or not target:
                return response
            response.close()
            url = _redirected(url, target)
        raise Unavailable.of(
            "fetch.redirects",
            f"{redact_url(url)} redirects more than {_MOST_REDIRECTS} times",
            hint="check the address; the server may send everyone round in a circle",
        )

    def _send(self, url: str, headers: Mapping[str, str], deadline: Deadline) -> httpx.Response:
        sent = dict(headers)
        if self._has(url):
            # Asked for each address anew: a redirect or a package elsewhere gets no token.
            sent["Authorization"] = f"Bearer {self._token}"
        origin, patience = origin_of(url), self.patience
        timeout = httpx.Timeout(patience.read, connect=patience.connect, pool=deadline.remaining)

        def note_socket(event: str, about: Mapping[str, Any]) -> None:
            """Trace callback of the HTTP library; only new connections matter."""
            if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
                connection = about["return_value"].get_extra_info("socket")
                self._connections.add(connection, origin, sending)

        with translated(url):
            request = self._client.build_request(
                "GET", url, headers=sent, timeout=timeout, extensions={"trace": note_socket}
            )
        sending = Sending(lambda: self._client.send(request, stream=True))
        self._connections.add_sending(sending)
        if self._stopped.is_set():
            raise stopped()
        sending.start()
        with translated(url):
            response = sending.result(deadline.remaining)
        if response is not None:
            return response
        if self._stopped.is_set():
            raise stopped()
        self._connections.end_waiting(origin)
        raise deadline.error(url)

    def _answer(
        self,
        url: str,
        status: int,
        headers: Mapping[str, str],
        blocks: Iterator[bytes],
        deadline: Deadline,
    ) -> Response:
        """The answer, with blocks for as long as they come fast enough and are not too many."""
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
                    raise stopped()
                deadline.check(url)
                if length is not None and received > length:
                    raise Corrupt.of(
                        "fetch.too-long",
                        f"{redact_url(url)} sends more than the {length:,} bytes that it announced",
                        hint="the server is broken; report it to its owner",
                    )
                if self.patience.is_too_slow(time.monotonic() - started, received):
                    raise TransientError.of(
                        "fetch.time-out",
                        f"{redact_url(url)} sends less than {self.patience.slowest:,} bytes a second",
                        hint="try again later",
                    )
                yield block


@contextmanager
def _in_time(url: str, deadline: Deadline) -> Iterator[None]:
    """Errors of the HTTP library as ours; after the deadline, when it shut the connection down, as its error."""
    try:
        with translated(url):
            yield
    except TransientError as error:
        if deadline.is_over:
            raise deadline.error(url) from error
        raise


def _redirected(url: str, target: str) -> str:
    with translated(url):
        target = urljoin(url, target)
    old, new = parts_of(url).scheme, parts_of(target).scheme
    if new not in REMOTE or (old == "https" and new != "https"):
        raise Refused.of(
            "fetch.redirect-unsafe",
            f"{redact_url(url)} redirects to {redact_url(target)}, which is less safe",
            hint="give that address yourself if you trust it",
        )
    return target


def _checked_token(token: str) -> str:
    """The token without what a file or an editor has put around it; it is never shown."""
    token = token.strip()
    if token.isascii() and token.isprintable():
        return token
    raise InvalidInput.of(
        "fetch.token",
        "the access token has characters that no header may have",
        hint="copy it again, whole and without anything around it",
    )
