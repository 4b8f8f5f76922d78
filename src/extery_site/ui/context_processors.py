"""Context variables of every template."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from extery_site.ui.addresses import beta_listing_url, listing_url


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the site name, the repository URL, and the size limits of uploads."""
    return {
        "site_name": settings.EXTERY_SITE_NAME,
        "listing_url": listing_url(request),
        "beta_listing_url": beta_listing_url(request),
        "max_upload": settings.EXTERY_MAX_UPLOAD,
        "max_image": settings.EXTERY_MAX_IMAGE,
        "sign_up_is_open": settings.EXTERY_SIGN_UP,
    }
