"""The sets of the demo: what its users have chosen for one purpose, and who follows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from extery_site.accounts.models import User
from extery_site.catalog.models import Extension
from extery_site.sets.actions import create_set
from extery_site.sets.entries import add_extension
from extery_site.sets.following import follow_set
from extery_site.sets.models import ExtensionSet, SetEntry


@dataclass(frozen=True)
class DemoSet:
    """A set: extensions with a note for each, which may be empty."""

    owner: str
    title: str
    description: str
    days: float
    """How many days before the site is seeded it was made."""
    extensions: Mapping[str, str]
    followers: tuple[str, ...] = ()


SETS = (
    DemoSet(
        "priya",
        "A first week in Blender",
        "Add-ons that do **one thing each** and explain themselves. What I give people who start with me on Monday.",
        41.0,
        {
            "field_kit": "Something to look at, from the first minute.",
            "lantern_kit": "Three lights, and the scene can be seen.",
            "folder_door": "Where did I save it?",
            "stair_smith": "",
            "turntable_desk": "For the Friday show.",
        },
        ("visitor", "noor", "demo", "hanna"),
    ),
    DemoSet(
        "oskar",
        "Before you hand over",
        "The checks that run on every file before it leaves the house.",
        12.0,
        {
            "mesh_ledger": "A list of what is wrong; nothing is repaired behind your back.",
            "texel_compass": "The same texels on every wall.",
            "name_loom": "Names now, or never.",
            "folder_door": "Where did I save it?",
        },
        ("visitor", "kenji"),
    ),
    DemoSet(
        "aino",
        "Quiet desks",
        "Calm themes for long days, for bright rooms and dark ones.",
        3.0,
        {
            "harbour_dusk": "",
            "moss_cellar": "At night.",
            "paper_lantern": "By the window.",
        },
        ("imani",),
    ),
)


def add_sets(users: Mapping[str, User], now: datetime) -> None:
    """Create the sets, dated as they were made; their followers have nothing to be told.

    Extensions that are not listed, because the site has other scenarios, are left out.
    """
    listed = set(Extension.objects.browsable().values_list("extension_id", flat=True))
    for one in SETS:
        owner = users[one.owner]
        set_ = create_set(by=owner, title=one.title, description=one.description)
        for extension_id, note in one.extensions.items():
            if extension_id not in listed:
                continue
            add_extension(set_=set_, by=owner, extension_id=extension_id, note=note)
        for username in one.followers:
            follow_set(set_=set_, by=users[username])
        made = now - timedelta(days=one.days)
        ExtensionSet.objects.filter(pk=set_.pk).update(created_at=made, updated_at=made)
        SetEntry.objects.filter(set=set_).update(added_at=made, announced_at=made)
