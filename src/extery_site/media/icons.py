"""Actions on the icon of an extension, and the removal of everything that it shows."""

from __future__ import annotations

from typing import BinaryIO

from django.db import transaction

from extery_site.accounts.permissions import AnyUser
from extery_site.catalog.images import delete_image, uploaded_image
from extery_site.catalog.models import Extension
from extery_site.files import storage
from extery_site.media.changes import lock_for_change, record_change, use_upload
from extery_site.quotas.uploads_at_once import upload_of


def set_icon(*, extension: Extension, by: AnyUser, file: BinaryIO, address: str | None) -> None:
    """Set the icon, scaled down to 256 × 256 pixels. Errors as of `add_picture`."""
    with upload_of(extension.owner_id, address=address):
        with transaction.atomic():
            owned = lock_for_change(extension, by)
            use_upload(owned, address)
        with uploaded_image(file, "icon") as image, transaction.atomic():
            extension = lock_for_change(extension, by)
            old, extension.icon = extension.icon, image.store_file()
            extension.save()
            storage.release(old)
            record_change(extension, by, "Icon changed", "")


@transaction.atomic
def remove_icon(*, extension: Extension, by: AnyUser) -> None:
    """Remove the icon; pages draw letters of the name instead."""
    extension = lock_for_change(extension, by)
    old, extension.icon = extension.icon, None
    if old is not None:
        extension.save()
        storage.release(old)
        record_change(extension, by, "Icon removed", "")


def erase_media(extension: Extension) -> None:
    """Delete all pictures, videos and the icon of a locked extension, whose row is saved afterwards."""
    images = [extension.image] if extension.image is not None else []
    files = [extension.icon]
    for item in extension.gallery_items.select_related("image", "video"):
        images.append(item.image)
        files.append(item.video)
    extension.image = extension.icon = None
    extension.save(update_fields=["image", "icon"])
    for image in images:
        delete_image(image)
    storage.release(*files)
