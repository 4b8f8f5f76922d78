"""Source lines of problems, shortened to the width of the terminal."""

from __future__ import annotations

import re
from pathlib import Path

MAX_SOURCE_BYTES = 1 << 20
_TAB = "    "
_VALUE_END = re.compile(r"[\s,\]}#=]")


class SourceLines:
    """Reads lines of files and of manifests in packages, each file once."""

    def __init__(self) -> None:
        self._files: dict[str, list[str]] = {}

    def line(self, file: str, number: int) -> str | None:
        """Return line ``number``, counted from 1, or ``None`` if it cannot be read."""
        if file not in self._files:
            self._files[file] = _read(file).decode("utf-8", "replace").split("\n")
        lines = self._files[file]
        return lines[number - 1].rstrip("\r") if 0 < number <= len(lines) else None


def _read(file: str) -> bytes:
    from extery.core.errors import ExteryError
    from extery.core.files import open_regular

    package, ending, member = file.rpartition(".zip/")
    try:
        if not ending:
            with open_regular(Path(file)) as stream:
                return stream.read(MAX_SOURCE_BYTES)
        from extery.package import open_package

        with open_package(Path(f"{package}.zip")) as archive:
            is_manifest = member.rpartition("/")[2] == "blender_manifest.toml"
            return archive.manifest_bytes if is_manifest else b""
    except (OSError, ValueError, ExteryError):
        return b""


def value_length(line: str, column: int) -> int:
    """Return the length of the key or value that begins at ``column``, counted from 1."""
    text = line[column - 1 :]
    if not text:
        return 1
    if text[0] in "\"'":
        end = 1
        while end < len(text) and text[end] != text[0]:
            end += 2 if text[end] == "\\" and text[0] == '"' else 1
        return min(end + 1, len(text))
    if text[0] in "[{":
        closing = text.find("]" if text[0] == "[" else "}")
        return closing + 1 if closing > 0 else 1
    match = _VALUE_END.search(text)
    return max(match.start() if match else len(text), 1)


def excerpt(line: str, column: int, *, width: int) -> tuple[str, str]:
    """Return the part of ``line`` around ``column``, at most ``width`` columns wide, and its carets.

    Control characters are escaped.
    """
    first = max(0, min(column - 1, len(line)))
    length = value_length(line, column)
    start = max(0, first - width)
    cells = [_cell(char) for char in line[start : first + width]]
    sizes = [_columns(cell) for cell in cells]
    caret = first - start
    is_cut = start > 0 or first + width < len(line)
    left, right = _window(sizes, caret, width, is_cut=is_cut)
    text = "".join(cells[left:right])
    before = sum(sizes[left:caret])
    if start or left:
        text, before = f"…{text}", before + 1
    if first + width < len(line) or right < len(cells):
        text += "…"
    under = sum(sizes[caret : min(caret + length, right)])
    return text, " " * before + "^" * max(under, 1)


def _window(sizes: list[int], caret: int, width: int, *, is_cut: bool) -> tuple[int, int]:
    """Return the range of cells to show: all if they fit, else those around ``caret``."""
    if not is_cut and sum(sizes) <= width:
        return 0, len(sizes)
    room = width - 2
    left = caret
    used = sizes[caret] if caret < len(sizes) else 1
    while left > 0 and used + sizes[left - 1] <= room // 3:
        left -= 1
        used += sizes[left]
    right = min(caret + 1, len(sizes))
    while right < len(sizes) and used + sizes[right] <= room:
        used += sizes[right]
        right += 1
    while left > 0 and used + sizes[left - 1] <= room:
        left -= 1
        used += sizes[left]
    return left, right


def _cell(char: str) -> str:
    if char == "\t":
        return _TAB
    return char if char.isprintable() else repr(char)[1:-1]


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    if category(text[0]) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(text[0]) in "WF" else len(text)
