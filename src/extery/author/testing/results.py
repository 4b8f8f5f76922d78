"""What the session in a Blender has written, as values. The extension could have written it too, so everything is checked."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from extery.author.testing.supervise import Ended
from extery.core.errors import bounded
from extery.core.files import read_regular

MAX_ANSWER = 16_000_000
_MAX_TRACE = 200_000
#: Bytes of a row; rows of a kind: more than a session writes.
_MAX_ROW = 2_000_000
_MAX_ROWS = 600
_MAX_ROWS_OF = {"test": 21_000, "coverage": 5_000}
#: Kinds of which the last rows count.
_LAST = ("step", "tests_end", "seconds")
_MAX_TEXT = 20_000
#: The last line of a file, and the lines of all files together.
_MAX_LINE = 1_000_000
_MAX_LINES = 1_000_000
#: What values of another type or size raise.
_WRONG = (LookupError, TypeError, ValueError, ArithmeticError)
#: Outcomes of a test, as pytest names them.
OUTCOMES = ("passed", "failed", "error", "skipped")

#: A file of the extension, relative to its folder or absolute for a test, and a line.
Place = tuple[str, int]


class Failure(NamedTuple):
    """An error in a step: ``enable``, ``disable``, ``enable again``, ``install``, ``remove``, …"""

    step: str
    reason: str
    place: Place | None
    text: str = ""


class LeftOver(NamedTuple):
    """Something that stays behind: its kind, such as ``handlers``, and its name."""

    what: str
    name: str
    place: Place | None


class Observed(NamedTuple):
    """What the extension did: ``files``, ``network`` or ``programs``, with the path, the address or the command."""

    permission: str
    detail: str
    place: Place | None


class AuthorTest(NamedTuple):
    """The result of a test of the author."""

    name: str
    outcome: str
    seconds: float
    reason: str
    place: Place | None
    text: str


class FileCoverage(NamedTuple):
    """The lines of a file that can run, and those that did not."""

    statements: frozenset[int]
    missing: frozenset[int]


class Answer(NamedTuple):
    """The answer of a session. ``last_step`` is ``end`` if it was not ended by something else."""

    version: str
    last_step: str
    seconds: Mapping[str, float]
    failures: Sequence[Failure]
    left_overs: Sequence[LeftOver]
    observed: Sequence[Observed]
    tests: Sequence[AuthorTest]
    tests_status: int | None
    tests_reason: str
    coverage: Mapping[str, FileCoverage]
    trace: str
    ended: Ended
    left_out: Mapping[str, int] = MappingProxyType({})

    @property
    def is_complete(self) -> bool:
        return self.last_step == "end"


def read_answer(answer: Path, trace: Path, ended: Ended) -> Answer:
    """Return the answer in a file; what is not as it should be is left out."""
    rows = _rows_by_kind(answer)

    def read(kind: str, make: Any) -> list[Any]:
        found = []
        for row in rows.get(kind, []):
            with suppress(*_WRONG):
                found.append(make(row))
        return found

    steps = [_text(row.get("name")) for row in rows.get("step", [])]
    end = (rows.get("tests_end") or [{}])[-1]
    failures = read("error", _failure)
    if not failures:
        step = next((name for name in reversed(steps) if name != "end"), "start")
        failures = [item._replace(step=step) for item in read("failure", _failure)]
    return Answer(
        version=_text((rows.get("start") or [{}])[0].get("version"))[:20],
        last_step=steps[-1] if steps else "start",
        seconds=_seconds((rows.get("seconds") or [{}])[-1]),
        failures=failures,
        left_overs=read("left_over", _left_over),
        observed=read("observed", _observed),
        tests=read("test", _test),
        tests_status=_status(end.get("status")),
        tests_reason=_text(end.get("reason")),
        coverage=_coverage(rows.get("coverage", [])),
        trace=_read_text(trace),
        ended=ended,
        left_out=dict(read("left_out", _left_out)),
    )


def _rows_by_kind(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows, not more of a kind than a session writes."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(file):
        kind = row.get("kind")
        if not isinstance(kind, str) or (kind not in rows and len(rows) > 100):
            continue
        found = rows.setdefault(kind, [])
        if kind in _LAST:
            del found[:-9]
        elif len(found) >= _MAX_ROWS_OF.get(kind, _MAX_ROWS):
            continue
        found.append(row)
    return rows


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    try:
        data = read_regular(file, limit=MAX_ANSWER)
    except (OSError, ValueError):
        return
    for line in io.BytesIO(data):
        row = None
        with suppress(ValueError, RecursionError):
            if len(line) <= _MAX_ROW and line.strip():
                row = json.loads(line)
        if isinstance(row, dict):
            yield row


def _failure(row: Mapping[str, Any]) -> Failure:
    text = _text(row.get("text"))
    return Failure(_text(row.get("step")), _line(row["reason"]), _place(row.get("place")), text)


def _left_over(row: Mapping[str, Any]) -> LeftOver:
    return LeftOver(_line(row["what"]), _line(row["name"]), _place(row["place"]))


def _observed(row: Mapping[str, Any]) -> Observed:
    return Observed(_line(row["permission"]), _line(row["detail"]), _place(row["place"]))


def _test(row: Mapping[str, Any]) -> AuthorTest:
    if row["outcome"] not in OUTCOMES:
        raise ValueError(row["outcome"])
    return AuthorTest(
        name=_line(row["name"]),
        outcome=row["outcome"],
        seconds=_number(row["seconds"]),
        reason=_line(row["reason"]),
        place=_place(row["place"]),
        text=_text(row["text"]),
    )


def _left_out(row: Mapping[str, Any]) -> tuple[str, int]:
    return _line(row["of"]), int(_number(row["count"]))


def _coverage(rows: Sequence[Mapping[str, Any]]) -> dict[str, FileCoverage]:
    """Return the coverage of files; what would exceed `_MAX_LINES` is left out."""
    found: dict[str, FileCoverage] = {}
    left = _MAX_LINES
    for row in rows:
        with suppress(*_WRONG):
            file, statements, missing = _line(row["file"]), row["statements"], row["missing"]
            size = _count(statements) + _count(missing)
            if size <= left:
                left -= size
                lines = _lines(statements)
                found[file] = FileCoverage(lines, _lines(missing) & lines)
    return found


def _count(ranges: Any) -> int:
    """Return the number of lines of ranges. Raises `ValueError` or `TypeError` for what are none."""
    total = 0
    for first, last in ranges:
        if not (isinstance(first, int) and isinstance(last, int)):
            raise TypeError(ranges)
        if not 1 <= first <= last <= _MAX_LINE:
            raise ValueError(first)
        total += last - first + 1
    return total


def _lines(ranges: Any) -> frozenset[int]:
    return frozenset(line for first, last in ranges for line in range(first, last + 1))


def _number(value: Any) -> float:
    """Return a number that is neither negative nor huge. Raises `OverflowError` for an integer beyond floats."""
    number = float(value)
    if not 0 <= number <= 1e9:
        raise ValueError(number)
    return number


def _status(value: Any) -> int | None:
    return value if isinstance(value, int) and -1_000 < value < 1_000 else None


def _seconds(row: Mapping[str, Any]) -> dict[str, float]:
    found = {}
    for name in ("import", "enable", "disable"):
        with suppress(*_WRONG):
            found[name] = _number(row[name])
    return found


def _place(value: Any) -> Place | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    return _line(value[0]), min(max(int(value[1]), 1), _MAX_LINE)


def _text(value: Any) -> str:
    """Return the start of a text without control characters."""
    return _visible(value[:_MAX_TEXT]) if isinstance(value, str) else ""


def _visible(text: str) -> str:
    """Return a text without control characters except line ends."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)


def _line(value: Any) -> str:
    return bounded(" ".join(_text(value).split()))


def _read_text(file: Path) -> str:
    try:
        text = read_regular(file, limit=_MAX_TRACE).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
    return _visible(text)


def place_in_trace(trace: str, folder: str) -> Place | None:
    """Return the innermost place in a folder of the traceback that faulthandler has written."""
    for path, line in re.findall(r'File "([^"\n]+)", line (\d{1,9})', trace):
        normal = path.replace("\\", "/")
        _, found, relative = normal.partition(f"{folder}/")
        if found:
            return relative, int(line)
    return None
