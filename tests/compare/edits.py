"""Parts of an output that are intended to differ, as functions that take them out of both sides."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import BytesIO
from typing import Any
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

Edit = Callable[[bytes], bytes]


#: Arguments of `json.dumps`, so that an output keeps its layout.
_LAYOUTS: tuple[dict[str, Any], ...] = tuple(
    {**layout, "ensure_ascii": ensure_ascii}
    for layout in ({"indent": 1}, {}, {"separators": (",", ":")})
    for ensure_ascii in (False, True)
)


def replace(pattern: str, replacement: str = "") -> Edit:
    """Replace what matches a regular expression; ``.`` does not match line endings."""
    compiled = re.compile(pattern.encode(), re.MULTILINE)
    new = replacement.encode()
    return lambda data: compiled.sub(new, data)


def without(*paths: str) -> Edit:
    """Remove keys of JSON, by paths such as ``data.*.website``, where ``*`` is every key or item."""
    split = [path.split(".") for path in paths]

    def edit(data: bytes) -> bytes:
        try:
            value = json.loads(data)
        except ValueError:
            return data
        layout = next((each for each in _LAYOUTS if _dump(value, each) == data), _LAYOUTS[0])
        removed = sum(_remove(value, path) for path in split)
        return _dump(value, layout) if removed else data

    return edit


def sort_attributes(data: bytes) -> bytes:
    """List the files of a zip with their contents, XML with its attributes in alphabetic order."""
    with suppress(BadZipFile), ZipFile(BytesIO(data)) as archive:
        parts = []
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith(".xml"):
                content = ElementTree.canonicalize(content.decode()).encode()
            parts += [name.encode(), content]
        return b"\n".join(parts)
    return data


def _dump(value: Any, layout: dict[str, Any]) -> bytes:
    return json.dumps(value, **layout).encode()


def _remove(value: Any, path: Sequence[str]) -> int:
    """Remove ``path`` inside ``value``; the number of keys that were there."""
    key, *rest = path
    if key == "*":
        members = value.values() if isinstance(value, dict) else value
        return sum(_remove(member, rest) for member in members if isinstance(member, dict | list))
    if not isinstance(value, dict) or key not in value:
        return 0
    if rest:
        return _remove(value[key], rest)
    del value[key]
    return 1
