"""The listing of one extension: all of its approved packages, where the listing of the site has the newest only."""

from __future__ import annotations

import hashlib
import json

from django.http import HttpRequest, HttpResponse

from extery.core.errors import NotFound
from extery_site.catalog.models import SHOWN_IN, Channel, Extension
from extery_site.listings.middleware import CACHE_CONTROL
from extery_site.listings.models import ListedExtension
from extery_site.listings.snapshot import head
from extery_site.ui.addresses import base_url


def extension_listing(
    request: HttpRequest, extension_id: str, channel: str = Channel.STABLE
) -> HttpResponse:
    """Return the listing of an extension in a channel, the newest version first; raises `NotFound` if the site has never listed it."""
    listed = (
        ListedExtension.objects.select_related("extension")
        .filter(extension__extension_id=extension_id)
        .first()
    )
    if listed is None or listed.extension is None:
        raise NotFound.of("request.not-found", variant="extension", id=extension_id)
    extension = listed.extension
    is_blocked = extension.status == Extension.Status.BLOCKED
    blocks = [{"id": extension_id, "reason": extension.block_reason}] if is_blocked else []
    address = json.dumps(base_url(request))[1:-1]
    shown = listed.entries.filter(version__channel__in=SHOWN_IN[channel])
    rows = shown.order_by("-sort_key", "package_id").values_list("before_address", "after_address")
    data = ",".join(f"{before}{address}{after}" for before, after in rows)
    body = head(blocks) + data.encode() + b"]}"
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL, "Content-Type": "application/json"}
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, headers=headers)
