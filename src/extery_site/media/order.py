"""Actions of owners that change the order of a gallery, with the cover first, or remove something from it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from extery.core.errors import Conflict, InvalidInput, Where
from extery_site.accounts.permissions import AnyUser
from extery_site.catalog.images import delete_image
from extery_site.catalog.models import Extension
from extery_site.catalog.models.image import COVER_SIZE
from extery_site.files import storage
from extery_site.media.changes import find_shown, lock_for_change, record_change
from extery_site.media.gallery import Shown, read_gallery
from extery_site.media.models import GalleryItem

#: Statuses in which an extension has a cover, because people or moderators look at it.
_WITH_COVER = (
    Extension.Status.IN_REVIEW,
    Extension.Status.ON_HOLD,
    Extension.Status.COOLING_DOWN,
    Extension.Status.APPROVED,
)
_MINIMUM = "{} × {}".format(*COVER_SIZE)


@transaction.atomic
def reorder(
    *,
    extension: Extension,
    by: AnyUser,
    order: Sequence[int],
    seen: Sequence[int] | None = None,
) -> None:
    """Set the order, by the keys of the images of all items; the first becomes the cover.

    Raises `Conflict` if the order is no longer ``seen``, that which the user has looked at, and `InvalidInput` if
    ``order`` does not name each item once or the first cannot be the cover.
    """
    extension = lock_for_change(extension, by)
    gallery = read_gallery(extension, is_complete=True)
    if seen is not None and list(seen) != [one.pk for one in gallery]:
        raise Conflict.of("media.order-changed")
    _reorder(extension, by, gallery, order)


@transaction.atomic
def move(*, extension: Extension, by: AnyUser, item: int, steps: int) -> None:
    """Move an item up, with negative ``steps``, or down in the present order. Errors as of `reorder`."""
    extension = lock_for_change(extension, by)
    gallery = read_gallery(extension, is_complete=True)
    shown = find_shown(extension, {one.pk: one for one in gallery}, item)
    order = [one.pk for one in gallery if one.pk != item]
    order.insert(max(0, shown.number - 1 + max(-len(gallery), min(steps, len(gallery)))), item)
    _reorder(extension, by, gallery, order)


def _reorder(extension: Extension, by: AnyUser, gallery: list[Shown], order: Sequence[int]) -> None:
    by_key = {one.pk: one for one in gallery}
    if sorted(order) != sorted(by_key):
        raise InvalidInput.of("media.bad-order", where=Where(path=("order",)))
    if list(order) == [one.pk for one in gallery]:
        return
    ordered = [by_key[pk] for pk in order]
    first = ordered[0]
    if first.item is not None and extension.image is not None:
        _require_cover(first)
    if first.item is not None and first.is_picture and first.image.fits_cover:
        _make_cover(extension, gallery, first.item)
    rows = {item.image_id: item for item in extension.gallery_items.all()}
    for position, pk in enumerate([pk for pk in order if pk in rows], start=1):
        rows[pk].position = position
    GalleryItem.objects.bulk_update(rows.values(), ["position"])
    record_change(extension, by, "Order changed", "")


def _require_cover(shown: Shown) -> None:
    where = Where(path=("order",))
    if not shown.is_picture:
        raise InvalidInput.of("media.not-cover", where=where, variant="video")
    if not shown.image.fits_cover:
        raise InvalidInput.of(
            "media.not-cover",
            where=where,
            width=shown.image.width,
            height=shown.image.height,
            minimum=_MINIMUM,
        )


def _make_cover(extension: Extension, gallery: list[Shown], item: GalleryItem) -> None:
    """Exchange the cover and an item, whose row the old cover gets."""
    old = gallery[0].image if gallery[0].is_cover else None
    extension.image = item.image
    extension.save()
    if old is None:
        item.delete()
    else:
        item.image = old
        item.save(update_fields=["image"])


@transaction.atomic
def remove(*, extension: Extension, by: AnyUser, item: int) -> None:
    """Remove a picture or video with its files. The next picture that is large enough replaces a cover.

    Raises `InvalidInput` if there is none, and the extension is published or in review.
    """
    extension = lock_for_change(extension, by)
    gallery = read_gallery(extension, is_complete=True)
    shown = find_shown(extension, {one.pk: one for one in gallery}, item)
    record_change(extension, by, "Removed", shown.image.alt_text)
    if shown.item is not None:
        video = shown.item.video
        delete_image(shown.image)  # with the row of the item
        storage.release(video)
        return
    others = [one.item for one in gallery[1:] if one.item is not None and one.is_picture]
    following = next((one for one in others if one.image.fits_cover), None)
    if following is None and extension.status in _WITH_COVER:
        raise InvalidInput.of("media.cover-needed", minimum=_MINIMUM)
    extension.image = following.image if following else None
    extension.save()
    if following is not None:
        following.delete()
    delete_image(shown.image)
