"""``extery manage fake_data``: fill a site with fake extensions, of the distribution ``extery-demo``."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from extery.core.errors import Unavailable
from extery_site.project import startup
from extery_site.project.commands.serve import DEMO_GROUP

MAX_EXTENSIONS = 100_000
MAX_VERSIONS = 20.0


class Command(BaseCommand):
    help = (
        "Fill a site with fake extensions, users, ratings, reports and a review queue, for tests and benchmarks. What exists "
        "already is left as it is: the same command continues after an interruption, a greater number adds to it."
    )
    # A new site has no tables yet.
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--extensions",
            type=_number(int, 1, MAX_EXTENSIONS),
            default=300,
            metavar="NUMBER",
            help="how many extensions the site has afterwards (default: 300)",
        )
        parser.add_argument(
            "--versions",
            type=_number(float, 1, MAX_VERSIONS),
            default=2.2,
            metavar="NUMBER",
            help="versions of an extension on average (default: 2.2)",
        )
        parser.add_argument(
            "--seed",
            type=_number(int, 0, 10**9),
            default=1,
            metavar="NUMBER",
            help="another one gives other extensions; the same one the same packages (default: 1)",
        )
        parser.add_argument(
            "--now",
            type=_time,
            metavar="TIME",
            help="the time before which everything happened, such as 2026-05-01 (default: now)",
        )
        parser.add_argument(
            "--small",
            action="store_true",
            help="one package for each version, without wheels and platforms: for large sites",
        )
        parser.add_argument(
            "--force", action="store_true", help="also on a site with content or a public address"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        fill_site = _load()
        startup.prepare()
        names = ("extensions", "versions", "seed", "now", "small", "force")
        try:
            result = fill_site(progress=self._show, **{name: options[name] for name in names})
        except KeyboardInterrupt:
            self.stderr.write("Interrupted. The same command continues.")
            sys.exit(130)
        self.stdout.write(str(result))
        for name, password, role in result.sign_ins:
            self.stdout.write(f"  {name:<18} {password:<14} {role}")

    def _show(self, done: int, of: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done} of {of} extensions", ending="\n" if done >= of else "")
            self.stderr.flush()
        elif done >= of or done * 10 // of > (done - 40) * 10 // of:
            self.stderr.write(f"{done} of {of} extensions")


def _load() -> Callable[..., Any]:
    """Return the function of the demo; raises `Unavailable` if it is not installed."""
    for entry_point in entry_points(group=DEMO_GROUP, name="seed"):
        fill_site: Callable[..., Any] = import_module(entry_point.module).fill_site
        return fill_site
    raise Unavailable.of("usage.demo-missing")


def _number(kind: type, low: float, high: float) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            raise ArgumentTypeError(f"expected a number from {low} to {high}, found {text!r}")
        return value

    return parse


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"expected a date such as 2026-05-01, found {text!r}") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
