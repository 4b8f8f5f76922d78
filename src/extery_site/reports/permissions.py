"""Which moderators may decide a case or an appeal: not about their own things, unless the site allows it."""

from __future__ import annotations

from django.conf import settings

from extery_site.accounts.permissions import AnyUser
from extery_site.catalog.own_work import may_decide
from extery_site.reports.entries import concerned_people
from extery_site.reports.models import Appeal, Case


def may_decide_case(user: AnyUser, case: Case) -> bool:
    """Whether a moderator may decide a case, and learn who reported what."""
    if settings.EXTERY_OWN_DECISIONS:
        return True
    return user.pk not in concerned_people(case)


def may_decide_appeal(user: AnyUser, appeal: Appeal) -> bool:
    """Whether a moderator may decide an appeal: another one than for the first decision, about others' things."""
    if settings.EXTERY_OWN_DECISIONS:
        return True
    if user.pk in {appeal.first_decided_by_id, appeal.by_id}:
        return False
    if appeal.case is not None and not may_decide_case(user, appeal.case):
        return False
    event = appeal.event
    return event is None or may_decide(user, event.extension, event.version)
