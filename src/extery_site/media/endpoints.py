"""API endpoints for pictures, videos and the icon of an extension."""

from __future__ import annotations

from typing import BinaryIO, Literal, cast

from django.http import HttpRequest
from ninja import File, Form, Router, Schema, UploadedFile
from pydantic import Field

from extery.core.errors import InvalidInput, Where
from extery_site.accounts.auth import OPTIONAL_AUTH
from extery_site.accounts.permissions import may_moderate
from extery_site.catalog.endpoints import visible_extension
from extery_site.catalog.models import Extension
from extery_site.media import actions, icons, order
from extery_site.media.gallery import Shown, read_gallery
from extery_site.quotas.client_address import client_address
from extery_site.ui.addresses import absolute

router = Router(tags=["media"])
_ALT_TEXT = "What one sees, for people who cannot; required."
_MAX_KEYS = 1_000


class SourceOut(Schema):
    """An image file, and its width in pixels."""

    url: str
    width: int


class VideoOut(Schema):
    """An uploaded video."""

    url: str
    type: str
    size: int
    seconds: float
    width: int
    height: int


class MediaItemOut(Schema):
    """A picture or a video. ``id`` is its key in this gallery; ``sources`` are its picture, smallest first."""

    id: int
    kind: Literal["picture", "video", "youtube"]
    cover: bool
    alt_text: str
    width: int
    height: int
    sources: list[SourceOut]
    video: VideoOut | None
    youtube: str | None = Field(description="The id of the video on YouTube.")

    @classmethod
    def of(cls, shown: Shown, request: HttpRequest) -> MediaItemOut:
        """Return an item of a gallery."""
        image, item = shown.image, shown.item
        video = None
        if item is not None and item.video is not None:
            video = VideoOut(
                url=absolute(request, item.video_url),
                type=item.video_type,
                size=item.video.size,
                seconds=item.seconds or 0,
                width=item.video_width or 0,
                height=item.video_height or 0,
            )
        return cls.model_construct(
            id=shown.pk,
            kind=shown.kind,
            cover=shown.is_cover,
            alt_text=image.alt_text,
            width=image.width,
            height=image.height,
            sources=[
                SourceOut(url=absolute(request, url), width=width) for url, width in image.sources
            ],
            video=video,
            youtube=item.youtube_id or None if item is not None else None,
        )


class MediaOut(Schema):
    """Everything that the page of an extension shows; ``icon`` is ``null`` if letters are drawn instead."""

    icon: str | None
    items: list[MediaItemOut]

    @classmethod
    def of(cls, extension: Extension, request: HttpRequest) -> MediaOut:
        """Return the gallery that the user of the request may see."""
        is_owner = extension.is_owned_by(request.user)
        if extension.is_blocked and not is_owner and not may_moderate(request.user):
            return cls(icon=None, items=[])
        gallery = read_gallery(extension, is_complete=is_owner)
        return cls(
            icon=absolute(request, extension.icon_url) if extension.icon_id else None,
            items=[MediaItemOut.of(shown, request) for shown in gallery],
        )


class OrderIn(Schema):
    """The ids of all items in their new order; ``seen`` is the order from which you started, to notice other changes."""

    order: list[int] = Field(max_length=_MAX_KEYS)
    seen: list[int] | None = Field(default=None, max_length=_MAX_KEYS)


class AltTextIn(Schema):
    """The alt text of an item."""

    alt_text: str


@router.get("/extensions/{extension_id}/media/", response=MediaOut, auth=OPTIONAL_AUTH)
def media(request: HttpRequest, extension_id: str) -> MediaOut:
    """Return pictures, videos and the icon. Items without an alt text are visible to the owner only."""
    return MediaOut.of(visible_extension(extension_id, request.user), request)


