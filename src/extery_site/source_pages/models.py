"""The colours of texts, computed when a text is first shown."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence

from django.db import models

from extery_site.moderation.syntax import Span
from extery_site.source_search.models import SourceFile


class HighlightedFile(models.Model):
    """The spans of the syntax of a text, which never changes; ``name`` is the suffix that selects the language.

    ``format`` is that of ``data``: rows of another format are computed again.
    """

    file = models.ForeignKey(SourceFile, on_delete=models.CASCADE, related_name="+")
    suffix = models.CharField(max_length=10)
    format = models.PositiveSmallIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["file", "suffix", "format"], name="source_pages_highlighted_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.file_id}{self.suffix}"

    @property
    def spans(self) -> list[list[Span]]:
        """The spans of each line."""
        found: list[list[Span]] = json.loads(zlib.decompress(bytes(self.data)))
        return found


def pack_spans(spans: Sequence[Sequence[Span]]) -> bytes:
    """Return spans as they are stored."""
    return zlib.compress(json.dumps(spans, separators=(",", ":")).encode())


class ThemeFile(models.Model):
    """The colours that a theme sets, by path such as ``view_3d.space.text``; computed when a page first shows them."""

    file = models.OneToOneField(
        SourceFile, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    colors = models.JSONField()

    def __str__(self) -> str:
        return f"theme {self.pk}"
