"""Differences between two recordings, and the report about them. Reads no file and runs nothing."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from tests.compare.expected import Expected
from tests.compare.recording import OPTIONAL_KINDS, Kind, Output, Recording, Report

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
    result.codes, result.messages = _map_codes(before, after)
    result.crashes = [name for name, output in after.outputs.items() if TRACEBACK in output.data]
    for difference in (*_differences(before, after), *_split_codes(result.codes)):
        entry = next((e for e in expected if fnmatchcase(difference.name, e.pattern)), None)
        if entry is None:
            result.unexpected.append(difference)
        else:
            result.expected.setdefault(entry, []).append(difference)
    ran = [e for e in expected if not areas or e.pattern.partition("/")[0] in {*areas, "*", "code"}]
    result.stale = [entry for entry in ran if entry not in result.expected]
    return result


def _differences(before: Recording, after: Recording) -> Iterator[Difference]:
    for name in sorted(before.outputs.keys() | after.outputs.keys()):
        old, new = before.outputs.get(name), after.outputs.get(name)
        if new is None:
            assert old is not None
            yield Difference(name, old.kind, "missing", _summary(old))
        elif old is None:
            yield Difference(name, new.kind, "added", _summary(new))
        elif old != new:
            yield Difference(name, new.kind, "changed", _excerpt(old, new))


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


def _map_codes(
    before: Recording, after: Recording
) -> tuple[dict[str, Counter[str]], dict[tuple[str, str], tuple[str, str]]]:
    """Old code -> new codes with their number, and an example of the wording for each changed pair."""
    codes: dict[str, Counter[str]] = defaultdict(Counter)
    messages: dict[tuple[str, str], tuple[str, str]] = {}
    for name in before.problems.keys() & after.problems.keys():
        for old, new in _pair(before.problems[name], after.problems[name]):
            codes[old.code][new.code] += 1
            if (old.message, old.hint) != (new.message, new.hint):
                texts = [f"{r.message} | hint: {r.hint}" for r in (old, new)]
                messages.setdefault((old.code, new.code), (texts[0], texts[1]))
    return dict(codes), messages


def _pair(before: list[Report], after: list[Report]) -> Iterator[tuple[Report, Report]]:
    """Pair the problems at the same place: those with the same code first, then in their order."""
    places: dict[tuple[str, ...], tuple[list[Report], list[Report]]] = defaultdict(lambda: ([], []))
    for side, reports in enumerate((before, after)):
        for report in reports:
            places[report.severity, *report.place][side].append(report)
    for old, new in places.values():
        if len(old) != len(new):
            continue  # the number is a difference of its own
        rest = list(new)
        unpaired = []
        for report in old:
            same = next((r for r in rest if r.code == report.code), None)
            if same is None:
                unpaired.append(report)
            else:
                rest.remove(same)
                yield report, same
        yield from zip(unpaired, rest, strict=True)


def _split_codes(codes: dict[str, Counter[str]]) -> Iterator[Difference]:
    """Old codes that map to several new codes, and new codes that stand for several old ones."""
    for old, news in sorted(codes.items()):
        if len(news) > 1:
            for new, count in sorted(news.items()):
                if new != old:
                    yield Difference(
                        f"code/{old} -> {new}", Kind.VERDICT, "changed", f"{count} times"
                    )
    olds: dict[str, set[str]] = defaultdict(set)
    for old, news in codes.items():
        for new in news:
            olds[new].add(old)
    for new, several in sorted(olds.items()):
        if len(several) > 1:
            name = f"code/{', '.join(sorted(several))} -> {new}"
            yield Difference(name, Kind.VERDICT, "changed", "several old codes")


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
