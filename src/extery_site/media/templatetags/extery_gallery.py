"""The template tag that renders the gallery of an extension."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.template import Context

from extery_site.media.gallery import read_gallery
from extery_site.media.youtube import FRAME_ORIGIN

register = template.Library()


@register.inclusion_tag("parts/gallery.html", takes_context=True)
def gallery(
    context: Context, *, may_edit: bool = False, may_moderate: bool = False
) -> dict[str, Any]:
    """Return the context of ``parts/gallery.html``, for the ``extension`` of the page.

    ``?picture=2`` chooses what is shown large. That of a blocked extension is shown to those who ``may_edit`` or
    ``may_moderate``. A page with a video on YouTube is allowed to show its frame.
    """
    extension, request = context["extension"], context["request"]
    is_hidden = extension.is_blocked and not (may_edit or may_moderate)
    items = [] if is_hidden else read_gallery(extension)
    if any(one.item is not None and one.item.youtube_id for one in items):
        request.frame_origins = (FRAME_ORIGIN,)
    wanted = request.GET.get("picture", "")
    number = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 4 else 1
    return {
        "extension": extension,
        "items": items,
        "shown": items[number - 1 if 0 < number <= len(items) else 0] if items else None,
        "may_edit": may_edit,
        "max_gallery": settings.EXTERY_MAX_GALLERY,
    }
