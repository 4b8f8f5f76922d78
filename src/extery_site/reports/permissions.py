"""Which moderators may decide a case or an appeal: not about their own things, unless the site allows it."""

from __future__ import annotations

from django.conf import settings

from extery_site.accounts.permissions import AnyUser
from extery_site.reports.entries import concerned_people
from extery_site.reports.models import Case


def may_decide_case(user: AnyUser, case: Case) -> bool:
    """Whether a moderator may decide a case, and learn who reported what."""
    if settings.EXTERY_OWN_DECISIONS:
        return True
    return user.pk not in concerned_people(case)
