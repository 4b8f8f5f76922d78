"""Codes of authentication, API tokens and permissions on the website."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "account.sign-in-required": Code(
        "error",
        "authentication is required",
        "Every change is recorded with the user who made it.",
    ),
    "account.token-invalid": Code(
        "error",
        "the API token is invalid",
        "The token is mistyped, revoked or expired. The error does not say which, because that "
        "would help attackers.",
    ),
    "account.token-name-missing": Code(
        "error",
        "the API token has no name",
        "The name identifies a token when it has to be revoked.",
    ),
    "account.token-expires-in-past": Code(
        "error", "the API token expires in the past", "The token could never be used."
    ),
    "permission.owner-only": Code(
        "error", "only the owner can do this", "Only the owner of an extension can change it."
    ),
    "permission.moderator-only": Code(
        "error",
        "only moderators can do this",
        "Moderators review versions, block extensions and handle reports.",
    ),
}
