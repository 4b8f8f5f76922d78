"""The place of a comment or a task: a package, a file in it, and a line of the file."""

from __future__ import annotations

import re
from typing import Any

from extery.core.errors import InvalidInput, Where
from extery.core.invisible import find_invisible

_SHA256 = re.compile(r"[0-9a-f]{64}")
MAX_PATH_LENGTH = 500
MAX_LINE = 10_000_000


def make_place(*, package: str, file: str, line: str | int = "") -> dict[str, Any]:
    """Return a place; an empty one without ``file``.

    Raises `InvalidInput` for values that no page of the site sends.
    """
    if not file:
        return {}
    number = str(line).strip()
    is_valid = (
        _SHA256.fullmatch(package)
        and len(file) <= MAX_PATH_LENGTH
        and find_invisible(file) is None
        and file.isprintable()
        and (not number or (number.isascii() and number.isdigit() and len(number) <= 8))
    )
    if not is_valid or int(number or 1) not in range(1, MAX_LINE + 1):
        raise InvalidInput.of("review.bad-place", where=Where(path=("file",)))
    place: dict[str, Any] = {"package": package, "file": file}
    return {**place, "line": int(number)} if number else place
