"""The registry of notifications: one row for each kind, with its texts and default channels.

Every part of the site adds its kinds here. The settings page is made from the rows.
"""

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
    """Whether only moderators and volunteers receive it."""
    required: bool = False
    """Whether it cannot be switched off; it is sent on the site and by e-mail at once."""
    on_site: bool = True
    at_once: bool = False
    daily: bool = False


_KINDS = (
    NotificationKind(
        "changes_requested",
        Group.REVIEWS,
        "Changes requested of me",
        "{subject}: changes requested",
        icon="pencil",
        tone="ask",
        asks=True,
        action="Open the review",
        at_once=True,
    ),
    NotificationKind(
        "version_approved",
        Group.REVIEWS,
        "A version of mine is approved",
        "{subject} is approved",
        icon="success",
        tone="good",
        at_once=True,
    ),
    NotificationKind(
        "version_declined",
        Group.REVIEWS,
        "A version of mine is declined",
        "{subject} is declined",
        icon="cross",
        tone="warn",
        at_once=True,
    ),
    NotificationKind(
        "extension_blocked",
        Group.REVIEWS,
        "An extension of mine is blocked",
        "{subject} is blocked",
        icon="shield",
        tone="warn",
        required=True,
        note="Always sent: your users see the reason in Blender.",
    ),
    NotificationKind(
        "extension_unblocked",
        Group.REVIEWS,
        "The block of an extension of mine is lifted",
        "{subject} is unblocked",
        icon="shield",
        tone="good",
        at_once=True,
    ),
    NotificationKind(
        "review_comment",
        Group.REVIEWS,
        "Comments on my versions",
        "{by} commented on {subject}",
        note="One e-mail conversation for each version.",
        icon="chat",
        at_once=True,
    ),
    NotificationKind(
        "resubmitted",
        Group.REVIEWS,
        "A version of mine is back in the queue, because all tasks are done",
        "{subject} is back in the queue",
        icon="clock",
        daily=True,
    ),
    NotificationKind(
        "review_progress",
        Group.REVIEWS,
        "Tasks checked, findings waived and tries of my versions",
        "{subject}",
        icon="eye",
        daily=True,
    ),
    NotificationKind(
        "dispute_answered",
        Group.REVIEWS,
        "Answer to a finding that I dispute",
        "{subject}",
        icon="chat",
        at_once=True,
    ),
    NotificationKind(
        "review_state",
        Group.REVIEWS,
        "A version of mine is put on hold, scheduled or stopped",
        "{subject}",
        icon="clock",
        at_once=True,
    ),
    NotificationKind(
        "version_public",
        Group.REVIEWS,
        "A version of mine became public",
        "{subject} is public",
        icon="success",
        tone="good",
        at_once=True,
    ),
    NotificationKind(
        "draft_expired",
        Group.REVIEWS,
        "A draft of mine was deleted because it was not submitted in time",
        "{subject} was deleted: it was not submitted in time",
        icon="bin",
        daily=True,
    ),
    NotificationKind(
        "maximum_suggested",
        Group.USE,
        "A maximum Blender version is suggested for a version of mine",
        "A maximum Blender version is suggested for {subject}",
        icon="layers",
        tone="ask",
        asks=True,
        action="Look at it",
        at_once=True,
    ),
    NotificationKind(
        "maximum_changed",
        Group.USE,
        "A moderator set a maximum Blender version of mine",
        "{subject}",
        icon="layers",
        at_once=True,
    ),
    NotificationKind(
        "extension_changed",
        Group.USE,
        "An extension of mine is restored, deleted or handed over, or a rating of it hidden",
        "{subject}",
        icon="box",
        at_once=True,
    ),
    NotificationKind(
        "extension_offered",
        Group.USE,
        "An extension is offered to me",
        "{by} offers you {subject}",
        icon="people",
        tone="ask",
        asks=True,
        action="Answer",
        at_once=True,
    ),
    NotificationKind(
        "new_rating",
        Group.USE,
        "New rating of an extension of mine",
        "{by} rated {subject}",
        icon="star",
        action="Open the rating",
        daily=True,
    ),
    NotificationKind(
        "rating_reply",
        Group.FOLLOWED,
        "Reply to a rating of mine",
        "{by} replied to your rating of {subject}",
        icon="reply",
        at_once=True,
    ),
    NotificationKind(
        "own_rating_hidden",
        Group.FOLLOWED,
        "A rating of mine is hidden",
        "Your rating of {subject} is hidden",
        icon="eye-off",
        tone="warn",
        at_once=True,
    ),
    NotificationKind(
        "own_rating_shown",
        Group.FOLLOWED,
        "A hidden rating of mine is shown again",
        "Your rating of {subject} is shown again",
        icon="eye",
        tone="good",
    ),
    NotificationKind(
        "new_version",
        Group.FOLLOWED,
        "New version of an extension that I follow",
        "{subject} is out",
        icon="spark",
        tone="good",
        action="Open the extension",
        daily=True,
    ),
    NotificationKind(
        "followed_block",
        Group.FOLLOWED,
        "An extension that I follow is blocked or unblocked",
        "{subject}",
        icon="shield",
        tone="warn",
        at_once=True,
    ),
    NotificationKind(
        "followed_change",
        Group.FOLLOWED,
        "An extension that I follow is deprecated, unlisted or deleted, or has a new owner",
        "{subject}",
        icon="flag",
        daily=True,
    ),
    NotificationKind(
        "maximum_answered",
        Group.FOLLOWED,
        "Answer to a maximum Blender version that I suggested",
        "{subject}",
        icon="layers",
        at_once=True,
    ),
    NotificationKind(
        "followed_review",
        Group.FOLLOWED,
        "News in a review that I follow or took part in",
        "{subject}",
        icon="eye",
    ),
    NotificationKind(
        "submitted",
        Group.STAFF,
        "A version was submitted for review",
        "{subject} was submitted for review",
        icon="upload",
        staff=True,
    ),
    NotificationKind(
        "claim_taken_over",
        Group.STAFF,
        "Another moderator takes over a version that I claimed",
        "{by} took {subject} over from you",
        icon="hand",
        staff=True,
    ),
    NotificationKind(
        "second_needed",
        Group.STAFF,
        "A version needs a second moderator",
        "{subject} needs a second moderator",
        icon="people",
        tone="ask",
        asks=True,
        action="Open the review",
        staff=True,
    ),
    NotificationKind(
        "disputed",
        Group.STAFF,
        "An author disputes a finding",
        "A finding of {subject} is disputed",
        icon="chat",
        tone="ask",
        staff=True,
    ),
    NotificationKind(
        "rating_hidden",
        Group.STAFF,
        "A rating was hidden because people reported it",
        "A rating of {subject} was hidden",
        icon="eye-off",
        tone="ask",
        staff=True,
    ),
    NotificationKind(
        "staff_block",
        Group.STAFF,
        "A moderator blocked or unblocked an extension",
        "{subject}",
        icon="shield",
        staff=True,
        daily=True,
    ),
    NotificationKind(
        "report_decided",
        Group.ACCOUNT,
        "A report of mine is decided",
        "{subject}",
        icon="flag",
        at_once=True,
    ),
    NotificationKind(
        "report_question",
        Group.ACCOUNT,
        "Moderators ask me about a report",
        "Moderators ask you about {subject}",
        icon="chat",
        tone="ask",
        asks=True,
        action="Answer",
        at_once=True,
    ),
    NotificationKind(
        "reported_person",
        Group.ACCOUNT,
        "Reports about me or my extensions are resolved",
        "Reports about {subject} were resolved",
        icon="flag",
        tone="warn",
        required=True,
        note="Always sent: you can appeal.",
    ),
    NotificationKind(
        "suspended",
        Group.ACCOUNT,
        "My account is suspended, or a suspension is lifted",
        "{subject}",
        icon="lock",
        tone="warn",
        required=True,
        note="Always sent: you can appeal.",
    ),
    NotificationKind(
        "profile_hidden",
        Group.ACCOUNT,
        "The name and text of my profile are hidden, or shown again",
        "{subject}",
        icon="eye-off",
        tone="warn",
        required=True,
        note="Always sent: you can change the text.",
    ),
    NotificationKind(
        "appeal_decided",
        Group.ACCOUNT,
        "An appeal of mine is decided",
        "{subject}",
        icon="flag",
        at_once=True,
    ),
    NotificationKind(
        "reported",
        Group.STAFF,
        "Something was reported",
        "{subject} was reported",
        icon="flag",
        staff=True,
        daily=True,
    ),
    NotificationKind(
        "profile_changed",
        Group.STAFF,
        "The text of a hidden profile was changed",
        "{by} changed their hidden profile",
        icon="eye",
        tone="ask",
        asks=True,
        action="Look at it",
        staff=True,
    ),
    NotificationKind(
        "report_answer",
        Group.STAFF,
        "An answer to a question about a report",
        "{by} answered about {subject}",
        icon="chat",
        staff=True,
    ),
    NotificationKind(
        "appealed",
        Group.STAFF,
        "An appeal that I can decide",
        "Appeal: {subject}",
        icon="flag",
        tone="warn",
        staff=True,
        at_once=True,
    ),
    NotificationKind(
        "own_decision_appealed",
        Group.STAFF,
        "An appeal against a decision of mine is decided",
        "{subject}",
        icon="flag",
        staff=True,
    ),
)

KINDS: dict[str, NotificationKind] = {kind.name: kind for kind in _KINDS}


def kinds_for(*, staff: bool) -> list[NotificationKind]:
    """Return the kinds that a user can receive, in the order of the settings page."""
    order = list(Group)
    kinds = [kind for kind in KINDS.values() if staff or not kind.staff]
    return sorted(kinds, key=lambda kind: order.index(kind.group))
