"""Who lives on the demonstration site. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password, make_password

from extery_site.accounts.models import User

#: The password of the three accounts that one may sign in to. Everybody knows it: it exists in
#: demonstrations only, and `extery_site.demo.fill` keeps out of sites that others can reach.
PASSWORD = "extery-demo"  # noqa: S105


@dataclass(frozen=True)
class Person:
    """Somebody with an account; ``role`` is what signing in as them is good for."""

    username: str
    full_name: str
    about: str = ""
    joined: float = 345.0
    is_moderator: bool = False
    role: str = ""


PEOPLE = (
    Person(
        "demo",
        "Robin Ashgrove",
        "Product visualisation by day, small tools by night. I build what I was asked for twice.",
        joined=164.0,
        role="publishes extensions, has drafts and changes to make",
    ),
    Person(
        "moderator",
        "Mika Lindqvist",
        "I look after the queue. Write to me in the thread, that is the quickest way.",
        is_moderator=True,
        role="decides in the queue and handles reports",
    ),
    Person("visitor", "Sam Perrault", joined=231.0, role="has an account and no extensions"),
    Person(
        "imani",
        "Imani Okafor",
        "Moderator. Rigging and accessibility. I test every theme with the lights on.",
        is_moderator=True,
    ),
    Person(
        "tove",
        "Tove Halvorsen",
        "Animator in a small studio by the sea. I make motion follow music, and things follow things.",
        joined=306.0,
    ),
    Person(
        "kenji",
        "Kenji Morisaki",
        "I teach modelling to people who build real houses. My add-ons are what my students kept asking for:\n\n"
        "- stairs that a carpenter accepts\n- meshes that a printer accepts\n- stones that nobody counts",
        joined=324.0,
    ),
    Person(
        "priya",
        "Priya Raghavan",
        "Lighting and materials. If two walls have different texels, I can see it from across the room.",
        joined=236.0,
    ),
    Person(
        "oskar",
        "Oskar Wieland",
        "Pipeline for film. Names, folders, previews: the unglamorous part.",
        joined=290.0,
    ),
    Person(
        "luz",
        "Luz Ferreira",
        "Graphic designer. I make themes for every hour of the day.\n\n"
        "*Harbour Dusk* for the evening, *Paper Lantern* for the morning, *Chalk Yard* for everything between.",
        joined=340.0,
    ),
    Person(
        "aino",
        "Aino Kettunen",
        "Illustrator. Comics, light, weather, and the tools that I need for them.",
        joined=214.0,
    ),
)

#: Name, password and purpose of each account that one may sign in to.
SIGN_INS = tuple((person.username, PASSWORD, person.role) for person in PEOPLE if person.role)


def names_in_use() -> list[str]:
    """Those of the names that somebody has already."""
    names = [person.username for person in PEOPLE]
    return sorted(User.objects.filter(username__in=names).values_list("username", flat=True))


def add_people() -> dict[str, User]:
    """Give everybody an account, and a password to those who have a role."""
    # Hashing is slow on purpose; three accounts with one password need one hash.
    password, none = make_password(PASSWORD), make_password(None)
    users = [
        User(
            username=person.username,
            email=f"{person.username}@example.org",
            full_name=person.full_name,
            about=person.about,
            is_moderator=person.is_moderator,
            password=password if person.role else none,
        )
        for person in PEOPLE
    ]
    User.objects.bulk_create(users)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, primary=True, verified=True) for user in users
    )
    return {user.username: user for user in users}


def working_sign_ins() -> tuple[tuple[str, str, str], ...]:
    """The sign-ins that are good for this site: none where the names belong to others."""
    names = [name for name, _, _ in SIGN_INS]
    hashes = dict(User.objects.filter(username__in=names).values_list("username", "password"))
    good = {encoded for encoded in set(hashes.values()) if check_password(PASSWORD, encoded)}
    return tuple(sign_in for sign_in in SIGN_INS if hashes.get(sign_in[0]) in good)
