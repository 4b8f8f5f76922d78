"""Problems as text, with source lines and carets. Colour only repeats what the text states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extery.cli.output import styles
from extery.cli.output.outcome import PrefixedProblem, pluralize
from extery.cli.output.source import SourceLines, excerpt
from extery.cli.terminal import printable

#: Number of problems with the same code and hint, and without a line, that are printed in full.
MAX_SIMILAR = 3
#: The same for problems without a place: their messages name what they are about, so their hint is printed once.
MAX_WITHOUT_PLACE = 20


def render_problems(
    problems: Sequence[PrefixedProblem], *, width: int, has_sources: bool = False
) -> list[str]:
    """Return the lines to print, with problems sorted by file and line."""
    sources = SourceLines() if has_sources else None
    groups: dict[tuple[object, ...], list[PrefixedProblem]] = {}
    for number, item in enumerate(in_order(problems)):
        has_line = item.problem.where.line is not None
        key = (number,) if has_line else (item.problem.code, item.problem.hint)
        groups.setdefault(key, []).append(item)
    lines: list[str] = []
    for group in groups.values():
        has_place = any(item.place for item in group)
        maximum = MAX_SIMILAR if has_place else MAX_WITHOUT_PLACE
        # A line that lists a single problem saves nothing.
        limit = len(group) if len(group) <= maximum + 1 else maximum
        for item in group[: limit - 1]:
            lines += problem_lines(item, width=width, sources=sources, has_hint=has_place)
        lines += problem_lines(group[limit - 1], width=width, sources=sources)
        if group[limit:]:
            lines.append(_also_line(group[limit:]))
    return lines


def problem_lines(
    item: PrefixedProblem, *, width: int, sources: SourceLines | None, has_hint: bool = True
) -> list[str]:
    """Return the lines of a problem: place, severity, message and code; source line; hint."""
    problem = item.problem
    place = printable(item.place)
    if place.startswith("::"):
        place = f"./{place}"  # GitHub Actions runs lines that begin with :: as commands
    severity = styles.severity(f"{problem.severity}:", problem.severity)
    code = styles.dim(f"[{problem.code}]{' [*]' if item.fix == 'safe' else ''}")
    start = f"{styles.bold(f'{place}:')} " if place else ""
    lines = [f"{start}{severity} {printable(problem.message)} {code}"]
    if sources is not None:
        lines += _snippet(item, sources, width)
    if problem.hint and has_hint:
        lines.append(f"  {styles.hint('hint:')} {printable(problem.hint)}")
    return lines


def _snippet(item: PrefixedProblem, sources: SourceLines, width: int) -> list[str]:
    """Return the source line with carets, or nothing if it cannot be read or shows a secret."""
    line, column = item.problem.where.line, item.problem.where.column
    text = sources.line(item.file, line) if line is not None else None
    if text is None or not text.strip() or _has_secret(item, text):
        return []
    margin = " " * len(str(line))
    source, carets = excerpt(text, column or 1, width=width - len(margin) - 3)
    bar = styles.frame("|")
    lines = [f"{margin} {bar}", f"{styles.frame(str(line))} {bar} {source}"]
    if column is not None:
        lines.append(f"{margin} {bar} {styles.severity(carets, item.problem.severity)}")
    return lines


def _has_secret(item: PrefixedProblem, line: str) -> bool:
    """Return whether a key or token is in the line: a log of CI is read by many."""
    if item.problem.code.startswith("secret."):
        return True
    from extery.rules.secret_texts import find_secrets

    return any(find_secrets(line.encode("utf-8", "replace")))


def _also_line(items: Sequence[PrefixedProblem]) -> str:
    """Return one line that lists the remaining problems of a group."""
    places = [printable(item.place) for item in items if item.place][:MAX_SIMILAR]
    names = f": {', '.join(places)}" if places else ""
    more = f" and {len(items) - len(places)} more" if len(items) > len(places) and names else ""
    code = items[0].problem.code
    label = styles.bold("also:")
    noun = pluralize(len(items), f"more {items[0].problem.severity}")
    return f"  {label} {noun} [{code}]{names}{more} (all of them: --output-format json)"


def in_order(problems: Iterable[PrefixedProblem]) -> list[PrefixedProblem]:
    """Return the problems sorted by line, file by file in the order of first mention."""
    items = list(problems)
    numbers: dict[str, int] = {}
    for item in items:
        numbers.setdefault(item.file, len(numbers))

    def key(item: PrefixedProblem) -> tuple[int, int, int]:
        where = item.problem.where
        return numbers[item.file], where.line or 0, where.column or 0

    return sorted(items, key=key)
