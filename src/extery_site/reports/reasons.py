"""Why something can be reported: the reasons, and how the form explains them."""

from __future__ import annotations

from typing import NamedTuple

from django.db import models


class Reason(models.TextChoices):
    """The reason of a report; the labels are short enough for a list."""

    MALICIOUS = "malicious", "Harmful"
    SENDS_DATA = "sends_data", "Sends data"
    BROKEN = "broken", "Does not work"
    MISLEADING = "misleading", "Misleading"
    COPYRIGHT = "copyright", "Copied"
    OFFENSIVE = "offensive", "Offensive"
    ADVERTISING = "advertising", "Advertising"
    OTHER = "other", "Other"


def reason_choices() -> list[tuple[str, str]]:
    """Return the choices of `Report.reason`; as a function, so that a new one needs no migration."""
    return Reason.choices


class ReasonCard(NamedTuple):
    """How the form shows a reason."""

    title: str
    explanation: str


CARDS = {
    Reason.MALICIOUS: ReasonCard(
        "Harms the computer or its files", "Deletes, encrypts or runs what it should not"
    ),
    Reason.SENDS_DATA: ReasonCard(
        "Sends data without asking", "Connects to a server that its page does not name"
    ),
    Reason.BROKEN: ReasonCard("Does not work", "Errors, crashes, lost work"),
    Reason.MISLEADING: ReasonCard("Misleading", "Claims what is not true, or imitates another"),
    Reason.COPYRIGHT: ReasonCard("Copied", "Work of another person, without licence or name"),
    Reason.OFFENSIVE: ReasonCard("Offensive or illegal", "Insults, threats, hate"),
    Reason.ADVERTISING: ReasonCard("Advertising", "Links to shops, the same text in many places"),
    Reason.OTHER: ReasonCard("Other", "Describe it below"),
}

#: Reasons for what runs in Blender, and for what people write.
FOR_SOFTWARE = tuple(Reason)
FOR_TEXTS = (
    *(Reason.OFFENSIVE, Reason.ADVERTISING, Reason.MISLEADING, Reason.COPYRIGHT, Reason.OTHER),
)
#: Reasons that the list marks as possible harm.
SEVERE = frozenset({Reason.MALICIOUS, Reason.SENDS_DATA, Reason.COPYRIGHT})
