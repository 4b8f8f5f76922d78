"""Makes the sizes of stored images that an older release did not make."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from extery_site.catalog.images import make_variants
from extery_site.catalog.models import Image


class Command(BaseCommand):
    """Enqueue the tasks that make missing sizes of images; workers run them."""

    help = (
        "Enqueue a task for each image of which a size is missing. Running it twice does no harm."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=None, help="At most so many images.")

    def handle(self, *args: Any, limit: int | None, **options: Any) -> None:
        """Enqueue the tasks and print their number."""
        missing = Image.objects.without_variants().order_by("pk")
        # Images with the same file get their sizes together.
        files = missing.values("file").distinct().count()
        number = 0
        seen: set[str] = set()
        with transaction.atomic():
            for pk, file in missing.values_list("pk", "file_id").iterator():
                if file in seen:
                    continue
                if limit is not None and number >= limit:
                    break
                seen.add(file)
                make_variants.enqueue(pk)
                number += 1
        self.stdout.write(f"Enqueued {number} of {files} images without all sizes.")
