"""``extery manage known_bad``: add the hashes of a file to the list of known-bad files, or print the list."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from extery.core.errors import ExteryError
from extery.core.text import os_error_text
from extery_site.scanning.known_bad_list import MAX_ADDED, store_known_bad
from extery_site.scanning.models import KnownBadFile

#: Bytes of a file of hashes that are read.
_MAX_BYTES = 100_000_000


class Command(BaseCommand):
    help = (
        "Add the SHA-256 of a file, one a line as sha256sum prints them, to the files that no package may have. "
        "Without FILE, print the list in this format."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", metavar="FILE", help="a file, or - for the input")
        parser.add_argument("--reason", default="", help="why they are refused, for moderators")
        parser.add_argument(
            "--confirm",
            action="store_true",
            help="add also files that packages of many extensions have",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["file"] is None:
            for row in KnownBadFile.objects.order_by("pk").iterator():
                self.stdout.write(f"{row.sha256}  # {row.reason}")
            return
        number = 0
        try:
            lines = _read(options["file"]).splitlines()
            for start in range(0, len(lines), MAX_ADDED):
                part = lines[start : start + MAX_ADDED]
                if start and not any(line.partition("#")[0].strip() for line in part):
                    continue
                # Empty lines, so that errors name the line of the file.
                text = "\n" * start + "\n".join(part)
                new = store_known_bad(
                    hashes=text, reason=options["reason"], by=None, confirm=options["confirm"]
                )
                number += len(new)
        except ExteryError as error:
            hints = [f"{one.message}\nhint: {one.hint}" for one in error.problems]
            raise CommandError("\n".join(hints)) from error
        self.stdout.write(
            f"Added {number} known-bad files; {KnownBadFile.objects.count()} are on the list."
        )


def _read(name: str) -> str:
    try:
        if name == "-":
            return sys.stdin.read(_MAX_BYTES)
        with Path(name).open("rb") as file:
            return file.read(_MAX_BYTES).decode("utf-8", "replace")
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {os_error_text(error)}") from error
