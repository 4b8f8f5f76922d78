"""The listing over HTTP: which system asks, which headers it gets, and the short way there.

`ListingMiddleware` answers the listing's address before Django sees the request; whatever is unusual
goes on to Django's endpoint, which answers the same from `respond`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.db import Error, connection

from extery.core.compatibility import System
from extery.core.errors import InvalidInput, Where
from extery.core.http import accepts
from extery_site.listings.cache import LISTINGS
from extery_site.ui.addresses import LISTING_PATH, base_url

logger = logging.getLogger(__name__)

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_STATUS = {200: "200 OK", 304: "304 Not Modified"}
#: Caches may keep a listing, and ask each time whether it is still the one.
CACHE_CONTROL = "public, no-cache"


class Reply(NamedTuple):
    """What to send: the same for Django and for plain WSGI."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def read_system(query: Mapping[str, str]) -> System:
    """The system that the query describes; keys that nobody knows are ignored.

    Raises `InvalidInput` for a Blender version that cannot be read.
    """
    blender = query.get("blender_version", "")
    try:
        return System.parse(blender, query.get("platform"), query.get("python_version"))
    except ValueError:
        raise InvalidInput.of(
            "request.bad-value",
            f"blender_version is {blender[:40]!r}, expected numbers and dots",
            hint="for example blender_version=4.2.0",
            where=Where(path=("blender_version",)),
        ) from None


def respond(
    system: System, base: str, *, if_none_match: str = "", accept_encoding: str = ""
) -> Reply:
    """The listing, or that the client has it already."""
    answer = LISTINGS.get(system, base)
    zipped = bool(accept_encoding) and accepts(accept_encoding, "gzip")
    etag = answer.gzip_etag if zipped else answer.etag
    headers = [
        ("ETag", etag),
        ("Cache-Control", CACHE_CONTROL),
        ("Vary", "Accept-Encoding"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if if_none_match and _matches(if_none_match, etag):
        return Reply(304, headers, b"")
    body = answer.gzipped if zipped else answer.body
    headers += [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    if zipped:
        headers.append(("Content-Encoding", "gzip"))
    return Reply(200, headers, body)


def _matches(if_none_match: str, etag: str) -> bool:
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(tag in {etag, "*"} for tag in tags)


class ListingMiddleware:
    """A WSGI application that answers for the listing and passes on all else."""

    def __init__(self, app: WsgiApp) -> None:
        self.app = app
        self._bases: dict[tuple[str | None, ...], str] = {}

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"] != LISTING_PATH or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self.app(environ, start_response)
        try:
            reply = self._reply(environ)
        except (InvalidInput, SuspiciousOperation, ValueError):
            return self.app(environ, start_response)
        except Error:
            # A connection that broke while nobody used it; Django's way opens a new one.
            logger.warning("the listing could not be read, trying again", exc_info=True)
            connection.close()
            return self.app(environ, start_response)
        start_response(_STATUS[reply.status], reply.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [reply.body]

    def _reply(self, environ: dict[str, Any]) -> Reply:
        query = dict(parse_qsl(environ.get("QUERY_STRING", ""), max_num_fields=100))
        return respond(
            read_system(query),
            self._base(environ),
            if_none_match=environ.get("HTTP_IF_NONE_MATCH", ""),
            accept_encoding=environ.get("HTTP_ACCEPT_ENCODING", ""),
        )

    def _base(self, environ: dict[str, Any]) -> str:
        """The site's address for this request; Django checks each host once."""
        key = (
            environ.get("HTTP_HOST"),
            environ.get("wsgi.url_scheme"),
            environ.get("HTTP_X_FORWARDED_PROTO"),
        )
        found = self._bases.get(key)
        if found is None:
            found = base_url(WSGIRequest(environ))
            if len(self._bases) < 1000:
                self._bases[key] = found
        return found
