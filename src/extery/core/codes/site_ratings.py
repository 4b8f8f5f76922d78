"""Codes of ratings on the website."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "rating.stars": Code(
        "error",
        "a rating needs one to five stars",
        "The average of an extension is counted from the stars.",
        message="choose one to five stars",
        hint="1 means it failed or did harm, 5 means it is very good; the text is optional",
    ),
    "rating.own-extension": Code(
        "error",
        "authors do not rate their own extensions",
        "Ratings tell other people what users of an extension think.",
        message="you published {extension}, so you cannot rate it",
        hint="you can reply to each rating on the page of the ratings",
        example={"extension": "Gear Tool"},
    ),
    "rating.own-rating": Code(
        "error",
        "a rating cannot be marked as helpful by the person who wrote it",
        "The number counts the other people whom the rating helped.",
        message="this is your own rating",
        hint="change or remove it on the page of the ratings",
        variants={
            "moderate": (
                "you wrote this rating, so another moderator decides about it",
                "ask another moderator",
            ),
        },
    ),
    "rating.not-public": Code(
        "error",
        "only public extensions can be rated",
        "Ratings are about what everyone can install.",
        message="{extension} is not public, so it cannot be rated now",
        hint="try again when it is public",
        example={"extension": "Gear Tool"},
    ),
    "rating.unknown-version": Code(
        "error",
        "the rated version is unknown",
        "A rating names the version it is about, so that a later version can do better.",
        message="{extension} has no public version {version}",
        hint="choose one of the versions on its page, or leave the version out: the newest is taken",
        example={"extension": "Gear Tool", "version": "9.9.9"},
    ),
    "rating.unknown-system": Code(
        "error",
        "the Blender version or the platform is unknown",
        "Readers compare both with their own system.",
        message="{value!r} is not a platform of Blender",
        hint="choose one of {choices}, or leave it out",
        variants={
            "blender": (
                "{value!r} is not a Blender version",
                "write it as 4.2 or 4.2.3, or leave it out",
            ),
        },
        example={"value": "amiga", "choices": "windows-x64, linux-x64"},
    ),
    "rating.hidden": Code(
        "error",
        "the rating is hidden",
        "It was reported, and stays as it is for the moderators who look at it.",
        message="this rating is hidden",
        hint="wait until a moderator has looked at it",
        variants={
            "remove": (
                "your rating is hidden and cannot be removed now",
                "change it, or wait until a moderator has looked at it",
            ),
        },
    ),
    "rating.reply-empty": Code(
        "error",
        "the reply has no text",
        "An empty reply helps no reader.",
        message="the text of the reply is missing",
        hint="write a reply, or remove the one that is there",
    ),
    "rating.reason-missing": Code(
        "error",
        "a moderator hid a rating without a reason",
        "The person who wrote the rating reads the reason.",
        message="the reason is missing",
        hint="describe what is wrong with the rating",
    ),
}
