"""Offsets of keys and values in a TOML text, and their lines and columns.

The text must be one that `tomllib` accepts. The values come from `tomllib`; this module is used only
when there is a problem to locate.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

TomlPath = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t]*")
_BLANKS_AND_COMMENTS = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_COMMENT = re.compile(r"#[^\n]*")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}(?!")', re.DOTALL),
    re.compile(r"'''.*?'{3,5}(?!')", re.DOTALL),
    re.compile(r'"(?:[^"\\]|\\.)*"'),
    re.compile(r"'[^']*'"),
)
# Numbers, booleans and dates contain no character that ends a value.
_SCALAR = re.compile(r"[^,\]}\n#]+")


class Offsets(NamedTuple):
    """Offsets of a key, of its value, and of the end of the value, in characters.

    A table that has a header has the offset of that in all three.
    """

    key: int
    value: int
    end: int


def find_offsets(text: str) -> dict[TomlPath, Offsets]:
    """Return the offsets of every key and array item of a valid TOML document."""
    return _Scanner(text).document()


def find_comments(text: str) -> list[str]:
    """Return the comments of a valid TOML document, without the white space behind them."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.comments


class LineIndex:
    """The lines of a text, indexed once for many lookups."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and column of an offset, both from 1; a column counts characters."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.offsets: dict[TomlPath, Offsets] = {}
        self.comments: list[str] = []
        self.array_lengths: dict[TomlPath, int] = {}

    def document(self) -> dict[TomlPath, Offsets]:
        table: TomlPath = ()
        while self._skip(_BLANKS_AND_COMMENTS) < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._key_and_value(table)
        return self.offsets

    def _header(self) -> TomlPath:
        start = self.at
        is_item = self.text.startswith("[[", start)
        self.at += 2 if is_item else 1
        keys = self._keys()
        self.at += 2 if is_item else 1
        path = self._path_of_header(keys, Offsets(start, start, start))
        if is_item:
            index = self.array_lengths.get(path, 0)
            self.array_lengths[path] = index + 1
            self.offsets.setdefault(path, Offsets(start, start, start))
            path = (*path, index)
        self.offsets.setdefault(path, Offsets(start, start, start))
        return path

    def _path_of_header(self, keys: list[str], header: Offsets) -> TomlPath:
        """Return the path of a header: ``[a.b]`` after ``[[a]]`` is in the last ``a``.

        Without an ``a`` the header creates it, so its offsets are those of the header.
        """
        path: TomlPath = ()
        for key in keys[:-1]:
            path = (*path, key)
            self.offsets.setdefault(path, header)
            if path in self.array_lengths:
                path = (*path, self.array_lengths[path] - 1)
        return (*path, keys[-1])

    def _key_and_value(self, table: TomlPath) -> None:
        start = self.at
        path = table
        for key in self._keys():
            path = (*path, key)
            self.offsets.setdefault(path, Offsets(start, start, start))
        self._skip(_BLANK)
        self.at += 1  # the equals sign
        self._skip(_BLANK)
        value = self.at
        self.offsets[path] = Offsets(start, value, value)  # before those in it
        self._value(path)
        self.offsets[path] = Offsets(start, value, self._end_of_value(value))

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            keys.append(self._key())
            self._skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def _key(self) -> str:
        start = self.at
        if self.text[start] in "\"'":
            self._string()
            # `tomllib` decodes the escapes of a quoted key.
            import tomllib

            return next(iter(tomllib.loads(f"{self.text[start : self.at]} = 0")))
        self._skip(_BARE)
        return self.text[start : self.at]

    def _value(self, path: TomlPath) -> None:
        first = self.text[self.at]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        elif first in "\"'":
            self._string()
        else:
            self._skip(_SCALAR)

    def _end_of_value(self, start: int) -> int:
        """Return the end of the value that was just read; blanks follow a number up to the next sign."""
        end = self.at
        while end > start and self.text[end - 1] in " \t\r\n":
            end -= 1
        return end

    def _array(self, path: TomlPath) -> None:
        self.at += 1
        index = 0
        while True:
            self._skip(_BLANKS_AND_COMMENTS)
            if self.text[self.at] == "]":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            start, item = self.at, (*path, index)
            self.offsets[item] = Offsets(start, start, start)
            self._value(item)
            self.offsets[item] = Offsets(start, start, self._end_of_value(start))
            index += 1

    def _inline_table(self, path: TomlPath) -> None:
        self.at += 1
        while True:
            self._skip(_BLANKS_AND_COMMENTS)
            if self.text[self.at] == "}":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._key_and_value(path)

    def _string(self) -> None:
        for pattern in _STRINGS:
            match = pattern.match(self.text, self.at)
            if match:
                self.at = match.end()
                return
        raise ValueError(f"expected a string at offset {self.at}")

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
            if pattern is _BLANKS_AND_COMMENTS and "#" in match[0]:
                self.comments += [line.rstrip() for line in _COMMENT.findall(match[0])]
        return self.at
