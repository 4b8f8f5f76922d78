"""Social cards by the hash of their content: drawn when someone first asks, then kept in a bounded folder."""

from __future__ import annotations

import hashlib
import threading
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from extery.core.files import atomic_write
from extery.core.versions import short_blender_version
from extery_site.catalog.models import Extension
from extery_site.files.storage import open_file
from extery_site.sharing.card import DESIGN, Card

#: Cards in the folder, about 60 kB each; the oldest quarter is deleted above it.
MAX_CARDS = 2_000
#: Cards that a process draws at the same time, and the seconds that others wait for it.
_DRAWING = threading.BoundedSemaphore(1)
_PATIENCE = 10
_MAX_PICTURE = 2_000_000
_FOREVER = "public, max-age=31536000, immutable"


def card_path(extension: Extension) -> str:
    """Return the path of the card of a public extension, which changes with what it shows. Needs its owner, image and newest version."""
    return reverse("sharing:card", args=[extension.extension_id, _digest(extension)])


def _content(extension: Extension) -> Card:
    version = extension.newest_version
    facts = extension.get_type_display()
    if version is not None:
        low, high = version.blender_range
        facts += f" · Blender {short_blender_version(low)}"
        facts += " and newer" if high is None else f" to before {short_blender_version(high)}"
    return Card(
        name=extension.name,
        fallback=extension.extension_id,
        tagline=extension.tagline,
        author=f"by {extension.owner.display_name}",
        facts=facts,
        site=settings.EXTERY_SITE_NAME,
    )


def _digest(extension: Extension) -> str:
    image = extension.image.small_id if extension.image is not None else None
    parts = (DESIGN, _content(extension), image)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


@require_safe
def card(request: HttpRequest, extension_id: str, digest: str) -> HttpResponseBase:  # noqa: ARG001
    """Return the card of a public extension as a PNG; an address that is no longer right redirects."""
    public = Extension.objects.public().select_related("owner", "image__small", "newest_version")
    extension = get_object_or_404(public.with_id(extension_id))
    if digest != _digest(extension):
        return redirect(card_path(extension))
    data = _stored(extension, digest)
    if data is None:
        return HttpResponse(status=503, headers={"Retry-After": str(_PATIENCE)})
    response = HttpResponse(data, content_type="image/png")
    response.headers["Cache-Control"] = _FOREVER
    return response


@require_safe
def newest_card(request: HttpRequest, extension_id: str) -> HttpResponseBase:  # noqa: ARG001
    """Redirect to the card of a public extension; pages link to this, and need not load what the card shows."""
    public = Extension.objects.public().select_related("owner", "image", "newest_version")
    response = redirect(card_path(get_object_or_404(public.with_id(extension_id))))
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def folder() -> Path:
    """Return the folder of the cards. It can be deleted at any time: they are drawn again."""
    path: Path = settings.EXTERY_DATA / "cache" / "cards"
    return path


def _stored(extension: Extension, digest: str) -> bytes | None:
    """Return the card, drawn if it is not there; ``None`` if too many others are being drawn."""
    path = folder() / f"{digest}.png"
    with suppress(OSError):
        return path.read_bytes()
    if not _DRAWING.acquire(timeout=_PATIENCE):
        return None
    try:
        with suppress(OSError):  # another request has just drawn it
            return path.read_bytes()
        data = _draw(_with_picture(extension))
    finally:
        _DRAWING.release()
    # A full disk, or one that cannot be written to, costs time only.
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as file:
            file.write(data)
        prune()
    return data


def _draw(content: Card) -> bytes:
    # Pillow is loaded with the first card, not with the site.
    from extery_site.sharing.card_drawing import draw

    return draw(content)


def _with_picture(extension: Extension) -> Card:
    content = _content(extension)
    small = extension.image.small if extension.image is not None else None
    if small is None or small.size > _MAX_PICTURE or small.quarantined_at is not None:
        return content
    # The variant that the site has made itself, not the file that was uploaded.
    with suppress(OSError), open_file(small) as file:
        return Card(**{**vars(content), "picture": file.read(_MAX_PICTURE)})
    return content


def prune() -> int:
    """Delete the oldest cards if there are too many; return how many."""
    cards = list(folder().glob("*.png"))
    if len(cards) <= MAX_CARDS:
        return 0
    oldest = sorted(cards, key=_age)[: len(cards) - MAX_CARDS * 3 // 4]
    for path in oldest:
        path.unlink(missing_ok=True)
    return len(oldest)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # another process has deleted it
        return 0.0
