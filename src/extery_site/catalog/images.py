"""Uploaded images: checked, rewritten without metadata, and reduced for pages by a task."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from PIL import Image as Pillow
from PIL import ImageOps

from extery.core.errors import InvalidInput, ProblemList, Where
from extery.core.files import format_size
from extery_site.catalog.models import Image
from extery_site.files import actions as files
from extery_site.files.models import StoredFile
from extery_site.project.tasks.definitions import SLOW_QUEUE, TaskContext, task

TAKEN = ("PNG", "JPEG", "WEBP")
#: Formats we recognise in order to say that we do not take them.
RECOGNISED = (*TAKEN, "GIF", "BMP", "TIFF", "AVIF", "ICO", "TGA")
LEAST = (960, 540)
GUIDELINE = (1920, 1080)
MOST_PIXELS = 50_000_000
#: No side of a WebP file can be longer.
LONGEST_SIDE = 16_383
SMALL, LARGE, FULL = 640, 1920, 3840
_WHERE = Where(path=("image",))
#: What decoders raise for bytes that make no sense to them; each has its own habits.
_UNREADABLE = (
    *(OSError, SyntaxError, ValueError, RuntimeError, LookupError, TypeError, ArithmeticError),
    *(EOFError, struct.error),
)


def open_image(file: BinaryIO) -> tuple[Pillow.Image, ProblemList]:
    """The decoded picture and its warnings; raises `InvalidInput` for one we do not take."""
    _check_size(file)
    with ProblemList().raising(InvalidInput) as problems:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                picture = Pillow.open(file, formats=RECOGNISED)
        except Pillow.DecompressionBombError as error:
            raise _too_many_pixels() from error
        except _UNREADABLE as error:
            raise _not_an_image() from error
        _check_format(picture, problems)
        _check_pixels(picture, problems)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture.load()
            upright = ImageOps.exif_transpose(picture)
    except _UNREADABLE as error:
        raise _not_an_image() from error
    return upright, problems


def _check_size(file: BinaryIO) -> None:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if size > settings.EXTERY_MAX_IMAGE:
        most = format_size(settings.EXTERY_MAX_IMAGE)
        raise InvalidInput.of(
            "image.too-large",
            f"the image has {format_size(size)}, and this site takes at most {most}",
            hint="save it as JPEG or WebP, or smaller",
            where=_WHERE,
        )


def _not_an_image() -> InvalidInput:
    return InvalidInput.of(
        "image.not-image",
        "the file is not an image that can be read",
        hint="choose a PNG, JPEG or WebP file",
        where=_WHERE,
    )


def _too_many_pixels(found: str = "the image has more pixels than can be opened") -> InvalidInput:
    return InvalidInput.of(
        "image.too-large", found, hint="make it 16:9 and at most 3840 pixels wide", where=_WHERE
    )


def _check_format(picture: Pillow.Image, problems: ProblemList) -> None:
    animated = getattr(picture, "is_animated", False)
    if picture.format in TAKEN and not animated:
        return
    what = f"an animated {picture.format}" if animated else f"a {picture.format} file"
    problems.add(
        "image.unsupported-format",
        f"the image is {what}",
        hint="save it as a still PNG, JPEG or WebP",
        where=_WHERE,
    )


def _check_pixels(picture: Pillow.Image, problems: ProblemList) -> None:
    width, height = picture.size
    found = f"the image has {width} × {height} pixels"
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        problems.extend(_too_many_pixels(found).problems)
    elif width < LEAST[0] or height < LEAST[1]:
        hint = "it needs at least {} × {}; {} × {} is best".format(*LEAST, *GUIDELINE)
        problems.add("image.too-small", found, hint=hint, where=_WHERE)
    elif width < GUIDELINE[0] or height < GUIDELINE[1]:
        hint = "{} × {} looks sharp on every screen".format(*GUIDELINE)
        problems.add("image.below-recommended-size", found, hint=hint, where=_WHERE)
    if abs(width / height - 16 / 9) > 0.02:
        hint = "pages show the middle of it as 16:9"
        problems.add("image.not-16-9", found, hint=hint, where=_WHERE)


class UploadedImage:
    """An uploaded image that was checked and rewritten, and has no row yet."""

    def __init__(self, stage: files.Staged, size: tuple[int, int], problems: ProblemList) -> None:
        self._stage = stage
        self._size = size
        self.problems = problems
        """Warnings about the guideline."""

    def store(self, *, alt_text: str = "") -> Image:
        """Create the row and enqueue the variants; needs a transaction."""
        width, height = self._size
        image = Image.objects.create(
            file=self._stage.store(), width=width, height=height, alt_text=alt_text.strip()
        )
        make_variants.enqueue(image.pk)
        return image


@contextmanager
def uploaded_image(file: BinaryIO) -> Iterator[UploadedImage]:
    """Check, rewrite and transfer an image before the transaction that stores it.

    It is rewritten as WebP, so that metadata such as the place where a photograph was taken does
    not reach the site. Raises `InvalidInput`. An image that is not stored is removed.
    """
    picture, problems = open_image(file)
    with files.staged(_webp(picture, FULL, 90), StoredFile.Kind.IMAGE) as full:
        full.upload()
        yield UploadedImage(full, picture.size, problems)


def store_image(file: BinaryIO, *, alt_text: str = "") -> tuple[Image, ProblemList]:
    """Store an uploaded image in a transaction of its own. Raises `InvalidInput`."""
    with uploaded_image(file) as uploaded, transaction.atomic():
        return uploaded.store(alt_text=alt_text), uploaded.problems


@task(queue_name=SLOW_QUEUE, takes_context=True, atomic=False)
def make_variants(context: TaskContext, image_id: int) -> None:
    """Make the smaller variants of an image, for all rows that have the same file."""
    image = Image.objects.select_related("file").filter(pk=image_id).first()
    if image is None or image.has_variants:
        return
    with (
        files.open_file(image.file) as stream,
        Pillow.open(stream, formats=("WEBP",)) as picture,
    ):
        large_data, small_data = _webp(picture, LARGE, 84), _webp(picture, SMALL, 80)
    with (
        files.staged(large_data, StoredFile.Kind.IMAGE) as large,
        files.staged(small_data, StoredFile.Kind.IMAGE) as small,
    ):
        large.upload()
        small.upload()
        with context.complete():
            same = Image.objects.filter(file=image.file_id).select_for_update()
            if list(same.values_list("pk")):  # it may have been deleted meanwhile
                Image.objects.filter(file=image.file_id).update(
                    large=large.store(), small=small.store()
                )


def _webp(picture: Pillow.Image, width: int, quality: int) -> BinaryIO:
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    copy = picture.convert(mode)
    if copy.width > width:
        copy = copy.resize(
            (width, max(1, round(copy.height * width / copy.width))),
            Pillow.Resampling.LANCZOS,
            reducing_gap=3.0,
        )
    buffer = io.BytesIO()
    copy.save(buffer, "WEBP", quality=quality, method=4)
    return buffer


def delete_image(image: Image) -> None:
    """Remove an image and those of its files that no other image has."""
    image.delete()
    files.release(image.file, image.large, image.small)
