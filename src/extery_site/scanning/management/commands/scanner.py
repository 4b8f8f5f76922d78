"""``extery manage scanner``: try the virus scanner of the site."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from extery_site.scanning.clamd import Clamd
from extery_site.scanning.clamd_check import check_clamd


class Command(BaseCommand):
    help = (
        "Try the virus scanner at EXTERY_CLAMD: send EICAR's test file, and files that show its limits. "
        "The exit status is 1 if the site cannot rely on it."
    )

    def handle(self, *_: Any, **_options: Any) -> None:
        address = settings.EXTERY_CLAMD
        if address is None:
            self.stderr.write("EXTERY_CLAMD is not set: packages are not scanned")
            sys.exit(1)
        self.stdout.write(f"scanner: {address}")
        is_right = True
        for finding in check_clamd(Clamd(address), max_upload=settings.EXTERY_MAX_UPLOAD):
            self.stdout.write(f"{'ok' if finding.is_right else 'wrong'}: {finding.text}")
            if finding.advice:
                is_right = False
                self.stdout.write(f"  {finding.advice}")
        if not is_right:
            sys.exit(1)
