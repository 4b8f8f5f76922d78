"""Uploaded images: checked, converted to WebP without metadata, and scaled down by a task.

`uploaded_image` receives one; `extery_site.catalog.isolated_images` decodes it in isolation, and
`extery_site.files.storage` stores its files.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings

from extery.core.errors import InvalidInput, ProblemList, Where
from extery.core.files import format_size
from extery.isolation.limits import Limits, ProcessEnded, Reply
from extery.isolation.replies import MALFORMED, read_problem
from extery_site.catalog.models import Image
from extery_site.catalog.models.image import VARIANT_WIDTHS
from extery_site.files import storage
from extery_site.files.layout import FileKind
from extery_site.files.models import StoredFile
from extery_site.project.isolation import call_isolated
from extery_site.project.tasks.definitions import SLOW_QUEUE, TaskContext, task

if TYPE_CHECKING:  # it imports the decoders, which the site needs in other processes only
    from extery_site.catalog.isolated_images import Purpose

_WHERE = Where(path=("image",))
_decoding = Lock()
#: Decoding the largest image and encoding it again takes 300 MB and a few seconds.
_LIMITS = Limits(
    memory=700_000_000, seconds=90.0, cpu_seconds=60, output=100_000_000, disk=1_000_000
)


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


class UploadedImage:
    """A checked and converted image that has no row yet; ``problems`` are its warnings."""

    def __init__(
        self, stage: storage.StagedFile, size: tuple[int, int], problems: ProblemList
    ) -> None:
        self._stage = stage
        self.size = size
        self.problems = problems

    def store(self, *, alt_text: str = "") -> Image:
        """Create the row and enqueue `make_variants`; requires a transaction."""
        width, height = self.size
        image = Image.objects.create(
            file=self.store_file(), width=width, height=height, alt_text=alt_text.strip()
        )
        make_variants.enqueue(image.pk)
        return image

    def store_file(self) -> StoredFile:
        """Store the file without a row of an image, as that of an icon; requires a transaction."""
        return self._stage.store()


@contextmanager
def uploaded_image(file: BinaryIO, purpose: Purpose = "picture") -> Iterator[UploadedImage]:
    """Check an image, convert it and transfer it to the storage; removes it unless it is stored.

    ``purpose`` decides about its size: a cover must be larger than other pictures, an icon square. The conversion to WebP drops metadata such as the location of a photograph. Raises
    `InvalidInput`. Requires no transaction: decoding and transferring take long.
    """
    _check_file_size(file)
    # One at a time: together, large images would need much memory.
    with _decoding:
        reply = _call("convert-image", file, {"purpose": purpose})
    try:
        width, height = map(int, reply.value["size"])
        problems = ProblemList(map(read_problem, reply.value["problems"]))
        webp = _webp(reply.data)
    except MALFORMED as error:
        raise _undecodable() from error
    with storage.stage_file(webp, FileKind.IMAGE) as full:
        full.upload()
        yield UploadedImage(full, (width, height), problems)


@task(queue_name=SLOW_QUEUE, takes_context=True, atomic=False)
def make_variants(context: TaskContext, image_id: int) -> None:
    """Make the smaller variants of an image, for all rows with the same file.

    A killed worker leaves none of them in a row; the next attempt makes all.
    """
    row = Image.objects.select_related("file").filter(pk=image_id).first()
    if row is None or row.has_variants:
        return
    with storage.open_file(row.file) as stream:
        reply = _call("image-variants", stream, {"widths": list(VARIANT_WIDTHS.values())})
    try:
        variants = _split(reply)
    except MALFORMED as error:
        raise _undecodable() from error
    with ExitStack() as stack:
        staged = {
            name: stack.enter_context(storage.stage_file(data, FileKind.IMAGE))
            for name, data in variants.items()
        }
        for stage in staged.values():
            stage.upload()
        with context.complete():
            same_file = Image.objects.filter(file=row.file_id)
            # Evaluated to lock the rows; they may have been deleted in the meantime.
            if locked := list(same_file.select_for_update()):
                old = [file for image in locked for file in image.files[1:]]
                same_file.update(**{name: stage.store() for name, stage in staged.items()})
                # Those of an older release, of which there were fewer.
                storage.release(*old)


def _split(reply: Reply) -> dict[str, BinaryIO]:
    """Return the variants by their fields; raises `ValueError` for a malformed reply."""
    sizes, start, variants = reply.value, 0, {}
    for name, size in zip(VARIANT_WIDTHS, sizes, strict=True):
        variants[name] = _webp(reply.data[start : start + size])
        start += size
    return variants


def _call(name: str, file: BinaryIO, arguments: Mapping[str, Any]) -> Reply:
    try:
        return call_isolated(name, file, arguments, _LIMITS)
    except ProcessEnded as ended:
        raise _undecodable() from ended


def _webp(data: bytes) -> BinaryIO:
    """Return the file of an image; raises `ValueError` for other bytes, of a process that was taken over."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("not a WebP image")
    return io.BytesIO(data)


def _undecodable() -> InvalidInput:
    return InvalidInput.of("image.not-image", where=_WHERE, variant="ended")


def delete_image(image: Image) -> None:
    """Delete an image and its files, except files that other images use."""
    files = image.files
    image.delete()
    storage.release(*files)
