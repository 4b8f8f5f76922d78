"""Codes of the quotas of the website: uploads, drafts, comments, reports and API tokens."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "quota.exceeded": Code(
        "error",
        "a quota is exceeded",
        "Quotas of accounts and network addresses keep the site usable for everyone; the site's "
        "administrator can change them. The header Retry-After has the number of seconds.",
        message="this account has reached its limit of {limit} {uses} per {period}",
        hint="try again after {until}",
        variants={
            "address": (
                "your network address has reached its limit of {limit} {uses} per {period}",
                "",
            ),
            "grows": (
                "",
                "try again after {until}; approved versions that a limit of {next} still needs: {missing}",
            ),
        },
        example={
            "limit": 200,
            "uses": "uploads",
            "period": "day",
            "until": "2026-11-27 14:05 UTC",
            "retry_after": 3600,
        },
    ),
    "quota.uploads-at-once": Code(
        "error",
        "too many uploads are in progress",
        "Uploads in progress use disk space and computing time, of which an account and a network "
        "address may have a share; the site's administrator can change it. The header Retry-After "
        "has the number of seconds.",
        message="{limit} other uploads of this account are being checked, which is the limit",
        hint="try again when one of them has finished",
        variants={
            "address": (
                "the uploads in progress from your network address exceed their share of {size}",
                "",
            ),
        },
        example={"variant": "address", "limit": 4, "size": "1 GB", "retry_after": 60},
    ),
    "quota.drafts-exceeded": Code(
        "error",
        "the account has too many drafts",
        "Drafts use disk space and hold ids. The header Retry-After has the number of seconds "
        "until the oldest one expires.",
        message="this account has {number} drafts, and the limit is {limit}",
        hint="submit or discard a draft; the oldest one expires after {until}",
        variants={
            "grows": (
                "",
                "submit or discard a draft; approved versions that a limit of {next} still needs: {missing}",
            ),
        },
        example={
            "number": 20,
            "limit": 20,
            "until": "2026-11-27 14:05 UTC",
            "retry_after": 3600,
        },
    ),
}
