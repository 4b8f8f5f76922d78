"""Codes of reviewing versions and commenting on them on the website."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "review.reason-missing": Code(
        "error", "the decision has no reason", "The owner needs to know what to change."
    ),
    "review.comment-empty": Code("error", "the comment is empty", "A comment needs text."),
    "review.wrong-status": Code(
        "error",
        "the decision is not possible in the current status",
        "Another moderator may have decided, or the owner may have withdrawn the version.",
    ),
    "review.packages-missing": Code(
        "error",
        "the decision does not name the reviewed packages",
        "A decision applies to exact files: it names the SHA-256 of every reviewed package.",
    ),
    "review.bad-hash": Code(
        "error",
        "a hash is not a SHA-256",
        "Packages are identified by their SHA-256, 64 hexadecimal digits.",
    ),
    "review.packages-changed": Code(
        "error",
        "the packages have changed since they were reviewed",
        "The owner replaced packages after the moderator opened the page. The new packages have "
        "not been reviewed.",
    ),
    "review.version-discarded": Code(
        "error",
        "the version was discarded",
        "Its owner withdrew and discarded it after the moderator opened the page.",
    ),
    "review.no-package": Code(
        "error",
        "the version has no package",
        "There is no package to review.",
    ),
    "review.package-damaged": Code(
        "error",
        "the stored file of a package is damaged or missing",
        "The stored file differs from the uploaded file, so it must not be published.",
    ),
    "review.not-listable": Code(
        "error",
        "the listing entry of a package cannot be made",
        "Blender refuses a whole listing for one bad entry, so the version must not become public.",
        message="{package} cannot be listed, its manifest is damaged: {reason}",
        hint="request changes, so that its owner uploads the package again",
        example={"package": "add-on-gear_tool-v1.0.0.zip", "reason": "KeyError: 'license'"},
    ),
}
