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
        hint="sign in as the user to whom it was offered",
        example={"extension": "Gear Tool"},
    ),
}
