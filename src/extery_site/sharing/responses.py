"""Responses with public content that clients ask for again and again: conditional, and kept by caches."""

from __future__ import annotations

import hashlib
from calendar import timegm
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag

#: Seconds for which caches keep a feed, a sitemap and a badge.
LIFETIME = 300


def public_response(
    request: HttpRequest,
    content: bytes,
    content_type: str,
    *,
    changed_at: datetime | None = None,
    lifetime: int = LIFETIME,
) -> HttpResponseBase:
    """Return the content with an ``ETag``, or 304 if the client has it. No cookie changes it."""
    etag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    modified = timegm(changed_at.utctimetuple()) if changed_at is not None else None
    response = HttpResponse(content, content_type=content_type)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={lifetime}"
    if modified is not None:
        response.headers["Last-Modified"] = http_date(modified)
    found = get_conditional_response(request, etag=etag, last_modified=modified, response=response)
    return found if found is not None else response
