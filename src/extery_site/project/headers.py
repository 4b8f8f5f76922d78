"""Middleware for hosts and headers: wrong hosts, security headers, caching, compression of text."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from extery.core.errors import InvalidInput
from extery.core.text import quote_value
from extery_site.project.problems import (
    MEDIA_TYPE,
    http_status,
    problem_details,
    wants_json,
)

logger = logging.getLogger(__name__)

#: For pages without a signed-in user: caches may keep them for a minute.
CACHE_PUBLIC = "public, max-age=60"
CACHE_PRIVATE = "private, no-cache"

#: The header of every page shows the theme and "My Blender" of a cookie, or the platform of the browser.
VARY = ("Cookie", "Sec-CH-UA-Platform", "User-Agent")

#: Allows files of this site only; inline scripts and styles are blocked.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=()"


class HostMiddleware:
    """Responds with 400 to requests whose ``Host`` is malformed or not one of this site.

    Runs before everything that builds a URL. The response contains no URL of the request and
    needs neither session nor database, because a wrong host must not end up in a link.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
        except DisallowedHost:
            return _wrong_host(request)
        return self.get_response(request)


def _wrong_host(request: HttpRequest) -> HttpResponse:
    host = quote_value(request.META.get("HTTP_HOST", request.META.get("SERVER_NAME", "")))
    logger.info("refused a request to the host %s", host)
    error = InvalidInput.of("request.bad-value", variant="host")
    status = http_status(error)
    if wants_json(request):
        details = problem_details(error, instance=request.path)
        return JsonResponse(details, status=status, content_type=MEDIA_TYPE)
    return HttpResponse(render_to_string("wrong_host.html"), status=status)


class SecurityHeadersMiddleware:
    """Adds security headers to every response that does not set them.

    A page that shows something of another site in a frame sets ``frame_origins`` of the request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = CONTENT_SECURITY_POLICY
        if origins := getattr(request, "frame_origins", ()):
            policy = f"{policy}; frame-src {' '.join(origins)}"
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class PageCacheMiddleware:
    """Sets ``Cache-Control`` of pages: anonymous ones may be cached, all others are private.

    Runs outside of all middleware that sets cookies.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" in response.headers:
            return response
        if response.headers.get("Content-Type", "").startswith("text/html"):
            is_public = (
                response.status_code == 200
                and request.method in {"GET", "HEAD"}
                and not response.cookies
                and "Authorization" not in request.headers
                and not _is_signed_in(request)
            )
            response.headers["Cache-Control"] = CACHE_PUBLIC if is_public else CACHE_PRIVATE
            patch_vary_headers(response, VARY)
        return response


def _is_signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


class TextGZipMiddleware(GZipMiddleware):
    """Compresses text only: Blender verifies the bytes of packages as they are sent."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress a response with a text content type."""
        content_type = response.headers.get("Content-Type", "").partition(";")[0]
        if content_type.startswith("text/") or content_type.endswith(("json", "+xml")):
            return super().process_response(request, response)
        return response
