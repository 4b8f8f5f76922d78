"""Parse the XML of a theme within limits, for the rule that checks it and for its colours.

The file is parsed once, as a stream of events and without a tree, so neither its nesting nor its size can
exhaust the stack or the memory. All limits are our own: those of expat differ between the versions that Python
3.11 and 3.13 ship.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.parsers import expat

from extery.core.errors import ProblemList, Value, Where, bounded
from extery.core.text import quote_value
from extery.package.issue import Issue

#: Blender's own themes have 30 to 50 KB, 8 levels, 220 elements and 1,100 attributes.
MAX_THEME_BYTES = 2 << 20
#: Blender reads a theme recursively; its Python stops at about 1,000 levels.
MAX_THEME_DEPTH = 50
MAX_ELEMENTS = 10_000
MAX_ATTRIBUTES = 50_000

#: Encodings that every Python decodes in the same way, and that expat supports with a simple table at most.
_ENCODING = re.compile(
    r"utf-?8|utf-?16(le|be)?|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d", re.I
)
# Blender's own paths are shorter, and a longer one would be stored for every attribute below it.
_MAX_PATH = 200
_MAX_VALUE = 40
_CHUNK = 1 << 16
_ROOT = "bpy"
#: A Git LFS pointer, see `extery.package.formats`.
_LFS_START = b"version https://git-lfs"

_HEX = re.compile(r"#[0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?")


class ThemeXml(NamedTuple):
    """The parts of a theme's file that are used.

    ``root`` is the name of the outermost element, ``parts`` are those of the elements directly in it. ``colours``
    are those of the first ``Theme``, by path such as ``view_3d.space.text``, with the types of backgrounds.
    """

    root: str
    parts: frozenset[str]
    colours: Mapping[str, str]

    @property
    def is_theme(self) -> bool:
        return self.root == _ROOT and "Theme" in self.parts


def read_theme(
    data: bytes, problems: ProblemList, *, name: str = "the theme", where: Where = Where()
) -> ThemeXml | None:
    """Parse the bytes of a theme's file.

    Adds a problem and returns ``None`` if they are not XML or exceed a limit. ``name`` is the file's name.
    """
    try:
        return _Parser().parse(data)
    except _Refused as refused:
        refused.issue.add_to(problems, where=where, file=name)
    except (expat.ExpatError, ValueError, LookupError) as error:
        problems.add("theme.not-xml", where=where, file=name, reason=_one_line(error))
    return None


def _one_line(error: Exception) -> str:
    """Return the text of an error as one line of at most 200 characters."""
    text = "".join(c if c.isprintable() else "?" for c in str(error))
    return bounded(text, 200)


class _Refused(Exception):
    """The file exceeds a limit or contains something that a theme never needs."""

    def __init__(self, code: str, variant: str = "", **values: Value) -> None:
        super().__init__(code, variant)
        self.issue = Issue(code, variant, values)


class _Parser:
    """The handlers of the XML parser, with their counters and results."""

    def __init__(self) -> None:
        self.root = ""
        self.parts: set[str] = set()
        self.colours: dict[str, str] = {}
        self.elements = self.attributes = 0
        # The path of each open element; None outside of the theme and for paths that are too long.
        self.open: list[str | None] = []

    def parse(self, data: bytes) -> ThemeXml:
        if len(data) > MAX_THEME_BYTES:
            raise _Refused("theme.too-large", "bytes", limit=MAX_THEME_BYTES)
        if data.startswith(_LFS_START):
            raise _Refused("theme.not-xml", "git-lfs")
        # Namespaces are prefixed with "}", as in ElementTree, so that such names never equal Blender's.
        parser = expat.ParserCreate(namespace_separator="}", intern=None)
        parser.ordered_attributes = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        # In chunks: the parser continues to the end of a chunk after a handler has raised.
        for start in range(0, len(data), _CHUNK):
            parser.Parse(data[start : start + _CHUNK], False)
        parser.Parse(b"", True)
        return ThemeXml(self.root, frozenset(self.parts), self.colours)

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and not _ENCODING.fullmatch(encoding):
            raise _Refused("theme.not-xml", "encoding", encoding=quote_value(encoding))

    def _doctype(self, *_arguments: object) -> None:
        raise _Refused("theme.not-xml", "doctype")

    def _start(self, name: str, attributes: Sequence[str]) -> None:
        self.elements += 1
        self.attributes += len(attributes) // 2
        depth = len(self.open)
        if depth >= MAX_THEME_DEPTH:
            raise _Refused("theme.too-deep", limit=MAX_THEME_DEPTH)
        if self.elements > MAX_ELEMENTS:
            raise _Refused("theme.too-large", "elements", limit=MAX_ELEMENTS)
        if self.attributes > MAX_ATTRIBUTES:
            raise _Refused("theme.too-large", "attributes", limit=MAX_ATTRIBUTES)
        self.open.append(self._path(name, depth))
        path = self.open[-1]
        # Members of a struct contain one struct each, named after its type, with the colours as attributes.
        if path and depth % 2:
            self._add_colours(path, attributes)

    def _path(self, name: str, depth: int) -> str | None:
        """Return the path of an element that opens; a struct has that of the member that contains it."""
        if depth == 0:
            self.root = name
            return None
        if depth == 1:
            is_first = name == "Theme" and name not in self.parts
            self.parts.add(name)
            return "" if is_first else None
        above = self.open[-1]
        if above is None or depth % 2:
            return above
        path = f"{above}{name}."
        return path if len(path) <= _MAX_PATH else None

    def _add_colours(self, path: str, attributes: Sequence[str]) -> None:
        for key, value in zip(attributes[::2], attributes[1::2], strict=True):
            if len(value) > _MAX_VALUE or len(key) > _MAX_PATH:
                continue
            if _HEX.fullmatch(value):
                self.colours[path + key] = value.lower()
            elif key == "background_type":
                self.colours[path + key] = value

    def _end(self, _name: str) -> None:
        self.open.pop()
