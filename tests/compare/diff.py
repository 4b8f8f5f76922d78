"""Differences between two recordings, and the report about them. Reads no file and runs nothing."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from tests.compare.problems import Codes, changed_verdict, map_codes, split_codes
from tests.compare.recording import OPTIONAL_KINDS, Kind, Output, Recording
from tests.compare.rows import Expected

MAX_EXCERPT_LINES = 8
MAX_LINE = 160
TRACEBACK = b"Traceback (most recent call last)"
#: Characters shown before and after the first changed character of a long line.
CONTEXT = 60


class Difference(NamedTuple):
    """An output that one tree wrote differently, or not at all."""

    name: str
    kind: Kind
    change: Literal["changed", "missing", "added"]
    excerpt: str = ""


@dataclass
class Comparison:
    """Result of a comparison."""

    unexpected: list[Difference] = field(default_factory=list)
    expected: dict[Expected, list[Difference]] = field(default_factory=dict)
    stale: list[Expected] = field(default_factory=list)
    codes: dict[str, Counter[str]] = field(default_factory=dict)
    messages: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    crashes: list[str] = field(default_factory=list)
    """Outputs of the tree after that have a traceback, whether the tree before had one or not."""
    outputs: int = 0

    def failures(self, *, optional: Collection[Kind] = ()) -> list[Difference]:
        """Unexpected differences that fail the comparison; ``optional`` are further kinds that do."""
        ignored = OPTIONAL_KINDS - set(optional)
        return [difference for difference in self.unexpected if difference.kind not in ignored]


def compare(
    before: Recording,
    after: Recording,
    expected: Sequence[Expected] = (),
    *,
    areas: Collection[str] = (),
) -> Comparison:
    """Compare two recordings. Where ``areas`` is given, only their expected differences can be stale."""
    result = Comparison(outputs=len(before.outputs.keys() | after.outputs.keys()))
    result.codes, result.messages = map_codes(before, after)
    result.crashes = [name for name, output in after.outputs.items() if TRACEBACK in output.data]
    for difference in _whole_differences(before, after, result.codes):
        row = next((r for r in _rows(expected, difference) if r.edit is None), None)
        _assign(result, difference, [row] if row else [])
    for name in sorted(before.outputs.keys() & after.outputs.keys() - _verdicts(before, after)):
        old, new = before.outputs[name], after.outputs[name]
        if old != new:
            difference = Difference(name, new.kind, "changed")
            _assign(result, *_reduce(difference, old, new, _rows(expected, difference)))
    ran = {*areas, *(("check", "mirror") if "generate" in areas else ())}
    result.stale = [
        row
        for row in expected
        if row not in result.expected and (not areas or row.pattern.partition("/")[0] in ran)
    ]
    return result


def _assign(result: Comparison, difference: Difference, rows: Sequence[Expected]) -> None:
    for row in rows:
        result.expected.setdefault(row, []).append(difference)
    if not rows:
        result.unexpected.append(difference)


def _rows(expected: Sequence[Expected], difference: Difference) -> list[Expected]:
    """The rows for this difference: those that take a part out of the output before the others."""
    rows = [
        row
        for row in expected
        if row.change in (None, difference.change) and fnmatchcase(difference.name, row.pattern)
    ]
    return sorted(rows, key=lambda row: row.edit is None)


def _whole_differences(before: Recording, after: Recording, codes: Codes) -> Iterator[Difference]:
    """Problems and outputs of one side only."""
    for name in sorted(before.problems.keys() & after.problems.keys()):
        for end, text in changed_verdict(name, before, after, codes):
            yield Difference(f"{name}/verdict {end}", Kind.VERDICT, "changed", text)
    for end, text in split_codes(codes):
        yield Difference(f"code/{end}", Kind.VERDICT, "changed", text)
    for name in sorted(before.outputs.keys() ^ after.outputs.keys()):
        if name in before.outputs:
            output = before.outputs[name]
            yield Difference(name, output.kind, "missing", _summary(output))
        else:
            output = after.outputs[name]
            yield Difference(name, output.kind, "added", _summary(output))


def _verdicts(before: Recording, after: Recording) -> set[str]:
    """Outputs with a verdict about problems that are compared one by one."""
    return {f"{name}/verdict" for name in before.problems.keys() & after.problems.keys()}


def _reduce(
    difference: Difference, old: Output, new: Output, rows: Sequence[Expected]
) -> tuple[Difference, list[Expected]]:
    """Take the expected parts out of both sides; what is left differs unexpectedly.

    Returns the rows that were necessary, or none and the rest of the difference.
    """
    used: list[Expected] = []
    rest = (old, new)
    for row in rows:
        if row.edit is None:
            return difference, [*used, row]
        edited = _edit(rest, [row])
        if edited != rest:
            used.append(row)
        rest = edited
        if rest[0] == rest[1]:
            break
    if rest[0] != rest[1]:
        return difference._replace(excerpt=_excerpt(*rest)), []
    for row in tuple(used):
        others = [one for one in used if one is not row]
        edited = _edit((old, new), others)
        if edited[0] == edited[1]:
            used = others
    return difference, used


def _edit(outputs: tuple[Output, Output], rows: Sequence[Expected]) -> tuple[Output, Output]:
    for row in rows:
        if row.edit is not None:
            old, new = (output._replace(data=row.edit(output.data)) for output in outputs)
            outputs = (old, new)
    return outputs


def _excerpt(old: Output, new: Output) -> str:
    if b"\0" in old.data + new.data:
        at = _first_change(old.data, new.data)
        window = slice(max(at - 16, 0), at + 16)
        sizes = f"{len(old.data)} and {len(new.data)} bytes, first difference at byte {at}"
        return f"{sizes}\n- {old.data[window].hex(' ')}\n+ {new.data[window].hex(' ')}"
    lines = [output.data.decode("utf-8", "replace").splitlines() for output in (old, new)]
    if len(lines[0]) == len(lines[1]) == 1:
        at = _first_change(lines[0][0], lines[1][0])
        start = max(at - CONTEXT, 0)
        return "\n".join(
            f"{sign} {'…' if start else ''}{_shorten(text[0][start:])}"
            for sign, text in zip("-+", lines, strict=True)
        )
    diff = list(difflib.unified_diff(lines[0], lines[1], n=0, lineterm=""))[2:]
    if not diff:
        return "line endings differ"
    more = (
        [f"… {len(diff) - MAX_EXCERPT_LINES} more lines"] if len(diff) > MAX_EXCERPT_LINES else []
    )
    return "\n".join([*map(_shorten, diff[:MAX_EXCERPT_LINES]), *more])


def _summary(output: Output) -> str:
    if b"\0" in output.data:
        return f"{len(output.data)} bytes"
    return _shorten(output.data.decode("utf-8", "replace"))


def _first_change(old: Sequence[object], new: Sequence[object]) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(old), len(new)))


def _shorten(text: str) -> str:
    line = text.partition("\n")[0]
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…"


def render(result: Comparison, *, optional: Collection[Kind] = (), max_each: int = 10) -> str:
    """The report as text; at most ``max_each`` differences of a group in full."""
    lines: list[str] = []
    groups: dict[tuple[str, Kind], list[Difference]] = defaultdict(list)
    for difference in result.unexpected:
        groups["/".join(difference.name.split("/")[:2]), difference.kind].append(difference)
    failing = {id(difference) for difference in result.failures(optional=optional)}
    for (area, kind), differences in groups.items():
        note = "" if id(differences[0]) in failing else " (does not fail the comparison)"
        lines.append(f"\n== {area}: {len(differences)} of kind {kind}{note}")
        for difference in differences[:max_each]:
            lines.append(f"{difference.change}: {difference.name}")
            lines += [f"    {line}" for line in difference.excerpt.splitlines()]
        if len(differences) > max_each:
            lines.append(f"… {len(differences) - max_each} more")
    lines += _render_codes(result)
    for entry, differences in result.expected.items():
        lines.append(f"expected: {len(differences)} × {entry.pattern}: {entry.reason}")
    lines += [f"warning: traceback in {name} of the tree after" for name in result.crashes]
    lines += [f"error: no difference matches {e.pattern!r} ({e.reason})" for e in result.stale]
    found = f"{len(result.unexpected)} unexpected differences, {len(failing)} of them fail"
    lines.append(f"\n{result.outputs} outputs compared: {found}")
    return "\n".join(lines)


def _render_codes(result: Comparison) -> list[str]:
    renamed = sorted((old, new) for old, news in result.codes.items() for new in news if old != new)
    lines = ["\n== Renamed codes", "| old | new |", "| --- | --- |"] if renamed else []
    lines += [f"| `{old}` | `{new}` |" for old, new in renamed]
    if result.messages:
        lines.append("\n== Changed messages, an example for each code")
    for (_, new), (before, after) in sorted(result.messages.items()):
        lines += [new, f"  - {_shorten(before)}", f"  + {_shorten(after)}"]
    return lines
