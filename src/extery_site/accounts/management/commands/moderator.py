"""``extery manage moderator NAME``: give or take the right to moderate."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from extery_site.accounts.models import User


class Command(BaseCommand):
    help = "Make people moderators, or take that right away again; without a name list them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", metavar="NAME", nargs="*", help="Name of an account.")
        parser.add_argument("--remove", action="store_true", help="Take the right away.")

    def handle(self, *_: Any, names: list[str], remove: bool, **__: Any) -> None:
        people = {user.username: user for user in User.objects.filter(username__in=names)}
        if unknown := sorted(set(names) - set(people)):
            raise CommandError(f"there is no account named {', '.join(unknown)}; sign up first")
        if names:
            User.objects.filter(username__in=names).update(is_moderator=not remove)
        moderators = User.objects.filter(is_moderator=True).order_by("username")
        for name in moderators.values_list("username", flat=True):
            self.stdout.write(name)
