"""The baseline of `extery check`: a file of known warnings, so that only new ones are reported. Errors always are.

A problem is known by its fingerprint, which does not change with its line; several equal ones are counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extery.core.errors import InvalidInput, Unavailable, Where
from extery.core.files import atomic_write, open_regular
from extery.core.text import os_error_text

if TYPE_CHECKING:
    from extery.cli.output import PrefixedProblem

FORMAT = 1
MAX_BYTES = 20_000_000


def read_baseline(file: Path) -> Counter[str]:
    """Return how often each fingerprint is in the file; raises `InvalidInput`."""
    try:
        with open_regular(file) as stream:
            data: bytes = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise _error(file, f"it has more than {MAX_BYTES:,} bytes")
        document = json.loads(data)
    except OSError as error:
        raise _error(file, os_error_text(error)) from error
    except (ValueError, RecursionError) as error:
        raise _error(file, "it is not JSON") from error
    rows = document.get("problems") if isinstance(document, dict) else None
    if not isinstance(rows, list) or document.get("version") != FORMAT:
        raise _error(file, f"it is no baseline of version {FORMAT}")
    return Counter(str(row.get("fingerprint")) for row in rows if isinstance(row, dict))


def _error(file: Path, reason: str) -> InvalidInput:
    return InvalidInput.of("check.baseline", where=Where(str(file)), file=file.name, reason=reason)


def without_known(
    problems: Iterable[PrefixedProblem], known: Counter[str]
) -> tuple[list[PrefixedProblem], int]:
    """Return the problems that the baseline does not have, and the number of warnings that it has."""
    left = Counter(known)
    new = []
    number = 0
    for item in problems:
        fingerprint = item.problem.fingerprint
        if left[fingerprint] > 0 and not item.problem.is_error:
            left[fingerprint] -= 1
            number += 1
        else:
            new.append(item)
    return new, number


def write_baseline(file: Path, problems: Iterable[PrefixedProblem]) -> int:
    """Write the warnings and return their number; raises `Unavailable`."""
    rows: list[dict[str, Any]] = sorted(
        (
            {
                "code": item.problem.code,
                "file": item.problem.where.file,
                "message": item.problem.message,
                "fingerprint": item.problem.fingerprint,
            }
            for item in problems
            if not item.problem.is_error
        ),
        key=lambda row: (row["file"], row["code"], row["message"], row["fingerprint"]),
    )
    text = json.dumps({"version": FORMAT, "problems": rows}, indent=2, ensure_ascii=True)
    try:
        with atomic_write(file) as stream:
            stream.write(f"{text}\n".encode())
    except OSError as error:
        reason = os_error_text(error)
        raise Unavailable.of(
            "check.baseline", where=Where(str(file)), file=file.name, reason=reason
        ) from error
    return len(rows)
