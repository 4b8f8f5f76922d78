"""Differences without changes of white space: lines that differ in nothing else count as unchanged."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from extery_site.moderation.line_differences import compare_lines
from extery_site.source_search.hosts import MAX_LINE_LENGTH

ONLY_SPACE = "Only white space differs."
#: Seconds for all files of a page; later blocks of lines stay as they are.
MAX_SECONDS = 2.0


def without_space_changes(files: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the files of a difference, as `compare_packages` returns them, for a page that hides white space."""
    ends = time.monotonic() + MAX_SECONDS
    return [_without_space_changes(file, ends) for file in files]


def _without_space_changes(file: dict[str, Any], ends: float) -> dict[str, Any]:
    if not (file["added"] and file["removed"]):
        return file
    lines: list[list[Any]] = []
    for is_unchanged, block in groupby(file["lines"], key=lambda line: line[0] == " "):
        rows = list(block)
        is_kept = is_unchanged or time.monotonic() > ends
        lines += rows if is_kept else _align(rows)
    added = sum(line[0] == "+" for line in lines)
    removed = sum(line[0] == "-" for line in lines)
    note = file["note"] or ("" if added or removed else ONLY_SPACE)
    return {**file, "lines": lines, "added": added, "removed": removed, "note": note}


def _align(rows: list[list[Any]]) -> Iterator[list[Any]]:
    """Yield the lines of a changed block; those with equal words are unchanged, as the new text has them."""
    old = [row for row in rows if row[0] == "-"]
    new = [row for row in rows if row[0] == "+"]
    for line in compare_lines([_words(row) for row in old], [_words(row) for row in new]):
        if line.mark == " ":
            _, _, number, text, spans = new[line.new - 1]
            yield [" ", old[line.old - 1][1], number, text, spans]
        else:
            yield old[line.old - 1] if line.old else new[line.new - 1]


def _words(row: list[Any]) -> str:
    """Return the text without blanks and tabs; other white space is rare in code, and looked at.

    The rest of a long line is not known, so it equals no other one.
    """
    text: str = row[3].replace(" ", "").replace("\t", "")
    return text if len(row[3]) < MAX_LINE_LENGTH else f"{row[0]}{text}"
