"""The lines of a text as HTML, with anchors, colours, and what was found under a line.

Written without templates: a text of thousands of lines takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from extery_site.moderation.syntax import Span
from extery_site.ui.templatetags.extery_pages import visible_code

#: Uses of one line that are explained.
MAX_USES = 4


def render_lines(
    lines: Sequence[str], spans: Sequence[Sequence[Span]], found: Mapping[int, Sequence[Any]]
) -> SafeString:
    """Return the rows of the lines. Each number is a link to its line: ``#L41``.

    ``spans`` are those of each line, or empty; ``found`` are uses of permissions by the number of the line.
    """
    parts = []
    for number, text in enumerate(lines, start=1):
        of_line = spans[number - 1] if number <= len(spans) else ()
        uses = found.get(number, ())
        marked = " code-found" if uses else ""
        parts.append(
            f'<div class="code-row{marked}" id="L{number}"><a class="code-number" href="#L{number}">{number}</a>'
            f"<code>{_colored(text, of_line)}</code></div>"
        )
        if uses:
            context = {"uses": list(uses)[:MAX_USES], "more": max(0, len(uses) - MAX_USES)}
            parts.append(render_to_string("source_pages/found.html", context))
    return mark_safe("".join(parts))  # noqa: S308  `_text` escapes all that comes from the package


def _colored(text: str, spans: Sequence[Span]) -> str:
    parts, last = [], 0
    for start, end, kind in spans:
        parts.append(_text(text[last:start]))
        parts.append(f'<span class="code-{kind}">{_text(text[start:end])}</span>')
        last = end
    return "".join([*parts, _text(text[last:])])


def _text(text: str) -> str:
    """Return a part of a line as HTML, its invisible characters as code points."""
    is_plain = text.isascii() and text.isprintable()
    return str(escape(text if is_plain else visible_code(text)))
