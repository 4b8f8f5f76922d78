"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from extery_site.ui.addresses import listing_url


def site(request: HttpRequest) -> dict[str, Any]:
    """The name of the site, the address to paste into Blender, and the limits of uploads."""
    return {
        "site_name": settings.EXTERY_SITE_NAME,
        "listing_url": listing_url(request),
        "max_upload": settings.EXTERY_MAX_UPLOAD,
        "max_image": settings.EXTERY_MAX_IMAGE,
        "sign_up_is_open": settings.EXTERY_SIGN_UP,
    }
