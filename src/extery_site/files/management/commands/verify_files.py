"""``extery manage verify_files``: compare all stored files with their sizes and hashes."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from extery.core.errors import Problem
from extery.core.files import format_size
from extery_site.files.verification import Progress, verify_files

#: Seconds between two lines of progress.
_INTERVAL = 0.5
_NAME = "verify_files"


class Command(BaseCommand):
    help = (
        "Read every stored file and compare its size and SHA-256 with the database; report files "
        "that are missing, damaged or orphaned. The exit status is 1 if there is an error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *_: Any, **options: Any) -> None:
        self._shown_at = 0.0
        self._hinted: set[str] = set()
        as_json: bool = options["json"]
        progress, counts = Progress(), Counter[str]()
        if as_json:
            self.stdout.write(f'{{"version": 1, "command": "{_NAME}", "problems": [')
        for problem in verify_files(progress, on_progress=lambda: self._show(progress)):
            self._clear()
            if as_json:
                text = json.dumps(problem.as_dict() | {"fingerprint": problem.fingerprint})
                self.stdout.write(f"{',' if counts else ' '}{text}")
            else:
                self._print(problem)
            counts[problem.severity] += 1
        self._clear()
        ok = progress.is_complete and not counts["error"]
        if as_json:
            self.stdout.write(f"], {json.dumps(_facts(progress, counts, ok=ok))[1:]}")
        self.stderr.write(_summary(progress, counts), style_func=str)
        if not ok:
            sys.exit(1)

    def _print(self, problem: Problem) -> None:
        """Print a problem, with its hint if it is the first with this hint."""
        self.stdout.write(
            f"{problem.where}: {problem.severity}: {problem.message} [{problem.code}]"
        )
        if problem.hint and problem.hint not in self._hinted:
            self._hinted.add(problem.hint)
            self.stdout.write(f"  hint: {problem.hint}")

    def _show(self, progress: Progress) -> None:
        """Show the progress in the last line of a terminal."""
        now = time.monotonic()
        if self.stderr.isatty() and now - self._shown_at > _INTERVAL:
            self._clear()
            self._shown_at = now
            sizes = f"{format_size(progress.size)} of {format_size(progress.of_size)}"
            line = f"{progress.files} of {progress.of_files} files, {sizes}"
            self.stderr.write(line, style_func=str, ending="")
            self.stderr.flush()

    def _clear(self) -> None:
        if self._shown_at and self.stderr.isatty():
            self.stderr.write("\r\x1b[K", style_func=str, ending="")


def _facts(progress: Progress, counts: Counter[str], *, ok: bool) -> dict[str, Any]:
    return {
        "ok": ok,
        "complete": progress.is_complete,
        "files": progress.files,
        "bytes": progress.size,
        "counts": {"errors": counts["error"], "warnings": counts["warning"], "silenced": 0},
    }


def _summary(progress: Progress, counts: Counter[str]) -> str:
    result = f"Errors: {counts['error']}, warnings: {counts['warning']}."
    if progress.is_complete:
        return f"Verified {progress.files} files, {format_size(progress.size)}. {result}"
    return (
        f"Verified {progress.files} of {progress.of_files} files, then stopped because the storage "
        f"failed. {result}"
    )
