"""The lines ``SPDX-License-Identifier: …`` in the files of an extension, for the rules about licences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from extery.core.errors import InvalidPackage
from extery.rules.context import RuleContext

#: Files of source text. Others would have to be read to find out that they are no text.
_SUFFIXES = (
    *(
        ".py",
        ".pyi",
        ".pyx",
        ".c",
        ".cc",
        ".cpp",
        ".cu",
        ".h",
        ".hpp",
        ".glsl",
        ".osl",
        ".js",
        ".ts",
    ),
    *(".sh", ".rs", ".go", ".toml", ".xml", ".svg", ".css", ".html"),
)
#: The line is at the beginning of a file, behind a comment with its copyright.
_HEAD_BYTES = 8192
_LINE = re.compile(rb"SPDX-License-Identifier:[ \t]*([^\r\n]{0,250})")
#: What ends a comment behind the expression.
_END = re.compile(rb"(?:\*+/|-->|\*\)|[\"']{1,3}|#+)?[ \t]*$")
_MAX_LENGTH = 200


class Header(NamedTuple):
    """A line of a file; ``text`` is the expression as it is written."""

    file: str
    line: int
    text: str


def find_headers(context: RuleContext) -> Iterator[Header]:
    """Yield the first such line of each file."""
    if context.open_file is None:
        return
    for name in context.names:
        if not name.lower().endswith(_SUFFIXES):
            continue
        context.checkpoint()
        try:
            data = context.read(name, limit=_HEAD_BYTES)
        except InvalidPackage:  # other rules report it
            continue
        if header := header_in(data):
            yield header._replace(file=name)


def header_in(data: bytes) -> Header | None:
    """Return the first such line of the bytes of a file, whose name is not known."""
    match = _LINE.search(data)
    if match is None:
        return None
    text = _END.sub(b"", match[1].strip()).decode("utf-8", "replace").strip()
    if not text or len(text) > _MAX_LENGTH:
        return None
    return Header("", data.count(b"\n", 0, match.start()) + 1, text)
