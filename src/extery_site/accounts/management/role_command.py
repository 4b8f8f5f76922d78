"""The base of the commands that grant a role to accounts, or revoke it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, ClassVar

from django.core.management.base import BaseCommand

from extery.core.errors import NotFound
from extery_site.accounts.models import User
from extery_site.accounts.roles import set_role


class RoleCommand(BaseCommand):
    """Sets the field ``role`` of the named accounts, and lists the accounts that have it."""

    role: ClassVar[str]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", metavar="NAME", nargs="*", help="User name of an account.")
        parser.add_argument("--remove", action="store_true", help="Revoke the role.")

    def handle(self, *_: Any, names: list[str], remove: bool, **__: Any) -> None:
        known = set(User.objects.filter(username__in=names).values_list("username", flat=True))
        if unknown := sorted(set(names) - known):
            raise NotFound.of("account.not-found", names=", ".join(unknown))
        if names:
            for user in User.objects.filter(username__in=names).order_by("username"):
                set_role(user=user, role=self.role, granted=not remove, by=None)
        holders = User.objects.filter(**{self.role: True}).order_by("username")
        for name in holders.values_list("username", flat=True):
            self.stdout.write(name)
