"""The gallery of an extension as data: its cover, then its items. Reads only; `actions` changes it."""

from __future__ import annotations

from dataclasses import dataclass

from extery_site.catalog.models import Extension, Image
from extery_site.media.models import GalleryItem


@dataclass(frozen=True)
class Shown:
    """A picture or a video in a gallery; ``item`` is ``None`` for the cover."""

    image: Image
    item: GalleryItem | None
    number: int
    """From 1."""

    @property
    def pk(self) -> int:
        """The key of the item in forms and in the API: that of its image."""
        return int(self.image.pk)

    @property
    def kind(self) -> str:
        return self.item.kind if self.item is not None else GalleryItem.Kind.PICTURE

    @property
    def is_cover(self) -> bool:
        return self.item is None

    @property
    def is_picture(self) -> bool:
        return self.item is None or self.item.is_picture

    @property
    def has_alt_text(self) -> bool:
        return bool(self.image.alt_text.strip())

    @property
    def duration(self) -> str:
        """The duration of a video in words, such as ``24 seconds``; empty if it is unknown."""
        seconds = round(self.item.seconds or 0) if self.item is not None else 0
        if not seconds:
            return ""
        minutes, rest = divmod(seconds, 60)
        parts = [(minutes, "minute"), (rest, "second")]
        return " ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n)

    @property
    def short_duration(self) -> str:
        """The duration of a video as players show it, such as ``0:24``."""
        seconds = round(self.item.seconds or 0) if self.item is not None else 0
        return f"{seconds // 60}:{seconds % 60:02}" if seconds else ""

    @property
    def play_label(self) -> str:
        """The name of the button of a video: ``Play, 24 seconds``."""
        where = " on YouTube" if self.kind == GalleryItem.Kind.YOUTUBE else ""
        return f"Play{where}, {self.duration}" if self.duration else f"Play{where}"


def read_gallery(extension: Extension, *, is_complete: bool = False) -> list[Shown]:
    """Return cover and items in their order, in one query; of the items, those with an alt text.

    ``is_complete`` returns the others too, which only the owner sees.
    """
    items = extension.gallery_items.select_related("image", "video")
    shown = []
    if extension.image is not None:
        shown.append(Shown(extension.image, None, 1))
    for item in items:
        one = Shown(item.image, item, len(shown) + 1)
        if is_complete or one.has_alt_text:
            shown.append(one)
    return shown


def missing_alt_texts(extension: Extension) -> int:
    """Return how many items after the cover have no alt text; no one but the owner sees those.

    Makes no query for items that were loaded with their images.
    """
    items = extension.gallery_items.all()
    if "gallery_items" not in getattr(extension, "_prefetched_objects_cache", {}):
        items = items.select_related("image")
    return sum(not item.image.alt_text.strip() for item in items)
