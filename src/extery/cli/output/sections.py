"""Sections with rows, as text for a terminal and as an HTML page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from extery.cli.output import styles
from extery.cli.output.html import page
from extery.cli.output.table import table_lines
from extery.cli.terminal import printable

_STYLE = """
table { border-collapse: collapse; width: 100%; margin-top: .75rem; }
td { border-top: 1px solid var(--line); padding: .35rem 1.25rem .35rem 0; vertical-align: top; }
td:first-child { font-weight: 600; }
td:last-child { width: 80%; overflow-wrap: anywhere; }
"""


class Section(NamedTuple):
    """A heading with rows of texts, which may be untrusted.

    ``number`` is that of all entries, ``more`` how many are left out. Without a title the rows stand alone. ``is_warning`` draws
    attention to it.
    """

    title: str
    rows: Sequence[tuple[str, ...]]
    number: int | None = None
    more: int = 0
    is_warning: bool = False


def section_of(
    title: str, rows: Iterable[tuple[str, ...]], limit: int | None, *, is_counted: bool = False
) -> Section:
    """Return a section with the first ``limit`` rows."""
    found = list(rows)
    shown = found if limit is None else found[:limit]
    return Section(title, shown, len(found) if is_counted else None, len(found) - len(shown))


def section_lines(sections: Iterable[Section]) -> Iterator[str]:
    """Yield the lines of the sections that have rows, with an empty one before each."""
    for section in sections:
        if not section.rows:
            continue
        yield ""
        if section.title:
            yield _heading(section)
        yield from (f"  {line}" for line in table_lines(section.rows, indent=2))
        if section.more:
            yield f"  {styles.dim(f'… and {section.more} more (--all shows them)')}"


def _heading(section: Section) -> str:
    number = "" if section.number is None else f" ({section.number})"
    if section.is_warning:
        return styles.severity(section.title, "warning") + number
    return styles.bold(section.title) + number


def sections_html(
    title: str,
    lines: Sequence[str],
    sections: Iterable[Section],
    listings: Iterable[tuple[str, Sequence[str]]] = (),
) -> str:
    """Return a page with a title, lines below it, and the sections that have rows; every text is escaped.

    ``listings`` are titles with lines of code.
    """
    facts = "".join(f'<p class="facts">{_text(line)}</p>\n' for line in lines)
    body = "\n".join(_section_html(section) for section in sections if section.rows)
    code = "".join(
        f"\n<section>\n<h2>{_text(name)}</h2>\n<pre>{_code(text)}</pre>\n</section>"
        for name, text in listings
    )
    return page(_text(title), f"{facts}{body}{code}", style=_STYLE)


def _code(lines: Sequence[str]) -> str:
    return "\n".join(_text(line.expandtabs(4)) for line in lines)


def _section_html(section: Section) -> str:
    number = "" if section.number is None else f" ({section.number})"
    mark = ' class="warning"' if section.is_warning else ""
    heading = f"<h2{mark}>{_text(section.title)}{number}</h2>\n" if section.title else ""
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>"
        for row in section.rows
    )
    return f"<section>\n{heading}<table>\n{rows}\n</table>\n</section>"


def _text(text: str) -> str:
    return escape(printable(text))
