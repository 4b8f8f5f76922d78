"""``extery manage index_search``: write the texts of the search again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from extery_site.catalog.search_documents import index_outdated
from extery_site.search import word_counts
from extery_site.search.models import SearchDocument


class Command(BaseCommand):
    help = (
        "Write the texts by which the search finds extensions, where they are missing or outdated. "
        "Workers do the same every ten minutes. It can be interrupted: it continues where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--again", action="store_true", help="Write the texts of all extensions."
        )

    def handle(self, *_: Any, again: bool, **__: Any) -> None:
        if again:
            SearchDocument.objects.update(revision=0)
        self.stdout.write(f"extensions indexed: {index_outdated()}")
        word_counts.count_new()
