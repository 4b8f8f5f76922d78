"""The kinds of stored files, and the name that a file has in the storage: a folder, its hash, a suffix.

How files are hashed, written and read is in `extery_site.files.storage`. Imports no model.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import models


class FileKind(models.TextChoices):
    """What a stored file is; `LAYOUTS` has a row for each kind."""

    PACKAGE = "package", "Package"
    IMAGE = "image", "Image"
    MP4 = "mp4", "MP4 video"
    WEBM = "webm", "WebM video"


def file_kind_choices() -> list[tuple[str, str]]:
    """Return the choices of `StoredFile.kind`; as a function, so that a new one needs no migration."""
    return FileKind.choices


@dataclass(frozen=True)
class Layout:
    """Where the files of a kind are in the storage, and their media type."""

    folder: str
    suffix: str
    media_type: str

    def name(self, sha256: str) -> str:
        """Return the name in the storage, such as ``packages/ab/abcd….zip``."""
        return f"{self.folder}/{sha256[:2]}/{sha256}{self.suffix}"


LAYOUTS: dict[str, Layout] = {
    FileKind.PACKAGE: Layout("packages", ".zip", "application/zip"),
    FileKind.IMAGE: Layout("images", ".webp", "image/webp"),
    FileKind.MP4: Layout("videos", ".mp4", "video/mp4"),
    FileKind.WEBM: Layout("videos", ".webm", "video/webm"),
}


def image_url(sha256: str) -> str:
    """Return the URL path of an image."""
    return media_url(FileKind.IMAGE, sha256)


def media_url(kind: str, sha256: str) -> str:
    """Return the URL path of an image or a video."""
    return settings.MEDIA_URL + LAYOUTS[kind].name(sha256)
