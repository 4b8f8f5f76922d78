"""The text of the index: a row for each extension that pages list.

The databases make their index from it (`extery_site.search.engines`): whatever writes rows, the index follows.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone

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

    def __str__(self) -> str:
        return f"text of extension {self.pk}"


#: The columns with text, with their weights: a word in a name counts more than one in a description.
WEIGHTS = {
    "name": 10.0,
    "tags": 5.0,
    "does": 4.0,
    "tagline": 4.0,
    "description": 1.0,
    "author": 2.0,
}
