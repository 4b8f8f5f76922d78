"""What the session in a Blender has written, as values. The extension could have written it too, so everything is checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from extery.author.testing.supervise import Ended
from extery.core.errors import bounded
from extery.core.files import read_regular

MAX_ANSWER = 16_000_000
_MAX_TRACE = 200_000
_MAX_ROWS = 600
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

    @property
    def is_complete(self) -> bool:
        return self.last_step == "end"


def read_answer(answer: Path, trace: Path, ended: Ended) -> Answer:
    """Return the answer in a file; what is not as it should be is left out."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(answer):
        rows.setdefault(str(row.get("kind")), []).append(row)

    def read(kind: str, make: Any) -> list[Any]:
        found = []
        for row in rows.get(kind, [])[:_MAX_ROWS]:
            with suppress(LookupError, TypeError, ValueError):
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
        tests_status=end["status"] if isinstance(end.get("status"), int) else None,
        tests_reason=_text(end.get("reason")),
        coverage=dict(read("coverage", _coverage)),
        trace=_read_text(trace),
        ended=ended,
    )


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    try:
        data = read_regular(file, limit=MAX_ANSWER)
    except (OSError, ValueError):
        return
    for line in data.splitlines():
        with suppress(ValueError, RecursionError):
            row = json.loads(line) if line.strip() else None
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
        seconds=float(row["seconds"]),
        reason=_line(row["reason"]),
        place=_place(row["place"]),
        text=_text(row["text"]),
    )


def _coverage(row: Mapping[str, Any]) -> tuple[str, FileCoverage]:
    statements, missing = _lines(row["statements"]), _lines(row["missing"])
    return _line(row["file"]), FileCoverage(statements, missing & statements)


def _lines(ranges: Any) -> frozenset[int]:
    return frozenset(
        line for first, last in ranges for line in range(int(first), min(int(last), 1_000_000) + 1)
    )


def _seconds(row: Mapping[str, Any]) -> dict[str, float]:
    return {
        name: float(value)
        for name in ("import", "enable", "disable")
        if isinstance(value := row.get(name), int | float)
    }


def _place(value: Any) -> Place | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    return _line(value[0]), max(int(value[1]), 1)


def _text(value: Any) -> str:
    """Return a text without control characters except line ends."""
    text = value if isinstance(value, str) else ""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)


def _line(value: Any) -> str:
    return bounded(" ".join(_text(value).split()))


def _read_text(file: Path) -> str:
    try:
        return _text(read_regular(file, limit=_MAX_TRACE).decode("utf-8", "replace"))
    except (OSError, ValueError):
        return ""


def place_in_trace(trace: str, folder: str) -> Place | None:
    """Return the innermost place in a folder of the traceback that faulthandler has written."""
    for path, line in re.findall(r'File "([^"\n]+)", line (\d{1,9})', trace):
        normal = path.replace("\\", "/")
        _, found, relative = normal.partition(f"{folder}/")
        if found:
            return relative, int(line)
    return None
