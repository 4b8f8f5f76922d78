"""Absolute URLs, from EXTERY_SITE_URL or from the host of the request."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

#: Path of the repository URL that users add to Blender.
LISTING_PATH = "/api/v1/extensions/"
#: Path of the listing that has beta versions too.
BETA_LISTING_PATH = "/api/v1/channels/beta/extensions/"


def base_url(request: HttpRequest | None = None) -> str:
    """Return ``https://host`` without a trailing slash: EXTERY_SITE_URL, or the request's host."""
    configured: str = settings.EXTERY_SITE_URL
    if configured or request is None:
        return configured
    return f"{request.scheme}://{request.get_host()}"


def absolute(request: HttpRequest | None, path: str) -> str:
    """Return the absolute URL of a path of this site."""
    return base_url(request) + path


def listing_url(request: HttpRequest | None = None) -> str:
    """Return the repository URL that users add to Blender."""
    return absolute(request, LISTING_PATH)


def beta_listing_url(request: HttpRequest | None = None) -> str:
    """Return the repository URL of those who try beta versions."""
    return absolute(request, BETA_LISTING_PATH)


def code_path(extension_id: str, version: str, file: str = "", line: int = 0) -> str:
    """Return the path of a line in the source of a version, as the tab Code shows it."""
    query = urlencode({"version": version, **({"file": file} if file else {})})
    path = reverse("source_pages:code", args=[extension_id])
    return f"{path}?{query}" + (f"#L{line}" if line else "")
