"""Images from the media folder. Packages lie there too, and are only given out as downloads."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from extery_site.files.storage import media_path


@require_safe
def image(_request: HttpRequest, folder: str, name: str) -> HttpResponseBase:
    """An image by its hash; under this address there will never be another one."""
    try:
        file = media_path(f"images/{folder}/{name}").open("rb")
    except FileNotFoundError:
        raise Http404(name) from None
    return FileResponse(
        file,
        headers={
            "Content-Type": "image/webp",
            "Cache-Control": "public, max-age=31536000, immutable",
        },
    )
