"""Images by hash. Those of blocked and deleted extensions are sent to their owner and to moderators only."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from extery.core.errors import Refused
from extery_site.accounts.permissions import may_moderate
from extery_site.catalog.models import Extension
from extery_site.files.serving import send_image


@require_safe
def image(request: HttpRequest, folder: str, sha256: str) -> HttpResponseBase:
    """Send an image; raises `Refused` if it belongs to blocked or deleted extensions only."""
    if folder != sha256[:2]:
        raise Http404(sha256)
    has_image = Q(image__file=sha256) | Q(image__small=sha256) | Q(image__large=sha256)
    extensions = list(Extension.objects.filter(has_image)[:100])
    is_public = not extensions or any(
        not (extension.is_blocked or extension.is_deleted) for extension in extensions
    )
    # The user is read for hidden images only: public responses do not depend on cookies.
    if not is_public and not (
        may_moderate(request.user)
        or any(extension.is_owned_by(request.user) for extension in extensions)
    ):
        [first, *_] = extensions
        if first.is_deleted:
            raise Http404(sha256)
        raise Refused.of("download.blocked", name=first.name, reason=first.block_reason)
    return send_image(request, sha256, is_public=is_public)
