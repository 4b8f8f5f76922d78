"""``extery manage index_sources``: add the texts of all packages to the index of the source search."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from extery_site.catalog.models import Version
from extery_site.source_search import indexing
from extery_site.source_search.models import IndexedPackage

#: Seconds between two lines of progress.
_INTERVAL = 0.5


class Command(BaseCommand):
    help = (
        "Index the source of all packages that are not in the index, the newest first, and remove "
        "what no package contains any more. It can be interrupted: it continues where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--again", action="store_true", help="Read the packages in the index again too."
        )

    def handle(self, *_: Any, again: bool, **__: Any) -> None:
        if again:
            IndexedPackage.objects.update(format=0)
        keys = list(indexing.versions_to_index())
        packages, shown_at = 0, 0.0
        for number, key in enumerate(keys, start=1):
            version = Version.objects.filter(pk=key).first()
            packages += indexing.index_version(version) if version else 0
            if self.stderr.isatty() and time.monotonic() - shown_at > _INTERVAL:
                shown_at = time.monotonic()
                self._show(f"{number} of {len(keys)} versions")
        if shown_at:
            self._show("")
        removed = indexing.remove_stale()
        self.stdout.write(f"packages indexed: {packages}")
        self.stdout.write(f"texts removed: {removed}")

    def _show(self, line: str) -> None:
        """Replace the last line of the terminal."""
        self.stderr.write(f"\r\x1b[K{line}", style_func=str, ending="")
        self.stderr.flush()
