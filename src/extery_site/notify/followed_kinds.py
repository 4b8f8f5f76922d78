"""The kinds of notifications about what a user follows: rows of the registry in `extery_site.notify.kinds`."""

from __future__ import annotations

from extery_site.notify.kind import Group, NotificationKind

FOLLOWED_KINDS = (
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
        "set_extended",
        Group.FOLLOWED,
        "New extensions in a set that I follow",
        "New in the set {subject}",
        icon="layers",
        action="Open the set",
        daily=True,
    ),
    NotificationKind(
        "search_match",
        Group.FOLLOWED,
        "New extensions that match a search that I follow",
        "New for {subject}",
        note="Once a day, if there are any.",
        icon="search",
        action="Open the search",
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
)
