"""Actions of owners that add pictures and videos to an extension, and describe them.

What is shown changes at once, as descriptions do; the audit log has each change of a public extension, and
everyone can report a picture to the moderators. `extery_site.media.order` moves and removes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from extery.core.errors import InvalidInput, ProblemList, Where
from extery_site.accounts.permissions import AnyUser
from extery_site.catalog.images import UploadedImage, uploaded_image
from extery_site.catalog.models import Extension
from extery_site.media.changes import (
    clean_alt_text,
    find_shown,
    lock_for_change,
    record_change,
    use_upload,
)
from extery_site.media.gallery import Shown, read_gallery
from extery_site.media.models import GalleryItem
from extery_site.media.videos import UploadedVideo, uploaded_video
from extery_site.media.youtube import read_youtube_id
from extery_site.quotas.uploads_at_once import upload_of


def add_picture(
    *, extension: Extension, by: AnyUser, file: BinaryIO, alt_text: str = "", address: str | None
) -> tuple[Shown, ProblemList]:
    """Add a picture at the end; the first that is large enough becomes the cover. Returns it with its warnings.

    Raises `InvalidInput` for an unacceptable picture or a full gallery, and `Refused` for others than the owner,
    a blocked extension, or an exceeded quota of the user or of the client's ``address``.
    """
    alt_text = clean_alt_text(alt_text)
    with _counted_upload(extension, by, address), uploaded_image(file) as image:
        shown = _add(extension, by, image, alt_text, GalleryItem.Kind.PICTURE)
        return shown, image.problems


def add_video(
    *,
    extension: Extension,
    by: AnyUser,
    file: BinaryIO,
    poster: BinaryIO,
    alt_text: str = "",
    address: str | None,
) -> Shown:
    """Add an uploaded video at the end; ``poster`` is what it shows before it plays. Errors as of `add_picture`."""
    alt_text = clean_alt_text(alt_text)
    with (
        _counted_upload(extension, by, address, is_video=True),
        uploaded_video(file) as video,
        _poster(poster) as image,
    ):
        return _add(extension, by, image, alt_text, GalleryItem.Kind.VIDEO, video=video)


def add_youtube(
    *,
    extension: Extension,
    by: AnyUser,
    youtube: str,
    poster: BinaryIO,
    alt_text: str = "",
    address: str | None,
) -> Shown:
    """Add a video on YouTube, by its address or id. Errors as of `add_picture`."""
    alt_text, youtube_id = clean_alt_text(alt_text), read_youtube_id(youtube)
    with _counted_upload(extension, by, address, is_video=True), _poster(poster) as image:
        return _add(extension, by, image, alt_text, GalleryItem.Kind.YOUTUBE, youtube_id=youtube_id)


@contextmanager
def _poster(file: BinaryIO) -> Iterator[UploadedImage]:
    """Receive the picture of a video; its problems are about the field ``poster``."""
    try:
        with uploaded_image(file) as image:
            yield image
    except InvalidInput as error:
        where = Where(path=("poster",))
        raise InvalidInput(
            *(
                one._replace(where=where) if one.code.startswith("image.") else one
                for one in error.problems
            )
        ) from error


@contextmanager
def _counted_upload(
    extension: Extension, by: AnyUser, address: str | None, *, is_video: bool = False
) -> Iterator[None]:
    """Check that the owner may add something, and count it, before it is received: that takes long, and locks nothing."""
    with upload_of(extension.owner_id, address=address):
        with transaction.atomic():
            owned = lock_for_change(extension, by)
            _require_space(owned, is_video=is_video)
            use_upload(owned, address)
        yield


def _require_space(extension: Extension, *, is_video: bool) -> None:
    gallery = read_gallery(extension, is_complete=True)
    if len(gallery) >= settings.EXTERY_MAX_GALLERY:
        raise InvalidInput.of("media.gallery-full", number=len(gallery))
    videos = sum(not one.is_picture for one in gallery)
    if is_video and videos >= settings.EXTERY_MAX_VIDEOS:
        variant = "videos" if settings.EXTERY_MAX_VIDEOS else "no-videos"
        raise InvalidInput.of("media.gallery-full", variant=variant, number=videos)


@transaction.atomic
def _add(
    extension: Extension,
    by: AnyUser,
    image: UploadedImage,
    alt_text: str,
    kind: GalleryItem.Kind,
    *,
    video: UploadedVideo | None = None,
    youtube_id: str = "",
) -> Shown:
    extension = lock_for_change(extension, by)
    is_video = kind != GalleryItem.Kind.PICTURE
    _require_space(extension, is_video=is_video)
    number = len(read_gallery(extension, is_complete=True)) + 1
    row = image.store(alt_text=alt_text)
    record_change(extension, by, f"{kind.label} added", alt_text)
    if not is_video and extension.image is None and row.fits_cover:
        extension.image = row
        extension.save()
        return Shown(row, None, 1)
    last = extension.gallery_items.last()
    item = GalleryItem.objects.create(
        extension=extension,
        position=last.position + 1 if last else 1,
        kind=kind,
        image=row,
        video=video.store() if video else None,
        youtube_id=youtube_id,
        seconds=video.seconds if video else None,
        video_width=video.width if video else None,
        video_height=video.height if video else None,
    )
    return Shown(row, item, number)


@transaction.atomic
def set_alt_texts(*, extension: Extension, by: AnyUser, texts: Mapping[int, str]) -> list[Shown]:
    """Set alt texts by the keys of their images; returns the items that have changed.

    Raises `InvalidInput` with a problem for each that is missing, and changes none then: an item can be without one
    until it has had one, and is not public until then.
    """
    extension = lock_for_change(extension, by)
    gallery = {one.pk: one for one in read_gallery(extension, is_complete=True)}
    changed = []
    with ProblemList().raising(InvalidInput) as problems:
        for pk, text in texts.items():
            shown, field = find_shown(extension, gallery, pk), f"alt-{pk}"
            try:
                text = clean_alt_text(text, field=field)
            except InvalidInput as error:
                problems += error.problems
                continue
            if not text and shown.has_alt_text:
                problems.add("media.alt-text-missing", where=Where(path=(field,)))
            elif text != shown.image.alt_text:
                shown.image.alt_text = text
                changed.append(shown)
    for shown in changed:
        shown.image.save(update_fields=["alt_text"])
        record_change(extension, by, "Alt text changed", shown.image.alt_text)
    return changed
