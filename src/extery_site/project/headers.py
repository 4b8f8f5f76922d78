"""Response middleware: security headers, and compression of text."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

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


class SecurityHeadersMiddleware:
    """Adds security headers to every response that does not set them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


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
