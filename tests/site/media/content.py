"""Galleries made of rows, without files: those take long, and have tests of their own."""

from __future__ import annotations

import io

from extery_site.catalog.models import Extension, Image
from extery_site.files.layout import FileKind
from extery_site.files.models import StoredFile
from extery_site.media.gallery import read_gallery
from extery_site.media.models import GalleryItem
from tests.site import factories


def add_item(
    extension: Extension,
    alt_text: str = "A gear",
    *,
    size: tuple[int, int] = (1920, 1080),
    youtube: str = "",
    video: str = "",
) -> GalleryItem:
    """Add a picture or a video after the last item; ``video`` is a digit, of which the hash of its file consists."""
    image = factories.make_image(alt_text=alt_text)
    Image.objects.filter(pk=image.pk).update(width=size[0], height=size[1])
    file = None
    if video:
        file, _ = StoredFile.objects.get_or_create(
            sha256=video * 64, defaults={"size": 5, "kind": FileKind.MP4}
        )
    kinds = GalleryItem.Kind
    return GalleryItem.objects.create(
        extension=extension,
        position=extension.gallery_items.count() + 1,
        kind=kinds.VIDEO if video else kinds.YOUTUBE if youtube else kinds.PICTURE,
        image=image,
        video=file,
        youtube_id=youtube,
        seconds=24 if video else None,
        video_width=1280 if video else None,
        video_height=720 if video else None,
    )


def keys(extension: Extension) -> list[int]:
    """Return the keys of the whole gallery, in order."""
    extension = Extension.objects.select_related("image").get(pk=extension.pk)
    return [one.pk for one in read_gallery(extension, is_complete=True)]


def gif() -> io.BytesIO:
    return factories.picture(100, 50, "GIF")
