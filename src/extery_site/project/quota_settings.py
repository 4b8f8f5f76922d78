"""The settings that limit how much an account or an address may do: a part of `extery_site.project.site_settings`."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings

from extery_site.project.setting_types import Growth, Maximum, Quota


def setting(*, default: str, description: str, secret: bool = False) -> Any:
    """Return a field whose default is text, as in the environment; ``repr`` leaves out secrets."""
    return Field(default=default, description=description, repr=not secret)


class QuotaSettings(BaseSettings):
    """The quotas; `SiteSettings` has the others."""

    uploads_per_account: Quota = setting(
        default="50 per day",
        description="Quota of uploads of a new account: packages, also rejected ones, and images. It grows by "
        "EXTERY_LIMIT_GROWTH.",
    )
    uploads_per_address: Quota = setting(
        default="400 per day",
        description="Quota of uploads of a client address. An IPv6 network of 64 bits counts as one address.",
    )
    uploads_at_once_per_account: Maximum = setting(
        default="3",
        description="Number of uploads of an account that a web process checks at the same time.",
    )
    uploads_at_once_per_address: Maximum = setting(
        default="5",
        description="Disk space for unfinished uploads of a client address, as a number of uploads "
        "of the maximum size; only with the server of extery serve, which has space for 10.",
    )
    drafts_per_account: Maximum = setting(
        default="5",
        description="Number of versions that a new account can have before it submits them for review. It grows by "
        "EXTERY_LIMIT_GROWTH.",
    )
    limit_growth: Growth = setting(
        default="1: 2, 5: 4, 20: 8",
        description="By how much the quotas of uploads, drafts and submissions of an account are greater with its approved "
        "versions: from 1 on twice as great, from 5 on four times. With no, they are the same for all accounts.",
    )
    drafts_per_address: Quota = setting(
        default="60 per day",
        description="Quota of new drafts of a client address.",
    )
    submissions_per_account: Quota = setting(
        default="15 per day",
        description="Quota of submissions for review of a new account; moderators have none. It grows by "
        "EXTERY_LIMIT_GROWTH.",
    )
    submissions_per_address: Quota = setting(
        default="120 per day",
        description="Quota of submissions for review of a client address; moderators have none.",
    )
    comments_per_account: Quota = setting(
        default="60 per hour",
        description="Quota of comments of an account, and of disputed findings; moderators have none.",
    )
    comments_per_address: Quota = setting(
        default="120 per hour",
        description="Quota of comments and disputed findings of a client address; moderators have none.",
    )
    reports_per_account: Quota = setting(
        default="20 per day",
        description="Quota of reports of an account; moderators have none.",
    )
    reports_per_address: Quota = setting(
        default="40 per day",
        description="Quota of reports of a client address; moderators have none.",
    )
    ratings_per_account: Quota = setting(
        default="60 per hour",
        description="Quota of ratings of an account, of changes to them, and of replies; moderators have none.",
    )
    ratings_per_address: Quota = setting(
        default="120 per hour",
        description="Quota of ratings and replies of a client address; moderators have none.",
    )
    votes_per_account: Quota = setting(
        default="300 per hour",
        description="Quota of an account for marking ratings as helpful; moderators have none.",
    )
    votes_per_address: Quota = setting(
        default="600 per hour",
        description="Quota of a client address for marking ratings as helpful; moderators have none.",
    )
    sets_per_account: Maximum = setting(
        default="50",
        description="Number of sets that an account can have; moderators are not limited.",
    )
    set_changes_per_account: Quota = setting(
        default="600 per hour",
        description="Quota of an account for new sets and changes of them; moderators have none.",
    )
    set_changes_per_address: Quota = setting(
        default="1200 per hour",
        description="Quota of a client address for new sets and changes of them; moderators have none.",
    )
    comparisons_per_account: Quota = setting(
        default="60 per hour",
        description="Quota of an account for comparing two versions whose comparison is not stored yet; moderators have "
        "none.",
    )
    comparisons_per_address: Quota = setting(
        default="60 per hour",
        description="Quota of a client address for comparing two versions whose comparison is not stored yet.",
    )
    tokens_per_account: Quota = setting(
        default="20 per day",
        description="Quota of new API tokens of an account.",
    )
    tokens_per_address: Quota = setting(
        default="40 per day",
        description="Quota of new API tokens of a client address.",
    )
