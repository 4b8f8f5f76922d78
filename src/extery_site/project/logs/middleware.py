"""Middleware of requests: ids, the access log, and errors that nothing else has handled."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject, empty

from extery_site.project.logs import request_ids
from extery_site.project.logs.access import AccessLog, Request
from extery_site.project.logs.targets import loggable_target

logger = logging.getLogger(__name__)

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: Key of the WSGI environment with the primary key of the user.
USER = "extery.user"
#: Longer values of X-Forwarded-For are not cached.
_MAX_CACHED = 100


class RequestMiddleware:
    """WSGI middleware around all others: gives each request an id, and adds it to the access log.

    ``client_address`` returns the address of the client by that of the connection and
    X-Forwarded-For. Only with ``behind_proxy`` the id can be that of the request.
    """

    def __init__(
        self,
        app: WsgiApp,
        *,
        client_address: Callable[[str, str], str],
        behind_proxy: bool,
        access_log: AccessLog | None,
    ) -> None:
        self.app = app
        self._client_address = client_address
        self._short_address = lru_cache(maxsize=4096)(client_address)
        self._behind_proxy = behind_proxy
        self._access_log = access_log

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        answer = Answer(environ, start_response, self._request_id(environ), self._finish)
        request_ids.begin(answer.request_id)
        try:
            body = self.app(environ, answer.start_response)
        except Exception:
            target = loggable_target(environ["PATH_INFO"])
            logger.exception("%s %s: no response", environ["REQUEST_METHOD"], target)
            body = answer.start_server_error()
        if isinstance(body, list):
            answer.finish(body)
            return body
        wrapper = environ.get("wsgi.file_wrapper")
        if isinstance(wrapper, type) and isinstance(body, wrapper):
            # The server sends the file, if it sees that it is one.
            answer.finish([])
            return body
        return Body(body, answer)

    def _request_id(self, environ: dict[str, Any]) -> str:
        if self._behind_proxy and (received := environ.get("HTTP_X_REQUEST_ID")):
            return request_ids.id_of_proxy(received)
        return request_ids.new_id()

    def _finish(self, answer: Answer) -> None:
        request_ids.end()
        if self._access_log is None:
            return
        environ = answer.environ
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
        address_of = self._short_address if len(forwarded) <= _MAX_CACHED else self._client_address
        self._access_log.add(
            Request(
                answer.time,
                answer.request_id,
                address_of(environ.get("REMOTE_ADDR", ""), forwarded),
                environ.get(USER),
                environ["REQUEST_METHOD"],
                environ["PATH_INFO"],
                environ.get("QUERY_STRING", ""),
                answer.status,
                answer.bytes,
                time.time() - answer.time,
                environ.get("HTTP_USER_AGENT", ""),
            )
        )


class Answer:
    """The response to one request, as far as it has been made."""

    __slots__ = (
        *("_finish", "_has_length", "_start", "bytes", "environ", "is_finished"),
        *("request_id", "status", "time"),
    )

    def __init__(
        self,
        environ: dict[str, Any],
        start_response: Callable[..., Any],
        request_id: str,
        finish: Callable[[Answer], None],
    ) -> None:
        self.environ, self.request_id = environ, request_id
        self.status, self.bytes, self.time = 0, 0, time.time()
        self.is_finished = self._has_length = False
        self._start, self._finish = start_response, finish

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Any:
        """Add the id to the headers, and note the status and the length."""
        self.status = int(status[:3])
        if self.environ["REQUEST_METHOD"] == "HEAD":
            self._has_length = True
        else:
            for name, value in headers:
                if name == "Content-Length":
                    self.bytes, self._has_length = int(value), True
        headers.append((request_ids.HEADER, self.request_id))
        return self._start(status, headers, exc_info)

    def start_server_error(self) -> list[bytes]:
        """Begin a response for an exception that nothing has handled; return its body."""
        body = f"Server error. Its id is {self.request_id}.\n".encode()
        headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
        self.start_response("500 Internal Server Error", headers)
        return [body]

    def count(self, block: bytes) -> None:
        """Count a part of a body without a Content-Length."""
        if not self._has_length:
            self.bytes += len(block)

    def finish(self, body: list[bytes]) -> None:
        """End the request, once."""
        if not self.is_finished:
            self.is_finished = True
            if not self._has_length:
                self.bytes += sum(map(len, body))
            self._finish(self)


class Body:
    """A body of which the length is not known, or that runs code: the request ends with it."""

    def __init__(self, body: Iterable[bytes], answer: Answer) -> None:
        self._body = body
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        for block in self._body:
            self._answer.count(block)
            yield block

    def close(self) -> None:
        """Close the body, and end the request."""
        try:
            if close := getattr(self._body, "close", None):
                close()
        finally:
            self._answer.finish([])


class UserMiddleware:
    """Django middleware that leaves the user of a request for the access log.

    It reads no session for that: the user is known where something else has asked for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user: Any = getattr(request, "user", None)
        if not isinstance(user, SimpleLazyObject) or user.__dict__["_wrapped"] is not empty:
            request.META[USER] = getattr(user, "pk", None)
        return response
