"""``extery manage rebuild_listing``: render the entries of all approved packages again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from extery.core.errors import Corrupt
from extery_site.listings.rebuild import rebuild


class Command(BaseCommand):
    help = (
        "Render the listing entries of all approved packages again. Running servers follow; "
        "nothing else has to be done."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        count, errors = rebuild()
        self.stdout.write(f"listing entries: {count}")
        if errors:
            self.stdout.write(f"packages left out: {len(errors)}")
            raise Corrupt(*(problem for error in errors for problem in error.problems))
