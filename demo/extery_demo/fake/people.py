"""The users of the fake data: staff with sign-ins, and numbered people, created when something needs them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from extery_demo.fake import texts
from extery_demo.fake.plans import random_of
from extery_demo.users import PASSWORD, DemoUser
from extery_site.accounts.models import User

#: The host of all addresses: by it, the fake users are told from others.
HOST = "fake-data.example"
STAFF = (
    DemoUser("fake-admin", "Ines Vogel", role="superuser: Django's admin and everything else"),
    DemoUser(
        "fake-moderator",
        "Tariq Olsen",
        is_moderator=True,
        role="decides in the queue and handles reports",
    ),
    DemoUser("fake-moderator-2", "Mei Duarte", is_moderator=True, role="the second moderator"),
    DemoUser("fake-moderator-3", "Jonas Kaya", is_moderator=True),
    DemoUser("fake-volunteer", "Elif Moreau", is_volunteer=True, role="helps with reviews"),
    DemoUser("fake-visitor", "Sam Novak", role="has an account and no extensions"),
)
#: The person whose account can be signed in to: an author of many extensions.
AUTHOR = "fake-author"
SIGN_INS = (
    *((user.username, PASSWORD, user.role) for user in STAFF if user.role),
    (AUTHOR, PASSWORD, "publishes many extensions, in every state"),
)


class People:
    """Creates and finds the users of one seed."""

    def __init__(self, seed: int, now: datetime) -> None:
        self.seed = seed
        self.now = now
        self._numbers: dict[int, int] = {}
        self._password = make_password(PASSWORD)
        self._unusable = make_password(None)
        self.staff: dict[str, User] = {}

    def create_staff(self) -> None:
        """Create the staff that does not exist."""
        names = [user.username for user in STAFF]
        existing = set(User.objects.filter(username__in=names).values_list("username", flat=True))
        self._create(
            [
                User(
                    username=user.username,
                    full_name=user.full_name,
                    is_moderator=user.is_moderator,
                    is_volunteer=user.is_volunteer,
                    is_superuser=user.username == "fake-admin",
                    is_staff=user.username == "fake-admin",
                    password=self._password if user.role else self._unusable,
                    date_joined=self.now - timedelta(days=900),
                )
                for user in STAFF
                if user.username not in existing
            ]
        )
        self.staff = {user.username: user for user in User.objects.filter(username__in=names)}

    @property
    def moderators(self) -> list[User]:
        """Those who decide, in a fixed order."""
        return [self.staff[user.username] for user in STAFF if user.is_moderator]

    def keys(self, numbers: Iterable[int]) -> dict[int, int]:
        """Return the keys of the people with these numbers; creates those that do not exist."""
        wanted = sorted(set(numbers) - self._numbers.keys())
        new = {number: self._user(number) for number in wanted}
        by_name = {user.username: number for number, user in new.items()}
        found = User.objects.filter(username__in=list(by_name)).values_list("username", "pk")
        stored = {by_name[name]: pk for name, pk in found}
        created = [user for number, user in new.items() if number not in stored]
        self._create(created)
        self._numbers |= stored | {by_name[user.username]: user.pk for user in created}
        return self._numbers

    def _user(self, number: int) -> User:
        rng = random_of(self.seed, "person", number)
        name = texts.person_name(rng)
        username = f"{_latin(name) or 'user'}{number}" if number else AUTHOR
        return User(
            username=username,
            full_name=name,
            about=texts.about(rng),
            password=self._unusable if number else self._password,
            date_joined=self.now - timedelta(days=860 + rng.uniform(0, 200)),
        )

    @staticmethod
    def _create(users: list[User]) -> None:
        for user in users:
            user.email = f"{user.username}@{HOST}"
        User.objects.bulk_create(users, batch_size=500)
        EmailAddress.objects.bulk_create(
            (
                EmailAddress(user=user, email=user.email, primary=True, verified=True)
                for user in users
            ),
            batch_size=500,
        )


def _latin(name: str) -> str:
    """Return the beginning of a user name, empty for a name in another script."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join(plain.split()) if name.isascii() else ""
