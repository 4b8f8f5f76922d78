"""Codes of authentication, API tokens and permissions on the website."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "account.sign-in-required": Code(
        "error",
        "authentication is required",
        "Every change is recorded with the user who made it.",
        message="you must be signed in to do this",
        hint="sign in and try again",
        variants={
            "api": (
                "this endpoint requires authentication",
                "send an API token in the header 'Authorization: Bearer'",
            ),
        },
    ),
    "account.token-invalid": Code(
        "error",
        "the API token is invalid",
        "The token is mistyped, revoked or expired. The error does not say which, because that "
        "would help attackers.",
        message="this API token is unknown, expired or revoked",
        hint="create a new token on the page 'API tokens' of your account",
    ),
    "account.token-name-missing": Code(
        "error",
        "the API token has no name",
        "The name identifies a token when it has to be revoked.",
        message="the token needs a name",
        hint="name the program that uses it, for example 'release script'",
    ),
    "account.token-expires-in-past": Code(
        "error",
        "the API token expires in the past",
        "The token could never be used.",
        message="the expiry date {expires_at} is in the past",
        hint="choose a date in the future, or leave it out",
        example={"expires_at": "2026-01-31 12:00"},
    ),
    "account.not-found": Code(
        "error",
        "the account does not exist",
        "A role belongs to an account, so its user has to sign up first.",
        message="there is no account named {names}",
        hint="correct the name, or sign up on the site first",
        example={"names": "ada, ben"},
    ),
    "permission.owner-only": Code(
        "error",
        "only the owner can do this",
        "Only the owner of an extension can change it.",
        message="only the owner of {extension} can do this",
        hint="ask the owner",
        example={"extension": "Gear Tool"},
    ),
    "permission.second-moderator": Code(
        "error",
        "another moderator must answer the request",
        "The moderator who asks for a block cannot be the second one who confirms or refuses it.",
        message="you asked for the block of {extension}, so another moderator answers",
        hint="take your request back, or wait for another moderator",
        example={"extension": "Gear Tool"},
    ),
    "permission.own-request": Code(
        "error",
        "the request is that of another moderator",
        "Only the moderator who asked for a block can take the request back.",
        message="another moderator asked for the block of {extension}",
        hint="confirm or refuse it",
        example={"extension": "Gear Tool"},
    ),
    "permission.own-work": Code(
        "error",
        "moderators do not decide about their own work",
        "Another person looks at everything that is published.",
        message="you cannot decide about {extension}, because it is your own",
        hint="ask another moderator; a site with one moderator can set EXTERY_OWN_DECISIONS=yes",
        example={"extension": "Gear Tool"},
    ),
    "permission.moderator-only": Code(
        "error",
        "only moderators can do this",
        "Moderators review versions, block extensions and handle reports.",
        message="only moderators can do this",
        hint="ask a moderator",
        variants={"page": ("only moderators can open this page", "")},
    ),
}
