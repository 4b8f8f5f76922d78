"""Codes of notifications on the website."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "notification.too-many-followed": Code(
        "error",
        "the account follows or mutes too many things",
        "Everything that happens to a followed extension or review is stored for each follower.",
        message="this account follows or mutes {max_number:,} things, which is the limit",
        hint="unfollow or unmute some of them on the page 'Notifications' of your account",
        example={"max_number": 2_000},
    ),
    "notification.too-many-searches": Code(
        "error",
        "the account follows too many searches",
        "Each followed search is made again for all new extensions, every day.",
        message="this account follows {max_number} searches, which is the limit",
        hint="unfollow some of them on the page 'Notifications' of your account",
        example={"max_number": 20},
    ),
    "notification.link-invalid": Code(
        "error",
        "a link to stop e-mails is invalid",
        "The link in an e-mail is signed for its recipient; one that was cut off or changed stops nothing.",
        message="this link to stop e-mails is incomplete or was changed",
        hint="copy the whole link, or sign in and change the page 'Notifications' of your account",
    ),
}
