"""The XML of a theme: one bounded reader, for the rule that checks it and for its colours.

The file is read once, from the start to the end, and never becomes a tree, so neither its nesting nor
its size can exhaust the stack or the memory. All limits are our own: expat has limits too, but they
differ between the versions that Python 3.11 and 3.13 ship.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.parsers import expat

from extery.core.errors import ProblemList, Where
from extery.core.text import quote_value

#: Blender's own themes have 30 to 50 KB, 8 levels, 220 elements and 1,100 attributes.
MAX_BYTES = 2 << 20
#: Blender walks through a theme recursively; its Python gives up at about 1,000 levels.
MAX_DEPTH = 50
MAX_ELEMENTS = 10_000
MAX_ATTRIBUTES = 50_000

#: Encodings that every Python reads in the same way, and for which expat needs no codec that does more
#: than map bytes to letters.
_ENCODING = re.compile(
    r"utf-?8|utf-?16(le|be)?|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d", re.I
)
# Blender's own paths are shorter, and a longer one would be repeated for every attribute below it.
_MAX_PATH = 200
_MAX_VALUE = 40
_CHUNK = 1 << 16
_ROOT = "bpy"

_HEX = re.compile(r"#[0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?")
_AGAIN = "export the theme from Blender again"


class ThemeXml(NamedTuple):
    """What a theme's file says, as far as anyone needs it.

    ``parts`` are the names of the elements directly in the outermost one, ``root``. ``colours``
    are those of the first ``Theme``, by path such as ``view_3d.space.text``, and how grounds are filled.
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
    """Read the bytes of a theme's file; ``None`` with a problem noted if they are no XML or exceed a limit."""
    reader = _Reader()
    try:
        return reader.read(data)
    except _Refused as refused:
        problems.add(refused.code, f"{name} {refused.reason}", hint=refused.hint, where=where)
    except (expat.ExpatError, ValueError, LookupError) as error:
        problems.add(
            "theme.not-xml",
            f"{name} cannot be read as XML: {shown_error(error)}",
            hint=_AGAIN,
            where=where,
        )
    return None


def shown_error(error: Exception) -> str:
    """The text of an error in one line that is never endless."""
    text = "".join(c if c.isprintable() else "?" for c in str(error))
    return text if len(text) <= 200 else f"{text[:199]}…"


class _Refused(Exception):
    """A limit or a construct that ends the reading."""

    def __init__(self, code: str, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.hint = hint


def _too_large(reason: str) -> _Refused:
    return _Refused("theme.too-large", reason, "a theme holds colours and sizes, and nothing else")


class _Reader:
    """Handlers of the parser, and what they have counted."""

    def __init__(self) -> None:
        self.root = ""
        self.parts: set[str] = set()
        self.colours: dict[str, str] = {}
        self.elements = self.attributes = 0
        # The path of each open element; None outside of the theme and where paths get too long.
        self.open: list[str | None] = []

    def read(self, data: bytes) -> ThemeXml:
        if len(data) > MAX_BYTES:
            raise _too_large(f"has more than {MAX_BYTES:,} bytes")
        # Names of namespaces stand before a "}", as in ElementTree: they are not Blender's names.
        parser = expat.ParserCreate(namespace_separator="}", intern=None)
        parser.ordered_attributes = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        # In pieces: the parser reads on to the end of a piece after a handler has refused something.
        for start in range(0, len(data), _CHUNK):
            parser.Parse(data[start : start + _CHUNK], False)
        parser.Parse(b"", True)
        return ThemeXml(self.root, frozenset(self.parts), self.colours)

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and not _ENCODING.fullmatch(encoding):
            raise _Refused(
                "theme.not-xml",
                f"cannot be read as XML: its encoding is {quote_value(encoding)}",
                "save it as UTF-8",
            )

    def _doctype(self, *_about: object) -> None:
        raise _Refused(
            "theme.not-xml",
            "cannot be read as XML: it has a <!DOCTYPE>, which a theme never needs",
            _AGAIN,
        )

    def _start(self, name: str, attributes: Sequence[str]) -> None:
        self.elements += 1
        self.attributes += len(attributes) // 2
        depth = len(self.open)
        if depth >= MAX_DEPTH:
            raise _Refused(
                "theme.too-deep",
                f"has elements nested more than {MAX_DEPTH} levels deep",
                _AGAIN,
            )
        if self.elements > MAX_ELEMENTS:
            raise _too_large(f"has more than {MAX_ELEMENTS:,} elements")
        if self.attributes > MAX_ATTRIBUTES:
            raise _too_large(f"has more than {MAX_ATTRIBUTES:,} attributes")
        self.open.append(self._path(name, depth))
        path = self.open[-1]
        # The members of a struct hold one struct each, named by its type, which has the colours.
        if path and depth % 2:
            self._note(path, attributes)

    def _path(self, name: str, depth: int) -> str | None:
        """The path of an element that opens; a struct has that of the member it is in."""
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

    def _note(self, path: str, attributes: Sequence[str]) -> None:
        for key, value in zip(attributes[::2], attributes[1::2], strict=True):
            if len(value) > _MAX_VALUE or len(key) > _MAX_PATH:
                continue
            if _HEX.fullmatch(value):
                self.colours[path + key] = value.lower()
            elif key == "background_type":
                self.colours[path + key] = value

    def _end(self, _name: str) -> None:
        self.open.pop()
