"""``extery manage scanner``: try the virus scanner and the YARA rules of the site."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from extery.core.errors import Unavailable
from extery_site.scanning.clamd import Clamd
from extery_site.scanning.clamd_check import Finding, check_clamd
from extery_site.scanning.yara_check import Trial, check_rules, try_rules
from extery_site.scanning.yara_rules import load_rules


class Command(BaseCommand):
    help = (
        "Try the virus scanner at EXTERY_CLAMD: send EICAR's test file, and files that show its limits; and list the YARA "
        "rules in EXTERY_YARA_RULES with their errors. The exit status is 1 if the site cannot rely on one of them."
    )
    # What the system check of the rules says, this command says better.
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--try",
            dest="rules",
            type=Path,
            metavar="PATH",
            help="Instead, scan all packages of the site by the YARA rules in a folder or file, and print the matches. "
            "Nothing follows from them.",
        )

    def handle(self, *_: Any, rules: Path | None, **_options: Any) -> None:
        if rules is not None:
            is_right = self._try(rules)
        else:
            is_right = self._check_scanner() & self._check_rules()
        if not is_right:
            sys.exit(1)

    def _check_scanner(self) -> bool:
        address = settings.EXTERY_CLAMD
        if address is None:
            has_rules = settings.EXTERY_YARA_RULES is not None
            scanned = "scanned by YARA rules only" if has_rules else "not scanned"
            self.stderr.write(f"EXTERY_CLAMD is not set: packages are {scanned}")
            return has_rules
        self.stdout.write(f"scanner: {address}")
        return self._print(check_clamd(Clamd(address), max_upload=settings.EXTERY_MAX_UPLOAD))

    def _check_rules(self) -> bool:
        folder = settings.EXTERY_YARA_RULES
        if folder is None:
            return True
        self.stdout.write(f"rules: {folder}")
        return self._print(check_rules(folder))

    def _print(self, findings: Iterable[Finding]) -> bool:
        is_right = True
        for finding in findings:
            self.stdout.write(f"{'ok' if finding.is_right else 'wrong'}: {finding.text}")
            if finding.advice:
                is_right = False
                self.stdout.write(f"  {finding.advice}")
        return is_right

    def _try(self, path: Path) -> bool:
        """Print what the rules find in stored packages; return whether all were scanned by all of them."""
        is_right = self._print(check_rules(path))
        try:
            rules = load_rules(path)
        except Unavailable:  # which was printed
            return False
        count: Counter[str] = Counter()
        for trial in try_rules(rules):
            count["packages"] += 1
            count["matching"] += bool(trial.report.matches)
            if trial.error or trial.report.unread:
                count["not scanned"] += 1
            self._print_trial(trial)
        self.stdout.write(
            f"{count['packages']:,} packages: {count['matching']:,} with matches, "
            f"{count['not scanned']:,} not scanned as a whole"
        )
        return is_right and not count["not scanned"]

    def _print_trial(self, trial: Trial) -> None:
        package, report = trial.package, trial.report
        extension = package.version.extension.extension_id
        lines = [
            f"  {match.action}: {match.name} in {match.number:,} file{'s' * (match.number != 1)}, "
            f"first {match.files[0].path!r} ({', '.join(match.files[0].strings)})"
            for match in report.matches
        ]
        lines += [f"  not scanned: {reason}" for reason in (*report.unread, trial.error) if reason]
        if lines:
            self.stdout.write(f"{extension} {package.version.number}, {package.original_name}")
            for line in lines:
                self.stdout.write(line)
