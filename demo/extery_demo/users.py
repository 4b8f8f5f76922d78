"""User accounts of the demo. All are fictional."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password, make_password

from extery_site.accounts.models import User

#: Password of the accounts with a role. It is public, so `extery_demo.seed_site` refuses sites with
#: a public address.
PASSWORD = "extery-demo"  # noqa: S105


@dataclass(frozen=True)
class DemoUser:
    """An account. One with a ``role`` can be signed in to; the role says what it may do."""

    username: str
    full_name: str
    about: str = ""
    joined: float = 345.0
    """Days before the site is seeded."""
    is_moderator: bool = False
    is_volunteer: bool = False
    role: str = ""


USERS = (
    DemoUser(
        "demo",
        "Robin Ashgrove",
        "Product visualisation by day, small tools by night. I build what I was asked for twice.",
        joined=164.0,
        role="publishes extensions, has drafts and changes to make",
    ),
    DemoUser(
        "moderator",
        "Mika Lindqvist",
        "I look after the queue. Write to me in the thread, that is the quickest way.",
        is_moderator=True,
        role="decides in the queue and handles reports",
    ),
    DemoUser("visitor", "Sam Perrault", joined=231.0, role="has an account and no extensions"),
    DemoUser(
        "imani",
        "Imani Okafor",
        "Moderator. Rigging and accessibility. I test every theme with the lights on.",
        is_moderator=True,
    ),
    DemoUser(
        "tove",
        "Tove Halvorsen",
        "Animator in a small studio by the sea. I make motion follow music, and things follow things.",
        joined=306.0,
    ),
    DemoUser(
        "kenji",
        "Kenji Morisaki",
        "I teach modelling to people who build real houses. My add-ons are what my students kept asking for:\n\n"
        "- stairs that a carpenter accepts\n- meshes that a printer accepts\n- stones that nobody counts",
        joined=324.0,
    ),
    DemoUser(
        "priya",
        "Priya Raghavan",
        "Lighting and materials. If two walls have different texels, I can see it from across the room.",
        joined=236.0,
    ),
    DemoUser(
        "oskar",
        "Oskar Wieland",
        "Pipeline for film. Names, folders, previews: the unglamorous part.",
        joined=290.0,
        is_volunteer=True,
    ),
    DemoUser("hanna", "Hanna Sturm", "Environments for games, mostly forests.", joined=318.0),
    DemoUser("noor", "Noor Haddad", "Architecture student, third year.", joined=262.0),
    DemoUser(
        "luz",
        "Luz Ferreira",
        "Graphic designer. I make themes for every hour of the day.\n\n"
        "*Harbour Dusk* for the evening, *Paper Lantern* for the morning, *Chalk Yard* for everything between.",
        joined=340.0,
    ),
    DemoUser(
        "aino",
        "Aino Kettunen",
        "Illustrator. Comics, light, weather, and the tools that I need for them.",
        joined=214.0,
    ),
    DemoUser("bela", "Bela Ostrow", "Architect, new to Blender's Python.", joined=6.0),
    DemoUser(
        "quickaddons7",
        "",
        "BEST add-ons, 70 % off this week only. See my shop, link below.",
        joined=3.0,
    ),
)

#: Username, password and role of each account that can be signed in to.
SIGN_INS = tuple((user.username, PASSWORD, user.role) for user in USERS if user.role)


def taken_usernames() -> list[str]:
    """Return the usernames of the demo that already exist on the site."""
    names = [user.username for user in USERS]
    return sorted(User.objects.filter(username__in=names).values_list("username", flat=True))


def create_users() -> dict[str, User]:
    """Create the accounts. Those without a role get an unusable password."""
    # Hashing is slow by design, so the accounts share one hash.
    password, unusable = make_password(PASSWORD), make_password(None)
    rows = [
        User(
            username=user.username,
            email=f"{user.username}@example.org",
            full_name=user.full_name,
            about=user.about,
            is_moderator=user.is_moderator,
            is_volunteer=user.is_volunteer,
            password=password if user.role else unusable,
        )
        for user in USERS
    ]
    User.objects.bulk_create(rows)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=row, email=row.email, primary=True, verified=True) for row in rows
    )
    return {row.username: row for row in rows}


def working_sign_ins() -> tuple[tuple[str, str, str], ...]:
    """Return the sign-ins whose account exists on this site with the demo's password."""
    names = [name for name, _, _ in SIGN_INS]
    hashes = dict(User.objects.filter(username__in=names).values_list("username", "password"))
    valid = {encoded for encoded in set(hashes.values()) if check_password(PASSWORD, encoded)}
    return tuple(sign_in for sign_in in SIGN_INS if hashes.get(sign_in[0]) in valid)
