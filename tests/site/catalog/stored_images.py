"""Stores images as the action that edits a draft does, for tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from django.db import transaction
from PIL import Image as Pillow

from extery.core.errors import ProblemList
from extery_site.catalog import images
from extery_site.catalog.models import Image
from extery_site.files.models import StoredFile
from tests.site.factories import picture
from tests.site.stored import path_of


def opened(file: StoredFile | None) -> Pillow.Image:
    with Pillow.open(path_of(file)) as image:
        image.load()
    return image


def store_image(file: BinaryIO, *, alt_text: str = "") -> tuple[Image, ProblemList]:
    """Store an image as the action that edits a draft does; return it and its warnings."""
    with images.uploaded_image(file) as uploaded, transaction.atomic():
        return uploaded.store(alt_text=alt_text), uploaded.problems


def stored(run_tasks: Callable[[], int], *arguments: Any, **options: Any) -> Image:
    """Return a stored image with its variants."""
    image, _ = store_image(picture(*arguments, **options))
    run_tasks()
    image.refresh_from_db()
    return image
