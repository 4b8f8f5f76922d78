"""The text of the index: a row for each extension that pages list.

The databases make their index from it (`extery_site.search.engines`): whatever writes rows, the index follows.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from extery_site.search.words import MAX_WORD

#: Raised when the text of a row is made in another way: workers then make all rows again.
REVISION = 1


class SearchDocument(models.Model):
    """The words of an extension, in the form of `extery_site.search.words`, by where they are from."""

    extension = models.OneToOneField(
        "catalog.Extension", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    name = models.TextField(blank=True, help_text="Words of the name and the id.")
    tags = models.TextField(blank=True)
    does = models.TextField(blank=True, help_text="Labels, file formats and names of operators.")
    tagline = models.TextField(blank=True)
    description = models.TextField(blank=True)
    author = models.TextField(blank=True)
    revision = models.PositiveSmallIntegerField(db_index=True)
    updated_at = models.DateTimeField(default=timezone.now)
    counted = models.TextField(blank=True, help_text="Its words that `SearchWord` counts.")
    is_counted = models.BooleanField(default=False, db_index=True)
    is_popular = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Whether its extension is one of the most downloaded ones, which are searched first.",
    )

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["extension"],
                condition=models.Q(is_popular=True),
                name="search_popular_documents",
            )
        ]

    def __str__(self) -> str:
        return f"text of extension {self.pk}"


class SearchWord(models.Model):
    """A word of the texts, with the number of extensions that have it: what a typing error may mean."""

    word = models.CharField(max_length=MAX_WORD, unique=True)
    number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.word


class SearchWordForm(models.Model):
    """A word without one of its letters, or whole: words that share a form are alike (`corrections`)."""

    form = models.CharField(max_length=MAX_WORD, db_index=True)
    word = models.ForeignKey(SearchWord, on_delete=models.CASCADE, related_name="forms")

    def __str__(self) -> str:
        return self.form


#: The columns with text, with their weights: a word in a name counts more than one in a description.
WEIGHTS = {
    "name": 10.0,
    "tags": 5.0,
    "does": 4.0,
    "tagline": 4.0,
    "description": 1.0,
    "author": 2.0,
}
