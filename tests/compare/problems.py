"""Problems that two recordings have for one input: which are the same, renamed, added or gone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from tests.compare.recording import Recording, Report

Codes = Mapping[str, Mapping[str, int]]


class Pairing(NamedTuple):
    """Problems of two trees: the pairs at one place, and those that only one tree reports."""

    pairs: list[tuple[Report, Report]]
    gone: list[Report]
    added: list[Report]


def pair(before: list[Report], after: list[Report]) -> Pairing:
    """Pair the problems at the same place: those with the same code first, then in their order.

    What is left is paired by the line alone, as a tree may state the file in another way.
    """
    result = Pairing([], [], [])
    gone, added = _pair_by(_place, before, after, result)
    gone, added = _pair_by(_line, gone, added, result)
    result.gone.extend(gone)
    result.added.extend(added)
    return result


def _place(report: Report) -> tuple[str, ...] | None:
    return report.severity, *report.place


def _line(report: Report) -> tuple[str, ...] | None:
    _, *inside, line, _ = report.place if len(report.place) > 2 else ("", "None", "None")
    return None if line == "None" else (report.severity, *inside, line)


def _pair_by(
    key: Callable[[Report], tuple[str, ...] | None],
    before: list[Report],
    after: list[Report],
    result: Pairing,
) -> tuple[list[Report], list[Report]]:
    """Add the pairs with the same key to ``result``; the reports that are left."""
    places: dict[tuple[str, ...], tuple[list[Report], list[Report]]] = defaultdict(lambda: ([], []))
    left: tuple[list[Report], list[Report]] = ([], [])
    for side, reports in enumerate((before, after)):
        for report in reports:
            place = key(report)
            (left if place is None else places[place])[side].append(report)
    for old, new in places.values():
        rest = list(new)
        unpaired = []
        for report in old:
            same = next((r for r in rest if r.code == report.code), None)
            if same is None:
                unpaired.append(report)
            else:
                rest.remove(same)
                result.pairs.append((report, same))
        if len(unpaired) == len(rest):
            result.pairs.extend(zip(unpaired, rest, strict=True))
        else:
            left[0].extend(unpaired)
            left[1].extend(rest)
    return left


def map_codes(
    before: Recording, after: Recording
) -> tuple[dict[str, Counter[str]], dict[tuple[str, str], tuple[str, str]]]:
    """Old code -> new codes with their number, and an example of the wording for each changed pair."""
    codes: dict[str, Counter[str]] = defaultdict(Counter)
    messages: dict[tuple[str, str], tuple[str, str]] = {}
    for name in before.problems.keys() & after.problems.keys():
        for old, new in pair(before.problems[name], after.problems[name]).pairs:
            codes[old.code][new.code] += 1
            if (old.message, old.hint) != (new.message, new.hint):
                texts = [f"{r.message} | hint: {r.hint}" for r in (old, new)]
                messages.setdefault((old.code, new.code), (texts[0], texts[1]))
    return dict(codes), messages


def split_codes(codes: Codes) -> Iterator[tuple[str, str]]:
    """Old codes that map to several new codes, and new codes that stand for several old ones.

    Yields the end of the difference's name and what to show of it.
    """
    for old, news in sorted(codes.items()):
        if len(news) > 1:
            for new, count in sorted(news.items()):
                if new != old:
                    yield f"{old} -> {new}", f"{count} times"
    for new, olds in sorted(_olds(codes).items()):
        if len(olds) > 1:
            yield f"{', '.join(sorted(olds))} -> {new}", "several old codes"


def changed_verdict(
    name: str, before: Recording, after: Recording, codes: Codes
) -> Iterator[tuple[str, str]]:
    """What differs in the problems of one input: ``+ error CODE``, ``- warning CODE``, or the verdict.

    A problem that only moved, or whose code is renamed everywhere, is no difference. A verdict that
    changed with no error added or gone is a difference of its own, such as ``accepted -> refused``.
    """
    pairing = pair(before.problems[name], after.problems[name])
    olds = _olds(codes)
    renamed = {
        old: next(iter(news))
        for old, news in codes.items()
        if len(news) == 1 and len(olds[next(iter(news))]) == 1
    }
    counts: Counter[tuple[str, str]] = Counter()
    example: dict[tuple[str, str], Report] = {}
    for sign, reports in ((-1, pairing.gone), (1, pairing.added)):
        for report in reports:
            code = renamed.get(report.code, report.code) if sign < 0 else report.code
            counts[report.severity, code] += sign
            example[report.severity, code] = report
    errors = {"+": 0, "-": 0}
    for (severity, code), count in sorted(counts.items()):
        if count:
            sign = "+" if count > 0 else "-"
            errors[sign] += severity == "error"
            report = example[severity, code]
            text = f"{abs(count)} × {report.message} {', '.join(report.place)}"
            yield f"{sign} {severity} {code}", text
    verdicts = [
        recording.outputs[f"{name}/verdict"].data.decode().partition(":")[0]
        for recording in (before, after)
    ]
    explained = errors["+"] if verdicts[1] == "refused" else errors["-"]
    if verdicts[0] != verdicts[1] and not explained:
        yield " -> ".join(verdicts), "no error was added or is gone"


def _olds(codes: Codes) -> dict[str, set[str]]:
    olds: dict[str, set[str]] = defaultdict(set)
    for old, news in codes.items():
        for new in news:
            olds[new].add(old)
    return olds
