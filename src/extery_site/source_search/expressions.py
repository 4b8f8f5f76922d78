"""Regular expressions over texts, in linear time: RE2 has no pattern that takes exponential time.

Lines are those of grep: ``^`` and ``$`` match at each, and a line counts once.
"""

from __future__ import annotations

from dataclasses import dataclass

import re2

from extery.core.errors import InvalidInput, Where
from extery.core.text import clean_message
from extery_site.source_search.models.search import MAX_QUERY_LENGTH, MAX_SNIPPET_LENGTH

#: Bytes of memory of a compiled expression; RE2 refuses larger ones.
_MAX_MEMORY = 8 << 20
#: Lines that are counted in a text.
MAX_LINES = 1_000
#: Characters before a match that a snippet of a long line begins with.
_BEFORE = 60


@dataclass(frozen=True)
class Found:
    """The first line that matches, the number of lines that do, and the text around the first match."""

    line: int
    count: int
    snippet: str


class Expression:
    """A compiled regular expression.

    Raises `InvalidInput` for one that RE2 does not know, that is too large, or that matches every text.
    """

    def __init__(self, pattern: str, *, ignore_case: bool = False) -> None:
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _MAX_MEMORY
        options.case_sensitive = not ignore_case
        where = Where(path=("query",))
        if len(pattern) > MAX_QUERY_LENGTH:
            raise InvalidInput.of(
                "source-search.pattern-too-long", where=where, maximum=MAX_QUERY_LENGTH
            )
        try:
            self._pattern = re2.compile(f"(?m){pattern}", options)
        except re2.error as error:
            raise InvalidInput.of(
                "source-search.bad-pattern", where=where, reason=_reason(error)
            ) from None
        if self._pattern.search(b"") is not None:
            raise InvalidInput.of("source-search.matches-all", where=where, pattern=pattern)

    def find(self, text: bytes) -> Found | None:
        """Return what matches in a text, as UTF-8."""
        match = self._pattern.search(text)
        if match is None:
            return None
        first, count = match.start(), 0
        while match is not None and count < MAX_LINES:
            count += 1
            end = text.find(b"\n", max(match.start(), match.end() - 1))
            match = self._pattern.search(text, end + 1) if end >= 0 else None
        return Found(text.count(b"\n", 0, first) + 1, count, snippet_at(text, first))


def snippet_at(text: bytes, position: int) -> str:
    """Return the line of a text around a position, shortened if it is long."""
    start = text.rfind(b"\n", 0, position) + 1
    end = text.find(b"\n", position)
    line = text[start : len(text) if end < 0 else end]
    cut = max(0, position - start - _BEFORE) if len(line) > MAX_SNIPPET_LENGTH else 0
    shown = line[cut : cut + 4 * MAX_SNIPPET_LENGTH].decode("utf-8", "ignore").strip()
    return ("…" if cut else "") + shown[: MAX_SNIPPET_LENGTH - 1]


def snippet_of_line(text: bytes, number: int) -> str:
    """Return the line with a number, from 1; empty if the text has fewer."""
    position = 0
    for _ in range(number - 1):
        position = text.find(b"\n", position) + 1
        if not position:
            return ""
    return snippet_at(text, position)


def _reason(error: Exception) -> str:
    text = error.args[0] if error.args else ""
    return clean_message(text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text))