@router.post("/extensions/{extension_id}/media/pictures/", response={201: MediaItemOut})
def add_picture(
    request: HttpRequest,
    extension_id: str,
    file: File[UploadedFile | None] = None,
    alt_text: Form[str] = "",
) -> MediaItemOut:
    """Add a picture at the end of the gallery. The first that is 16:9 and has 1920 × 1080 pixels or more becomes the cover."""
    extension = visible_extension(extension_id, request.user)
    shown, _ = actions.add_picture(
        extension=extension,
        by=request.user,
        file=_required(file, "file"),
        alt_text=_required_alt_text(alt_text),
        address=client_address(request),
    )
    return MediaItemOut.of(shown, request)


@router.post("/extensions/{extension_id}/media/videos/", response={201: MediaItemOut})
def add_video(
    request: HttpRequest,
    extension_id: str,
    file: File[UploadedFile | None] = None,
    poster: File[UploadedFile | None] = None,
    youtube: Form[str] = "",
    alt_text: Form[str] = "",
) -> MediaItemOut:
    """Add a video: a file (MP4 or WebM), or the address of one on YouTube, and the picture that is shown until it plays."""
    extension = visible_extension(extension_id, request.user)
    if poster is None:
        raise InvalidInput.of("media.poster-missing", where=Where(path=("poster",)))
    alt_text = _required_alt_text(alt_text)
    picture, address = cast("BinaryIO", poster), client_address(request)
    if file is None and youtube:
        shown = actions.add_youtube(
            extension=extension,
            by=request.user,
            youtube=youtube,
            poster=picture,
            alt_text=alt_text,
            address=address,
        )
    else:
        shown = actions.add_video(
            extension=extension,
            by=request.user,
            file=_required(file, "file"),
            poster=picture,
            alt_text=alt_text,
            address=address,
        )
    return MediaItemOut.of(shown, request)


@router.put("/extensions/{extension_id}/media/order", response=MediaOut)
def set_order(request: HttpRequest, extension_id: str, body: OrderIn) -> MediaOut:
    """Set the order of the gallery; the first item becomes the cover."""
    extension = visible_extension(extension_id, request.user)
    order.reorder(extension=extension, by=request.user, order=body.order, seen=body.seen)
    return MediaOut.of(visible_extension(extension_id, request.user), request)


@router.patch("/extensions/{extension_id}/media/{item_id}", response=MediaOut)
def set_alt_text(
    request: HttpRequest, extension_id: str, item_id: int, body: AltTextIn
) -> MediaOut:
    """Set the alt text of an item."""
    extension = visible_extension(extension_id, request.user)
    texts = {item_id: _required_alt_text(body.alt_text)}
    actions.set_alt_texts(extension=extension, by=request.user, texts=texts)
    return MediaOut.of(visible_extension(extension_id, request.user), request)


@router.delete("/extensions/{extension_id}/media/{item_id}", response={204: None})
def remove(request: HttpRequest, extension_id: str, item_id: int) -> None:
    """Remove an item and its files. The next picture that is large enough replaces a cover."""
    extension = visible_extension(extension_id, request.user)
    order.remove(extension=extension, by=request.user, item=item_id)


@router.post("/extensions/{extension_id}/icon", response=MediaOut)
def set_icon(
    request: HttpRequest, extension_id: str, file: File[UploadedFile | None] = None
) -> MediaOut:
    """Set the icon: a square PNG or WebP of 256 × 256 pixels or more."""
    extension = visible_extension(extension_id, request.user)
    address = client_address(request)
    icons.set_icon(
        extension=extension, by=request.user, file=_required(file, "file"), address=address
    )
    return MediaOut.of(visible_extension(extension_id, request.user), request)


@router.delete("/extensions/{extension_id}/icon", response={204: None})
def remove_icon(request: HttpRequest, extension_id: str) -> None:
    """Remove the icon; pages draw letters of the name instead."""
    icons.remove_icon(extension=visible_extension(extension_id, request.user), by=request.user)


def _required(file: UploadedFile | None, field: str) -> BinaryIO:
    if file is None:
        raise InvalidInput.of("media.no-file", where=Where(path=(field,)), field=field)
    return cast("BinaryIO", file)


def _required_alt_text(text: str) -> str:
    if not text.strip():
        raise InvalidInput.of("media.alt-text-missing", where=Where(path=("alt_text",)))
    return text
