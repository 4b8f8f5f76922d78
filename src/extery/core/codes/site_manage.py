"""Codes of what owners do with their extensions on the website: hide, deprecate, hand over, delete."""

from __future__ import annotations

from extery.core.codes import Code

_RELOAD = "reload the page to see what happened"

CODES: dict[str, Code] = {
    "manage.wrong-status": Code(
        "error",
        "the extension cannot be changed in its current status",
        "Some actions need a published extension, and others one that is not published or not "
        "deleted. It may have changed in the meantime.",
        message="{extension} cannot be changed so now: its status is '{status}'",
        hint=_RELOAD,
        variants={
            "blocked": (
                "{extension} is blocked",
                "comment in its review thread to ask the moderators to unblock it",
            ),
            "deleted": ("{extension} is deleted", "restore it first, on its page Manage"),
            "not-deleted": ("{extension} is not deleted", ""),
            "listed": ("{extension} is listed already", ""),
            "unlisted": ("{extension} is unlisted already", ""),
            "deprecated": ("{extension} is deprecated already", ""),
            "not-deprecated": ("{extension} is not deprecated", ""),
            "held-version": (
                "a moderator has blocked {version} of {extension} or put it on hold",
                "comment in its review thread to ask the moderators to release it",
            ),
        },
        example={"extension": "Gear Tool", "status": "Draft"},
    ),
    "manage.deletion-planned": Code(
        "error",
        "the deletion of the extension is planned",
        "Its owner decided to delete it, so new versions are not reviewed.",
        message="{extension} will be deleted on {until}",
        hint="cancel the deletion first, on its page Manage",
        variants={"none": ("{extension} has no planned deletion", _RELOAD)},
        example={"extension": "Gear Tool", "until": "2026-12-04 16:00 UTC"},
    ),
    "manage.erased": Code(
        "error",
        "the deleted extension cannot be restored",
        "The time to restore it has passed, and its content was erased.",
        message="{extension} cannot be restored: its content was erased",
        hint="upload its package with another id; the old one stays reserved",
        example={"extension": "Gear Tool"},
    ),
    "manage.replacement": Code(
        "error",
        "the replacement is not a public extension",
        "The page of the deprecated extension links to it.",
        message="{id} is not a public extension of this site",
        hint="enter the id of an extension that others can find here, or none",
        variants={
            "itself": ("an extension cannot replace itself", ""),
            "deprecated": ("{id} is deprecated itself", ""),
        },
        example={"id": "gear_tool_2"},
    ),
    "handover.recipient": Code(
        "error",
        "the extension cannot be offered to this user",
        "The other user must have an active account, and accept the offer.",
        message="there is no active user {name}",
        hint="enter the user name as it is on the user's page, without '@'",
        variants={"owner": ("{name} owns the extension already", "")},
        example={"name": "bob"},
    ),
    "handover.open": Code(
        "error",
        "the extension is offered to a user already",
        "An extension is offered to one user at a time.",
        message="{extension} is offered to {name} already",
        hint="withdraw that offer first",
        example={"extension": "Gear Tool", "name": "bob"},
    ),
    "handover.closed": Code(
        "error",
        "the offer is not open any more",
        "It was accepted, refused or withdrawn.",
        message="the offer of {extension} is not open any more",
        hint=_RELOAD,
        example={"extension": "Gear Tool"},
    ),
    "handover.not-recipient": Code(
        "error",
        "the offer was made to another user",
        "Only the user to whom an extension is offered can answer.",
        message="{extension} was offered to another user",
        hint="sign in with the account that received the offer",
        example={"extension": "Gear Tool"},
    ),
    "reserved.bad-id": Code(
        "error",
        "the id cannot be reserved",
        "Only ids that an extension can have need to be reserved.",
        message="{id!r} is not an id of an extension",
        hint="use letters, digits and underscores, for example 'gear_tool'",
        example={"id": "gear tool"},
    ),
    "reserved.reason-missing": Code(
        "error",
        "the reserved id has no reason",
        "Other moderators need to know why it is reserved.",
        message="the reserved id needs a reason",
        hint="write in a few words why it cannot be used",
    ),
    "reserved.in-use": Code(
        "error",
        "the id is in use or reserved already",
        "An id that an extension has belongs to it; the ids of deleted extensions stay reserved.",
        message="{id} is the id of an extension",
        hint="block that extension if it must not be installed",
        variants={
            "deleted": ("{id} is the id of a deleted extension and stays reserved", "leave it so"),
            "reserved": ("{id} is reserved already: {reason}", "leave it so, or free it first"),
        },
        example={"id": "gear_tool"},
    ),
    "maximum.bad-version": Code(
        "error",
        "the maximum Blender version is not a version",
        "It is the first Blender that the version does not work with.",
        message="{value!r} is not a Blender version",
        hint="enter two or three numbers, for example 5.0 or 5.0.0",
        example={"value": "newest"},
    ),
    "maximum.too-low": Code(
        "error",
        "the maximum Blender version is not above the minimum",
        "With such a maximum no Blender could install the version.",
        message="the maximum {value} is not above the minimum {minimum}",
        hint="enter the first Blender that it does not work with, which is newer than {minimum}; to stop "
        "all installations, take the version back",
        example={"value": "4.2.0", "minimum": "4.2.0"},
    ),
    "maximum.beyond-manifest": Code(
        "error",
        "the maximum Blender version is beyond that of the manifest",
        "Blender reads the manifest in the package too, and refuses what it excludes.",
        message="the maximum {value} is beyond {maximum}, that of the manifest",
        hint="upload a new version whose manifest has another blender_version_max",
        example={"value": "5.2.0", "maximum": "5.0.0"},
    ),
    "maximum.unchanged": Code(
        "error",
        "the version has this maximum already",
        "It may have been set in the meantime.",
        message="the maximum of {extension} {version} is {value} already",
        hint=_RELOAD,
        variants={
            "not-set": (
                "{extension} {version} has no maximum that was set on this site",
                "if its manifest has one, upload a new version whose manifest has another",
            ),
        },
        example={"extension": "Gear Tool", "version": "1.0.0", "value": "5.0.0"},
    ),
    "maximum.reason-missing": Code(
        "error",
        "the suggestion has no reason",
        "The owner needs to know what does not work.",
        message="the suggestion needs a reason",
        hint="write what happens in which Blender, with the text of the error",
        variants={
            "answer": (
                "the answer needs a reason",
                "write why the maximum does not fit, for the user who suggested it",
            ),
        },
    ),
    "maximum.suggested": Code(
        "error",
        "you have suggested a maximum for this version already",
        "Each user has one open suggestion for a version.",
        message="you have suggested {value} as the maximum of {extension} {version}",
        hint="wait for the answer, or take that suggestion back first",
        example={"extension": "Gear Tool", "version": "1.0.0", "value": "5.0.0"},
    ),
    "maximum.closed": Code(
        "error",
        "the suggestion is not open any more",
        "It was accepted, declined or taken back.",
        message="the suggested maximum of {extension} {version} is not open any more",
        hint=_RELOAD,
        example={"extension": "Gear Tool", "version": "1.0.0"},
    ),
    "maximum.own-suggestion": Code(
        "error",
        "the suggestion belongs to another side",
        "A suggestion is decided by the owner or by another moderator, and taken back by its author.",
        message="you cannot accept a maximum that you have suggested yourself",
        hint="wait for the owner or another moderator",
        variants={
            "others": ("another user has suggested this maximum", "leave it to its author"),
        },
    ),
}
