"""``extery manage fake_data``: fill an empty site with the demonstration."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from extery.core.errors import ExteryError
from extery_site import demo


class Command(BaseCommand):
    help = "Fill an empty site with people, extensions in every state, images and reports."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--size",
            choices=("small", "full"),
            default="small",
            help="full: 200 more small extensions, for tests of load.",
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help="Also where EXTERY_SITE_URL names a host that others can reach.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            summary = demo.fill(size=options["size"], force=options["force"])
        except ExteryError as error:
            hints = [f"\n  hint: {problem.hint}" for problem in error.problems if problem.hint]
            raise CommandError(f"{error}{''.join(hints)}") from error
        self.stdout.write(str(summary))
        for name, password, role in summary.sign_ins:
            self.stdout.write(f"  {name:<12} {password:<14} {role}")
