"""``extery manage moderator NAME``: grant or revoke the moderator role."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from extery.core.errors import NotFound
from extery_site.accounts.models import User


class Command(BaseCommand):
    help = "Grant the moderator role, or revoke it; without a name, list the moderators."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", metavar="NAME", nargs="*", help="User name of an account.")
        parser.add_argument("--remove", action="store_true", help="Revoke the role.")

    def handle(self, *_: Any, names: list[str], remove: bool, **__: Any) -> None:
        known = set(User.objects.filter(username__in=names).values_list("username", flat=True))
        if unknown := sorted(set(names) - known):
            raise NotFound.of("account.not-found", names=", ".join(unknown))
        if names:
            User.objects.filter(username__in=names).update(is_moderator=not remove)
        moderators = User.objects.filter(is_moderator=True).order_by("username")
        for name in moderators.values_list("username", flat=True):
            self.stdout.write(name)
