"""Addresses of pages for authors."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from extery_site.catalog.models import Version


def draft_url(version: Version) -> str:
    """Return the URL of the page that edits a version."""
    page = reverse("publish:draft", args=[version.extension.extension_id])
    return f"{page}?{urlencode({'version': version.number})}"


def files_url(version: Version) -> str:
    """Return the URL of the first of the steps in which a version is prepared."""
    return reverse("submit:files", args=[version.extension.extension_id, version.number])


def media_url(version: Version) -> str:
    """Return the URL of the page with pictures and videos."""
    return reverse("media:edit", args=[version.extension.extension_id])
