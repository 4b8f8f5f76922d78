"""No image is so large that who opens it runs out of memory, whatever its file has."""

from __future__ import annotations

from extery.core.errors import InvalidPackage, ProblemList
from extery.core.files import format_size
from extery.rules.context import HEAD_BYTES, RuleContext
from extery.rules.image_sizes import JPEG_BYTES, ImageSize, image_size, is_jpeg
from extery.rules.rule import CHECKS, Input, Rule

#: The largest panoramas that are published have 300 to 540 million. This many take 4 GB in Blender, and 16 GB as floats.
MAX_PIXELS = 1_000_000_000
_BYTES_PER_PIXEL = 4
_MAX_PROBLEMS = 20


def check(context: RuleContext, problems: ProblemList) -> None:
    if context.open_file is None:
        return
    found = 0
    for name in context.names:
        size = _size_of(context, name)
        if size is None or size.pixels <= MAX_PIXELS:
            continue
        problems.add(
            "file.image-size",
            where=context.where(name),
            file=name,
            width=size.width,
            height=size.height,
            memory=format_size(size.pixels * _BYTES_PER_PIXEL),
        )
        found += 1
        if found == _MAX_PROBLEMS:
            return


RULE = Rule("files.image-size", check, scopes=CHECKS, input=Input.FILES, codes=("file.image-size",))


def _size_of(context: RuleContext, name: str) -> ImageSize | None:
    head = context.head(name)
    if is_jpeg(head) and len(head) == HEAD_BYTES:
        try:
            head = context.read(name, limit=JPEG_BYTES)
        except InvalidPackage:  # other rules report it
            return None
    return image_size(head)
