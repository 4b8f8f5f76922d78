"""Absolute addresses: the one place that decides between the configured host and the request's."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

#: The repository URL people paste into Blender, as a path.
LISTING_PATH = "/api/v1/extensions/"


def base_url(request: HttpRequest | None = None) -> str:
    """``https://host`` without a slash: EXTERY_SITE_URL, or the host that was asked."""
    configured: str = settings.EXTERY_SITE_URL
    if configured or request is None:
        return configured
    return f"{request.scheme}://{request.get_host()}"


def absolute(request: HttpRequest | None, path: str) -> str:
    """The whole address of a path of this site."""
    return base_url(request) + path


def listing_url(request: HttpRequest | None = None) -> str:
    """The address to paste into Blender's preferences."""
    return absolute(request, LISTING_PATH)
