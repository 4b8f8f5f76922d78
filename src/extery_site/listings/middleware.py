"""The listing over HTTP: parses the request and builds the response.

`ListingMiddleware` answers requests for the listing before Django sees them. It passes what it cannot
answer on to Django's endpoint, which calls `respond` as well.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.db import Error, connection
from django.http import HttpResponse

from extery.core.compatibility import System
from extery.core.errors import InvalidInput, Where
from extery.core.http import accepts
from extery_site.catalog.models import Channel
from extery_site.listings.cache import LISTINGS
from extery_site.listings.document import ListingDocument
from extery_site.ui.addresses import BETA_LISTING_PATH, LISTING_PATH, base_url

logger = logging.getLogger(__name__)

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: The listing that each path answers with.
CHANNEL_OF_PATH: dict[str, str] = {LISTING_PATH: Channel.STABLE, BETA_LISTING_PATH: Channel.BETA}
_STATUS = {200: "200 OK", 304: "304 Not Modified"}
#: Caches may store a listing, and must revalidate it for each request.
CACHE_CONTROL = "public, no-cache"
#: What Blender can send: those it is built for, and those that it reports where users build it.
_PLATFORM = re.compile(
    r"(?:linux|macos|windows|freebsd|openbsd|netbsd|dragonfly|sunos|haiku)-"
    r"(?:x64|x86|i[3-6]86|arm64|arm32|armv[5-8]l?|riscv64|ppc64(?:le)?|s390x|loongarch64|mips64(?:el)?)"
)
#: Longer query strings are not cached, which limits the size of the cache.
MAX_CACHED_QUERY = 300


class Reply(NamedTuple):
    """A response, the same for Django and for plain WSGI."""

    status: int
    headers: list[tuple[str, str]]
    body: list[bytes]


def read_system(query: Mapping[str, str]) -> System:
    """Parse the system that the query describes; ignores unknown keys.

    Raises `InvalidInput` for a bad Blender version or a platform that no Blender has.
    """
    blender = query.get("blender_version", "")
    platform = query.get("platform", "")
    if platform and not _PLATFORM.fullmatch(platform):
        raise InvalidInput.of(
            "request.bad-value",
            where=Where(path=("platform",)),
            variant="platform",
            value=platform[:40],
        )
    try:
        return System.parse(blender, platform, query.get("python_version"))
    except ValueError:
        raise InvalidInput.of(
            "request.bad-value",
            where=Where(path=("blender_version",)),
            variant="blender-version",
            value=blender[:40],
        ) from None


def parse_query(query: str) -> System:
    """Parse a query string; caches short ones, because most clients send one of a few."""
    return _parse_short(query) if len(query) <= MAX_CACHED_QUERY else _parse(query)


def _parse(query: str) -> System:
    return read_system(dict(parse_qsl(query, max_num_fields=100)))


_parse_short = lru_cache(maxsize=1024)(_parse)


def respond(
    system: System,
    base: str,
    *,
    channel: str = Channel.STABLE,
    if_none_match: str = "",
    accept_encoding: str = "",
) -> Reply:
    """Return the listing of a channel, or 304 if the client has it."""
    document = LISTINGS.get(system, base, channel)
    return reply_with(document, if_none_match=if_none_match, accept_encoding=accept_encoding)


def reply_with(
    document: ListingDocument,
    *,
    if_none_match: str = "",
    accept_encoding: str = "",
    may_use_brotli: bool = False,
) -> Reply:
    """Return a document, or 304 if the client has it; compressed if the client accepts that."""
    encoding = ""
    if may_use_brotli and accept_encoding and accepts(accept_encoding, "br"):
        encoding, etag = "br", document.brotli_etag
    elif accept_encoding and accepts(accept_encoding, "gzip"):
        encoding, etag = "gzip", document.gzip_etag
    else:
        etag = document.etag
    headers = [
        ("ETag", etag),
        ("Cache-Control", CACHE_CONTROL),
        ("Vary", "Accept-Encoding"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if if_none_match and _matches(if_none_match, etag):
        return Reply(304, headers, [])
    match encoding:
        case "br":
            body, length = document.brotli, len(document.brotli[0])
        case "gzip":
            body, length = document.gzipped, document.gzipped_length
        case _:
            body, length = document.body, document.length
    headers += [("Content-Type", "application/json"), ("Content-Length", str(length))]
    if encoding:
        headers.append(("Content-Encoding", encoding))
    return Reply(200, headers, body)


def response_of(reply: Reply) -> HttpResponse:
    """Return a reply as a response of Django."""
    response = HttpResponse(b"".join(reply.body), status=reply.status)
    del response["Content-Type"]
    for name, value in reply.headers:
        response[name] = value
    return response


def _matches(if_none_match: str, etag: str) -> bool:
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return any(tag in {etag, "*"} for tag in tags)


def is_for_listing(path: str, query: str) -> bool:
    """Whether a request is for the listing, and has a query that `ListingMiddleware` can answer."""
    if path not in CHANNEL_OF_PATH or len(query) > MAX_CACHED_QUERY:
        return False
    try:
        parse_query(query)
    except (InvalidInput, ValueError):
        return False
    return True


class ListingMiddleware:
    """WSGI middleware that answers requests for the listing and passes on all others."""

    def __init__(self, app: WsgiApp) -> None:
        self.app = app
        self._bases: dict[tuple[str | None, ...], str] = {}

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"] not in CHANNEL_OF_PATH or environ["REQUEST_METHOD"] not in {
            "GET",
            "HEAD",
        }:
            return self.app(environ, start_response)
        try:
            reply = self._reply(environ)
        except (InvalidInput, SuspiciousOperation, ValueError):
            return self.app(environ, start_response)
        except Error:
            # The connection broke while it was idle. Django's endpoint opens a new one.
            logger.warning("the listing could not be read, trying again", exc_info=True)
            connection.close()
            return self.app(environ, start_response)
        start_response(_STATUS[reply.status], reply.headers)
        # A copy: the list belongs to the cache.
        return [] if environ["REQUEST_METHOD"] == "HEAD" else list(reply.body)

    def _reply(self, environ: dict[str, Any]) -> Reply:
        return respond(
            parse_query(environ.get("QUERY_STRING", "")),
            self._base(environ),
            channel=CHANNEL_OF_PATH[environ["PATH_INFO"]],
            if_none_match=environ.get("HTTP_IF_NONE_MATCH", ""),
            accept_encoding=environ.get("HTTP_ACCEPT_ENCODING", ""),
        )

    def _base(self, environ: dict[str, Any]) -> str:
        """Return the site's address for this request; Django checks each host once."""
        key = (
            environ.get("HTTP_HOST"),
            environ.get("wsgi.url_scheme"),
            environ.get("HTTP_X_FORWARDED_PROTO"),
        )
        base = self._bases.get(key)
        if base is None:
            base = base_url(WSGIRequest(environ))
            if len(self._bases) < 1000:
                self._bases[key] = base
        return base
