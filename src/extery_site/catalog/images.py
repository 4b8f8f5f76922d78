"""Uploaded images: checked, converted to WebP without metadata, and scaled down by a task.

`uploaded_image` receives one; `extery_site.files.storage` stores its files.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import BinaryIO

from django.conf import settings
from PIL import Image as Pillow
from PIL import ImageOps

from extery.core.errors import InvalidInput, ProblemList, Where
from extery.core.files import format_size
from extery_site.catalog.models import Image
from extery_site.files import storage
from extery_site.files.layout import FileKind
from extery_site.project.tasks.definitions import SLOW_QUEUE, TaskContext, task

ALLOWED_FORMATS = ("PNG", "JPEG", "WEBP")
#: Formats that are identified, to name them in the error.
_KNOWN_FORMATS = (*ALLOWED_FORMATS, "GIF", "BMP", "TIFF", "AVIF", "ICO", "TGA")
#: Width and height in pixels.
MIN_SIZE = (960, 540)
RECOMMENDED_SIZE = (1920, 1080)
#: Decoding a WebP image takes 16 bytes per pixel, so that this is 240 MB.
MAX_PIXELS = 5120 * 2880
#: Maximum width and height in pixels: the limit of WebP.
MAX_SIDE = 16_383
#: Maximum deviation from 16:9.
_MAX_RATIO_ERROR = 0.02
#: Widths of the stored files in pixels; smaller images are not enlarged.
SMALL_WIDTH, LARGE_WIDTH, FULL_WIDTH = 640, 1920, 3840
_WHERE = Where(path=("image",))
_decoding = Lock()
#: Exceptions that Pillow's decoders raise for invalid data.
_DECODER_ERRORS = (
    *(OSError, SyntaxError, ValueError, RuntimeError, LookupError, TypeError, ArithmeticError),
    *(EOFError, struct.error),
)


def open_image(file: BinaryIO) -> tuple[Pillow.Image, ProblemList]:
    """Return the decoded image and its warnings; raises `InvalidInput` for an unacceptable one."""
    _check_file_size(file)
    with ProblemList().raising(InvalidInput) as problems:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                image = Pillow.open(file, formats=_KNOWN_FORMATS)
        except Pillow.DecompressionBombError as error:
            raise InvalidInput.of(
                "image.too-large", where=_WHERE, variant="unknown-pixels"
            ) from error
        except _DECODER_ERRORS as error:
            raise InvalidInput.of("image.not-image", where=_WHERE) from error
        _check_format(image, problems)
        _check_pixels(image, problems)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
    except _DECODER_ERRORS as error:
        raise InvalidInput.of("image.not-image", where=_WHERE) from error
    # A copy has no decoder, and that of WebP keeps two more images.
    return (image.copy() if image.format == "WEBP" else image), problems


def _check_file_size(file: BinaryIO) -> None:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > settings.EXTERY_MAX_IMAGE:
        raise InvalidInput.of(
            "image.too-large",
            where=_WHERE,
            size=format_size(size),
            max_size=format_size(settings.EXTERY_MAX_IMAGE),
        )


def _check_format(image: Pillow.Image, problems: ProblemList) -> None:
    animated = getattr(image, "is_animated", False)
    if image.format not in ALLOWED_FORMATS or animated:
        problems.add(
            "image.unsupported-format",
            where=_WHERE,
            variant="animated" if animated else "",
            format=str(image.format),
        )


def _check_pixels(image: Pillow.Image, problems: ProblemList) -> None:
    width, height = image.size
    recommended = "{} × {}".format(*RECOMMENDED_SIZE)
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        problems.add("image.too-large", where=_WHERE, variant="pixels", width=width, height=height)
    elif width < MIN_SIZE[0] or height < MIN_SIZE[1]:
        problems.add(
            "image.too-small",
            where=_WHERE,
            width=width,
            height=height,
            minimum="{} × {}".format(*MIN_SIZE),
            recommended=recommended,
        )
    elif width < RECOMMENDED_SIZE[0] or height < RECOMMENDED_SIZE[1]:
        problems.add(
            "image.below-recommended-size",
            where=_WHERE,
            width=width,
            height=height,
            recommended=recommended,
        )
    if abs(width / height - 16 / 9) > _MAX_RATIO_ERROR:
        problems.add("image.not-16-9", where=_WHERE, width=width, height=height)


class UploadedImage:
    """A checked and converted image that has no row yet; ``problems`` are its warnings."""

    def __init__(
        self, stage: storage.StagedFile, size: tuple[int, int], problems: ProblemList
    ) -> None:
        self._stage = stage
        self._size = size
        self.problems = problems

    def store(self, *, alt_text: str = "") -> Image:
        """Create the row and enqueue `make_variants`; requires a transaction."""
        width, height = self._size
        image = Image.objects.create(
            file=self._stage.store(), width=width, height=height, alt_text=alt_text.strip()
        )
        make_variants.enqueue(image.pk)
        return image


@contextmanager
def uploaded_image(file: BinaryIO) -> Iterator[UploadedImage]:
    """Check an image, convert it and transfer it to the storage; removes it unless it is stored.

    The conversion to WebP drops metadata such as the location of a photograph. Raises
    `InvalidInput`. Requires no transaction: decoding and transferring take long.
    """
    # One at a time: together, large images would need much memory.
    with _decoding:
        image, problems = open_image(file)
        size = image.size
        # Frees the large image and its decoder before the encoder needs memory, too.
        image = _scale_down(image, FULL_WIDTH)
        webp = _encode_webp(image, quality=90)
        del image
    with storage.stage_file(webp, FileKind.IMAGE) as full:
        full.upload()
        yield UploadedImage(full, size, problems)


@task(queue_name=SLOW_QUEUE, takes_context=True, atomic=False)
def make_variants(context: TaskContext, image_id: int) -> None:
    """Make the smaller variants of an image, for all rows with the same file."""
    row = Image.objects.select_related("file").filter(pk=image_id).first()
    if row is None or row.has_variants:
        return
    with (
        storage.open_file(row.file) as stream,
        Pillow.open(stream, formats=("WEBP",)) as image,
    ):
        large_data = _encode_webp(_scale_down(image, LARGE_WIDTH), quality=84)
        small_data = _encode_webp(_scale_down(image, SMALL_WIDTH), quality=80)
    with (
        storage.stage_file(large_data, FileKind.IMAGE) as large,
        storage.stage_file(small_data, FileKind.IMAGE) as small,
    ):
        large.upload()
        small.upload()
        with context.complete():
            same_file = Image.objects.filter(file=row.file_id)
            # Evaluated to lock the rows; they may have been deleted in the meantime.
            if list(same_file.select_for_update().values_list("pk")):
                same_file.update(large=large.store(), small=small.store())


def _scale_down(image: Pillow.Image, max_width: int) -> Pillow.Image:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode != mode:
        image = image.convert(mode)
    if image.width <= max_width:
        return image
    height = max(1, round(image.height * max_width / image.width))
    return image.resize((max_width, height), Pillow.Resampling.LANCZOS, reducing_gap=3.0)


def _encode_webp(image: Pillow.Image, *, quality: int) -> BinaryIO:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=4)
    return buffer


def delete_image(image: Image) -> None:
    """Delete an image and its files, except files that other images use."""
    image.delete()
    storage.release(image.file, image.large, image.small)
