"""Words by which the search finds an extension, besides those of its page: what its newest version adds to Blender."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from extery_site.catalog.models.fields import ByteOrderedCharField

MAX_TERM_LENGTH = 80


class SearchTerm(models.Model):
    """A word or phrase in lower case, such as ``bevel``, ``import psk`` or ``ctrl shift q``.

    Sorted by bytes, so that the words with a given beginning are a range of the index.
    """

    extension = models.ForeignKey("catalog.Extension", on_delete=models.CASCADE, related_name="+")
    term = ByteOrderedCharField(max_length=MAX_TERM_LENGTH)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["extension", "term"], name="catalog_term_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["term", "extension"], name="catalog_search_term")
        ]

    def __str__(self) -> str:
        return str(self.term)
