"""Images and videos by hash. Those of blocked and deleted extensions are sent to their owner and to moderators only."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from extery.core.errors import Refused
from extery_site.accounts.permissions import may_moderate
from extery_site.catalog.models import Extension, Image
from extery_site.catalog.models.image import VARIANT_WIDTHS
from extery_site.files.layout import FileKind
from extery_site.files.serving import send_media
from extery_site.media.models import GalleryItem


@require_safe
def image(request: HttpRequest, folder: str, sha256: str) -> HttpResponseBase:
    """Send an image; raises `Refused` if it belongs to blocked or deleted extensions only."""
    in_image = Q()
    for name in ("file", *VARIANT_WIDTHS):
        in_image |= Q(**{name: sha256})
    images = Image.objects.filter(in_image).order_by().values("pk")
    # Each part is found by an index.
    items = GalleryItem.objects.filter(image__in=images).order_by().values("extension")
    uses = Q(icon=sha256) | Q(image__in=images) | Q(pk__in=items)
    is_public = _check_allowed(request, folder, sha256, uses)
    return send_media(request, FileKind.IMAGE, sha256, is_public=is_public)


@require_safe
def video(request: HttpRequest, folder: str, sha256: str, suffix: str) -> HttpResponseBase:
    """Send a video or a range of it; raises `Refused` as `image` does."""
    items = GalleryItem.objects.filter(video=sha256).order_by().values("extension")
    is_public = _check_allowed(request, folder, sha256, Q(pk__in=items))
    return send_media(request, FileKind(suffix), sha256, is_public=is_public)


def _check_allowed(request: HttpRequest, folder: str, sha256: str, uses: Q) -> bool:
    """Return whether everyone may see a file; raises `Refused` or `Http404` if this user may not."""
    if folder != sha256[:2]:
        raise Http404(sha256)
    extensions = list(Extension.objects.filter(uses)[:100])
    is_public = not extensions or any(
        not (extension.is_blocked or extension.is_deleted) for extension in extensions
    )
    # The user is read for hidden files only: public responses do not depend on cookies.
    if not is_public and not (
        may_moderate(request.user)
        or any(extension.is_owned_by(request.user) for extension in extensions)
    ):
        [first, *_] = extensions
        if first.is_deleted:
            raise Http404(sha256)
        raise Refused.of("download.blocked", name=first.name, reason=first.block_reason)
    return is_public
