"""The colours of a text: the stored ones, or an isolated process computes them once."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from extery.core.errors import Unavailable
from extery.isolation.limits import Limits, ProcessEnded
from extery.isolation.replies import MALFORMED
from extery_site.moderation.syntax import KINDS, Span, has_syntax
from extery_site.project.isolation import call_isolated
from extery_site.source_pages.models import HighlightedFile, pack_spans
from extery_site.source_search.models import SourceFile

logger = logging.getLogger(__name__)

#: Increase it when the spans change, so that stored ones are computed again.
FORMAT = 1
#: Seconds that the lexers have; a usual text takes a hundredth of it.
MAX_SECONDS = 4.0
_LIMITS = Limits(memory=300_000_000, seconds=12.0, cpu_seconds=8, output=20_000_000)


def spans_of(file: SourceFile, path: str, lines: Sequence[str]) -> list[list[Span]]:
    """Return the spans of the syntax of the lines of a text; none for one that takes too much, or in no known language."""
    if not has_syntax(path):
        return []
    suffix = PurePosixPath(path).suffix.lower()[:10]
    key = {"file": file, "suffix": suffix, "format": FORMAT}
    stored = HighlightedFile.objects.filter(**key).first()
    if stored is None:
        try:
            spans = _compute(suffix, lines)
        except Unavailable:
            return []  # the next request tries it again
        # Two requests may have computed the same: the first row stays.
        stored, _ = HighlightedFile.objects.get_or_create(
            **key, defaults={"data": pack_spans(spans)}
        )
    return stored.spans


def _compute(suffix: str, lines: Sequence[str]) -> list[list[Span]]:
    """Return the spans; none if the text was too much for its process, which is stored too."""
    text = io.BytesIO("\n".join(lines).encode("utf-8", "replace"))
    arguments = {"name": f"text{suffix}", "seconds": MAX_SECONDS}
    try:
        value = call_isolated("highlight-text", text, arguments, _LIMITS).value
        return _checked(value, lines)
    except (ProcessEnded, *MALFORMED) as error:
        logger.warning("a text has no colours: %s", error)
        return []


def _checked(value: Any, lines: Sequence[str]) -> list[list[Span]]:
    """Return what an isolated process has found, if it is that; raises one of `MALFORMED` otherwise."""
    if len(value) != len(lines):
        raise ValueError("not the spans of the lines")
    found: list[list[Span]] = []
    for spans, line in zip(value, lines, strict=True):
        last, of_line = 0, []
        for start, end, kind in spans:
            if not last <= start <= end <= len(line) or kind not in KINDS:
                raise ValueError("not a span")
            last = end
            of_line.append((int(start), int(end), str(kind)))
        found.append(of_line)
    return found
