"""One HTTP client for everything: kept connections, redirects, time-outs, and a token that stays home.

`Fetcher.open` is one request and its answer; `Fetcher.persist` tries again what may pass.
A fetcher may be used by many threads at once.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urljoin
from weakref import WeakSet

import httpx

from extery import __version__
from extery.core.errors import Corrupt, InvalidInput, Refused, Unavailable
from extery.fetch.addresses import REMOTE, origin_of, parts_of, shown
from extery.fetch.local import open_file
from extery.fetch.patience import Passing, Patience
from extery.fetch.statuses import check_status

Result = TypeVar("Result")

_MOST_REDIRECTS = 10
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers with names in lower case, and the body in blocks."""

    url: str
    status: int
    headers: Mapping[str, str]
    blocks: Iterator[bytes]

    @property
    def length(self) -> int | None:
        """The announced size of the body, if it is known and is that of the blocks."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isdecimal() and "content-encoding" not in self.headers else None

    @property
    def last_modified(self) -> str:
        """The time of the content, if it tells this content from a later one.

        It has whole seconds, so what changed in the second of the answer may change in it again.
        """
        try:
            modified = parsedate_to_datetime(self.headers.get("last-modified", ""))
            answered = parsedate_to_datetime(self.headers.get("date", ""))
            is_old = (answered - modified).total_seconds() > 1
        except (ValueError, TypeError, OverflowError):
            return ""
        return self.headers["last-modified"] if is_old else ""


class Fetcher:
    """Opens URLs. ``token`` is sent to the origin of ``token_for`` and to nobody else."""

    def __init__(
        self,
        *,
        token: str = "",
        token_for: str = "",
        connections: int = 16,
        patience: Patience = Patience(),
    ) -> None:
        self.patience = patience
        self._token = _checked_token(token)
        self._token_origin = origin_of(token_for) if token else None
        self._stopped = threading.Event()
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._not_before: dict[tuple[str, str, int], float] = {}
        self._client = httpx.Client(
            headers={"User-Agent": f"extery/{__version__}", "Accept": "*/*"},
            follow_redirects=False,
            timeout=httpx.Timeout(patience.read, connect=patience.connect, pool=None),
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
        for each in list(self._sockets):
            with suppress(OSError):  # closed meanwhile
                each.shutdown(socket.SHUT_RDWR)

    def _note_socket(self, event: str, about: Mapping[str, Any]) -> None:
        """Told by the HTTP library of everything it does; only new connections are of interest."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._sockets.add(about["return_value"].get_extra_info("socket"))

    def open(
        self, url: str, headers: Mapping[str, str] | None = None
    ) -> AbstractContextManager[Answer]:
        """One GET. Statuses from 200 to 299, 304 and 416 are answers, all others are errors."""
        if parts_of(url).scheme == "file":
            return self._open_file(url, headers or {})
        return self._open_remote(url, headers or {})

    def persist(self, url: str, action: Callable[[], Result]) -> Result:
        """Do ``action``, and again after a pause while it fails with what may pass."""
        failures = 0
        while True:
            self._wait_for_turn(url)
            try:
                return action()
            except Passing as error:
                failures = 0 if error.progressed else failures + 1
                delay = self.patience.delay(max(1, failures)) if error.wait is None else error.wait
                if failures >= self.patience.attempts or delay > self.patience.longest_delay:
                    raise
                if error.wait is not None:
                    # It is the server that is busy, so nobody asks it meanwhile.
                    self._not_before[origin_of(url)] = time.monotonic() + delay
                self._sleep(delay)

    def _wait_for_turn(self, url: str) -> None:
        self._sleep(self._not_before.get(origin_of(url), 0.0) - time.monotonic())

    def _sleep(self, seconds: float) -> None:
        if self._stopped.wait(max(0.0, seconds)):
            raise _stopped()

    @contextmanager
    def _open_file(self, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        with open_file(url, headers) as (status, found, blocks):
            yield Answer(url, status, found, self._watched(url, blocks))

    @contextmanager
    def _open_remote(self, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        response = self._follow(url, headers)
        try:
            found = {name.lower(): value for name, value in response.headers.items()}
            check_status(response.status_code, str(response.url), found, has_token=self._has(url))
            blocks = self._watched(url, response.iter_bytes())
            yield Answer(str(response.url), response.status_code, found, blocks)
        finally:
            response.close()

    def _has(self, url: str) -> bool:
        return self._token_origin == origin_of(url)

    def _follow(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        for _ in range(_MOST_REDIRECTS):
            response = self._send(url, headers)
            target = response.headers.get("location", "")
            if response.status_code not in _REDIRECTS or not target:
                return response
            response.close()
            url = _redirected(url, target)
        raise Unavailable.of(
            "fetch.redirects",
            f"{shown(url)} redirects more than {_MOST_REDIRECTS} times",
            hint="check the address; the server may send everyone round in a circle",
        )

    def _send(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        sent = dict(headers)
        if self._has(url):
            # Asked for each address anew: a redirect or a package elsewhere gets no token.
            sent["Authorization"] = f"Bearer {self._token}"
        with _translated(url):
            request = self._client.build_request(
                "GET", url, headers=sent, extensions={"trace": self._note_socket}
            )
            return self._client.send(request, stream=True)

    def _watched(self, url: str, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """The blocks, for as long as they come fast enough and nobody has stopped."""
        started, received = time.monotonic(), 0
        with _translated(url):
            for block in blocks:
                received += len(block)
                if self._stopped.is_set():
                    raise _stopped()
                if self.patience.is_too_slow(time.monotonic() - started, received):
                    raise Passing.of(
                        "fetch.time-out",
                        f"{shown(url)} sends less than {self.patience.slowest:,} bytes a second",
                        hint="try again later",
                    )
                yield block


def _redirected(url: str, target: str) -> str:
    with _translated(url):
        target = urljoin(url, target)
    old, new = parts_of(url).scheme, parts_of(target).scheme
    if new not in REMOTE or (old == "https" and new != "https"):
        raise Refused.of(
            "fetch.redirect-unsafe",
            f"{shown(url)} redirects to {shown(target)}, which is less safe",
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


def _stopped() -> Unavailable:
    return Unavailable.of("fetch.stopped", "the transfer was stopped", hint="start it again")


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Errors of the HTTP library as ours."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise Passing.of(
            "fetch.time-out",
            f"{shown(url)} does not answer in time",
            hint="check the address and your connection, or try again later",
        ) from error
    # The last comes from urljoin, and from names of hosts that cannot be written down.
    except (
        httpx.UnsupportedProtocol,
        httpx.InvalidURL,
        httpx.LocalProtocolError,
        ValueError,
    ) as error:
        raise InvalidInput.of(
            "fetch.url", f"{shown(url)} cannot be asked for: {error}", hint="check the address"
        ) from error
    except httpx.DecodingError as error:
        raise Corrupt.of(
            "fetch.encoding",
            f"what {shown(url)} sent cannot be unpacked: {error}",
            hint="the server compresses badly; tell whoever runs it",
        ) from error
    except httpx.TransportError as error:
        if "CERTIFICATE" in str(error):
            raise Refused.of(
                "fetch.certificate",
                f"{shown(url)} cannot prove who it is: {error}",
                hint="check the address; for a certificate of your own set SSL_CERT_FILE",
            ) from error
        raise Passing.of(
            "fetch.unreachable",
            f"the connection to {shown(url)} failed: {str(error) or type(error).__name__}",
            hint="check the address and your connection, or try again later",
        ) from error
