"""What a kind of notification is: a row of the registry in `kinds`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal


class Group(Enum):
    """A section of the settings page; the feed has a tab for some of them."""

    REVIEWS = "reviews"
    USE = "use"
    FOLLOWED = "followed"
    ACCOUNT = "account"
    STAFF = "staff"

    @property
    def title(self) -> str:
        return _GROUP_TITLES[self]


_GROUP_TITLES = {
    Group.REVIEWS: "Reviews of my extensions",
    Group.USE: "My extensions in use",
    Group.FOLLOWED: "What I follow",
    Group.ACCOUNT: "My account",
    Group.STAFF: "Moderation",
}

Tone = Literal["ask", "good", "warn", ""]


@dataclass(frozen=True)
class NotificationKind:
    """One row of the registry."""

    name: str
    group: Group
    title: str
    """The label on the settings page."""
    headline: str
    """The title in the feed and the first line of an e-mail; ``{subject}`` and ``{by}`` are filled in."""
    note: str = ""
    """A second line on the settings page."""
    icon: str = "bell"
    tone: Tone = ""
    asks: bool = False
    """Whether the recipient has to do something; the button in the feed has the text ``action``."""
    action: str = "Open"
    staff: bool = False
    """Whether only moderators receive it."""
    required: bool = False
    """Whether it cannot be switched off; it is sent on the site and by e-mail at once."""
    on_site: bool = True
    at_once: bool = False
    daily: bool = False
