"""Columns in characters: syntax trees count bytes of UTF-8."""

from __future__ import annotations

import ast
from typing import Any

from extery.analysis.facts import Position


class Columns:
    """Positions of the nodes of a module with the source ``text``."""

    def __init__(self, text: str) -> None:
        # Only lines with other characters need to be counted again.
        self._lines = (
            {}
            if text.isascii()
            else {
                number: line.encode("utf-8", "surrogatepass")
                for number, line in enumerate(text.split("\n"), 1)
                if not line.isascii()
            }
        )

    def of(self, node: ast.AST) -> Position:
        place: Any = node
        if not self._lines:
            return Position(
                place.lineno, place.col_offset + 1, place.end_lineno, place.end_col_offset + 1
            )
        return Position(
            place.lineno,
            self._column(place.lineno, place.col_offset),
            place.end_lineno,
            self._column(place.end_lineno, place.end_col_offset),
        )

    def end_of(self, node: ast.AST) -> tuple[int, int]:
        """Return line and column of the end of a node."""
        place: Any = node
        line, column = place.end_lineno, place.end_col_offset
        return (line, column + 1) if not self._lines else (line, self._column(line, column))

    def _column(self, line: int, offset: int) -> int:
        encoded = self._lines.get(line)
        if encoded is None:
            return offset + 1
        return len(encoded[:offset].decode("utf-8", "replace")) + 1
