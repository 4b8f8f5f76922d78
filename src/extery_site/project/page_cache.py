"""The start page for visitors who are not signed in, from the memory of the process.

What is kept was public for caches anyway (`PageCacheMiddleware`): a page of someone with a session, with a message or
with a form of their own is neither kept nor answered from here. The key has all that the page depends on besides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from extery_site.project.headers import CACHE_PUBLIC
from extery_site.project.timed_cache import TimedCache

#: The pages that are kept; without a query string.
PATHS = frozenset({"/"})
#: Request headers with which a page is not answered from here.
_OWN = ("Authorization", "Range")


class StoredPage(NamedTuple):
    """The body of a page as it is sent, its headers, and its entity tag."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str


#: The pages of a process; each has some 20 kB, compressed.
PAGES: TimedCache[StoredPage] = TimedCache(128)


class PageMemoryMiddleware:
    """Answers the start page from memory. Runs outside of everything that needs the database or a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._key_parts = [import_string(path) for path in settings.PAGE_CACHE_KEYS]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_cacheable(request):
            return self.get_response(request)
        key = self._key(request)
        page = PAGES.get(key)
        if page is None:
            response = self.get_response(request)
            if not _is_public(response):
                return response
            page = _stored(response)
            PAGES.store(key, page)
        return _answer(request, page)

    def _key(self, request: HttpRequest) -> Hashable:
        gzip = "gzip" in request.headers.get("Accept-Encoding", "")
        parts = tuple(part(request) for part in self._key_parts)
        return (request.scheme, request.get_host(), request.path, gzip, parts)


def _is_cacheable(request: HttpRequest) -> bool:
    return (
        request.path in PATHS
        and request.method in {"GET", "HEAD"}
        and not request.META.get("QUERY_STRING")
        and not any(name in request.headers for name in _OWN)
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "messages" not in request.COOKIES
    )


def _is_public(response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and response.headers.get("Cache-Control") == CACHE_PUBLIC
    )


def _stored(response: HttpResponse) -> StoredPage:
    body = bytes(response.content)
    headers = tuple((name, value) for name, value in response.items() if name != "Content-Length")
    return StoredPage(body, headers, f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')


def _answer(request: HttpRequest, page: StoredPage) -> HttpResponse:
    is_known = page.etag in request.headers.get("If-None-Match", "")
    response = HttpResponse(status=304) if is_known else HttpResponse(page.body)
    if is_known:
        del response.headers["Content-Type"]
    else:
        response.headers["Content-Length"] = str(len(page.body))
    for name, value in page.headers:
        if not is_known or name not in {"Content-Type", "Content-Encoding"}:
            response.headers[name] = value
    response.headers["ETag"] = page.etag
    return response
